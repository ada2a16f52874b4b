"""Train the shipped model from the corpus, fit the fusion, and say what it is worth: ``python -m corpus.learn``."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus.learn.points import documents, labelled, training_points, with_noise
from vnadmin_extract.model.reading import MODEL, sign
from vnadmin_extract.model.training import train, write_points
from vnadmin_extract.model.zones import MODEL as ZONES

DATA = Path(__file__).resolve().parents[2] / "src" / "vnadmin_extract" / "data"


def main(arguments: list[str] | None = None) -> int:
    """Run the steps; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m corpus.learn", description=__doc__)
    parser.add_argument("--out", type=Path, default=DATA, help="folder for models/ and fusion.json")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings over config.cfg")
    parser.add_argument("--step", choices=("all", "train", "zones", "fit", "calibrate"), default="all")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    model = options.out / "models" / MODEL
    if options.step in ("all", "train"):
        settings = dict(pair.split("=", 1) for pair in options.set)
        train_model(model, {name: json.loads(value) for name, value in settings.items()})
        print(f"trained after {time.monotonic() - started:.0f} s", flush=True)
    if options.step in ("all", "zones"):
        from corpus.learn.zones import make

        fitted = make(options.out / "models" / ZONES)
        print(json.dumps({name: (f["facts"], f["right"]) for name, f in fitted["fields"].items()}))
        print(f"zones trained after {time.monotonic() - started:.0f} s", flush=True)
    if options.step in ("all", "fit"):
        import spacy

        from corpus.learn.fit import fit, write_weights

        weights = fit("dev", spacy.load(model))
        write_weights(options.out / "fusion.json", weights)
        print(json.dumps(weights, indent=1))
        print(f"fitted after {time.monotonic() - started:.0f} s", flush=True)
    if options.step in ("all", "calibrate"):
        if options.out.resolve() != DATA.resolve():
            parser.error("confidences are calibrated for the model in its place: leave --out away")
        from corpus.learn.calibrate import fit_curves, have_tesseract, write_curves

        curves = fit_curves("dev", scans=have_tesseract())
        write_curves(options.out / "calibration.json", curves)
        print(json.dumps({name: (c["facts"], c["wrong"]) for name, c in curves["fields"].items()}))
    print(f"{time.monotonic() - started:.0f} s in all")
    return 0


def train_model(target: Path, overrides: dict[str, Any]) -> None:
    """Train on the train split, stop by the dev split, and put the model in its place."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_points(folder / "train.spacy", training_points("train"))
        # What decides when to stop: as written, and with the noise of a fair scan.
        dev = [point for document in documents("dev") for point in labelled(document)]
        write_points(
            folder / "dev.spacy", [*dev, *(with_noise(p, "light", n) for n, p in enumerate(dev) if n % 2)]
        )
        print(f"{count} points to learn from, {len(dev)} points of the dev split", flush=True)
        train(folder / "train.spacy", folder / "dev.spacy", folder / "model", overrides=overrides)
        sign(folder / "model")
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder / "model", target)


if __name__ == "__main__":
    sys.exit(main())
