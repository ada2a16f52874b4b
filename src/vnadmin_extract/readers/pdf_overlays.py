"""What software lays over a page: form fields, annotations, and the appearances of digital signatures.

What a person sees counts. Signing software writes the number and the day as fields over the blanks of
``Số:      /TB-UBND … ngày    tháng 11 năm 2024``, often as the appearance of a *signature* field: such text belongs
to the line where it stands. The other appearance of a signature (``Người ký: … Thời gian ký: … +07:00``) names the
owner of a certificate and the second of signing; it is no text of the document, whether it is an annotation or
was burnt into the page, and goes to :attr:`~vnadmin_extract.document.Page.stamps`.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium
import regex

from vnadmin_extract.document import BBox, Layer, Line, Stamp, Word, union
from vnadmin_extract.readers.lines import (
    Glyph,
    baseline_of,
    font_of,
    height_of,
    lines_of,
    words_of,
)
from vnadmin_extract.readers.pdf_knowledge import knowledge
from vnadmin_extract.readers.pdf_pdfium import Geometry, loaded_page, read_glyphs

_UNSEEN = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_TEXT)
"""Kinds whose text is not on the page: links, and notes that open on a click."""
_HIDDEN_FLAGS = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_DEFAULT_APPEARANCE = regex.compile(r"/(\S+)\s+(\d+(?:\.\d+)?)\s+Tf")
_MAX_STAMP_LINES = 16
_MAX_LINES_ABOVE = 6


@dataclass(frozen=True, slots=True)
class Overlay:
    """One visible annotation or form field."""

    bbox: BBox
    layer: Layer
    signature: bool
    """Whether it is a signature field."""
    value: str
    """Its value or contents, for those without an appearance of their own."""
    appearance: bool
    font: str | None = None
    size: float | None = None


def list_overlays(document: Any, page: Any, geometry: Geometry) -> list[Overlay]:
    """The page's annotations and form fields that show text or may."""
    result: list[Overlay] = []
    for index in range(max(0, pdfium.FPDFPage_GetAnnotCount(page))):
        handle = pdfium.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            overlay = _overlay(document, handle, geometry)
        finally:
            pdfium.FPDFPage_CloseAnnot(handle)
        if overlay is not None:
            result.append(overlay)
    return result


def _overlay(document: Any, handle: Any, geometry: Geometry) -> Overlay | None:
    kind = pdfium.FPDFAnnot_GetSubtype(handle)
    if kind in _UNSEEN or pdfium.FPDFAnnot_GetFlags(handle) & _HIDDEN_FLAGS:
        return None
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDFAnnot_GetRect(handle, rect):
        return None
    box = geometry.box(rect.left, rect.bottom, rect.right, rect.top)
    if box[2] - box[0] < 0.5 or box[3] - box[1] < 0.5:
        return None
    widget = kind == pdfium.FPDF_ANNOT_WIDGET
    appearance = bool(pdfium.FPDFAnnot_HasKey(handle, b"AP"))
    value = appearance_string = ""
    signature = False
    if widget:
        form = document.formenv
        if form is not None:
            field_kind = pdfium.FPDFAnnot_GetFormFieldType(form.raw, handle)
            signature = field_kind == pdfium.FPDF_FORMFIELD_SIGNATURE
            if field_kind in (
                pdfium.FPDF_FORMFIELD_TEXTFIELD,
                pdfium.FPDF_FORMFIELD_COMBOBOX,
            ):
                value = _utf16(lambda buf, n: pdfium.FPDFAnnot_GetFormFieldValue(form.raw, handle, buf, n))
    elif kind == pdfium.FPDF_ANNOT_FREETEXT:
        value = _utf16(lambda buf, n: pdfium.FPDFAnnot_GetStringValue(handle, b"Contents", buf, n))
    font = size = None
    if value and not appearance:
        appearance_string = _utf16(lambda buf, n: pdfium.FPDFAnnot_GetStringValue(handle, b"DA", buf, n))
        found = _DEFAULT_APPEARANCE.search(appearance_string)
        if found:
            font, size = found[1], float(found[2]) or None
    return Overlay(box, "form" if widget else "annotation", signature, value, appearance, font, size)


def _utf16(call: Callable[[Any, int], int]) -> str:
    needed = call(None, 0)
    if needed <= 2:
        return ""
    buffer = ctypes.create_string_buffer(needed)
    call(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), needed)
    return buffer.raw[: needed - 2].decode("utf-16-le", "replace")


