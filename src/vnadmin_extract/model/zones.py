"""What the zone model reads: the printed lines of the head and of the closing block, and where they stand.

Rules tell the zones of a page (:mod:`vnadmin_extract.layout`) by cue words and position. A bad scan damages the cue
words: then this model is asked what a line is, by its other words, its place on the page and its neighbours. A line of
several zones (scans run the two columns of the head together) shares its probability among them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from vnadmin_extract.document import BBox, union
from vnadmin_extract.layout.model import Layout, Piece, Zone
from vnadmin_extract.model.reading import CHECKSUMS, load

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import TrainablePipe
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

MODEL: Final = "zones"
"""Name of the shipped model: its folder in ``vnadmin_extract/data/models``."""
SETTINGS: Final = "fields.json"
"""File of the model with the threshold and the confidence curve of each field."""
COMPONENT: Final = "vnadmin_zones"
ZONES: Final = tuple(zone.value for zone in Zone if zone is not Zone.APPENDIX)
"""The zones that the model tells apart."""
Place = Literal["head", "tail"]

_HEAD_SHARE: Final = 0.55
"""Upper part of the first page in which the head is looked for."""
_TAIL_FROM: Final = 0.25
"""Of the last page, what stands above this share of its height is left to the rules."""
_MOST: Final = 70
"""Parts of lines that are read in the head, and in the closing block."""
_GAP: Final = 18.0
"""Blank, in points, that parts two columns."""
_OWN: Final = 28
"""Syllables of a line that are read."""
_NEAR: Final = 5
"""Syllables of each neighbour that are read."""


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A printed line of the head or the closing block, or one column's part of it.

    ``start`` and ``end`` are offsets into the document's normalised text.
    """

    text: str
    start: int
    end: int
    page: int
    line: int
    """Running number of the printed line in the document."""
    zone: Zone
    """The zone that the rules put it in."""
    bbox: BBox
    place: Place
    size: tuple[float, float]
    """Width and height of its page, in points."""
    pieces: tuple[Piece, ...] = ()
    above: str = ""
    below: str = ""
    beside: str = ""
    """What stands over, under and on the same line beside it."""


def head_lines(layout: Layout) -> list[ZoneLine]:
    """The lines of the first page's upper part, in the order of the page."""
    first = layout.pages[0]
    lines = [line for line in _parts(layout, first, "head") if line.bbox[1] < _HEAD_SHARE * line.size[1]]
    return _with_neighbours(lines[:_MOST])


def tail_lines(layout: Layout) -> list[ZoneLine]:
    """The lines of the lower part of the page on which the main document ends, in the order of the page."""
    main = [b for b in layout.blocks if b.appendix is None and b.zone is not Zone.APPENDIX]
    closing = [b for b in main if b.zone in (Zone.RECIPIENTS, Zone.SIGNATURE)]
    if not main:
        return []
    last = (closing or main)[-1]
    page = layout.text.page_at(max(last.start, last.end - 1))
    lines = _parts(layout, page, "tail")
    if page == layout.pages[0]:
        lines = [line for line in lines if line.bbox[1] >= _TAIL_FROM * line.size[1]]
    return _with_neighbours(lines[-_MOST:])


def _parts(layout: Layout, number: int, place: Place) -> list[ZoneLine]:
    """The parts of lines on a page, top to bottom and left to right; cells of tables are none."""
    page = next((p for p in layout.document.pages if p.number == number), None)
    if page is None:
        return []
    found: list[ZoneLine] = []
    for block in layout.blocks:
        if block.cell is not None or block.appendix is not None:
            continue
        pieces = (p for p in layout.text.pieces_between(block.start, block.end) if p.page == number)
        run: list[Piece] = []
        for piece in pieces:
            if run and (piece.line != run[-1].line or piece.word.bbox[0] - run[-1].word.bbox[2] > _GAP):
                found.append(_line_of(layout, run, block.zone, place, (page.width, page.height)))
                run = []
            run.append(piece)
        if run:
            found.append(_line_of(layout, run, block.zone, place, (page.width, page.height)))
    return sorted(found, key=lambda line: (line.line, line.bbox[0]))


def _line_of(
    layout: Layout, run: Sequence[Piece], zone: Zone, place: Place, size: tuple[float, float]
) -> ZoneLine:
    start, end = run[0].start, run[-1].end
    box = union(piece.word.bbox for piece in run)
    text = " ".join(layout.slice(piece.start, piece.end) for piece in run)
    return ZoneLine(text, start, end, run[0].page, run[0].line, zone, box, place, size, tuple(run))


