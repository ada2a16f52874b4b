"""Plain text of a document with the two columns side by side, as PDF readers give it."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from pathlib import Path

from corpus.typeset import source as src

WIDTH = 84
LEFT = 36
RIGHT = WIDTH - LEFT


def render_text(source: src.Source, path: Path) -> None:
    """Write ``source`` as UTF-8 text to ``path``."""
    path.write_text(text_of(source), "utf-8")


def text_of(source: src.Source) -> str:
    """The document as text: header and signature in two columns, the body wrapped."""
    lines = _header(source)
    head = source.header
    if len(head.addressees) == 1:
        lines += _wrapped(f"{head.call}: {head.addressees[0]}", first=12, rest=22)
    elif head.addressees:
        lines.append(f"{'':12}{head.call}:")
        for item in head.addressees:
            lines += _wrapped(f"- {item}", first=16, rest=18)
    lines.append("")
    lines += _blocks(source.blocks)
    lines += _signature(source)
    if source.after:
        lines += ["", *_blocks(source.after)]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _columns(left: list[str], right: list[str]) -> list[str]:
    return [f"{a:<{LEFT}}{b:^{RIGHT}}" for a, b in zip_longest(left, right, fillvalue="")]


def _header(source: src.Source) -> list[str]:
    head = source.header
    left = [f"{text:^{LEFT - 2}}" for text in (*head.parent, *head.issuer)]
    if source.style == "party":
        left.append(f"{'*':^{LEFT - 2}}")
        right = ["ĐẢNG CỘNG SẢN VIỆT NAM"]
    else:
        right = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    lines = [*_columns(left, right), ""]
    left = [f"{head.number:^{LEFT - 2}}"]
    if head.abstract:
        left += [f"{text:^{LEFT - 2}}" for text in _broken(head.abstract, LEFT - 4)]
    for stamp in (head.secrecy, head.urgency):
        if stamp:
            left += ["", f"{stamp:^{LEFT - 2}}"]
    lines += [*_columns(left, [head.place_date]), ""]
    if head.kind:
        lines += [f"{text:^{WIDTH}}" for text in (head.kind, *head.title)]
        lines.append("")
    return lines


def _broken(text: str, width: int) -> list[str]:
    """Lines of at most ``width``, broken at spaces only: codes keep their hyphens together, as printed."""
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _wrapped(text: str, first: int, rest: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _blocks(blocks: tuple[src.Block, ...]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, src.Paragraph):
            text = src.plain(block.text)
            if block.role.startswith("centred"):
                lines += [f"{line:^{WIDTH}}" for line in _broken(text, WIDTH - 8)]
            else:
                lines += _wrapped(text, first=0 if block.role == "flush" else 6, rest=0)
            lines.append("")
        elif isinstance(block, src.Table):
            lines += [*_table(block), ""]
        else:
            lines.append("")
    return lines


def _table(table: src.Table) -> list[str]:
    total = sum(table.widths)
    widths = [max(4, round((WIDTH - len(table.widths)) * width / total)) for width in table.widths]
    lines: list[str] = []
    for row in table.rows:
        cells = [
            _broken("" if cell == "<" else src.plain(cell), width) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*cells, fillvalue=""):
            lines.append(" ".join(f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)))
    return lines


def _signature(source: src.Source) -> list[str]:
    if source.signature is None:
        return []
    recipients = ["Nơi nhận:"] if source.recipients else []
    for item in source.recipients:
        recipients += _broken(f"- {item}", LEFT + 6)
    right = [*source.signature.lines, "", "", "", source.signature.name]
    width = LEFT + 8
    left = recipients
    if source.second_signature:
        left = [f"{text:^{width - 2}}" for text in source.second_signature.lines]
        left += [""] * (len(right) - 1 - len(left)) + [f"{source.second_signature.name:^{width - 2}}"]
    lines = [f"{a:<{width}}{b:^{WIDTH - width}}" for a, b in zip_longest(left, right, fillvalue="")]
    return [*lines, "", *recipients] if source.second_signature else lines
