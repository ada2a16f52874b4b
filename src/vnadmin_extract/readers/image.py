"""Pictures of documents (PNG, JPEG, TIFF…): one page that needs text recognition.

Its size is not read: ``width`` and ``height`` are 0 until the picture is decoded.
"""

from __future__ import annotations

import hashlib

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Page, TextOrigin
from vnadmin_extract.readers.sniff import sniff


def read(data: bytes, *, name: str, config: Config) -> Document:
    """A document of one page without lines, marked ``needs_ocr``.

    Args:
        data: the picture's bytes.
        name: file name for ``Document.name``.
        config: settings (none apply).
    """
    del config
    page = Page(number=1, width=0.0, height=0.0, origin=TextOrigin.OCR, needs_ocr=True)
    return Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=sniff(data, name),
        pages=(page,),
        reader="image",
    )
