"""The model of zones: training material from laid-out pages, damaged copies of them, training, and thresholds.

Labels come from the rules themselves: on a clean page each word's zone is that of its block. A damaged copy of the page
(letters misread, words run together, columns pushed into each other or apart) is laid out anew, as the program would
see it, and each of its lines has the zones that its words had on the clean page.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from corpus.generate.noise import noisy
from corpus.learn.points import documents
from vnadmin_extract.config import Config
from vnadmin_extract.document import Line, Page, TextOrigin, Word
from vnadmin_extract.evaluation.outcomes import judge
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.facts.zones import FIELDS, found_by_model
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.model.reading import sign
from vnadmin_extract.model.zones import (
    COMPONENT,
    MODEL,
    SETTINGS,
    ZONES,
    FieldSetting,
    ZoneLine,
    head_lines,
    tail_lines,
    zone_doc,
)

if TYPE_CHECKING:
    from spacy.language import Language

HEAD_STAGES = tuple(stage for stage in STAGES if stage.name in FIELDS)
"""The rules whose gaps the model fills."""
MEASURED = ("light", "light", "medium", "medium", "heavy") * 3
"""Damage of the copies of the dev split on which thresholds are fitted."""
_LEAST = 8
"""Facts of a field that a threshold needs."""
_SUREST = 0.9
"""No fact of the model is surer: there are too few to tell."""
_BATCH = 64
_RATE = 0.002
_PRECISION = 0.6
"""Share of a field's facts that must be right: below one half a guess does more harm than good."""

SEED = 31
_COLUMN_GAP = 14.0
"""Blank, in points, between the columns of a printed line."""
_SHARE = 0.3
"""Share of a line's letters from which on it is in a zone."""
_FEW = 12
"""Letters of a zone that put a line in it whatever their share."""
_ROWS = 26
"""Lines at the top and bottom of a page whose columns may be moved: where the head and the closing block are."""


@dataclass(frozen=True)
class Faults:
    """Chances, each for a line or word, of what a scan does beside misreading letters."""

    joined: float
    """Two words lose the blank between them."""
    merged: float
    """The right column is pushed against the left one."""
    parted: float
    """The right column stands a little lower: its words become a line of their own."""
    slipped: float
    """The right column stands a line lower: its words go on with the next line's left column."""
    heavy: float
    """A line is read as on a heavily damaged page."""
    lost: float
    """A line's part is not read at all."""


FAULTS = {
    "light": Faults(joined=0.005, merged=0.03, parted=0.05, slipped=0.02, heavy=0.05, lost=0.003),
    "medium": Faults(joined=0.015, merged=0.1, parted=0.1, slipped=0.06, heavy=0.15, lost=0.01),
    "heavy": Faults(joined=0.04, merged=0.2, parted=0.15, slipped=0.1, heavy=1.0, lost=0.02),
}


COPIES = ("light", "medium", "medium", "heavy", "heavy")
"""Damage of the copies of each document that are learnt from."""
TOKENIZER = "vnadmin_extract.SyllableTokenizer.v1"
ARCHITECTURE = {
    "@architectures": "spacy.TextCatReduce.v1",
    "exclusive_classes": True,
    "use_reduce_first": False,
    "use_reduce_last": False,
    "use_reduce_max": True,
    "use_reduce_mean": True,
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 48,
            "attrs": ["NORM", "TAG", "SHAPE"],
            "rows": [2000, 2000, 500],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 48,
            "depth": 2,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    },
}


@dataclass(frozen=True)
class LabelledLine:
    """A line and the zones that its words were printed in."""

    line: ZoneLine
    zones: frozenset[str]


def clean_lines(layout: Layout) -> Iterator[LabelledLine]:
    """The lines of a clean page, each with the zone that the rules give."""
    for line in (*head_lines(layout), *tail_lines(layout)):
        yield LabelledLine(line, frozenset({line.zone.value}))


def damaged_lines(layout: Layout, level: str, seed: int) -> Iterator[LabelledLine]:
    """The lines of a damaged copy with the zones of their words."""
    copy = damaged(layout, level, seed)
    if copy is None:
        return
    for line in (*head_lines(copy), *tail_lines(copy)):
        letters: Counter[str] = Counter()
        for piece in line.pieces:
            letters[piece.word.font or Zone.OTHER] += len(piece.word.text)
        total = letters.total()
        yield LabelledLine(
            line,
            frozenset(str(z) for z, count in letters.items() if count >= min(_FEW, _SHARE * total)),
        )


