"""Tell a file's kind by its first bytes (names lie: ``.doc`` files that are HTML, RTF or DOCX are common)."""

from __future__ import annotations

import io
import zipfile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
TEXT = "text/plain"
HTML = "text/html"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp")

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOC),
)
_HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<meta", b"<div", b"<p>", b"<table")


def sniff(data: bytes, name: str = "") -> str:
    """The media type of a file's bytes; :data:`UNKNOWN` where nothing fits. Never raises."""
    head = data[:1024]
    if b"%PDF-" in head:  # the standard allows junk before the header
        return PDF
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"PK\x03\x04"):
        return _sniff_zip(data)
    text_start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text_start.startswith(b"<?xml") or any(sign in text_start for sign in _HTML_SIGNS):
        return HTML
    return TEXT if _looks_like_text(data[:65536]) else UNKNOWN


def _sniff_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return DOCX
            if "mimetype" in names and archive.read("mimetype").strip() == ODT.encode():
                return ODT
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError):
        # A truncated office file: the reader says so better than "unknown" would.
        if b"word/" in data[:65536]:
            return DOCX
    return ZIP


def _looks_like_text(sample: bytes) -> bool:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return True
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return controls <= len(sample) // 200
