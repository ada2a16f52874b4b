"""Readings kept on disk, so that no picture is recognised twice with the same settings.

The key is a digest of the picture's pixels and of everything that the reading depends on. Entries are written to a
file of their own and renamed, so that a reader never sees half of one; a damaged entry counts as absent.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image

from vnadmin_extract.ocr.engine import Engine, OcrWord
from vnadmin_extract.ocr.image import Rule
from vnadmin_extract.ocr.reading import Reading


def key_of(picture: Image.Image, dpi: int, engine: Engine, settings: str) -> str:
    """The cache key of a picture's reading; ``settings`` says in words all that it depends on."""
    digest = hashlib.sha256(f"{engine.settings_key()}|{settings}|{dpi}|{picture.size}".encode())
    digest.update(picture.mode.encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def load(folder: Path, key: str) -> Reading | None:
    """A kept reading; ``None`` where there is none (or it cannot be read)."""
    try:
        return _from_json(json.loads(_place(folder, key).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def store(folder: Path, key: str, reading: Reading) -> None:
    """Keep a reading. A full disk or a folder that cannot be written to costs only the keeping."""
    place = _place(folder, key)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(dataclasses.asdict(reading), file, ensure_ascii=False)
            Path(name).replace(place)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _place(folder: Path, key: str) -> Path:
    return folder / "ocr" / key[:2] / f"{key[2:]}.json"


def _from_json(data: dict[str, Any]) -> Reading:
    def box(values: list[float]) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = values
        return (float(x0), float(y0), float(x1), float(y1))

    words = tuple(
        OcrWord(
            text=word["text"],
            box=box(word["box"]),
            confidence=float(word["confidence"]),
            line=int(word["line"]),
            line_box=box(word["line_box"]) if word["line_box"] else None,
            alternatives=tuple((str(text), float(value)) for text, value in word["alternatives"]),
        )
        for word in data["words"]
    )
    return Reading(
        width=int(data["width"]),
        height=int(data["height"]),
        dpi=int(data["dpi"]),
        turned=float(data["turned"]),
        words=words,
        horizontal=tuple(Rule(**rule) for rule in data["horizontal"]),
        vertical=tuple(Rule(**rule) for rule in data["vertical"]),
        coloured=tuple(box(values) for values in data["coloured"]),
        blank=bool(data["blank"]),
        seconds=tuple((str(step), float(value)) for step, value in data["seconds"]),
    )
