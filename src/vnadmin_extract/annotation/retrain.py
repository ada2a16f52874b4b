"""Training of a model of one's own from annotated points in whatever form."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

from vnadmin_extract.annotation import FormName, read_any
from vnadmin_extract.errors import InputError
from vnadmin_extract.model.training import LabelledPoint

_LEAST: Final = 2
"""Points below which there is nothing to learn."""


def retrain(
    train: Sequence[Path],
    dev: Sequence[Path],
    out: Path,
    *,
    form: FormName | None = None,
    overrides: dict[str, Any] | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Train a model and put it into a folder, ready for ``Config(model_path=out)``.

    The folder changes only when all is done: an earlier model in it stays until then.

    Args:
        train: files with points to learn from.
        dev: files with points that say when to stop.
        out: folder for the model.
        form: the files' form; each tells its own where ``None``.
        overrides: settings over those of ``model/config.cfg`` (dotted names).
        quiet: print no progress.

    Returns:
        The stored model's performance on the points of ``dev``, in spaCy's names (``cats_macro_f``, ``ents_f``, …).

    Raises:
        InputError: a file cannot be read, has too few points, or the folder holds something else.
        ValueError: a setting of ``overrides`` is wrong.
    """
    from thinc.api import ConfigValidationError

    from vnadmin_extract.model.reading import sign
    from vnadmin_extract.model.training import train as train_model
    from vnadmin_extract.model.training import write_points

    if out.exists() and not (out / "meta.json").is_file():
        raise InputError(
            "there is something here that is no model", file=str(out), remedy="Name another folder (-o)"
        )
    _check_names(overrides or {})
    learn, stop = _points(train, form), _points(dev, form)
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that moving the model there is one step.
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
        folder = Path(name)
        write_points(folder / "train.spacy", learn)
        write_points(folder / "dev.spacy", stop)
        made = folder / "model"
        try:
            train_model(folder / "train.spacy", folder / "dev.spacy", made, overrides=overrides, quiet=quiet)
        except ConfigValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors)
            raise ValueError(wrong) from error
        sign(made)
        performance = measure(made, folder / "dev.spacy")
        if out.exists():
            shutil.move(out, folder / "old")
        shutil.move(made, out)
    return performance


def measure(model: Path, points: Path) -> dict[str, Any]:
    """How well a stored model reads points.

    Args:
        model: its folder.
        points: points with what people say of them (spaCy's ``DocBin``).

    Returns:
        spaCy's scores.
    """
    import spacy

    from vnadmin_extract.model.component import PointReader

    nlp = spacy.load(model)
    return nlp.evaluate(PointReader(points, shuffle=False)(nlp))


def _check_names(overrides: dict[str, Any]) -> None:
    """Refuse settings that the configuration does not have: spaCy would not say that it ignores them."""
    from spacy.util import load_config

    with resources.as_file(resources.files("vnadmin_extract.model") / "config.cfg") as path:
        config = load_config(path, interpolate=False)
    for name in overrides:
        section: Any = config
        for part in name.split("."):
            if not isinstance(section, dict) or part not in section:
                raise ValueError(f"there is no setting {name!r} in the training's configuration")
            section = section[part]


def _points(files: Sequence[Path], form: FormName | None) -> list[LabelledPoint]:
    points = [point for file in files for point in read_any(file, form)]
    if len(points) < _LEAST:
        raise InputError(
            f"there are {len(points)} annotated points in it, too few to learn from",
            file=", ".join(map(str, files)),
            remedy="Annotate some first",
        )
    return points
