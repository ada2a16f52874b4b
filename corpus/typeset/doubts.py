"""What a second reader should look at: ``python -m corpus.typeset.doubts NAME ...``.

No faults, only places where a note may be missing: codes that are printed but not cited, words of time in an
assignment that no deadline holds, words that give work in a block without notes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import regex

from corpus.typeset import notes as nt
from corpus.typeset import source as src
from corpus.typeset.check import squeezed

ROOT = Path(__file__).resolve().parents[1]

# A number and a notation with two capitals in its first word; "4/ UBND xã" is a point of a list.
_CODE = regex.compile(
    r"(?<![\w./-])\d{1,5}[a-zđ]?(?:/|-(?=[\p{L}&]+[-/]))(?:\d{4}/)?(?=\p{Lu}\p{L}*\p{Lu})\p{L}[\p{L}\d&]*(?:[-/.][\p{L}\d&]+)*"
)
_TIME = regex.compile(
    r"(?i)trước (?:\d+ ?(?:giờ|h)\w* )?(?:ngày|tháng) \d|chậm nhất|trong thời hạn|trong vòng \d"
    r"|(?:hằng|hàng) (?:tháng|quý|tuần)|trong (?:quý|tháng \d)"
)
_WORK = regex.compile(r"(?i)chủ trì|phối hợp với|^\W*\w*\W*giao \p{L}|có trách nhiệm")


def doubts(source: src.Source) -> Iterator[str]:
    """Lines for a person: what is doubted, and the words."""
    if source.gold is None:
        return
    noted = nt.noted_blocks(source)
    known = {regex.sub(r"^số:?", "", squeezed(source.header.number))}
    for _block, own in noted:
        for note in own:
            if isinstance(note, nt.ReferenceNote) and note.code:
                known |= {squeezed(note.code.text), squeezed(f"{note.code.number}/{note.code.notation}")}
    for block in nt.labelled_blocks(source):
        for found in _CODE.finditer(block.text):
            code = squeezed(found[0])
            if code not in known:
                yield f"no reference: {_around(block.text, found)}"
        if block.assignments:
            held = [span for span in block.spans if span.kind == "deadline"]
            bound = any(isinstance(item, str) for note in block.assignments for item in note.deadlines)
            for found in _TIME.finditer(block.text):
                if not bound and not any(
                    span.start < found.end() and found.start() < span.end for span in held
                ):
                    yield f"{block.path}, no deadline: {_around(block.text, found)}"
        elif (
            block.roles == ("other",)
            and block.row != 0
            and not block.spans
            and block.style == "body"
            and (given := _WORK.search(block.text))
        ):
            yield f"no assignment: {_around(block.text, given)}"


def _around(text: str, found: regex.Match[str]) -> str:
    return text[max(0, found.start() - 50) : found.end() + 50]


def main(arguments: list[str] | None = None) -> int:
    """Print the doubts."""
    parser = argparse.ArgumentParser(prog="python -m corpus.typeset.doubts", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sources", type=Path, default=ROOT / "sources")
    options = parser.parse_args(arguments)
    count = 0
    for path in sorted(options.sources.glob("*.toml")):
        if options.names and path.stem not in options.names:
            continue
        for line in doubts(src.load_source(path)):
            print(f"{path.stem}: {line}")
            count += 1
    print(f"{count} doubts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
