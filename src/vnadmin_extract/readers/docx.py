"""DOCX: paragraphs, automatic list numbers, layout tables, text boxes, data tables, footnotes.

Words get synthetic positions (:mod:`vnadmin_extract.readers.grid`). A table that only lays the page out (the
header's two columns, the signature block) becomes printed lines with left and right parts; a table of data
stays a :class:`~vnadmin_extract.document.Table`. Tracked changes are read as accepted. Running heads and feet
are no part of the text, unless the document's own header stands only there.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import regex
from lxml import etree

from vnadmin_extract.config import Config
from vnadmin_extract.document import BBox, Cell, Document, Line, Page, Table, TextOrigin, union
from vnadmin_extract.errors import DamagedFileError, EmptyFileError, EncryptedFileError, LimitExceededError
from vnadmin_extract.readers import grid
from vnadmin_extract.readers.grid import Paragraph, Style
from vnadmin_extract.readers.sniff import DOCX
from vnadmin_extract.readers.tables import MOTTO, bare, is_layout_text
from vnadmin_extract.text import legacy

_Element = etree._Element

MAX_PART_BYTES: Final = 256 * 1024 * 1024
"""No part of an office file is unpacked beyond this (a zip bomb unpacks to gigabytes)."""

_TWIP: Final = 1 / 20
_EMU: Final = 1 / 12700
_FALSE: Final = frozenset({"0", "false", "off", "none"})
_THROUGH: Final = frozenset(
    [
        "ins",
        "moveTo",
        "hyperlink",
        "smartTag",
        "sdt",
        "sdtContent",
        "customXml",
        "fldSimple",
        "bdo",
        "dir",
        "oMath",
        "oMathPara",
        "ruby",
        "rubyBase",
    ]
)
_TRANSPARENT_BLOCKS: Final = frozenset(["sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"])
_SYMBOLS: Final = {
    0x2D: "-", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xA3: "≤", 0xB3: "≥", 0xB7: "•", 0xD7: "×", 0xF7: "÷",
}  # fmt: skip
_CHECKED: Final = frozenset({0xFE, 0xFC, 0x52, 0x53})
_UNCHECKED: Final = frozenset({0xA8, 0x6F, 0x71, 0xA3})


def read(data: bytes, *, name: str, config: Config) -> Document:
    """Read a DOCX file.

    Args:
        data: the whole file.
        name: file name for messages.
        config: settings; ``max_pages`` limits the explicit page breaks.

    Raises:
        DamagedFileError: no zip, a truncated one, or one without a document part.
        EncryptedFileError: parts that need a password.
        LimitExceededError: parts that unpack to too many bytes, or too many pages.
        EmptyFileError: no words.
    """
    package = _Package(data, name)
    builder = _Builder(package, config, name)
    pages = builder.build()
    if not any(page.lines or page.tables for page in pages):
        raise EmptyFileError(
            "the file has no words",
            file=name,
            remedy="If it holds pictures of pages, save them as PDF and run OCR",
        )
    return Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=DOCX,
        pages=tuple(pages),
        reader="docx",
        warnings=tuple(package.warnings + builder.warnings),
        metadata=package.metadata(),
    )


# ---------------------------------------------------------------------------------------------------------------
# The zip package


class _Package:
    """The parts of the file, unpacked within limits and parsed without network, entities or DTDs."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.warnings: list[str] = []
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {info.filename.lstrip("/"): info for info in self._zip.infolist()}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError) as error:
            raise DamagedFileError(
                "the DOCX file is truncated or no zip file",
                file=name,
                remedy="Ask the sender for the file again",
            ) from error
        if any(info.flag_bits & 1 for info in self._names.values()):
            raise EncryptedFileError(
                "the file needs a password", file=name, remedy="Save it without a password and try again"
            )
        self.main = self._main_part()
        self.relations = self._relations(self.main)

    def bytes_of(self, part: str) -> bytes | None:
        """A part's bytes, or ``None`` where the package has none of that name."""
        info = self._names.get(part)
        if info is None:
            return None
        try:
            with self._zip.open(info) as stream:
                content = stream.read(MAX_PART_BYTES + 1)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise DamagedFileError(
                f"the part {part} of the DOCX file is damaged",
                file=self.name,
                remedy="Ask the sender for the file again",
            ) from error
        except Exception as error:  # zlib.error has no public common base
            if type(error).__module__ != "zlib":
                raise
            raise DamagedFileError(
                f"the part {part} of the DOCX file is damaged",
                file=self.name,
                remedy="Ask the sender for the file again",
            ) from error
        if len(content) > MAX_PART_BYTES:
            raise LimitExceededError(
                f"the part {part} unpacks to more than {MAX_PART_BYTES:,} bytes",
                file=self.name,
                remedy="The file is no ordinary document; open it by hand if you trust it",
            )
        return content

    def xml(self, part: str) -> _Element | None:
        """A part's root element, or ``None`` where there is no such part or nothing in it."""
        content = self.bytes_of(part)
        if content is None:
            return None
        options: dict[str, Any] = {
            "resolve_entities": False,
            "no_network": True,
            "load_dtd": False,
            "remove_comments": True,
            "remove_pis": True,
        }
        try:
            return etree.fromstring(content, etree.XMLParser(**options))
        except etree.XMLSyntaxError:
            root: _Element | None = None
            try:
                root = etree.fromstring(content, etree.XMLParser(recover=True, **options))
            except etree.XMLSyntaxError:
                pass
            if root is not None:
                self.warnings.append(f"the part {part} is not well-formed; what could be read was read")
            return root

    def part_of(self, relation: str | None) -> str | None:
        """The part that a relation id of the main part names."""
        return self.relations.get(relation or "", (None, ""))[0]

    def part_of_type(self, kind: str) -> str | None:
        """The main part's first related part of a type (``styles``, ``numbering``, …)."""
        for target, type_ in self.relations.values():
            if type_ == kind:
                return target
        return None

    def metadata(self) -> dict[str, str]:
        """Title and dates of the file, as its writer set them."""
        root = self.xml("docProps/core.xml")
        if root is None:
            return {}
        wanted = {"title", "created", "modified"}
        return {_local(e): e.text.strip() for e in root if _local(e) in wanted and e.text and e.text.strip()}

    def _main_part(self) -> str:
        root = self.xml("_rels/.rels")
        if root is not None:
            for relation in root:
                if relation.get("Type", "").endswith("/officeDocument"):
                    target = relation.get("Target", "").lstrip("/")
                    if target in self._names:
                        return target
        if "word/document.xml" in self._names:
            return "word/document.xml"
        raise DamagedFileError(
            "the file has no document part", file=self.name, remedy="Ask the sender for the file again"
        )

    def _relations(self, part: str) -> dict[str, tuple[str | None, str]]:
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", base + ".rels"))
        result: dict[str, tuple[str | None, str]] = {}
        if root is None:
            return result
        for relation in root:
            target = relation.get("Target", "")
            external = relation.get("TargetMode") == "External"
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            result[relation.get("Id", "")] = (
                None if external else path,
                relation.get("Type", "").rsplit("/", 1)[-1],
            )
        return result


