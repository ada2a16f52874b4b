"""Command line of the typesetter: render the sources, or check sources, samples and gold records."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from corpus.typeset.check import check_corpus
from corpus.typeset.source import Source, load_sources

ROOT = Path(__file__).resolve().parents[1]


def render(source: Source, folder: Path) -> list[Path]:
    """Render ``source`` in each of its formats into ``folder``; the files written."""
    made: list[Path] = []
    for suffix in source.formats:
        path = folder / f"{source.name}.{suffix}"
        if suffix == "pdf":
            from corpus.typeset.pdf import render_pdf

            render_pdf(source, path)
        elif suffix == "docx":
            from corpus.typeset.office import render_docx

            render_docx(source, path)
        else:
            from corpus.typeset.plain import render_text

            render_text(source, path)
        made.append(path)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    from corpus.typeset.fonts import FontError

    parser = argparse.ArgumentParser(prog="python -m corpus.typeset", description=__doc__)
    parser.add_argument("names", nargs="*", help="sources to render (default: all)")
    parser.add_argument("--sources", type=Path, default=ROOT / "sources", help="folder of the source files")
    parser.add_argument("--out", type=Path, default=ROOT / "samples", help="folder of the rendered files")
    parser.add_argument("--gold", type=Path, default=ROOT / "gold", help="folder of the gold records")
    parser.add_argument("--check", action="store_true", help="render nothing; validate the three folders")
    options = parser.parse_args(arguments)
    try:
        sources = load_sources(options.sources)
        if options.check:
            faults = check_corpus(sources, options.out, options.gold)
            for fault in faults:
                print(fault)
            print(f"{len(sources)} documents, {len(faults)} faults")
            return 1 if faults else 0
        if unknown := set(options.names) - {source.name for source in sources}:
            print(f"error: no such source: {', '.join(sorted(unknown))}", file=sys.stderr)
            return 2
        options.out.mkdir(parents=True, exist_ok=True)
        for source in sources:
            if not options.names or source.name in options.names:
                for path in render(source, options.out):
                    print(path)
    except (FontError, ValueError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
