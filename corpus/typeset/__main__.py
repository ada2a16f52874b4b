"""Command line of the typesetter: render the sources, or check sources, samples and gold records."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from corpus.typeset.check import check_corpus
from corpus.typeset.source import Source, load_source, load_sources

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


def is_sample(source: Source, folder: Path) -> bool:
    """Whether the repository keeps ``source`` rendered: those with gold by hand, and those that are there already."""
    return source.gold is None or any(
        (folder / f"{source.name}.{suffix}").is_file() for suffix in source.formats
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    from corpus.typeset.fonts import FontError

    parser = argparse.ArgumentParser(prog="python -m corpus.typeset", description=__doc__)
    parser.add_argument("names", nargs="*", help="sources to render or check (default: the samples; all)")
    parser.add_argument("--sources", type=Path, default=ROOT / "sources", help="folder of the source files")
    parser.add_argument("--out", type=Path, default=ROOT / "samples", help="folder of the rendered files")
    parser.add_argument("--gold", type=Path, default=ROOT / "gold", help="folder of the gold records")
    parser.add_argument("--check", action="store_true", help="render nothing; validate the three folders")
    parser.add_argument("--all", action="store_true", help="render every source, not only the samples")
    options = parser.parse_args(arguments)
    try:
        names = [name.removesuffix(".toml") for name in options.names]
        # Only the named sources are read: a slip in another file is no reason to stop.
        if unknown := [name for name in names if not (options.sources / f"{name}.toml").is_file()]:
            print(f"error: no such source: {', '.join(sorted(unknown))}", file=sys.stderr)
            return 2
        sources = (
            [load_source(options.sources / f"{name}.toml") for name in names]
            if names
            else load_sources(options.sources)
        )
        if options.check:
            faults = check_corpus(sources, options.out, options.gold, whole=not names)
            for fault in faults:
                print(fault)
            print(f"{len(sources)} documents, {len(faults)} faults")
            return 1 if faults else 0
        options.out.mkdir(parents=True, exist_ok=True)
        for source in sources:
            # Without names: the documents that the repository keeps rendered.
            if names or options.all or is_sample(source, options.out):
                for path in render(source, options.out):
                    print(path)
    except (FontError, ValueError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