def _with_neighbours(lines: list[ZoneLine]) -> list[ZoneLine]:
    """The lines with what stands around them; above and below are those that share some of their width."""
    result = []
    for index, line in enumerate(lines):
        above = next((x.text for x in reversed(lines[:index]) if x.line != line.line and _over(x, line)), "")
        below = next((x.text for x in lines[index + 1 :] if x.line != line.line and _over(x, line)), "")
        beside = next((x.text for x in lines if x.line == line.line and x is not line), "")
        result.append(replace(line, above=above, below=below, beside=beside))
    return result


def _over(one: ZoneLine, other: ZoneLine) -> bool:
    shared = min(one.bbox[2], other.bbox[2]) - max(one.bbox[0], other.bbox[0])
    least = min(one.bbox[2] - one.bbox[0], other.bbox[2] - other.bbox[0])
    return shared > 0.3 * max(1.0, least)


def marks_of(line: ZoneLine) -> list[str]:
    """The words that say where a line stands and how it is printed: the first tokens of its Doc."""
    width, height = line.size
    x0, top, x1, _ = line.bbox
    left, right = x0 / max(1.0, width), x1 / max(1.0, width)
    if right - left > 0.6:
        side = "wide"
    elif left > 0.42:
        side = "right"
    elif right < 0.52:
        side = "left"
    else:
        side = "centre"
    letters = sum(map(str.isalpha, line.text))
    capitals = sum(map(str.isupper, line.text)) / letters if letters else 0.0
    return [
        f"‹{line.place}›",
        f"‹top{_bucket(top / max(1.0, height), 20)}›",
        f"‹{side}›",
        f"‹from{_bucket(left, 10)}›",
        f"‹to{_bucket(right, 10)}›",
        f"‹capitals{_bucket(capitals, 4)}›",
    ]


def _bucket(share: float, count: int) -> int:
    return max(0, min(count - 1, int(share * count)))


def zone_doc(vocab: Vocab, line: ZoneLine) -> Doc:
    """The Doc of a line with features: its place, its neighbours' words, and its own words."""
    from spacy.tokens import Doc

    from vnadmin_extract.model.docs import OWN, set_features
    from vnadmin_extract.nlp.tokens import split

    words = marks_of(line)
    for name, text in (("above", line.above), ("below", line.below), ("beside", line.beside)):
        near = [word for word in split(text[:80])[0] if not word.isspace()]
        words += [f"‹{name}›", *(near[-_NEAR:] if name == "above" else near[:_NEAR])]
    words.append("‹/›")
    own = len(words)
    words += [word for word in split(line.text[:400])[0] if not word.isspace()][:_OWN]
    doc = Doc(vocab, words=words, spaces=[True] * len(words))
    doc.user_data[OWN] = own
    return set_features(doc, segment=False)


def read_zones(lines: Iterable[ZoneLine], nlp: Language | None = None) -> list[dict[str, float]]:
    """The probability of each zone for each line; they sum to 1.

    Args:
        lines: of :func:`head_lines` or :func:`tail_lines`.
        nlp: a pipeline trained by ``corpus.learn``; the shipped one where ``None``.
    """
    nlp = nlp or shipped()
    docs = [zone_doc(nlp.vocab, line) for line in lines]
    if not docs:
        return []
    pipe = cast("TrainablePipe", nlp.get_pipe(COMPONENT))
    pipe.set_annotations(docs, pipe.predict(docs))
    return [{zone: float(p) for zone, p in doc.cats.items()} for doc in docs]


@dataclass(frozen=True, slots=True)
class FieldSetting:
    """From which probability on a field's line is believed, and how often what it gives is right."""

    threshold: float
    x: tuple[float, ...]
    y: tuple[float, ...]


def shipped() -> Language:
    """The trained pipeline that comes with the package, loaded when first asked for.

    Raises:
        KnowledgeError: its files are not those that were signed.
    """
    with resources.as_file(resources.files("vnadmin_extract") / "data" / "models" / MODEL) as folder:
        return load(folder)


@lru_cache(maxsize=1)
def settings() -> dict[str, FieldSetting]:
    """The shipped model's settings, by the field's name; a field that is not there is not read by it."""
    path = resources.files("vnadmin_extract") / "data" / "models" / MODEL / SETTINGS
    return parse_settings(json.loads(path.read_text("utf-8")))


def parse_settings(data: dict[str, Any]) -> dict[str, FieldSetting]:
    """Settings as they are stored in :data:`SETTINGS`."""
    return {
        name: FieldSetting(float(value["threshold"]), tuple(value["x"]), tuple(value["y"]))
        for name, value in data["fields"].items()
    }


def available(folder: Path | None = None) -> bool:
    """Whether the zone model comes with this installation (or lies in a folder)."""
    if folder is not None:
        return (folder / CHECKSUMS).is_file()
    return (resources.files("vnadmin_extract") / "data" / "models" / MODEL / CHECKSUMS).is_file()
