"""The steps by which an older catalogue becomes one of this version (Alembic)."""
