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

_WORD_XML_SIGNS = (b'progid="word.document"', b"<w:worddocument", b"<office:document")


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
    if any(sign in text_start for sign in _WORD_XML_SIGNS):
        return DOC
    # Word's "web archive".
    if text_start.startswith(b"mime-version:") and b"multipart/related" in text_start:
        return HTML
    if text_start.startswith(b"<?xml") or any(sign in text_start for sign in _HTML_SIGNS):
        return HTML
    return TEXT if _looks_like_text(data[:65536]) else UNKNOWN


def _sniff_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names or (
                "[Content_Types].xml" in names and any(n.startswith("word/") for n in names)
            ):
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
    if len(sample) >= 4 and (_wide(sample[::2], sample[1::2]) or _wide(sample[1::2], sample[::2])):
        return True
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return controls <= len(sample) // 200


def _wide(zeros: bytes, others: bytes) -> bool:
    """Whether these are the high and low bytes of UTF-16 text without a byte order mark."""
    return zeros.count(0) > 0.4 * len(zeros) and others.count(0) < 0.02 * len(others)
