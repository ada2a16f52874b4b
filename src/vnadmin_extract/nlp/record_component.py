"""The spaCy component ``vnadmin_record``: a document's text in, its record and the places of its facts out.

    nlp = spacy.blank("xx")
    nlp.add_pipe("vnadmin_record")
    doc = nlp(text)
    doc._.vnadmin            # the Record of the text's first document, or None
    doc.spans["vnadmin"]     # where its facts stand: ISSUER, CODE, LEAD, DEADLINE, …

The text is taken as a plain-text file is: with its line ends, two columns side by side as printed. Evidence of the
records counts in their own normalised text; the spans count in the Doc.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import InputError
from vnadmin_extract.layout.model import Layout
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


class RecordComponent:
    """Makes the records of a Doc's text.

    Args:
        name: the component's name in the pipeline.
        spans_key: key of ``doc.spans`` to fill.
        models: let the trained model find what rules miss.
    """

    def __init__(self, name: str, spans_key: str = SPANS_KEY, models: bool = True) -> None:
        from vnadmin_extract.extractor import Extractor

        self.name = name
        self.spans_key = spans_key
        self.extractor = Extractor(Config(models=models, ocr="off"))
        for attribute, default in (("vnadmin", None), ("vnadmin_records", ())):
            if not Doc.has_extension(attribute):
                Doc.set_extension(attribute, default=default)

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.vnadmin``, ``doc._.vnadmin_records`` and ``doc.spans``."""
        from vnadmin_extract.layout import lay_out
        from vnadmin_extract.readers.plain import document_of

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
        doc._.vnadmin = records[0] if records else None
        doc._.vnadmin_records = tuple(records)
        doc.spans[self.spans_key] = sorted(set(spans), key=lambda s: (s.start, -s.end))
        return doc


@Language.factory(
    "vnadmin_record",
    assigns=["doc._.vnadmin", "doc._.vnadmin_records", "doc.spans"],
    default_config={"spans_key": SPANS_KEY, "models": True},
)
def _make_record(nlp: Language, name: str, spans_key: str, models: bool) -> RecordComponent:
    return RecordComponent(name, spans_key, models)


def word_places(text: str, document: Document) -> dict[int, int]:
    """Where each word of a document that was read from a text stands in it: ``id(word)`` → offset.

    Words of tables drawn with bars are looked for from where the last word was found, too.
    """
    places: dict[int, int] = {}
    at = 0
    for page in document.pages:
        for line in page.lines:
            for word in line.words:
                found = text.find(word.text, at)
                if found >= 0:
                    places[id(word)] = found
                    at = found + len(word.text)
    return places


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
