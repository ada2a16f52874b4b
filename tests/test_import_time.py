"""``import vnadmin_extract`` and the start of the command must not load what they do not need yet."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import vnadmin_extract

HEAVY = {
    "spacy",
    "underthesea",
    "pdfplumber",
    "pdfminer",
    "pypdfium2",
    "pyhanko",
    "docx",
    "lxml",
    "openpyxl",
    "holidays",
    "pandas",
    "numpy",
}


def modules_after(code: str) -> set[str]:
    """Top-level names of the modules that a new Python has loaded after running ``code``."""
    program = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}


def test_import_loads_only_the_standard_library() -> None:
    loaded = modules_after("import vnadmin_extract; vnadmin_extract.__version__")
    assert not loaded & (HEAVY | {"pydantic", "rich", "typer", "regex"})


@pytest.mark.parametrize("name", ["Config", "Record", "errors", "read"])
def test_light_names_load_nothing_heavy(name: str) -> None:
    assert not modules_after(f"import vnadmin_extract; vnadmin_extract.{name}") & HEAVY


def test_help_of_the_command_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['vnadmin-extract']\nfrom vnadmin_extract.cli.app import app"
    assert not modules_after(code) & HEAVY


@pytest.mark.parametrize("name", vnadmin_extract.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(vnadmin_extract, name) is not None
    assert name in dir(vnadmin_extract)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'extarct'"):
        vnadmin_extract.extarct  # noqa: B018
