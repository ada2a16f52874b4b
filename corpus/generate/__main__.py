"""Render the corpus, as written and in variants: ``python -m corpus.generate OUT``.

Writes ``OUT/files`` and ``OUT/gold``: for each document NAME, and for its variants NAME--v1, NAME--v2, …, the files
in the wanted formats and one record each. ``scan`` makes NAME--scan.pdf, damaged pictures of the pages without any
text. Bundles (several documents in one PDF) come where ``--bundles`` asks for them, with a record for each part:
gold/NAME.1.json, gold/NAME.2.json, ….

The same seed gives the same files, whatever the number of workers.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.generate.vary import Variant, vary
from corpus.typeset import source as src
from corpus.typeset.compile import GoldError, compile_source, render_record
from corpus.typeset.splits import SHARES, load_splits

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("pdf", "docx", "txt", "scan")


@dataclass(frozen=True)
class Job:
    """One document in one variant; variant 0 is as written."""

    name: str
    variant: int
    formats: tuple[str, ...]
    seed: int
    out: Path
    plain: bool = False
    """Keep the standard look and leave out what signing software adds."""

    @property
    def stem(self) -> str:
        return self.name if self.variant == 0 else f"{self.name}--v{self.variant}"


def variant_of(name: str, number: int, seed: int, folder: Path = ROOT) -> Variant:
    """The document as written (``number`` 0) or its ``number``-th variant, from ``folder/sources`` and ``gold``."""
    raw = (folder / "sources" / f"{name}.toml").read_text("utf-8")
    by_hand: dict[str, Any] | None = None
    if "gold" not in tomllib.loads(raw):
        by_hand = json.loads((folder / "gold" / f"{name}.json").read_text("utf-8"))
    if number:
        return vary(name, raw, by_hand, seed * 1000 + number)
    source = src.source_of(name, tomllib.loads(raw), raw)
    return Variant(source, by_hand if by_hand is not None else compile_source(source), ())


def make(job: Job) -> list[str]:
    """Write the files of one job; their names."""
    from corpus.generate.looks import look_of, with_signing
    from corpus.typeset.office import render_docx
    from corpus.typeset.pdf import STANDARD, render_pdf
    from corpus.typeset.plain import render_text

    variant = variant_of(job.name, job.variant, job.seed)
    files, gold = job.out / "files", job.out / "gold"
    chance = random.Random(f"{job.seed} {job.stem} look")
    issued = (variant.gold.get("issued") or {}).get("date")
    look = STANDARD
    printed = variant.source
    if job.variant and not job.plain:
        look = look_of(chance, issued)
        printed = with_signing(variant.source, chance, issued)
    made: list[str] = []

    def record(stem: str) -> None:
        (gold / f"{stem}.json").write_text(render_record(variant.gold), "utf-8")

    for form in job.formats:
        if form == "pdf":
            render_pdf(printed, files / f"{job.stem}.pdf", look)
            made.append(f"{job.stem}.pdf")
        elif form == "docx":
            render_docx(printed_fields(variant.source), files / f"{job.stem}.docx")
            made.append(f"{job.stem}.docx")
        elif form == "txt":
            render_text(printed_fields(variant.source), files / f"{job.stem}.txt")
            made.append(f"{job.stem}.txt")
        else:
            # A scan shows ink: the number stands on the page, in whatever way it came there.
            scan(variant.source, look, files / f"{job.stem}--scan.pdf", chance)
            made.append(f"{job.stem}--scan.pdf")
            record(f"{job.stem}--scan")
    if any(form != "scan" for form in job.formats):
        record(job.stem)
    return made


def scan(source: src.Source, look: Any, path: Path, chance: random.Random) -> None:
    """Pictures of the pages, as a scanner, a copier or a fax machine leaves them."""
    from corpus.typeset import damage
    from corpus.typeset.pdf import render_pdf

    dpi = chance.choice((150, 200, 200, 200, 300))
    steps: list[Any] = []
    if chance.random() < 0.7:
        degrees = chance.uniform(-2.5, 2.5)
        steps.append(lambda page: damage.skewed(page, degrees))
    sealed = chance.random() < 0.5
    worst = chance.random()
    if worst < 0.2:
        steps.append(damage.faxed)
    elif worst < 0.7:
        quality = chance.randint(20, 60)
        steps.append(lambda page: damage.compressed(page, quality))
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "clean.pdf"
        # Fields are drawn by programs, not by a scanner's lamp: their values are printed.
        render_pdf(printed_fields(source), clean, look)
        pages = damage.pages_of(clean, dpi)
    if sealed:
        # The seal stands by the signature: on the last page.
        pages[-1] = damage.sealed(pages[-1])
    for step in steps:
        pages = [step(page) for page in pages]
    if chance.random() < 0.6:
        pages = [page.convert("L") for page in pages]
    first, *rest = pages
    # Without a clock in the file the same seed gives the same bytes.
    epoch = time.gmtime(0)
    first.save(
        path,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=dpi,
        quality=70,
        creationDate=epoch,
        modDate=epoch,
    )


def printed_fields(source: src.Source) -> src.Source:
    """``source`` with number and day of its fields printed into their blanks."""
    fields, head = source.fields, source.header
    if fields is None:
        return source
    date = re.sub(r" {3,}", f" {fields.day} ", head.place_date, count=1)
    if fields.month:
        date = re.sub(r" {3,}", f" {fields.month} ", date, count=1)
    number = re.sub(r" {3,}", f" {fields.number}", head.number, count=1)
    return replace(source, header=replace(head, number=number, place_date=date), fields=None)


# -- Bundles -------------------------------------------------------------------------------------------------


def load_bundles(path: Path = ROOT / "bundles.toml") -> dict[str, list[str]]:
    """Name of bundle → its documents in order."""
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def make_bundle(name: str, parts: Sequence[str], out: Path) -> str:
    """Write one PDF that holds several documents, and a record for each."""
    import pypdfium2

    from corpus.typeset.pdf import render_pdf

    with tempfile.TemporaryDirectory() as folder:
        joined = pypdfium2.PdfDocument.new()
        for number, part in enumerate(parts, start=1):
            variant = variant_of(part, 0, 0)
            clean = Path(folder) / f"{number}.pdf"
            render_pdf(printed_fields(variant.source), clean)
            with pypdfium2.PdfDocument(clean) as document:
                joined.import_pages(document)
            (out / "gold" / f"{name}.{number}.json").write_text(render_record(variant.gold), "utf-8")
        joined.save(str(out / "files" / f"{name}.pdf"))
        joined.close()
    return f"{name}.pdf"


# -- Command line --------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 where a document could not be made."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=SHARES, help="only the documents of this part")
    parser.add_argument("--names", nargs="+", help="only these documents")
    parser.add_argument("--variants", type=int, default=0, help="of each document, beside it as written")
    parser.add_argument("--formats", default="pdf", help=f"of {','.join(FORMATS)} (default: pdf)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--plain", action="store_true", help="variants keep the standard look")
    parser.add_argument("--bundles", action="store_true", help="also the bundles of corpus/bundles.toml")
    options = parser.parse_args(arguments)
    formats = tuple(options.formats.split(","))
    if unknown := set(formats) - set(FORMATS):
        print(f"error: no such format: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    places = load_splits()
    known = sorted(path.stem for path in (ROOT / "sources").glob("*.toml"))
    if missing := set(options.names or ()) - set(known):
        print(f"error: no such source: {', '.join(sorted(missing))}", file=sys.stderr)
        return 2
    names = [
        name
        for name in known
        if (options.split is None or places.get(name) == options.split)
        and (not options.names or name in options.names)
    ]
    for folder in ("files", "gold"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    jobs = [
        Job(name, number, formats, options.seed, options.out, options.plain)
        for name in names
        for number in range(options.variants + 1)
    ]
    made, wrong = 0, 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for result in pool.map(_attempt, jobs, chunksize=4) if options.jobs > 1 else map(_attempt, jobs):
            if isinstance(result, str):
                print(result, file=sys.stderr)
                wrong += 1
            else:
                made += len(result)
    if options.bundles:
        for name, parts in load_bundles().items():
            if options.split is None or {places.get(part) for part in parts} == {options.split}:
                make_bundle(name, parts, options.out)
                made += 1
    print(f"{made} files of {len(jobs)} documents" + (f", {wrong} could not be made" if wrong else ""))
    return 1 if wrong else 0


def _attempt(job: Job) -> list[str] | str:
    try:
        return make(job)
    except (GoldError, ValueError, OSError) as exc:
        return f"{job.stem}: {exc}"


if __name__ == "__main__":
    sys.exit(main())
