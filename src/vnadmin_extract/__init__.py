"""Structured records from Vietnamese administrative documents: who must do what, with whom, by when.

>>> from vnadmin_extract import extract
>>> record = extract("cong-van.pdf")  # doctest: +SKIP
>>> record.code.text  # doctest: +SKIP
'1001/UBND-KGVX'

The names below are loaded when they are first used (PEP 562), so that ``import vnadmin_extract`` costs next to
nothing: the readers and models behind them take up to a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vnadmin_extract import errors as errors
    from vnadmin_extract.batch import RunSummary as RunSummary
    from vnadmin_extract.batch import run_folder as run_folder
    from vnadmin_extract.config import Config as Config
    from vnadmin_extract.document import Document as Document
    from vnadmin_extract.errors import VnadminError as VnadminError
    from vnadmin_extract.extractor import Extractor as Extractor
    from vnadmin_extract.extractor import extract as extract
    from vnadmin_extract.extractor import extract_all as extract_all
    from vnadmin_extract.readers import read as read
    from vnadmin_extract.record import Addressee as Addressee
    from vnadmin_extract.record import Assignment as Assignment
    from vnadmin_extract.record import Code as Code
    from vnadmin_extract.record import Deadline as Deadline
    from vnadmin_extract.record import DocumentType as DocumentType
    from vnadmin_extract.record import Evidence as Evidence
    from vnadmin_extract.record import Fact as Fact
    from vnadmin_extract.record import Issued as Issued
    from vnadmin_extract.record import Issuer as Issuer
    from vnadmin_extract.record import OwnCode as OwnCode
    from vnadmin_extract.record import Received as Received
    from vnadmin_extract.record import Recipient as Recipient
    from vnadmin_extract.record import Record as Record
    from vnadmin_extract.record import Reference as Reference
    from vnadmin_extract.record import Secrecy as Secrecy
    from vnadmin_extract.record import Signature as Signature
    from vnadmin_extract.record import Signer as Signer
    from vnadmin_extract.record import Source as Source
    from vnadmin_extract.record import Subject as Subject
    from vnadmin_extract.record import Unit as Unit
    from vnadmin_extract.record import Urgency as Urgency

_RECORD_PARTS = (
    "Addressee",
    "Assignment",
    "Code",
    "Deadline",
    "DocumentType",
    "Evidence",
    "Fact",
    "Issued",
    "Issuer",
    "OwnCode",
    "Received",
    "Recipient",
    "Record",
    "Reference",
    "Secrecy",
    "Signature",
    "Signer",
    "Source",
    "Subject",
    "Unit",
    "Urgency",
)
_HOME = {
    "extract": "extractor",
    "extract_all": "extractor",
    "Extractor": "extractor",
    "read": "readers",
    "run_folder": "batch",
    "RunSummary": "batch",
    "Config": "config",
    "Document": "document",
    "VnadminError": "errors",
    **dict.fromkeys(_RECORD_PARTS, "record"),
}
"""Public name → the module of this package that defines it."""

__all__ = ["__version__", "errors", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("vnadmin_extract.errors")
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value  # next time without this function
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