def read_overlays(
    document: Any, index: int, geometry: Geometry, overlays: Sequence[Overlay], printed: Sequence[Glyph]
) -> tuple[list[Word], list[Stamp]]:
    """The words that overlays show, and the stamps among them.

    The appearances are drawn into the page in memory ("flattened"): what is new on the page after that is what
    they show. The document must not be saved or rendered afterwards.

    Args:
        document: the open pdfium document.
        index: page, from 0.
        geometry: of the page.
        overlays: from :func:`list_overlays`.
        printed: pdfium's characters of the page without its overlays.
    """
    drawn: list[list[Glyph]] = [[] for _ in overlays]
    if any(overlay.appearance for overlay in overlays):
        with loaded_page(document, index) as page:
            flat = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        if flat:
            with loaded_page(document, index) as page:
                after = read_glyphs(page, geometry)
            before = Counter(_key(glyph) for glyph in printed)
            for glyph in after:
                key = _key(glyph)
                if before[key] > 0:
                    before[key] -= 1
                    continue
                owner = _owner(glyph, overlays)
                if owner is not None:
                    drawn[owner].append(glyph)
    words: list[Word] = []
    stamps: list[Stamp] = []
    for overlay, glyphs in zip(overlays, drawn, strict=True):
        found = words_of(glyphs, layer=overlay.layer)
        if not found and not overlay.appearance and overlay.value.strip():
            found = _value_words(overlay)
        if not found:
            continue
        text = " ".join(line.text for line in lines_of(found))
        if _is_signature_text(text, signature_field=overlay.signature):
            stamps.append(Stamp("signature", text, union(word.bbox for word in found), index + 1))
        else:
            words.extend(found)
    return words, stamps


def _key(glyph: Glyph) -> tuple[str, float, float]:
    return glyph.text, round(glyph.x0, 1), round(glyph.baseline, 1)


def _owner(glyph: Glyph, overlays: Sequence[Overlay]) -> int | None:
    """The smallest overlay that a character stands in."""
    x = (glyph.x0 + glyph.x1) / 2
    y = glyph.baseline - 0.3 * glyph.size if glyph.box is None else glyph.baseline
    inside = [
        ((o.bbox[2] - o.bbox[0]) * (o.bbox[3] - o.bbox[1]), i)
        for i, o in enumerate(overlays)
        if o.appearance and o.bbox[0] - 2 <= x <= o.bbox[2] + 2 and o.bbox[1] - 3 <= y <= o.bbox[3] + 3
    ]
    return min(inside)[1] if inside else None


def _value_words(overlay: Overlay) -> list[Word]:
    """Words of a field without an appearance: viewers print its value, left-aligned, in the default font."""
    x0, top, x1, bottom = overlay.bbox
    rows = [row for row in overlay.value.replace("\r\n", "\n").replace("\r", "\n").split("\n") if row.strip()]
    size = overlay.size or max(4.0, min(12.0, (bottom - top) / (1.25 * len(rows))))
    font = font_of(overlay.font) if overlay.font else None
    middle = (top + bottom) / 2
    first = middle + 0.35 * size if len(rows) == 1 else top + size
    words: list[Word] = []
    for number, row in enumerate(rows):
        baseline = first + number * 1.2 * size
        advance = min(0.5 * size, max(0.1, x1 - x0 - 4) / max(1, len(row)))
        glyphs = [
            Glyph(char, x0 + 2 + i * advance, x0 + 2 + (i + 1) * advance, baseline, size, font, i)
            for i, char in enumerate(row)
        ]
        words.extend(words_of(glyphs, layer=overlay.layer))
    return words


def _is_signature_text(text: str, *, signature_field: bool) -> bool:
    known = knowledge()
    text = unicodedata.normalize("NFC", text)
    if known.stamp_lead.search(text) or known.timestamp.search(text):
        return True
    # A signature field that shows a number or a day fills in the document; one that shows only the name of the
    # certificate's body stamps it.
    return signature_field and bool(known.organization.search(text)) and not any(c.isdigit() for c in text)


@dataclass(slots=True)
class _Segment:
    """A part of a line in one size without wide gaps."""

    words: list[Word]
    text: str
    x0: float
    x1: float
    baseline: float
    size: float


def _segments(lines: Sequence[Line]) -> list[_Segment]:
    result: list[_Segment] = []
    for line in lines:
        part: list[Word] = []
        for word in line.words:
            if part:
                size = height_of(part[-1])
                wide = word.bbox[0] - part[-1].bbox[2] > size
                if wide or abs(height_of(word) - size) > 0.08 * size or word.layer != part[-1].layer:
                    result.append(_segment(part))
                    part = []
            part.append(word)
        if part:
            result.append(_segment(part))
    return result


