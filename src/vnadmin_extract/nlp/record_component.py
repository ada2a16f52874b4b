"""The spaCy component ``vnadmin_record``: a document's text in, its record and the places of its facts out.

    nlp = spacy.blank("xx")
    nlp.add_pipe("vnadmin_record")
    doc = nlp(text)
    doc._.vnadmin            # the Record of the text's first document, or None
    doc._.vnadmin_records    # the records of all its documents
    doc.spans["vnadmin"]     # where their facts stand: ISSUER, CODE, LEAD, DEADLINE, …

The text is taken as a plain-text file is: with its line ends, two columns side by side as printed, form feeds between
pages. It must be Unicode (TCVN3 and VNI are a file's business). Evidence of the records counts in their own normalised
text; the spans count in the Doc. A span covers whole tokens: with a tokenizer that leaves signs at words
("15/6/2025./."), it holds them too; ``vnadmin_extract.SyllableTokenizer.v1`` parts them.

The records are kept in ``doc.user_data`` as JSON, so that a Doc can be stored and sent to other processes
(``Doc.to_bytes``, ``DocBin(store_user_data=True)``, ``nlp.pipe(…, n_process=2)``). Importing this module makes the
two attributes known where Docs are read back without the component.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import InputError
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.readers import grid
from vnadmin_extract.readers.plain import BREAK, document_of
from vnadmin_extract.record import Evidence, Fact, Record

SPANS_KEY: Final = "vnadmin"
LABELS: Final = (
    "ISSUER", "TYPE", "CODE", "ISSUED", "SUBJECT", "URGENCY", "SECRECY", "ADDRESSEE", "RECIPIENT", "REFERENCE",
    "ASSIGNMENT", "LEAD", "DEADLINE", "SIGNER", "RECEIVED",
)  # fmt: skip
"""Labels of the spans: the fields of the record; LEAD stands where an assignment's lead is named."""
COLORS: Final = {
    "ASSIGNMENT": "#e7f0ff", "LEAD": "#9ec5fe", "DEADLINE": "#ffd8a8", "REFERENCE": "#d3f9d8", "CODE": "#ffec99",
    "ISSUER": "#eebefa", "TYPE": "#eebefa", "ISSUED": "#ffec99", "SUBJECT": "#f1f3f5", "SIGNER": "#fcc2d7",
    "ADDRESSEE": "#c5f6fa", "RECIPIENT": "#c5f6fa", "URGENCY": "#ffa8a8", "SECRECY": "#ffa8a8", "RECEIVED": "#dee2e6",
}  # fmt: skip
"""Colours for ``displacy.render(doc, style="span", options=DISPLACY)``."""
DISPLACY: Final[dict[str, Any]] = {"spans_key": SPANS_KEY, "colors": COLORS}
_STORED: Final = "vnadmin_records"
"""Key of ``doc.user_data``: for each document, its record as JSON and its normalised text."""
_ANY: Final = 10**9
"""More pages than a text can have: how long a Doc may be is for ``nlp.max_length`` to say."""


