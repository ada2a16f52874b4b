"""From a file to its records: reading, laying out, and running the stages."""

from __future__ import annotations

from pathlib import Path

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import EmptyFileError, NeedsOcrError
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.record import Record, Source


class Extractor:
    """Reads documents with fixed settings. Reusable and picklable; it keeps no state between documents."""

    def __init__(self, config: Config | None = None) -> None:
        """Make an extractor.

        Args:
            config: settings; the defaults where ``None``.
        """
        self.config = config or Config()

    def extract(self, source: str | Path | bytes, *, name: str | None = None) -> Record:
        """The record of a file's first document (most files hold one).

        Raises:
            VnadminError: the file cannot be read, or has no text (:class:`NeedsOcrError`).
        """
        return self.extract_all(source, name=name)[0]

    def extract_all(self, source: str | Path | bytes, *, name: str | None = None) -> list[Record]:
        """One record for each document in a file, in order; never an empty list.

        Args:
            source: path, or the file's bytes.
            name: name for messages and ``source.file`` when ``source`` is bytes.

        Raises:
            VnadminError: the file cannot be read, or has no text (:class:`NeedsOcrError`).
        """
        from vnadmin_extract.readers import read

        return self.records(read(source, self.config, name=name))

    def records(self, document: Document) -> list[Record]:
        """The records of a document that has been read already.

        Raises:
            NeedsOcrError: its pages have no usable text.
            EmptyFileError: there is nothing on its pages.
        """
        return [self.record(layout) for layout in self.layouts(document)]

    def layouts(self, document: Document) -> list[Layout]:
        """The documents in a file that has been read already, laid out; never an empty list.

        Raises:
            NeedsOcrError: its pages have no usable text.
            EmptyFileError: there is nothing on its pages.
        """
        from vnadmin_extract.layout import lay_out

        _check_text(document)
        layouts = lay_out(document)
        if not layouts:
            raise EmptyFileError(
                "there are no words in the file", file=document.name, remedy="Check that it is the right file"
            )
        return layouts

    def record(self, layout: Layout) -> Record:
        """The record of one document that has been laid out."""
        from vnadmin_extract.facts.registry import Draft, run_stages

        draft = run_stages(Draft(layout, self.config))
        document = layout.document
        fields = {name: getattr(draft, name) for name in Record.model_fields if hasattr(draft, name)}
        warnings = (*document.warnings, *layout.warnings, *draft.warnings)
        source = Source(
            file=document.name,
            sha256=document.sha256,
            media_type=document.media_type,
            page_count=len(document.pages),
            pages=layout.pages,
            text_origin=document.text_origin.value,
            reader=document.reader,
            warnings=tuple(dict.fromkeys(warnings)),
        )
        record = Record(source=source, **fields)
        record._text = layout.text.text
        return record


def _check_text(document: Document) -> None:
    unread = [page.number for page in document.pages if page.needs_ocr]
    words = sum(len(line.words) for page in document.pages if not page.needs_ocr for line in page.lines)
    words += sum(len(page.tables) for page in document.pages if not page.needs_ocr)
    if unread and words < 10:
        raise NeedsOcrError(
            f"{len(unread)} of {len(document.pages)} pages have no usable text: the file is a scan",
            file=document.name,
            remedy="Let it be recognised (ocr is off in the settings, or recognition failed: see vnadmin-extract doctor)",
        )


def extract(source: str | Path | bytes, config: Config | None = None, *, name: str | None = None) -> Record:
    """The record of a file's first document. See :meth:`Extractor.extract`."""
    return Extractor(config).extract(source, name=name)


def extract_all(
    source: str | Path | bytes, config: Config | None = None, *, name: str | None = None
) -> list[Record]:
    """One record for each document in a file. See :meth:`Extractor.extract_all`."""
    return Extractor(config).extract_all(source, name=name)
