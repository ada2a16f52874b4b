"""The version of what reads the documents: with another version, the same content may give another record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from vnadmin_extract import __version__
from vnadmin_extract.config import Config

_NO_RESULT: Final = frozenset({"ocr_cache", "ocr_jobs", "ocr_timeout", "office_timeout"})
"""Settings that decide how fast and how long, never what comes out. A setting added later counts by itself."""
_NO_KNOWLEDGE: Final = ("labels_", "catalogue_")
"""Beginnings of the names of data files that no reading uses."""
_DIGITS: Final = 10


def engine_version(config: Config | None = None) -> str:
    """Which engine reads with these settings: package, knowledge and model data, settings that change results.

    Example: ``"0.1.0+data.3f2a9c01de.settings.b1946ac924"``. Two versions are only equal or not; there is no order.
    """
    return f"{__version__}+data.{_data_digest()}.settings.{_settings_digest(config or Config())}"


def _settings_digest(config: Config) -> str:
    settings: dict[str, Any] = config.model_dump(mode="json", exclude=set(_NO_RESULT))
    if config.holidays_file is not None:
        # What the file says counts, not where it lies.
        try:
            settings["holidays_file"] = hashlib.sha256(config.holidays_file.read_bytes()).hexdigest()
        except OSError:
            settings["holidays_file"] = "unreadable"
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


@cache
def _data_digest() -> str:
    digest = hashlib.sha256()
    from vnadmin_extract.ocr import refine  # here: it needs Pillow

    digest.update(f"refine {refine.VERSION}\n".encode())
    for path, file in _files(resources.files("vnadmin_extract"), ""):
        content = file.read_bytes()
        digest.update(f"{path} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:_DIGITS]


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    """Data files below a folder (tables, weights; programs are told by the version), in a fixed order."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__", *_NO_KNOWLEDGE)) or entry.name.endswith(
            (".py", ".md", ".typed")
        ):
            continue
        if entry.is_dir():
            yield from _files(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry
