"""The fast PDF reader: characters, drawings and annotations of a page through pdfium's C interface.

pdfium is not thread-safe: with threads it crashes or silently returns no text. Everything here must run under
:data:`PDFIUM_LOCK`; :func:`vnadmin_extract.readers.pdf.read` does. Use processes for speed.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from threading import RLock
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from vnadmin_extract.document import BBox
from vnadmin_extract.readers.lines import GUESSED, Font, Glyph, font_of

PDFIUM_LOCK = RLock()
"""Held around every use of pdfium in this process."""

UNKNOWN = "\ufffd"
"""Stands for a character whose meaning the file does not tell."""

NO_PAGES = pdfium.FPDF_ERR_FILE
"""``err_code`` of :func:`open_document` for a file without pages."""

_TURNED = 0.18
"""Slope (about 10 degrees) from which text counts as turned; less is the skew of a scan's text layer."""
_HYPHEN_CODES = (0x02, 0xFFFE)
"""What pdfium gives for a hyphen at the end of a line."""
RULE_WIDTH = 3.0
"""Points up to which a filled rectangle is a rule; a thicker one is shading."""
_MAX_RULES = 1500
"""Rules of each direction that are looked at for crossings: every pair is."""
_MAX_OBJECTS = 20_000
"""Drawn objects that are looked at for rules and pictures; a page with more is a drawing."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """From a page's own coordinates (origin bottom left, before rotation) to those of the page as shown."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    """Quarter turns clockwise."""

    @property
    def width(self) -> float:
        """Width as shown."""
        return self.top - self.bottom if self.rotation % 2 else self.right - self.left

    @property
    def height(self) -> float:
        """Height as shown."""
        return self.right - self.left if self.rotation % 2 else self.top - self.bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point, as shown."""
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 1:
            return y - self.bottom, x - self.left
        if self.rotation == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def direction(self, x: float, y: float) -> tuple[float, float]:
        """A direction, as shown, y downwards."""
        return ((x, -y), (y, x), (-x, y), (-y, -x))[self.rotation]

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        """A box, as shown."""
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


@dataclass(slots=True)
class Drawings:
    """What is drawn on a page besides text."""

    images: int = 0
    image_share: float = 0.0
    """Share of the page's area under its largest picture."""
    paths: int = 0
    segments: int = 0
    horizontal: list[tuple[float, float, float]] = field(default_factory=list)
    """Horizontal rules: ``(x0, x1, y)``."""
    vertical: list[tuple[float, float, float]] = field(default_factory=list)
    """Vertical rules: ``(top, bottom, x)``."""

    def crossings(self, enough: int = 6) -> int:
        """Places where a horizontal and a vertical rule meet (counting stops at ``enough``).

        A frame has four; a table of two rows and two columns at least six.
        """
        points: set[tuple[int, int]] = set()
        for x0, x1, y in self.horizontal[:_MAX_RULES]:
            for top, bottom, x in self.vertical[:_MAX_RULES]:
                if x0 - 2 <= x <= x1 + 2 and top - 2 <= y <= bottom + 2:
                    points.add((round(x / 6), round(y / 6)))
                    if len(points) >= enough:
                        return enough
        return len(points)


def open_document(data: bytes) -> Any:
    """Open a PDF.

    Raises:
        pypdfium2.PdfiumError: ``err_code`` is :data:`NO_PAGES` for a sound file without pages.
    """
    # pdfium keeps one error code for the process and sets none for a file without pages: what the last failure
    # left there would be taken for this one's cause. A path that cannot exist leaves a code known to be stale.
    pdfium.FPDF_LoadDocument(b"", None)
    return pypdfium2.PdfDocument(data)


@contextmanager
def loaded_page(document: Any, index: int) -> Iterator[Any]:
    """A page, closed afterwards (pdfium keeps all it parsed until then)."""
    page = document[index]
    try:
        yield page
    finally:
        page.close()


def geometry_of(page: Any) -> Geometry:
    """The page's shown part (CropBox within MediaBox) and rotation."""
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page, rect):
        width, height = page.get_size()
        return Geometry(0.0, 0.0, width, height, 0)
    return Geometry(rect.left, rect.bottom, rect.right, rect.top, pdfium.FPDFPage_GetRotation(page) % 4)


def read_glyphs(page: Any, geometry: Geometry) -> list[Glyph]:
    """All characters inside the shown part of the page, blanks of the file included.

    Line ends that pdfium itself guesses are left out, guessed blanks marked: what is a word is decided from the
    places.
    """
    text_page = page.get_textpage()
    try:
        return _read_glyphs(text_page, geometry)
    finally:
        text_page.close()


@dataclass(slots=True)
class _Run:
    """What all characters of one text object have in common."""

    font: Font | None
    size: float
    baseline: float | None
    """``None`` for text that is not upright."""


def _read_glyphs(text_page: Any, geometry: Geometry) -> list[Glyph]:
    glyphs: list[Glyph] = []
    runs: dict[int, _Run] = {}
    fonts: dict[int, Font | None] = {}
    rect = pdfium.FS_RECTF()
    rect_at = ctypes.byref(rect)
    raw = text_page.raw
    raw_at = ctypes.cast(raw, ctypes.c_void_p)
    get_object, get_box = _fast_functions()
    codes = _codes(raw)
    width, height = geometry.width, geometry.height
    plain = geometry.rotation == 0
    left = geometry.left
    for index, code in enumerate(codes):
        address = get_object(raw_at, index)
        if not address:
            # A blank or line end that pdfium made up. It leaves out text objects that are only blanks and
            # puts such a blank in their place, so that it tells of a word's end if there is room for one.
            if glyphs and code == 0x20:
                last = glyphs[-1]
                if last.box is None:
                    glyphs.append(Glyph(" ", last.x1, last.x1, last.baseline, last.size, last.font, GUESSED))
            continue
        run = runs.get(address)
        if run is None:
            handle = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
            run = runs[address] = _run_of(raw, handle, index, geometry, fonts)
        get_box(raw_at, index, rect_at)
        baseline = run.baseline
        if baseline is not None and plain:
            x0, x1 = rect.left - left, rect.right - left
            box = None
        else:
            box = geometry.box(rect.left, rect.bottom, rect.right, rect.top)
            x0, x1 = box[0], box[2]
            if baseline is not None:
                box = None
        middle = (x0 + x1) / 2
        low = baseline if baseline is not None else (box[1] + box[3]) / 2 if box else 0.0
        if not (-1 <= middle <= width + 1 and -1 <= low <= height + run.size):
            continue  # outside the shown part
        text = chr(code) if 0x20 <= code < 0xD800 else _character(code)
        glyphs.append(Glyph(text, x0, x1, low, run.size, run.font, index, box))
    return glyphs


def _codes(text_page: Any) -> Sequence[int]:
    """The Unicode code of every character, in one call where that is safe.

    pdfium's bulk text leaves out characters without a code and writes those beyond U+FFFF as two.
    """
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    buffer = (ctypes.c_ushort * (2 * count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer) if count else 1
    codes: Sequence[int] = buffer[: max(0, written - 1)]
    if len(codes) == count and not any(0xD800 <= code <= 0xDFFF for code in codes):
        return codes
    return [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count)]


@lru_cache(maxsize=1)
def _fast_functions() -> tuple[Any, Any]:
    """The two functions that are called for every character, with plain addresses for arguments.

    The package's own prototypes convert typed pointers at every call, which takes longer than the calls.
    """
    void, integer = ctypes.c_void_p, ctypes.c_int

    def address(function: Any) -> int:
        return ctypes.cast(function, void).value or 0

    return (
        ctypes.CFUNCTYPE(void, void, integer)(address(pdfium.FPDFText_GetTextObject)),
        ctypes.CFUNCTYPE(integer, void, integer, void)(address(pdfium.FPDFText_GetLooseCharBox)),
    )


def _character(code: int) -> str:
    if code == 0:
        return UNKNOWN
    if code in _HYPHEN_CODES:
        return "-"
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return UNKNOWN
    return chr(code)


def _run_of(
    text_page: Any, handle: Any, index: int, geometry: Geometry, fonts: dict[int, Font | None]
) -> _Run:
    matrix = pdfium.FS_MATRIX()
    size = ctypes.c_float()
    pdfium.FPDFText_GetMatrix(text_page, index, matrix)
    pdfium.FPDFTextObj_GetFontSize(handle, size)
    font_handle = pdfium.FPDFTextObj_GetFont(handle)
    address = ctypes.cast(font_handle, ctypes.c_void_p).value or 0
    if address not in fonts:
        fonts[address] = _font(font_handle) if address else None
    em = abs(size.value) * math.hypot(matrix.c, matrix.d) or 1.0
    dx, dy = geometry.direction(matrix.a, matrix.b)
    if size.value < 0:
        dx, dy = -dx, -dy
    if dx <= 0 or abs(dy) > _TURNED * dx:
        return _Run(fonts[address], em, None)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
    return _Run(fonts[address], em, geometry.point(x.value, y.value)[1])