def _local(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: _Element | None, name: str) -> _Element | None:
    if element is None:
        return None
    for child in element:
        if _local(child) == name:
            return child
    return None


def _children(element: _Element, name: str) -> Iterator[_Element]:
    return (child for child in element if _local(child) == name)


def _descend(element: _Element, first: str, second: str) -> list[_Element]:
    inner = _child(element, first)
    return [] if inner is None else list(_children(inner, second))


def _attribute(element: _Element | None, name: str) -> str | None:
    """An attribute by its local name (the two OOXML dialects have different namespaces)."""
    if element is None:
        return None
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def _value(parent: _Element | None, name: str) -> str | None:
    return _attribute(_child(parent, name), "val")


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text.removesuffix("pt"))
    except ValueError:
        return None


def _flag(parent: _Element | None, name: str) -> bool | None:
    element = _child(parent, name)
    if element is None:
        return None
    return (_attribute(element, "val") or "1").lower() not in _FALSE


# ---------------------------------------------------------------------------------------------------------------
# Styles


@dataclass(frozen=True, slots=True)
class _RunProps:
    font: str | None = None
    size: float | None = None
    bold: bool | None = None
    italic: bool | None = None
    caps: bool | None = None
    hidden: bool | None = None

    def over(self, base: _RunProps) -> _RunProps:
        """These properties where they are set, else those of ``base``."""
        return _RunProps(
            self.font if self.font is not None else base.font,
            self.size if self.size is not None else base.size,
            self.bold if self.bold is not None else base.bold,
            self.italic if self.italic is not None else base.italic,
            self.caps if self.caps is not None else base.caps,
            self.hidden if self.hidden is not None else base.hidden,
        )


def _run_props(element: _Element | None) -> _RunProps:
    if element is None:
        return _RunProps()
    fonts = _child(element, "rFonts")
    size = _number(_value(element, "sz"))
    return _RunProps(
        font=_attribute(fonts, "ascii") or _attribute(fonts, "hAnsi") or _attribute(fonts, "cs"),
        size=size / 2 if size else None,
        bold=_flag(element, "b"),
        italic=_flag(element, "i"),
        caps=_flag(element, "caps"),
        hidden=_flag(element, "vanish"),
    )


@dataclass(frozen=True, slots=True)
class _ParaProps:
    align: str | None = None
    left: float | None = None
    first: float | None = None
    before: float | None = None
    after: float | None = None
    outline: int | None = None
    numbering: str | None = None
    level: int | None = None
    page_break: bool | None = None
    tabs: tuple[tuple[float, str], ...] | None = None

    def over(self, base: _ParaProps) -> _ParaProps:
        """These properties where they are set, else those of ``base``."""
        values = {
            name: getattr(self, name) if getattr(self, name) is not None else getattr(base, name)
            for name in self.__slots__
        }
        return _ParaProps(**values)


def _para_props(element: _Element | None) -> _ParaProps:
    if element is None:
        return _ParaProps()
    indent = _child(element, "ind")
    spacing = _child(element, "spacing")
    numbering = _child(element, "numPr")
    first = _number(_attribute(indent, "firstLine"))
    hanging = _number(_attribute(indent, "hanging"))
    left = _number(_attribute(indent, "left")) or _number(_attribute(indent, "start"))
    if left is None and indent is not None:
        left = _number(_attribute(indent, "left"))
    before, after = _number(_attribute(spacing, "before")), _number(_attribute(spacing, "after"))
    outline = _number(_value(element, "outlineLvl"))
    level = _number(_value(numbering, "ilvl"))
    tabs = _child(element, "tabs")
    stops = None
    if tabs is not None:
        stops = tuple(
            sorted(
                ((_number(_attribute(t, "pos")) or 0.0) * _TWIP, _attribute(t, "val") or "left")
                for t in _children(tabs, "tab")
                if _attribute(t, "val") not in ("clear", "bar")
            )
        )
    return _ParaProps(
        align=_value(element, "jc"),
        left=left * _TWIP if left is not None else None,
        first=first * _TWIP if first is not None else (-hanging * _TWIP if hanging is not None else None),
        before=before * _TWIP if before is not None else None,
        after=after * _TWIP if after is not None else None,
        outline=int(outline) if outline is not None else None,
        numbering=_value(numbering, "numId"),
        level=int(level) if level is not None else None,
        page_break=_flag(element, "pageBreakBefore"),
        tabs=stops,
    )


