"""Write ``schema/record.schema.json`` anew after a change of the record. Read the difference before committing."""

from __future__ import annotations

from pathlib import Path

from vnadmin_extract.schema import schema_text

SCHEMA = Path(__file__).parents[1] / "schema" / "record.schema.json"


def main() -> None:
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    print(f"wrote {SCHEMA}")


if __name__ == "__main__":
    main()
