"""What this installation has and lacks, and the command that mends it."""

from __future__ import annotations

import json
import platform
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import as_file, files
from typing import Final

import regex

DISTRIBUTION = "vnadmin-extract"
_REQUIREMENT = regex.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[^\]]*\])?(?P<rest>.*)")
EXTRAS: Final = {
    "feeds": "push to Redmine and CalDAV servers",
    "notebooks": "running the notebooks",
    "ocr": "scans where there is no Tesseract",
    "pandas": "Record.to_dataframe",
    "parquet": "export parquet",
    "postgres": "a catalogue on PostgreSQL",
    "ray": "run --engine ray",
    "remote": "run over URLs",
    "train": "make train (fusion, confidences)",
}
"""Extra → what it is needed for."""
_EXTRA = regex.compile(r"extra\s*==\s*['\"](?P<extra>[^'\"]+)['\"]")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked for."""

    name: str
    found: str | None
    """Version or place; ``None`` where it is missing."""
    needed_for: str
    required: bool
    remedy: str | None = None
    """Command that installs it."""

    @property
    def ok(self) -> bool:
        """Whether it is there."""
        return self.found is not None


def run_checks() -> list[Check]:
    """Look for everything that the library uses. Imports nothing heavy; asks Tesseract for its languages."""
    return [_python(), *_packages(), _office(), _tesseract(), _knowledge(), _model()]


def _python() -> Check:
    good = sys.version_info >= (3, 11)
    return Check(
        "python", platform.python_version() if good else None, "everything", True, "install Python 3.11+"
    )


def _packages() -> list[Check]:
    checks = [_package(DISTRIBUTION, "everything", True, f"pip install {DISTRIBUTION}")]
    try:
        requirements = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return checks
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        extra = _EXTRA.search(requirement)
        if match is None or (extra is not None and extra["extra"] == "dev"):
            continue
        name = match["name"]
        if extra is None:
            specifier = match["rest"].partition(";")[0].strip()
            checks.append(_package(name, "everything", True, f"pip install '{name}{specifier}'"))
        else:
            remedy = f"pip install '{DISTRIBUTION}[{extra['extra']}]'"
            purpose = EXTRAS.get(extra["extra"], f"extra {extra['extra']}")
            checks.append(_package(name, purpose, False, remedy))
    return checks


def _package(name: str, needed_for: str, required: bool, remedy: str) -> Check:
    try:
        found: str | None = version(name)
    except PackageNotFoundError:
        found = None
    return Check(name, found, needed_for, required, remedy)


def _office() -> Check:
    from vnadmin_extract.readers.libreoffice import find_soffice

    remedy = {
        "Darwin": "brew install --cask libreoffice",
        "Windows": "winget install TheDocumentFoundation.LibreOffice",
    }.get(platform.system(), "sudo apt-get install libreoffice-writer-nogui")
    return Check("libreoffice", find_soffice(), "DOC, ODT and RTF files", False, remedy)


def _tesseract() -> Check:
    from vnadmin_extract.ocr.engine import INSTALL
    from vnadmin_extract.ocr.tesseract import find_tesseract

    found = find_tesseract()
    remedy = INSTALL.get(platform.system(), INSTALL["Linux"])
    return Check(
        "tesseract (vie)",
        f"{found.version} {found.program}" if found else None,
        "scans and pictures",
        False,
        remedy,
    )


def _knowledge() -> Check:
    """The bundled data files are there and can be read."""
    folder = files("vnadmin_extract.knowledge")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    remedy = f"pip install --force-reinstall {DISTRIBUTION}"
    try:
        for name in names:
            tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        names = []
    return Check("data files", f"{len(names)} files" if names else None, "everything", True, remedy)


def _model() -> Check:
    """The trained models' files are there and are those that were trained."""
    from vnadmin_extract.errors import KnowledgeError
    from vnadmin_extract.model.reading import CHECKSUMS, verify

    folder = files("vnadmin_extract") / "data"
    found: str | None
    try:
        names = []
        with as_file(folder / "models") as models:
            for model in sorted(path.parent for path in models.glob(f"*/{CHECKSUMS}")):
                verify(model)
                names.append(model.name)
        for name in ("fusion.json", "calibration.json"):
            json.loads((folder / name).read_text("utf-8"))
        found = ", ".join(names) or None
    except (KnowledgeError, OSError, ValueError):
        found = None
    remedy = f"pip install --force-reinstall {DISTRIBUTION} (until then: --no-models)"
    return Check("trained models", found, "everything", True, remedy)