class RecordComponent:
    """Makes the records of a Doc's text.

    Args:
        name: the component's name in the pipeline.
        spans_key: key of ``doc.spans`` to fill.
        models: let the trained model find what rules miss.
        model_path: folder of a model of one's own (``vnadmin-extract train``); the shipped one if not given.
    """

    def __init__(
        self, name: str, spans_key: str = SPANS_KEY, models: bool = True, model_path: str | None = None
    ) -> None:
        from vnadmin_extract.extractor import Extractor

        self.name = name
        self.spans_key = spans_key
        self.extractor = Extractor(
            Config(
                models=models, model_path=Path(model_path) if model_path else None, ocr="off", max_pages=_ANY
            )
        )

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.vnadmin``, ``doc._.vnadmin_records`` and ``doc.spans``."""
        from vnadmin_extract.layout import lay_out

        records: list[Record] = []
        spans: list[Span] = []
        try:
            document = document_of(
                doc.text, doc.text.encode(), name="<doc>", config=self.extractor.config, warnings=[]
            )
        except InputError:  # a Doc without a word has no record
            document = None
        if document is not None:
            places = word_places(doc.text, document)
            for layout in lay_out(document):
                record = self.extractor.record(layout)
                records.append(record)
                spans += [
                    span
                    for label, entry in _entries(record)
                    if (span := _span(doc, layout, places, label, entry)) is not None
                ]
        doc.user_data[_STORED] = [[record.model_dump_json(), record.text] for record in records]
        doc.spans[self.spans_key] = sorted(set(spans), key=lambda s: (s.start, -s.end, s.label_))
        return doc


@Language.factory(
    "vnadmin_record",
    assigns=["doc._.vnadmin", "doc._.vnadmin_records", "doc.spans"],
    default_config={"spans_key": SPANS_KEY, "models": True, "model_path": None},
)
def _make_record(
    nlp: Language, name: str, spans_key: str, models: bool, model_path: str | None
) -> RecordComponent:
    return RecordComponent(name, spans_key, models, model_path)


@lru_cache(maxsize=64)
def _record(dumped: str, text: str) -> Record:
    record = Record.model_validate_json(dumped)
    record._text = text
    return record


def records_of(doc: Doc) -> tuple[Record, ...]:
    """The records of a Doc, also of one that was stored and read back; ``doc._.vnadmin_records`` is the same."""
    return tuple(_record(dumped, text) for dumped, text in doc.user_data.get(_STORED, ()))


def _first_record(doc: Doc) -> Record | None:
    return next(iter(records_of(doc)), None)


# force: the module may be loaded again (notebooks), and the getters are the same.
Doc.set_extension("vnadmin_records", getter=records_of, force=True)
Doc.set_extension("vnadmin", getter=_first_record, force=True)


def word_places(text: str, document: Document) -> dict[int, int]:
    """Where each word of a document that was read from a text stands in it: ``id(word)`` → offset.

    A word's height on the character grid tells its line; in it, words stand in their order.
    """
    rows = _rows(text)
    places: dict[int, int] = {}
    for page in document.pages:
        on_page = rows[page.number - 1]
        reached: dict[int, int] = {}
        cells = (cell.lines for table in page.tables for cell in table.cells)
        for line in itertools.chain(page.lines, *cells):
            row = round((line.bbox[1] - grid.TOP) / grid.LINE_STEP)
            start, end = on_page[row]
            at = reached.get(row, start)
            for word in line.words:
                found = text.find(word.text, at, end)
                if found >= 0:
                    places[id(word)] = found
                    at = found + len(word.text)
            reached[row] = at
    return places


def _rows(text: str) -> list[list[tuple[int, int]]]:
    """Where the lines of each page begin and end, as the reader of plain text cuts them."""
    pages: list[list[tuple[int, int]]] = []
    at = 0
    for sheet in text.split("\f"):
        rows: list[tuple[int, int]] = []
        start = at
        for match in BREAK.finditer(sheet):
            rows.append((start, at + match.start()))
            start = at + match.end()
        rows.append((start, at + len(sheet)))
        pages.append(rows)
        at += len(sheet) + 1
    return pages


def _entries(record: Record) -> Iterator[tuple[str, Evidence]]:
    """The label and place of every fact."""
    single: tuple[tuple[str, Fact | None], ...] = (
        ("ISSUER", record.issuer), ("TYPE", record.type), ("CODE", record.code), ("ISSUED", record.issued),
        ("SUBJECT", record.subject), ("URGENCY", record.urgency), ("SECRECY", record.secrecy),
        ("SIGNER", record.signer), ("RECEIVED", record.received),
    )  # fmt: skip
    several: tuple[tuple[str, tuple[Fact, ...]], ...] = (
        ("ADDRESSEE", record.addressees), ("RECIPIENT", record.recipients), ("REFERENCE", record.references),
        ("ASSIGNMENT", record.assignments), ("DEADLINE", record.deadlines),
    )  # fmt: skip
    facts = [(label, fact) for label, fact in single if fact is not None]
    facts += [(label, fact) for label, items in several for fact in items]
    for label, fact in facts:
        for entry in fact.evidence:
            if entry.source.endswith("-cell"):
                continue
            yield ("LEAD" if entry.source.endswith("-lead") else label), entry


def _span(doc: Doc, layout: Layout, places: dict[int, int], label: str, entry: Evidence) -> Span | None:
    """A place of a record's text as a span of the Doc; ``None`` where its words are not found there."""
    start: int | None = None
    end = 0
    for piece in layout.text.pieces_between(entry.start, entry.end):
        place = places.get(id(piece.word))
        if place is None:
            continue
        first, last = max(entry.start, piece.start) - piece.start, min(entry.end, piece.end) - piece.start
        if piece.origins is not None:
            first, last = piece.origins[first], piece.origins[last - 1] + 1
        if start is None or place + first < start:
            start = place + first
        end = max(end, place + last)
    if start is None:
        return None
    span: Span | None = doc.char_span(start, end, label=label, alignment_mode="expand")
    return span


def entities(doc: Doc, spans_key: str = SPANS_KEY) -> Doc:
    """Set ``doc.ents`` to the facts that do not overlap, for tools that know entities only."""
    doc.ents = filter_spans([s for s in doc.spans[spans_key] if s.label_ != "ASSIGNMENT"])
    return doc