def damaged(layout: Layout, level: str, seed: int) -> Layout | None:
    """A copy of a document as a bad scan gives it, laid out; ``None`` where nothing is left.

    Each word carries its zone on the clean page as the name of its font, which no later stage reads.

    Args:
        layout: of a clean document.
        level: a name in :data:`FAULTS`.
        seed: the same seed gives the same damage.
    """
    zones: dict[int, str] = {}
    for block in layout.blocks:
        zone = Zone.BODY if block.zone is Zone.APPENDIX else block.zone
        for piece in layout.text.pieces_between(block.start, block.end):
            zones[id(piece.word)] = zone.value
    chance = random.Random(f"{seed} {level} {layout.document.name}")
    first, last = layout.pages
    pages = tuple(
        _damaged_page(page, level, chance, zones)
        for page in layout.document.pages
        if first <= page.number <= last
    )
    found = lay_out(replace(layout.document, pages=pages))
    return found[0] if found else None


def _damaged_page(page: Page, level: str, chance: random.Random, zones: dict[int, str]) -> Page:
    faults = FAULTS[level]
    lines: list[Line] = []
    slipped: list[Word] = []
    for number, line in enumerate(page.lines):
        grade = "heavy" if chance.random() < faults.heavy else level
        columns = [
            words
            for column in _columns(line)
            if chance.random() >= faults.lost and (words := _misread(column, grade, faults, chance, zones))
        ]
        if slipped:
            # What stood beside the line above is read with this one, and its own right part with the next.
            if columns and columns[0][-1].bbox[2] < slipped[0].bbox[0]:
                lines.append(Line((*columns[0], *_level_with(slipped, columns[0]))))
                slipped = [word for words in columns[1:] for word in words]
                continue
            lines.append(Line(tuple(slipped)))
            slipped = []
        edge = number < _ROWS or number >= len(page.lines) - _ROWS
        if edge and len(columns) > 1:
            left, right = columns[0], [word for words in columns[1:] for word in words]
            draw = chance.random()
            if draw < faults.merged:
                back = right[0].bbox[0] - left[-1].bbox[2] - chance.uniform(3.0, 9.0)
                columns = [[*left, *(_moved(word, -back, 0.0) for word in right)]]
            elif draw < faults.merged + faults.parted:
                lower = chance.uniform(3.0, 8.0)
                lines.append(Line(tuple(left)))
                columns = [[_moved(word, 0.0, lower) for word in right]]
            elif draw < faults.merged + faults.parted + faults.slipped:
                columns, slipped = [left], right
        row = tuple(word for column in columns for word in column)
        if row:
            lines.append(Line(row))
    if slipped:
        lines.append(Line(tuple(slipped)))
    return replace(page, lines=tuple(lines), origin=TextOrigin.OCR)


def _columns(line: Line) -> list[list[Word]]:
    """A printed line's words, parted at wide blanks."""
    columns: list[list[Word]] = []
    for word in line.words:
        if columns and word.bbox[0] - columns[-1][-1].bbox[2] <= _COLUMN_GAP:
            columns[-1].append(word)
        else:
            columns.append([word])
    return columns


def _moved(word: Word, right: float, down: float) -> Word:
    x0, top, x1, bottom = word.bbox
    return replace(word, bbox=(x0 + right, top + down, x1 + right, bottom + down))


def _level_with(words: list[Word], line: list[Word]) -> list[Word]:
    """Words at the height of another line."""
    down = line[0].bbox[1] - words[0].bbox[1]
    return [_moved(word, 0.0, down) for word in words]


def _misread(
    words: list[Word], level: str, faults: Faults, chance: random.Random, zones: dict[int, str]
) -> list[Word]:
    """Words with the letters of a bad scan, each with its zone as font and a confidence that fits."""
    made: list[Word] = []
    for word in words:
        texts = noisy(word.text, level, chance.randrange(1 << 30)).text.split()
        x0, top, x1, bottom = word.bbox
        step = (x1 - x0) / max(1, len(texts))
        for number, text in enumerate(texts):
            box = (x0 + number * step, top, x0 + (number + 1) * step, bottom)
            sure = chance.uniform(0.85, 0.97) if text == word.text else chance.uniform(0.2, 0.95)
            new = Word(text, box, zones.get(id(word)), word.size, layer="ocr", confidence=round(sure, 3))
            if made and number == 0 and chance.random() < faults.joined and made[-1].font == new.font:
                before = made.pop()
                box = (before.bbox[0], before.bbox[1], box[2], box[3])
                new = replace(new, text=before.text + text, bbox=box)
            made.append(new)
    return made


def training_lines(split: str) -> Iterator[LabelledLine]:
    """What the model learns from: every document clean, and in several damaged copies.

    Running text is what there is most of: of its lines each copy gives one in three.
    """
    for document in documents(split):
        for number, level in enumerate(("clean", *COPIES)):
            lines = (
                clean_lines(document.layout)
                if level == "clean"
                else damaged_lines(document.layout, level, SEED + number)
            )
            for count, item in enumerate(lines):
                if item.zones != {Zone.BODY.value} or count % 3 == number % 3:
                    yield item


