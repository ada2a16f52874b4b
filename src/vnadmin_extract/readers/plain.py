"""Plain text: whatever 8-bit or Unicode encoding it comes in, on a grid of characters."""

from __future__ import annotations

import codecs
import hashlib
import html
from typing import Final

import regex

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Line, Page, TextOrigin
from vnadmin_extract.errors import DamagedFileError, EmptyFileError, LimitExceededError
from vnadmin_extract.readers import grid
from vnadmin_extract.readers.pipe_tables import find_pipe_tables
from vnadmin_extract.readers.sniff import TEXT
from vnadmin_extract.text import legacy

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENTITY: Final = regex.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
BREAK: Final = regex.compile(r"\r\n|[\n\r\v\x85\u2028\u2029]")
"""What ends a line: a page is cut at it."""
_TCVN3_SIGNS: Final = regex.compile("[®µ¸·¹§]")


def read(data: bytes, *, name: str, config: Config) -> Document:
    """Read a text file.

    Args:
        data: the whole file.
        name: file name for messages.
        config: settings; ``max_pages`` limits the form feeds.

    Raises:
        EmptyFileError: no words.
        LimitExceededError: more pages than allowed.
        DamagedFileError: the bytes are text in no encoding.
    """
    text, warnings = decode(data, name=name)
    return document_of(text, data, name=name, config=config, warnings=warnings)


def document_of(text: str, data: bytes, *, name: str, config: Config, warnings: list[str]) -> Document:
    """The document of a decoded text; form feeds part the pages."""
    pages: list[Page] = []
    sheets = text.split("\f")
    while len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    if len(sheets) > config.max_pages:
        raise LimitExceededError(
            f"the file has {len(sheets):,} pages, more than the limit of {config.max_pages:,}",
            file=name,
            remedy="Raise max_pages in the settings if the file is really a document",
        )
    for number, sheet in enumerate(sheets, start=1):
        rows = BREAK.split(sheet)
        tables = list(find_pipe_tables(rows))
        drawn = {index for found in tables for index in range(found.first, found.end)}
        lines = (grid.plain_line(row, index) for index, row in enumerate(rows) if index not in drawn)
        printed: tuple[Line, ...] = tuple(line for line in lines if line is not None)
        pages.append(
            Page(
                number=number,
                width=grid.PAGE_WIDTH,
                height=max(grid.PAGE_HEIGHT, 2 * grid.TOP + len(rows) * grid.LINE_STEP),
                lines=printed,
                tables=tuple(found.table for found in tables),
                origin=TextOrigin.PLAIN,
                geometric=False,
            )
        )
    if not any(page.lines or page.tables for page in pages):
        raise EmptyFileError("the file has no words", file=name, remedy="Ask the sender for the file again")
    return Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=TEXT,
        pages=tuple(pages),
        reader="plain",
        warnings=tuple(warnings),
    )


def decode(data: bytes, *, name: str = "<bytes>") -> tuple[str, list[str]]:
    """Decode a text file's bytes to Unicode.

    Byte order marks decide; then UTF-8, UTF-16 without a mark, TCVN3, VNI and cp1258 are tried, each only where
    the text is then clearly Vietnamese. UTF-8 that was once read as cp1252 is repaired where nothing was lost.

    Returns:
        The text and warnings about anything that was converted or is uncertain.

    Raises:
        DamagedFileError: a byte order mark that the rest of the file does not keep to.
    """
    warnings: list[str] = []
    text = _convert(_decode(data, name, warnings), warnings)
    if "&" in text and _ENTITY.search(text):
        text = _ENTITY.sub(lambda m: html.unescape(m.group()), text)
    return text.replace("\x00", "").replace("\ufeff", ""), warnings


def decode_markup(data: bytes, name: str, warnings: list[str]) -> str:
    """Decode bytes whose entities a parser will resolve: as :func:`decode`, entities left as they are."""
    return _convert(_decode(data, name, warnings), warnings).replace("\x00", "")


def _decode(data: bytes, name: str, warnings: list[str]) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                text = data.decode(encoding, "replace")
                if text.count("\ufffd") * 20 > len(text):
                    raise DamagedFileError(
                        f"the file claims to be {encoding} text and is not",
                        file=name,
                        remedy="Ask the sender for the file again",
                    ) from None
                warnings.append(f"some bytes are not valid {encoding} and were replaced")
                return text
    wide = _utf16_without_mark(data)
    if wide is not None:
        return wide
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            warnings.append("the file ends inside a character: it may be cut off")
            return data.decode("utf-8", "ignore")
    narrow = data.decode("latin-1")
    # C1 characters do not occur in text: the bytes 80-9F are cp1252's.
    western = data.decode("cp1252", "replace")
    loose = data.decode("utf-8", "replace")
    if loose.count("\ufffd") * 50 <= sum(byte > 0x7F for byte in data):
        warnings.append("some bytes are not valid UTF-8 and were replaced")
        return loose
    if legacy.detect(narrow) is not None:
        return narrow
    vietnamese = data.decode("cp1258", "replace")
    if legacy.vietnamese_share(vietnamese) >= max(0.75, legacy.vietnamese_share(western) + 0.2):
        warnings.append("the text was in the Windows code page 1258 and was converted to Unicode")
        return vietnamese
    warnings.append("the encoding of the text is unknown; it was read as Windows code page 1252")
    return western


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.4 * half and others < 0.05 * half:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _convert(text: str, warnings: list[str]) -> str:
    if legacy.looks_like_mojibake(text):
        text, complete = legacy.repair_mojibake(text)
        warnings.append(
            "UTF-8 text had been read as Windows code page 1252 and was repaired"
            if complete
            else "UTF-8 text had been read as Windows code page 1252; some lines lost characters and stay damaged"
        )
    encoding = legacy.detect(text)
    label = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}
    if encoding is not None:
        warnings.append(f"the text was in {label[encoding]} and was converted to Unicode")
        return legacy.convert(text, encoding)
    if len(_TCVN3_SIGNS.findall(text[:200_000])) >= 5:
        lines = text.split("\n")
        changed = 0
        for index, line in enumerate(lines):
            if _TCVN3_SIGNS.search(line) and legacy.detect(line) == "tcvn3":
                lines[index] = legacy.convert(line, "tcvn3")
                changed += 1
        if changed:
            warnings.append(f"{changed} lines were in TCVN3 (ABC) and were converted to Unicode")
            text = "\n".join(lines)
    return text
