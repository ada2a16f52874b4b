"""All settings in one model, shared by the library and the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Config(BaseModel):
    """Settings of an :class:`~vnadmin_extract.Extractor`. Frozen, so that it can be shared and pickled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["auto", "pdfplumber", "pdfium"] = Field(
        "auto",
        description="PDF word reader: the fast pdfium where it is enough and pdfplumber where it is not (auto), "
        "or always one of them.",
    )
    max_pages: int = Field(2000, ge=1, description="Refuse files with more pages than this.")
    max_bytes: int = Field(512 * 1024 * 1024, ge=1, description="Refuse files larger than this many bytes.")
    office_timeout: float = Field(120.0, gt=0, description="Seconds that LibreOffice may take for one file.")
    check_signatures: bool = Field(True, description="List the PDF's digital signatures.")
    holidays_file: Path | None = Field(
        None,
        description="TOML file with days off and swapped working days that extends or overrides the bundled table.",
    )
    saturday_works: bool = Field(False, description="Count Saturday as a working day (some offices do).")
    reference_date: date | None = Field(
        None,
        description="Day from which relative deadlines count when the anchor is the receipt of the document.",
    )
    models: bool = Field(
        True, description="Let the trained model find what rules miss; without it, rules alone decide."
    )
    model_path: Path | None = Field(
        None,
        description="Folder of a model of your own (vnadmin-extract train), in place of the one in the package.",
    )
    ocr: Literal["auto", "force", "off"] = Field(
        "auto",
        description="Read pictures of pages: those without usable text (auto), every page, whatever its text (force), "
        "or none (off).",
    )
    ocr_engine: Literal["auto", "tesseract", "trueocr"] = Field(
        "auto",
        description="Recognition engine: Tesseract, or TrueOCR where Tesseract is not installed (auto).",
    )
    ocr_dpi: int | None = Field(
        None,
        ge=100,
        le=600,
        description="Resolution for recognition; the scan's own, within 200 to 300, if not given.",
    )
    ocr_jobs: int | None = Field(
        None, ge=1, description="Pages recognised at a time; as many as there are processors if not given."
    )
    ocr_timeout: float = Field(
        120.0, gt=0, description="Seconds that recognising one page's picture may take."
    )
    ocr_second_look: bool = Field(
        True,
        description="Recognise pages that were hard to read a second time and take the surer reading of each word.",
    )
    ocr_correct: bool = Field(
        True,
        description="Set reading errors right (lost tone marks and hooks) where the language leaves one choice.",
    )
    ocr_cache: Path | None = Field(
        None, description="Folder in which recognised pages are kept, so that none is recognised twice."
    )