def _font(handle: Any) -> Font | None:
    name = _c_string(lambda buffer, size: pdfium.FPDFFont_GetBaseFontName(handle, buffer, size))
    return font_of(name) if name else None


def _c_string(call: Callable[[Any, int], int]) -> str:
    needed = call(None, 0)
    if needed <= 1:
        return ""
    buffer = ctypes.create_string_buffer(needed)
    call(buffer, needed)
    return buffer.raw[: needed - 1].decode("utf-8", "replace")


def read_drawings(page: Any, geometry: Geometry) -> Drawings:
    """Pictures, paths and straight rules of a page, those inside form XObjects too."""
    result = Drawings()
    area = max(1.0, geometry.width * geometry.height)
    seen = 0
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    stack: list[tuple[Any, tuple[float, ...], int]] = [
        (pdfium.FPDFPage_GetObject(page, i), identity, 0)
        for i in range(min(_MAX_OBJECTS, pdfium.FPDFPage_CountObjects(page)))
    ]
    bounds = [ctypes.c_float() for _ in range(4)]
    while stack and seen < _MAX_OBJECTS:
        handle, outer, depth = stack.pop()
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        seen += 1
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < 4:
                inner = _times(_matrix(handle), outer)
                count = min(_MAX_OBJECTS, max(0, pdfium.FPDFFormObj_CountObjects(handle)))
                stack.extend(
                    (pdfium.FPDFFormObj_GetObject(handle, i), inner, depth + 1) for i in range(count)
                )
            continue
        if not pdfium.FPDFPageObj_GetBounds(handle, *bounds):
            continue
        corners = [_apply(outer, bounds[i].value, bounds[j].value) for i in (0, 2) for j in (1, 3)]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        box = geometry.box(min(xs), min(ys), max(xs), max(ys))
        shown = (
            max(0.0, box[0]),
            max(0.0, box[1]),
            min(geometry.width, box[2]),
            min(geometry.height, box[3]),
        )
        if shown[0] > shown[2] or shown[1] > shown[3]:
            continue
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            share = (shown[2] - shown[0]) * (shown[3] - shown[1]) / area
            result.images += share > 0.002
            result.image_share = max(result.image_share, share)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            _add_path(result, handle, shown, outer, geometry)
    return result


def _add_path(result: Drawings, handle: Any, box: BBox, outer: tuple[float, ...], geometry: Geometry) -> None:
    segments = pdfium.FPDFPath_CountSegments(handle)
    result.paths += 1
    result.segments += max(0, segments)
    width, height = box[2] - box[0], box[3] - box[1]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(handle, fill, stroke)
    if not stroke.value and not fill.value:
        return  # a clipping path
    if height <= RULE_WIDTH and width > 8:
        result.horizontal.append((box[0], box[2], (box[1] + box[3]) / 2))
    elif width <= RULE_WIDTH and height > 5:
        result.vertical.append((box[1], box[3], (box[0] + box[2]) / 2))
    elif stroke.value and width > 8 and height > 5 and 0 < segments <= 2000:
        _add_segments(result, handle, segments, _times(_matrix(handle), outer), geometry)


def _add_segments(
    result: Drawings, handle: Any, count: int, matrix: tuple[float, ...], geometry: Geometry
) -> None:
    """The straight rules of a path of several segments (a frame, or a whole grid drawn at once)."""
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(handle, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = geometry.point(*_apply(matrix, x.value, y.value))
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            _add_rule(result, last, point)
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            _add_rule(result, last, start)
            last = start


def _add_rule(result: Drawings, a: tuple[float, float], b: tuple[float, float]) -> None:
    if abs(a[1] - b[1]) <= 1.5 and abs(a[0] - b[0]) > 8:
        result.horizontal.append((min(a[0], b[0]), max(a[0], b[0]), a[1]))
    elif abs(a[0] - b[0]) <= 1.5 and abs(a[1] - b[1]) > 5:
        result.vertical.append((min(a[1], b[1]), max(a[1], b[1]), a[0]))


def _matrix(handle: Any) -> tuple[float, ...]:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, matrix):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(inner: tuple[float, ...], outer: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = inner
    A, B, C, D, E, F = outer
    return (a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F)


def _apply(matrix: tuple[float, ...], x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
