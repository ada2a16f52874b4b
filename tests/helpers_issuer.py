"""A layout made of nothing but header lines and a body, for tests of the issuer stage."""

from __future__ import annotations

from collections.abc import Sequence

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Page
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout.model import Block, FlowText, Layout, Node, NodeKind, Zone
from vnadmin_extract.record import Issued


def header_draft(
    lines: Sequence[str],
    *,
    place: str | None = None,
    date: str | None = None,
    body: str = "",
) -> Draft:
    """A draft whose issuer zone holds ``lines``; a line in ``**stars**`` is bold.

    Args:
        lines: printed lines of the header's left column, top to bottom.
        place: issued.place.
        date: issued.date (EDTF).
        body: text of the body, one block.
    """
    text, blocks = "", []
    for line in lines:
        bold = line.startswith("**")
        line = line.strip("*") if bold else line
        blocks.append(Block(len(text), len(text) + len(line), Zone.ISSUER, 1, bold=bold))
        text += line + "\n"
    blocks.append(Block(len(text), len(text) + len(body), Zone.BODY, 1))
    text += body
    document = Document("x.txt", "0" * 64, "text/plain", (Page(1, 595, 842),), "plain")
    layout = Layout(
        document, (1, 1), FlowText(text, (), frozenset()), tuple(blocks), Node(NodeKind.ROOT, 0, len(text), 0)
    )
    draft = Draft(layout, Config())
    if place is not None or date is not None:
        draft.issued = Issued(place=place, date=date)
    return draft