_HEADING_NAME: Final = regex.compile(r"^(?:heading|tieu de|đầu đề)\s*([1-9])$", regex.I)


class _Styles:
    """Style chains resolved once each."""

    def __init__(self, root: _Element | None) -> None:
        self._styles: dict[str, _Element] = {}
        self._paragraph: dict[str | None, tuple[_ParaProps, _RunProps]] = {}
        self._run: dict[str, _RunProps] = {}
        self.default_paragraph: str | None = None
        base_run, base_paragraph = _RunProps(), _ParaProps()
        if root is not None:
            defaults = _child(root, "docDefaults")
            base_run = _run_props(_child(_child(defaults, "rPrDefault"), "rPr"))
            base_paragraph = _para_props(_child(_child(defaults, "pPrDefault"), "pPr"))
            for style in _children(root, "style"):
                identity = _attribute(style, "styleId")
                if identity is None:
                    continue
                self._styles[identity] = style
                if (
                    _attribute(style, "type") == "paragraph"
                    and (_attribute(style, "default") or "0") not in _FALSE
                ):
                    self.default_paragraph = identity
        self._base = (base_paragraph, base_run)

    def _chain(self, style: str | None) -> list[_Element]:
        """The style and those it is based on, nearest first."""
        chain: list[_Element] = []
        while style is not None and style in self._styles and len(chain) < 20:
            element = self._styles[style]
            chain.append(element)
            style = _value(element, "basedOn")
        return chain

    def paragraph(self, style: str | None) -> tuple[_ParaProps, _RunProps]:
        """Paragraph and run properties that a paragraph style gives."""
        style = style if style in self._styles else self.default_paragraph
        if style not in self._paragraph:
            paragraph, run = self._base
            for element in reversed(self._chain(style)):
                props = _para_props(_child(element, "pPr"))
                name = _HEADING_NAME.match(_value(element, "name") or "")
                if props.outline is None and name:
                    props = replace(props, outline=int(name[1]) - 1)
                paragraph = props.over(paragraph)
                run = _run_props(_child(element, "rPr")).over(run)
            self._paragraph[style] = (paragraph, run)
        return self._paragraph[style]

    def run(self, style: str | None) -> _RunProps:
        """Run properties that a character style gives."""
        if style is None:
            return _RunProps()
        if style not in self._run:
            props = _RunProps()
            for element in reversed(self._chain(style)):
                props = _run_props(_child(element, "rPr")).over(props)
            self._run[style] = props
        return self._run[style]

    def table_borders(self, style: str | None) -> _Element | None:
        """The borders that a table style draws."""
        for element in self._chain(style):
            borders = _child(_child(element, "tblPr"), "tblBorders")
            if borders is not None:
                return borders
        return None


# ---------------------------------------------------------------------------------------------------------------
# Automatic numbers


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    legal: bool = False
    restart: int | None = None
    left: float | None = None
    first: float | None = None
    bullet_font: str | None = None


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    result = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        while number >= value:
            result += sign
            number -= value
    return result


def _letter(number: int) -> str:
    if number < 1:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _formatted(number: int, style: str) -> str:
    match style:
        case "lowerLetter":
            return _letter(number)
        case "upperLetter":
            return _letter(number).upper()
        case "lowerRoman":
            return _roman(number).lower()
        case "upperRoman":
            return _roman(number)
        case "decimalZero":
            return f"{number:02d}"
        case "none":
            return ""
        case _:
            return str(number)


def _bullet(text: str) -> str:
    """A list mark as text: dashes and plus signs as they are, every drawn shape as a dash."""
    mark = text.strip()
    if mark in ("-", "\u2013", "\u2014", "+", "*"):
        return mark
    if mark in ("\uf02b", "o"):  # Word's second bullet is the letter o in Courier; on paper it stands for "+"
        return "+"
    return "-" if mark else ""