def _segment(words: list[Word]) -> _Segment:
    text = unicodedata.normalize("NFC", " ".join(word.text for word in words))
    first = words[0]
    return _Segment(words, text, first.bbox[0], words[-1].bbox[2], baseline_of(first), height_of(first))


def cut_burnt_stamps(lines: Sequence[Line], page: int) -> tuple[list[Line], list[Stamp]]:
    """Take signature appearances that were burnt into the page's text out of the lines.

    A block starts at a line such as ``Người ký: …`` (and must hold another sign: a field or a time with zone),
    or ends at a time with zone; it goes on over the lines right above and below with the same left edge and size.
    """
    known = knowledge()
    segments = _segments(lines)
    if not any(known.stamp_lead.search(s.text) or known.timestamp.search(s.text) for s in segments):
        return list(lines), []
    taken: set[int] = set()
    stamps: list[Stamp] = []
    for index, segment in enumerate(segments):
        if index in taken:
            continue
        if known.stamp_lead.search(segment.text):
            block = _grow_down(segments, index, taken)
            if len(block) == 1 and not _has_field(segment.text):
                continue
            if not any(_has_field(segments[i].text) for i in block):
                continue
        elif _bare_timestamp(segment.text):
            block = [*_grow_up(segments, index, taken), index]
        else:
            continue
        taken.update(block)
        words = [word for i in block for word in segments[i].words]
        text = " ".join(segments[i].text for i in block)
        stamps.append(Stamp("signature", text, union(word.bbox for word in words), page))
    gone = {id(word) for i in taken for word in segments[i].words}
    kept: list[Line] = []
    for line in lines:
        words = [word for word in line.words if id(word) not in gone]
        words, burnt = _without_timestamps(words)
        if burnt:
            stamps.append(
                Stamp(
                    "signature",
                    " ".join(word.text for word in burnt),
                    union(word.bbox for word in burnt),
                    page,
                )
            )
        if len(words) == len(line.words):
            kept.append(line)
        elif words:
            kept.append(Line(tuple(words), line.starts_paragraph, line.heading_level))
    return kept, stamps


def _has_field(text: str) -> bool:
    known = knowledge()
    return bool(known.stamp_field.search(text) or known.timestamp.search(text))


def _bare_timestamp(text: str) -> bool:
    """Whether a segment is nothing but a time with zone, with its date or its end on the line at most."""
    known = knowledge()
    found = known.timestamp.search(text)
    if not found:
        return False
    rest = (text[: found.start()] + text[found.end() :]).strip(" ,.")
    return not rest or bool(known.date.search(rest)) or bool(known.stamp_field.search(rest))


def _beside(a: _Segment, b: _Segment) -> bool:
    """Whether two segments have the same left edge and size."""
    return abs(a.x0 - b.x0) <= 0.9 * a.size and abs(a.size - b.size) <= 0.1 * a.size


def _grow_down(segments: Sequence[_Segment], start: int, taken: set[int]) -> list[int]:
    known = knowledge()
    block = [start]
    ended = False
    for index in range(start + 1, len(segments)):
        last, segment = segments[block[-1]], segments[index]
        drop = segment.baseline - last.baseline
        if drop > 1.9 * last.size or len(block) >= _MAX_STAMP_LINES:
            break
        if index in taken or drop < 0.5 * last.size or not _beside(segments[start], segment):
            continue
        if ended and not _has_field(segment.text):
            break
        block.append(index)
        ended = bool(known.timestamp.search(segment.text))
    return block


def _grow_up(segments: Sequence[_Segment], start: int, taken: set[int]) -> list[int]:
    block: list[int] = []
    top = segments[start]
    font = top.words[0].font
    for index in range(start - 1, -1, -1):
        segment = segments[index]
        rise = top.baseline - segment.baseline
        if rise > 1.9 * top.size or len(block) >= _MAX_LINES_ABOVE:
            break
        narrow = segment.x1 - segment.x0 < 14 * segment.size
        if (
            index in taken
            or rise < 0.5 * top.size
            or not _beside(segments[start], segment)
            or segment.words[0].font != font
            or not narrow
        ):
            continue
        block.insert(0, index)
        top = segment
    return block


def _without_timestamps(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """Cut times with zone (and the date right before) that stand inside a body line."""
    known = knowledge()
    text = " ".join(word.text for word in words)
    found = known.timestamp.search(text)
    if not found:
        return words, []
    kept: list[Word] = []
    burnt: list[Word] = []
    place = 0
    for word in words:
        end = place + len(word.text)
        if place < found.end() and end > found.start():
            if not burnt and kept and known.date.search(kept[-1].text):
                burnt.append(kept.pop())
            burnt.append(word)
        else:
            kept.append(word)
        place = end + 1
    return kept, burnt