def train_zones(target: Path, lines: Iterable[LabelledLine], *, epochs: int = 3) -> int:
    """Train a pipeline on lines and write it to a folder; how many lines there were.

    Same lines, same versions: the same model.
    """
    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example
    from thinc.api import fix_random_seed

    from vnadmin_extract.model.component import bare

    fix_random_seed(SEED)
    nlp = spacy.blank("vi", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    pipe = cast(Any, nlp.add_pipe("textcat", name=COMPONENT, config={"model": ARCHITECTURE}))
    for zone in ZONES:
        pipe.add_label(zone)
    examples = []
    for item in lines:
        # A line of several zones is learnt once for each: its probability is shared among them.
        for held in sorted(item.zones):
            doc: Doc = zone_doc(nlp.vocab, item.line)
            doc.cats = {zone: float(zone == held) for zone in ZONES}
            examples.append(Example(bare(doc), doc))
    optimizer = nlp.initialize(lambda: examples[:200])
    chance = random.Random(SEED)
    steps = epochs * (len(examples) // _BATCH + 1)
    step = 0
    for _ in range(epochs):
        chance.shuffle(examples)
        for start in range(0, len(examples), _BATCH):
            optimizer.learn_rate = _RATE * (1.0 - 0.8 * step / steps)
            pipe.update(examples[start : start + _BATCH], drop=0.2, sgd=optimizer)
            step += 1
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(target)
    return len(examples)


def make(target: Path) -> dict[str, Any]:
    """Train the model, fit its thresholds on damaged copies of the dev split, and put it in its place.

    Returns:
        What stands in its ``fields.json``.
    """
    import spacy

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / MODEL
        train_zones(folder, training_lines("train"))
        fitted = fit(found_facts("dev", spacy.load(folder)))
        (folder / SETTINGS).write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
        sign(folder)
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, target)
    return fitted


@dataclass(frozen=True)
class FoundFact:
    """A fact that the model gave where rules had none."""

    field: str
    sure: float
    """The model's probability of its lines."""
    right: bool


_ANY = FieldSetting(0.2, (), ())
"""While thresholds are fitted, nearly everything is taken."""


def found_facts(split: str, nlp: Language) -> Iterator[FoundFact]:
    """What the model adds on damaged copies of a split, and whether it is right."""
    for document in documents(split):
        for seed, level in enumerate(MEASURED):
            copy = damaged(document.layout, level, 1000 + seed)
            if copy is not None:
                yield from facts_added(document.gold, copy, nlp, dict.fromkeys(FIELDS, _ANY))


def facts_added(
    gold: dict[str, Any], layout: Layout, nlp: Language, settings: Mapping[str, FieldSetting]
) -> Iterator[FoundFact]:
    """What the model adds to what rules find in a document, judged by its gold record."""
    draft = run_stages(Draft(layout, Config(models=False)), HEAD_STAGES)
    for name, (value, sure) in found_by_model(draft, settings, nlp).items():
        known = getattr(draft, name)
        record = dict.fromkeys(gold) | {name: value.model_dump(mode="json")}
        outcomes = [
            o
            for o in judge(gold, record)
            if o.field.split(".")[0] == name and o.predicted is not None and o.field != "signer.authority"
        ]
        if name == "signer" and known is not None:
            outcomes = [o for o in outcomes if o.field == "signer.name"]
        yield FoundFact(name, sure, bool(outcomes) and all(o.right for o in outcomes))


def fit(facts: Iterable[FoundFact]) -> dict[str, Any]:
    """The threshold and the confidence curve of each field that the model is good enough for."""
    from corpus.learn.calibrate import isotonic

    by_field: dict[str, list[FoundFact]] = defaultdict(list)
    for fact in facts:
        by_field[fact.field].append(fact)
    fields = {}
    for name, found in sorted(by_field.items()):
        found.sort(key=lambda fact: -fact.sure)
        right, gain, best = 0, 0, None
        for count, fact in enumerate(found, 1):
            right += fact.right
            # A weak belief that half are wrong, so that few facts prove little.
            good = count >= _LEAST and (right + 1) / (count + 2) >= _PRECISION
            if good and 2 * right - count > gain:
                gain, best = 2 * right - count, (count, right, fact.sure)
        if best is None:
            continue
        count, right, threshold = best
        curve = isotonic([(fact.sure, fact.right) for fact in found[:count]])
        curve["y"] = [min(_SUREST, y) for y in curve["y"]]
        fields[name] = {
            "threshold": round(max(0.3, threshold - 0.001), 3),
            **curve,
            "facts": count,
            "right": right,
        }
    return {"fields": fields}
