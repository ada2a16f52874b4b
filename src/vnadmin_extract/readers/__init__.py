"""From a file to a :class:`~vnadmin_extract.document.Document`.

A reader is a module with a function ``read(data, *, name, config) -> Document``, registered in
:data:`READERS` under the media type that :func:`~vnadmin_extract.readers.sniff.sniff` gives. Modules are
imported when first used, so that ``import vnadmin_extract`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import EmptyFileError, InputError, LimitExceededError, UnsupportedFormatError
from vnadmin_extract.readers.sniff import (
    DOC,
    DOCX,
    HTML,
    IMAGE_TYPES,
    ODT,
    PDF,
    RTF,
    TEXT,
    sniff,
)


class ReadFunction(Protocol):
    """What a reader module's ``read`` looks like."""

    def __call__(self, data: bytes, *, name: str, config: Config) -> Document:
        """Read a file's bytes.

        Args:
            data: the whole file.
            name: file name for messages and ``Document.name``.
            config: settings.

        Raises:
            VnadminError: with what, where and remedy, for anything that cannot be read.
        """


READERS: dict[str, str] = {
    PDF: "vnadmin_extract.readers.pdf",
    DOCX: "vnadmin_extract.readers.docx",
    DOC: "vnadmin_extract.readers.libreoffice",
    ODT: "vnadmin_extract.readers.libreoffice",
    RTF: "vnadmin_extract.readers.libreoffice",
    TEXT: "vnadmin_extract.readers.plain",
    HTML: "vnadmin_extract.readers.html",
    **dict.fromkeys(IMAGE_TYPES, "vnadmin_extract.readers.image"),
}
"""Media type → module with ``read``."""


def read(source: str | Path | bytes, config: Config | None = None, *, name: str | None = None) -> Document:
    """Read a file (or its bytes) with the reader for its kind; the kind is told by the content, not the name.

    Args:
        source: path, or the file's bytes.
        config: settings; the defaults where ``None``.
        name: name for messages when ``source`` is bytes.

    Raises:
        VnadminError: one of the family, naming file, cause and remedy.
    """
    config = config or Config()
    if isinstance(source, bytes):
        data, label = source, name or "<bytes>"
    else:
        path = Path(source)
        label = name or path.name
        try:
            size = path.stat().st_size
            if size > config.max_bytes:
                raise LimitExceededError(
                    f"the file has {size:,} bytes, more than the limit of {config.max_bytes:,}",
                    file=label,
                    remedy="Raise max_bytes in the settings if the file is really a document",
                )
            data = path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(
                f"the file cannot be opened ({reason})",
                file=label,
                remedy="Check the path and the permissions",
            ) from error
    if not data.strip(b"\x00\t\n\r "):
        raise EmptyFileError("the file is empty", file=label, remedy="Ask the sender for the file again")
    media_type = sniff(data, label)
    module = READERS.get(media_type)
    if module is None:
        raise UnsupportedFormatError(
            f"no reader for this kind of file ({media_type})",
            file=label,
            remedy="Convert it to PDF, DOCX or plain text",
        )
    return cast(ReadFunction, import_module(module).read)(data, name=label, config=config)
