"""``python -m vnadmin_extract``: the same as the ``vnadmin-extract`` command."""

from vnadmin_extract.cli import main

if __name__ == "__main__":
    main()