class _Numbering:
    """Counters of all lists of the document, in the order of its text."""

    def __init__(self, root: _Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._style_levels: dict[str, tuple[str, int]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        abstracts = {_attribute(a, "abstractNumId") or "": a for a in _children(root, "abstractNum")}
        by_style = {_value(a, "styleLink"): key for key, a in abstracts.items() if _value(a, "styleLink")}
        for number in _children(root, "num"):
            identity = _attribute(number, "numId") or ""
            abstract = _value(number, "abstractNumId") or ""
            element = abstracts.get(abstract)
            link = _value(element, "numStyleLink")
            if link in by_style:
                abstract = by_style[link]
                element = abstracts[abstract]
            if element is None:
                continue
            levels: dict[int, _Level] = {}
            for level in _children(element, "lvl"):
                self._add_level(levels, level, identity)
            restarts: dict[int, int] = {}
            for override in _children(number, "lvlOverride"):
                index = int(_number(_attribute(override, "ilvl")) or 0)
                start = _number(_value(override, "startOverride"))
                changed = _child(override, "lvl")
                if changed is not None:
                    self._add_level(levels, changed, identity)
                if start is not None:
                    restarts[index] = int(start)
            self._lists[identity] = _List(abstract, levels, restarts)

    def _add_level(self, levels: dict[int, _Level], element: _Element, identity: str) -> None:
        index = int(_number(_attribute(element, "ilvl")) or 0)
        props = _para_props(_child(element, "pPr"))
        restart = _number(_value(element, "lvlRestart"))
        start = _number(_value(element, "start"))
        levels[index] = _Level(
            start=int(start) if start is not None else 1,
            format=_value(element, "numFmt") or "decimal",
            text=_value(element, "lvlText") or "",
            legal=bool(_flag(element, "isLgl")),
            restart=int(restart) if restart is not None else None,
            left=props.left,
            first=props.first,
            bullet_font=_run_props(_child(element, "rPr")).font,
        )
        style = _value(element, "pStyle")
        if style is not None:
            self._style_levels.setdefault(style, (identity, index))

    def level_of_style(self, style: str | None) -> int | None:
        """The level that a list gives to paragraphs of a style."""
        found = self._style_levels.get(style or "")
        return found[1] if found else None

    def next(self, identity: str, index: int) -> tuple[str, _Level] | None:
        """Count one paragraph on; its printed number and level, or ``None`` where there is no such list."""
        found = self._lists.get(identity)
        level = found.levels.get(index) if found else None
        if found is None or level is None:
            return None
        counters = self._counters.setdefault(found.abstract, {})
        if index in found.restarts and (identity, index) not in self._begun:
            counters[index] = found.restarts[index]
        elif index in counters:
            counters[index] += 1
        else:
            counters[index] = level.start
        self._begun.add((identity, index))
        for deeper in [i for i in counters if i > index]:
            rule = found.levels[deeper].restart if deeper in found.levels else None
            if rule != 0 and (rule is None or index < rule):
                del counters[deeper]
        if level.format == "bullet":
            return _bullet(level.text), level

        def place(match: regex.Match[str]) -> str:
            at = int(match[1]) - 1
            other = found.levels.get(at, level)
            value = counters.setdefault(at, other.start)
            return _formatted(value, "decimal" if level.legal and at != index else other.format)

        return regex.sub(r"%([1-9])", place, level.text).strip(), level


# ---------------------------------------------------------------------------------------------------------------
# Content


@dataclass(slots=True)
class _Box:
    """A text box: where it stands (points from the text's left edge and from its paragraph) and what it holds."""

    x: float | None
    y: float
    width: float | None
    content: _Element


@dataclass(slots=True)
class _Content:
    """What one paragraph element holds, cut at page breaks."""

    parts: list[Paragraph] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Sheet:
    """The page being filled."""

    width: float
    left: float
    right: float
    y: float = grid.TOP
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


class _Builder:
    """Walks through the document and fills pages."""

    def __init__(self, package: _Package, config: Config, name: str) -> None:
        self.package = package
        self.config = config
        self.name = name
        self.warnings: list[str] = []
        self.styles = _Styles(self._related("styles"))
        self.numbering = _Numbering(self._related("numbering"))
        self.notes = self._notes()
        self.pages: list[Page] = []
        self.sections: list[_Element] = []
        self.section = 0
        self.sheet = _Sheet(grid.PAGE_WIDTH, grid.LEFT, grid.RIGHT)
        self._converted: set[str] = set()

    def _related(self, kind: str) -> _Element | None:
        part = self.package.part_of_type(kind)
        return self.package.xml(part) if part else None

    def _notes(self) -> dict[tuple[str, str], _Element]:
        result: dict[tuple[str, str], _Element] = {}
        for kind, name in (("footnotes", "footnote"), ("endnotes", "endnote")):
            root = self._related(kind)
            for note in _children(root, name) if root is not None else ():
                if _attribute(note, "type") in (None, "normal"):
                    result[name, _attribute(note, "id") or ""] = note
        return result

    def build(self) -> list[Page]:
        """All pages of the document."""
        root = self.package.xml(self.package.main)
        body = _child(root, "body")
        if body is None:
            raise DamagedFileError(
                "the document part cannot be read", file=self.name, remedy="Ask the sender for the file again"
            )
        self.sections = [e for e in body.iter() if _local(e) == "sectPr"]
        self._start_section()
        head = self._first_header(body)
        if head is not None:
            self.blocks(head)
        self.blocks(body)
        self._finish_page()
        if len(self._converted) > 0:
            self.warnings.append(
                f"text in old fonts was converted to Unicode ({', '.join(sorted(self._converted))})"
            )
        return self.pages

    def _first_header(self, body: _Element) -> _Element | None:
        """The first page's running head, where the motto stands there and not in the body."""
        start = "".join(e.text or "" for e in _first(body, 4000) if _local(e) == "t")
        if MOTTO.search(bare(start)):
            return None
        for section in self.sections[:1]:
            references = list(_children(section, "headerReference"))
            references.sort(key=lambda r: _attribute(r, "type") != "first")
            for reference in references:
                part = self.package.part_of(_attribute(reference, "id"))
                root = self.package.xml(part) if part else None
                if root is not None:
                    text = "".join(e.text or "" for e in root.iter() if _local(e) == "t")
                    if MOTTO.search(bare(text)):
                        return root
        return None

    # -- pages

    def _start_section(self) -> None:
        section = self.sections[self.section] if self.section < len(self.sections) else None
        size, margins = _child(section, "pgSz"), _child(section, "pgMar")
        width = (_number(_attribute(size, "w")) or grid.PAGE_WIDTH * 20) * _TWIP
        left = (_number(_attribute(margins, "left")) or grid.LEFT * 20) * _TWIP
        right = (_number(_attribute(margins, "right")) or 42 * 20) * _TWIP
        if not (200 <= width <= 3000 and left >= 0 and right >= 0 and left + right < width - 100):
            width, left, right = grid.PAGE_WIDTH, grid.LEFT, grid.PAGE_WIDTH - grid.RIGHT
        self.sheet.width, self.sheet.left, self.sheet.right = width, left, width - right

    def _finish_page(self) -> None:
        sheet = self.sheet
        number = len(self.pages) + 1
        if number > self.config.max_pages:
            raise LimitExceededError(
                f"the file has more pages than the limit of {self.config.max_pages:,}",
                file=self.name,
                remedy="Raise max_pages in the settings if the file is really a document",
            )
        self.pages.append(
            Page(
                number=number,
                width=sheet.width,
                height=max(grid.PAGE_HEIGHT, sheet.y + grid.TOP),
                lines=tuple(sheet.lines),
                tables=tuple(sheet.tables),
                origin=TextOrigin.OFFICE,
                geometric=False,
            )
        )

    def _break_page(self) -> None:
        if not self.sheet.lines and not self.sheet.tables:
            return  # two breaks after another, or one before any text: no page of its own
        self._finish_page()
        old = self.sheet
        self.sheet = _Sheet(old.width, old.left, old.right)

    def _end_section(self, properties: _Element) -> None:
        self.section += 1
        following = self.sections[self.section] if self.section < len(self.sections) else None
        if _value(following, "type") != "continuous":
            self._break_page()
        self._start_section()

    # -- blocks

    def blocks(self, parent: _Element) -> None:
        """Set all paragraphs and tables under an element on the page."""
        for element in parent:
            kind = _local(element)
            if kind == "p":
                self._body_paragraph(element)
            elif kind == "tbl":
                self._body_table(element)
            elif kind in _TRANSPARENT_BLOCKS:
                self.blocks(element)
            elif kind == "AlternateContent":
                choice = _child(element, "Choice")
                self.blocks(choice if choice is not None else element)

    def _body_paragraph(self, element: _Element) -> None:
        sheet = self.sheet
        properties = _child(element, "pPr")
        frame = _child(properties, "framePr")
        content = self._content(element)
        props = self._props(element)
        if props.page_break:
            self._break_page()
        if content.boxes:
            self._boxes(content.boxes)
        for index, paragraph in enumerate(content.parts):
            if index:
                self._break_page()
            sheet = self.sheet
            left, right = sheet.left, sheet.right
            frame_width = _number(_attribute(frame, "w"))
            if frame is not None and frame_width:
                offset = (_number(_attribute(frame, "x")) or 0.0) * _TWIP
                left = offset if _attribute(frame, "hAnchor") == "page" else sheet.left + offset
                right = left + frame_width * _TWIP
            lines, sheet.y = grid.set_paragraph(paragraph, left, right, sheet.y)
            sheet.lines.extend(lines)
        for note in content.notes:
            paragraph = Paragraph(lines=[[(note, Style(size=10.0))]])
            lines, self.sheet.y = grid.set_paragraph(
                paragraph, self.sheet.left, self.sheet.right, self.sheet.y
            )
            self.sheet.lines.extend(lines)
        section = _child(properties, "sectPr")
        if section is not None:
            self._end_section(section)

    def _boxes(self, boxes: list[_Box]) -> None:
        """Set text boxes beside each other where they stand so, else one below the other."""
        sheet = self.sheet
        room = sheet.right - sheet.left
        placed: list[tuple[float, float, list[Line]]] = []
        for number, box in enumerate(boxes):
            width = min(box.width or room, room + 60)
            x = box.x if box.x is not None else 0.0
            if box.x is None and len(boxes) == 2 and width < 0.6 * room:
                x = number * room / 2
            x0 = sheet.left + max(-60.0, min(x, room - 20))
            lines = self._column(box.content, x0, x0 + width)
            if lines:
                placed.append((box.y, x0, lines))
        placed.sort(key=lambda item: (round(item[0] / 20), item[1]))
        base = sheet.y
        group: list[list[Line]] = []
        spans: list[tuple[float, float]] = []
        tops: list[float] = []

        def close() -> None:
            nonlocal base
            if group:
                merged = grid.merge_rows([[grid.shift(line, base) for line in lines] for lines in group])
                sheet.lines.extend(merged)
                base = max(line.bbox[3] for line in merged) + 6.0
            group.clear()
            spans.clear()
            tops.clear()

        for y, _, lines in placed:
            box_ = union(line.bbox for line in lines)
            beside = all(box_[0] > right - 2 or box_[2] < left + 2 for left, right in spans)
            if group and (not beside or abs(y - tops[0]) > 60):
                close()
            group.append(lines)
            spans.append((box_[0], box_[2]))
            tops.append(y)
        close()
        sheet.y = base

    def _column(self, parent: _Element, x0: float, x1: float) -> list[Line]:
        """Everything under an element as lines in a column, from height 0, on the row grid."""
        lines: list[Line] = []
        y = 0.0
        for element in _block_elements(parent):
            if _local(element) == "p":
                content = self._content(element)
                for box in content.boxes:
                    inner = self._column(box.content, x0, x1)
                    lines.extend(grid.shift(line, y) for line in inner)
                    y += len(inner) * grid.ROW_STEP
                for paragraph in content.parts:
                    more, y = grid.set_paragraph(paragraph, x0, x1, y, step=grid.ROW_STEP, squeeze=1.6)
                    lines.extend(more)
                for note in content.notes:
                    more, y = grid.set_paragraph(
                        Paragraph(lines=[[(note, Style(size=10.0))]]), x0, x1, y, step=grid.ROW_STEP
                    )
                    lines.extend(more)
            else:
                for row in self._table_rows(element, x0, x1):
                    lines.extend(grid.shift(line, y) for line in row)
                    if row:
                        y += max(line.bbox[1] for line in row) + grid.ROW_STEP
        return lines

    # -- tables

    def _body_table(self, element: _Element) -> None:
        sheet = self.sheet
        table = self._grid_of(element)
        if not table.cells:
            return
        left, right = self._table_edges(element, table)
        if self._is_layout(element, table):
            for row in self._table_rows(element, left, right, table):
                if row:
                    sheet.lines.extend(grid.shift(line, sheet.y) for line in row)
                    sheet.y += max(line.bbox[1] for line in row) + grid.ROW_STEP
            sheet.y += 6.0
            return
        edges = table.edges(left, right)
        top = sheet.y
        heights: list[float] = [top]
        cells: list[Cell] = []
        for row_number in range(table.rows):
            depth = grid.ROW_STEP
            for cell in table.cells:
                if cell.row != row_number:
                    continue
                x0, x1 = edges[cell.column], edges[min(cell.column + cell.column_span, table.columns)]
                lines: list[Line] = []
                for part in cell.elements:
                    offset = max((line.bbox[1] for line in lines), default=-grid.ROW_STEP) + grid.ROW_STEP
                    lines.extend(
                        grid.shift(line, offset) for line in self._column(part, x0 + 4, max(x0 + 30, x1 - 4))
                    )
                shifted = tuple(grid.shift(line, heights[row_number] + 2) for line in lines)
                if shifted and cell.row_span == 1:
                    depth = max(depth, max(line.bbox[3] for line in shifted) - heights[row_number] + 4)
                cells.append(Cell(cell.row, cell.column, shifted, None, cell.row_span, cell.column_span))
            heights.append(heights[row_number] + depth)
        boxed = tuple(
            replace(
                c,
                bbox=(
                    edges[c.column],
                    heights[c.row],
                    edges[min(c.column + c.column_span, table.columns)],
                    heights[min(c.row + c.row_span, table.rows)],
                ),
            )
            for c in cells
        )
        if any(c.lines for c in boxed):
            box: BBox = (edges[0], top, edges[-1], heights[-1])
            sheet.tables.append(Table(box, boxed, table.rows, table.columns))
        sheet.y = heights[-1] + 6.0

    def _table_edges(self, element: _Element, table: _Grid) -> tuple[float, float]:
        sheet = self.sheet
        room = sheet.right - sheet.left
        total = sum(table.widths) or room
        indent = (_number(_attribute(_child(_child(element, "tblPr"), "tblInd"), "w")) or 0.0) * _TWIP
        align = _value(_child(element, "tblPr"), "jc")
        total = min(total, sheet.width - 40)
        if align == "center":
            left = sheet.left + (room - total) / 2
        else:
            left = sheet.left + indent
        left = min(max(20.0, left), sheet.width - 20 - total)
        return left, left + total

    def _grid_of(self, element: _Element) -> _Grid:
        widths = [
            (_number(_attribute(column, "w")) or 0.0) * _TWIP
            for column in _descend(element, "tblGrid", "gridCol")
        ]
        table = _Grid(widths=widths)
        open_cells: dict[int, _GridCell] = {}
        for row_number, row in enumerate(_wrapped(element, "tr")):
            table.rows = row_number + 1
            properties = _child(row, "trPr")
            if _child(properties, "del") is not None:
                continue
            column = int(_number(_value(properties, "gridBefore")) or 0)
            for cell in _wrapped(row, "tc"):
                cell_props = _child(cell, "tcPr")
                span = max(1, int(_number(_value(cell_props, "gridSpan")) or 1))
                merge = _child(cell_props, "vMerge")
                width = (_number(_attribute(_child(cell_props, "tcW"), "w")) or 0.0) * _TWIP
                if (
                    merge is not None
                    and (_attribute(merge, "val") or "continue") == "continue"
                    and column in open_cells
                ):
                    above = open_cells[column]
                    above.row_span = row_number - above.row + 1
                    above.elements.append(cell)
                else:
                    entry = _GridCell(row_number, column, span, 1, [cell], width)
                    table.cells.append(entry)
                    if merge is not None:
                        open_cells[column] = entry
                    else:
                        open_cells.pop(column, None)
                column += span
            table.columns = max(table.columns, column)
        return table

    def _is_layout(self, element: _Element, table: _Grid) -> bool:
        """Whether a table only lays the page out: the header, the signature block, a frame around text."""
        ruled = self._has_inner_borders(element)
        return is_layout_text([cell.text for cell in table.cells], table.rows, table.columns, ruled)

    def _has_inner_borders(self, element: _Element) -> bool:
        properties = _child(element, "tblPr")
        borders = _child(properties, "tblBorders")
        if borders is None:
            borders = self.styles.table_borders(_value(properties, "tblStyle"))
        if _drawn(borders, ("insideV", "insideH")):
            return True
        cells = [c for row in _wrapped(element, "tr") for c in _wrapped(row, "tc")]
        ruled = sum(
            1
            for cell in cells
            if sum(
                _drawn(_child(_child(cell, "tcPr"), "tcBorders"), (side,))
                for side in ("left", "right", "top", "bottom")
            )
            >= 2
        )
        return ruled * 2 >= len(cells)

    def _table_rows(
        self, element: _Element, left: float, right: float, table: _Grid | None = None
    ) -> Iterator[list[Line]]:
        """A layout table's rows, each as printed lines from height 0."""
        table = table or self._grid_of(element)
        if not table.columns:
            return
        edges = table.edges(left, right)
        for row_number in range(table.rows):
            columns: list[list[Line]] = []
            for cell in table.cells:
                if cell.row == row_number:
                    x0 = edges[cell.column] + 4
                    x1 = edges[min(cell.column + cell.column_span, table.columns)] - 4
                    lines: list[Line] = []
                    for part in cell.elements:
                        offset = max((line.bbox[1] for line in lines), default=-grid.ROW_STEP) + grid.ROW_STEP
                        lines.extend(
                            grid.shift(line, offset) for line in self._column(part, x0, max(x0 + 30, x1))
                        )
                    columns.append(lines)
            yield grid.merge_rows(columns)

    # -- paragraphs

    def _props(self, element: _Element) -> _ParaProps:
        properties = _child(element, "pPr")
        return _para_props(properties).over(self.styles.paragraph(_value(properties, "pStyle"))[0])

    def _content(self, element: _Element) -> _Content:
        properties = _child(element, "pPr")
        style = _value(properties, "pStyle")
        _, base = self.styles.paragraph(style)
        props = self._props(element)
        content = _Content()
        lines: list[list[tuple[str, Style]]] = [[]]
        parts = [lines]
        for event, value, run in self._inline(element, base):
            match event:
                case "text":
                    parts[-1][-1].append((value, self._style(run)))
                case "line":
                    parts[-1].append([])
                case "page":
                    parts.append([[]])
                case "box":
                    content.boxes.extend(value)
                case "note":
                    content.notes.append(value)
        align: Literal["left", "center", "right"] = "left"
        if props.align == "center":
            align = "center"
        elif props.align in ("right", "end"):
            align = "right"
        left, first = props.left, props.first
        has_text = any(text.strip() for part in parts for line in part for text, _ in line)
        number = ""
        if props.numbering not in (None, "0") and has_text and props.numbering is not None:
            level = props.level if props.level is not None else (self.numbering.level_of_style(style) or 0)
            found = self.numbering.next(props.numbering, level)
            if found is not None:
                number, defaults = found
                direct = _para_props(properties)
                left = (
                    direct.left
                    if direct.left is not None
                    else (defaults.left if defaults.left is not None else left)
                )
                first = (
                    direct.first
                    if direct.first is not None
                    else (defaults.first if defaults.first is not None else first)
                )
        for index, part in enumerate(parts):
            if index == 0 and number:
                look = next((s for line in part for t, s in line if t.strip()), self._style(base))
                part[0].insert(0, (number + " ", look))
            content.parts.append(
                Paragraph(
                    lines=[_converted(line, self._converted) for line in part],
                    align=align,
                    indent=left or 0.0,
                    first=first or 0.0 if index == 0 else 0.0,
                    before=min(props.before or 0.0, 40.0),
                    after=min(props.after if props.after is not None else 0.0, 40.0),
                    heading_level=props.outline + 1
                    if props.outline is not None and props.outline < 9
                    else None,
                    tab_stops=props.tabs or (),
                )
            )
        return content

    def _style(self, run: _RunProps) -> Style:
        return Style(run.font, run.size or 12.0, bool(run.bold), bool(run.italic))

    def _inline(self, parent: _Element, base: _RunProps) -> Iterator[tuple[str, Any, _RunProps]]:
        for element in parent:
            kind = _local(element)
            if kind == "r":
                yield from self._run(element, base)
            elif kind in _THROUGH:
                yield from self._inline(element, base)
            elif kind == "AlternateContent":
                yield from self._alternate(element, base)

    def _alternate(self, element: _Element, base: _RunProps) -> Iterator[tuple[str, Any, _RunProps]]:
        """The first choice only: the fallback says the same again."""
        choice = _child(element, "Choice")
        chosen = choice if choice is not None else _child(element, "Fallback")
        if chosen is None:
            return
        boxes = _boxes_in(chosen)
        if boxes:
            yield "box", boxes, base
        else:
            yield from self._run_children(chosen, base)

    def _run(self, element: _Element, base: _RunProps) -> Iterator[tuple[str, Any, _RunProps]]:
        properties = _child(element, "rPr")
        run = _run_props(properties).over(self.styles.run(_value(properties, "rStyle"))).over(base)
        if run.hidden:
            return
        yield from self._run_children(element, run)

    def _run_children(self, element: _Element, run: _RunProps) -> Iterator[tuple[str, Any, _RunProps]]:
        for child in element:
            match _local(child):
                case "t":
                    text = child.text or ""
                    yield "text", text.upper() if run.caps else text, run
                case "tab" | "ptab":
                    yield "text", "\t", run
                case "br":
                    kind = _attribute(child, "type")
                    yield ("page" if kind == "page" else "line"), "", run
                case "cr":
                    yield "line", "", run
                case "noBreakHyphen":
                    yield "text", "-", run
                case "sym":
                    yield "text", _symbol(child), run
                case "drawing" | "pict" | "object":
                    boxes = _boxes_in(child)
                    if boxes:
                        yield "box", boxes, run
                case "AlternateContent":
                    yield from self._alternate(child, run)
                case "footnoteReference" | "endnoteReference" as name:
                    note = self._note(name.removesuffix("Reference"), _attribute(child, "id") or "")
                    if note:
                        yield "note", note, run
                case "r":
                    yield from self._run(child, run)
                case other if other in _THROUGH:
                    yield from self._inline(child, run)

    def _note(self, kind: str, identity: str) -> str | None:
        element = self.notes.get((kind, identity))
        if element is None:
            return None
        text = " ".join(
            "".join(e.text or "" for e in p.iter() if _local(e) == "t")
            for p in element.iter()
            if _local(p) == "p"
        )
        text = " ".join(text.split())
        return f"{identity} {text}" if text else None


@dataclass(slots=True)
class _GridCell:
    row: int
    column: int
    column_span: int
    row_span: int
    elements: list[_Element]
    width: float

    @property
    def text(self) -> str:
        """The cell's characters, paragraphs on lines of their own."""
        return "\n".join(
            "".join(e.text or "" for e in p.iter() if _local(e) == "t")
            for element in self.elements
            for p in element.iter()
            if _local(p) == "p"
        )


@dataclass(slots=True)
class _Grid:
    widths: list[float]
    cells: list[_GridCell] = field(default_factory=list)
    rows: int = 0
    columns: int = 0

    def edges(self, left: float, right: float) -> list[float]:
        """The columns' edges between two places."""
        widths = self.widths[: self.columns]
        if len(widths) < self.columns or sum(widths) <= 0 or min(widths) <= 0:
            known = [0.0] * self.columns
            for cell in self.cells:
                for offset in range(cell.column_span):
                    share = cell.width / cell.column_span
                    known[cell.column + offset] = max(
                        known[cell.column + offset], share if cell.column_span == 1 else 0
                    )
            widths = known if self.columns and min(known) > 0 else [1.0] * self.columns
        scale = (right - left) / sum(widths)
        edges = [left]
        for width in widths:
            edges.append(edges[-1] + width * scale)
        return edges


def _converted(line: list[tuple[str, Style]], seen: set[str]) -> list[tuple[str, Style]]:
    """A line with the runs in old fonts converted; a font's claim is dropped where the text is Unicode already."""
    old = [(text, style) for text, style in line if legacy.encoding_of_font(style.font)]
    if not old or legacy.has_unicode_vietnamese("".join(text for text, _ in old)):
        return line
    result: list[tuple[str, Style]] = []
    for text, style in line:
        encoding = legacy.encoding_of_font(style.font)
        if encoding is None:
            result.append((text, style))
            continue
        changed = legacy.convert(text, encoding)
        if changed != text:
            seen.add({"tcvn3": "TCVN3", "vni": "VNI"}[encoding])
        if legacy.is_capital_font(style.font):
            changed = changed.upper()
        result.append((changed, style))
    return result


def _first(root: _Element, count: int) -> Iterator[_Element]:
    for index, element in enumerate(root.iter()):
        if index >= count:
            return
        yield element


def _wrapped(parent: _Element, name: str) -> Iterator[_Element]:
    """Children of a name, also inside content controls and tracked insertions."""
    for child in parent:
        kind = _local(child)
        if kind == name:
            yield child
        elif kind in _TRANSPARENT_BLOCKS:
            yield from _wrapped(child, name)


def _block_elements(parent: _Element) -> Iterator[_Element]:
    for child in parent:
        kind = _local(child)
        if kind in ("p", "tbl"):
            yield child
        elif kind in _TRANSPARENT_BLOCKS:
            yield from _block_elements(child)
        elif kind == "AlternateContent":
            choice = _child(child, "Choice")
            if choice is not None:
                yield from _block_elements(choice)


def _drawn(borders: _Element | None, sides: tuple[str, ...]) -> bool:
    return any((_value(borders, side) or "none") not in ("none", "nil") for side in sides)


def _symbol(element: _Element) -> str:
    code = int(_attribute(element, "char") or "0", 16) & 0xFF
    font = (_attribute(element, "font") or "").lower()
    if "wingdings" in font:
        if code in _CHECKED:
            return "☑"
        if code in _UNCHECKED:
            return "☐"
        return "→" if code in (0xE0, 0xF0, 0xE8) else "-"
    return _SYMBOLS.get(code, "")


def _boxes_in(element: _Element) -> list[_Box]:
    """The text boxes of a drawing (both dialects), with their places where the file gives them."""
    boxes: list[_Box] = []
    for content in element.iter():
        if _local(content) != "txbxContent" or any(_local(a) == "Fallback" for a in content.iterancestors()):
            continue
        if any(_local(a) == "txbxContent" for a in _up_to(content, element)):
            continue
        x: float | None = None
        y = 0.0
        width: float | None = None
        for ancestor in _up_to(content, element, inclusive=True):
            kind = _local(ancestor)
            if kind == "anchor":
                x = _number(_offset(_child(ancestor, "positionH")))
                x = x * _EMU if x is not None else None
                align = _align(_child(ancestor, "positionH"))
                if align == "right":
                    x = 240.0
                elif align in ("left", "center"):
                    x = 0.0 if align == "left" else None
                y = (_number(_offset(_child(ancestor, "positionV"))) or 0.0) * _EMU
                extent = _number(_attribute(_child(ancestor, "extent"), "cx"))
                if _attribute(_child(ancestor, "positionH"), "relativeFrom") == "page" and x is not None:
                    x -= grid.LEFT
                if extent and width is None:
                    width = extent * _EMU
            elif kind in ("shape", "rect", "roundrect") and _attribute(ancestor, "style"):
                look = dict(
                    part.split(":", 1)
                    for part in (_attribute(ancestor, "style") or "").split(";")
                    if ":" in part
                )
                if x is None:
                    x = _number(look.get("margin-left", "").strip() or None)
                y = _number(look.get("margin-top", "").strip() or None) or y
                width = width or _number(look.get("width", "").strip() or None)
        boxes.append(_Box(x, y, width if width and width > 20 else None, content))
    return boxes


def _up_to(element: _Element, top: _Element, *, inclusive: bool = False) -> Iterator[_Element]:
    for ancestor in element.iterancestors():
        if ancestor is top:
            if inclusive:
                yield ancestor
            return
        yield ancestor


def _offset(position: _Element | None) -> str | None:
    element = _child(position, "posOffset")
    return element.text if element is not None else None


def _align(position: _Element | None) -> str | None:
    element = _child(position, "align")
    return element.text if element is not None else None
