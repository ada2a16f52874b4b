"""Which files a run is about: folders, single files, lists of names, URLs.

Listing streams: what is kept in memory is the names of one folder at a time.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Protocol

import regex

from vnadmin_extract.catalogue.types import SKIPPED
from vnadmin_extract.errors import InputError

_URL = regex.compile(r"^[a-z][a-z0-9+.\-]+(?:://|::)", regex.IGNORECASE)
_SKIPPED_SUFFIXES: Final = frozenset(
    {
        ".cfg",
        ".css",
        ".csv",
        ".ini",
        ".js",
        ".json",
        ".jsonl",
        ".log",
        ".md",
        ".py",
        ".toml",
        ".tsv",
        ".xml",
        ".yaml",
        ".yml",
    }
)
"""Text files that are data or notes, never a document; read as plain text they would give nonsense records."""
_SYSTEM_FILES: Final = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a run may read, or one of which it is known without reading that it cannot be."""

    name: str
    """As in reports."""
    place: str
    """Path or URL to read it from."""
    size: int = 0
    """Bytes."""
    modified_ns: int = 0
    """Time of the last change, nanoseconds since the epoch; for stores without times a number made from their
    checksum."""
    remote: bool = False
    status: str | None = None
    """Set where the file is not to be read: ``skipped``, ``bad_input``."""
    message: str | None = None
    wanted: bool = True
    """Whether it passes the patterns; what does not is there, but this run is not about it."""


class Source(Protocol):
    """Something that lists files."""

    folder: str | None
    """For a folder: what the names of its files begin with (``""`` where nothing), so that the catalogue can tell
    which of its names are gone. ``None``: names of earlier runs say nothing about this source."""
    complete: bool
    """After listing: whether everything could be listed."""
    root: Path | None
    """The folder that its names are relative to, where there is one."""

    def files(self) -> Iterator[Found]:
        """List the files. Raises ``InputError`` where there is nothing to list."""


def is_url(text: str) -> bool:
    """Whether an input is a URL (``s3://…``, ``zip://*.pdf::…``) and no path."""
    return _URL.match(text) is not None and not text.lower().startswith("file:///")


def sources(inputs: Iterable[str | Path], out: Path | None = None) -> list[Source]:
    """The sources that arguments name.

    Raises:
        InputError: there is no such file or folder, or the output folder is one of the folders.
    """
    given = [_plain(item) for item in inputs]
    folders = [item for item in given if not is_url(item) and Path(item).is_dir()]
    prefixes = _prefixes(folders, alone=len(given) == 1)
    made: list[Source] = []
    for item in dict.fromkeys(given):
        if is_url(item):
            from vnadmin_extract.batch.remote import RemoteSource

            made.append(RemoteSource(item))
        elif item in prefixes:
            made.append(FolderSource(Path(item), prefixes[item], out))
        elif Path(item).exists():
            made.append(FileSource(item))
        else:
            raise InputError("there is no such folder or file", file=item, remedy="Check the path")
    return made


def _plain(item: str | Path) -> str:
    text = str(item)
    if text.lower().startswith("file:///"):
        from urllib.parse import unquote

        text = unquote(text[len("file://") :])
    return text


def _prefixes(folders: Sequence[str], *, alone: bool) -> dict[str, str]:
    """What the names of each folder's files begin with: nothing for a single folder, else its name and ``/``."""
    if alone:
        return dict.fromkeys(folders, "")
    names = {folder: Path(folder).resolve().name for folder in folders}
    count = Counter(names.values())
    # Two folders with one name ("2023/cong-van", "2024/cong-van") are told apart by their paths as given.
    return {
        folder: (name if name and count[name] == 1 else Path(folder).as_posix().strip("/")) + "/"
        for folder, name in names.items()
    }


class FolderSource:
    """All files of a folder and its sub-folders, in the order of their names."""

    def __init__(self, folder: Path, prefix: str = "", out: Path | None = None) -> None:
        """List a folder.

        Args:
            folder: hidden files and lock files of office programs are passed over.
            prefix: what names begin with.
            out: the output folder, which is not listed.

        Raises:
            InputError: the folder does not exist, or is the output folder.
        """
        if not folder.is_dir():
            reason = "this is a file, not a folder" if folder.exists() else "there is no such folder"
            raise InputError(reason, file=str(folder), remedy="Check the path")
        self._out = out.resolve() if out is not None else None
        if self._out == folder.resolve():
            raise InputError(
                "the output folder is the folder of the documents",
                file=str(folder),
                remedy="Give another output folder, so that results and documents stay apart",
            )
        self.folder: str | None = prefix
        self.complete = True
        self.root = _root(folder, prefix)
        self._path = folder
        self._prefix = prefix

    def files(self) -> Iterator[Found]:
        """List the files.

        Files that are data or notes by their suffix (``.json``, ``.md``, …) come as ``skipped``, sub-folders that
        cannot be listed as ``bad_input``.

        Raises:
            InputError: the folder itself cannot be listed.
        """
        self.complete = True
        # Folders entered and not finished, the innermost last: a stack of our own, for they may be nested very deep.
        open_folders = [(self._path, self._prefix, iter(self._names(self._path)))]
        while open_folders:
            folder, prefix, keys = open_folders[-1]
            key = next(keys, None)
            if key is None:
                open_folders.pop()
                continue
            path = folder / key.rstrip("/")
            name = prefix + _printable(key)
            if not key.endswith("/"):
                found = _stat(path, name)
                if found is not None:
                    yield found
            elif self._out is None or path.resolve() != self._out:
                try:
                    open_folders.append((path, name, iter(self._names(path))))
                except InputError as error:
                    self.complete = False
                    yield Found(name, str(path), status=error.status, message=f"{name}: {error.what}.")

    def _names(self, folder: Path) -> list[str]:
        """Names in a folder, sorted; a folder's name ends with ``/``, so that whole paths come in their order."""
        try:
            with os.scandir(folder) as entries:
                return sorted(
                    entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name
                    for entry in entries
                    if not entry.name.startswith((".", "~$")) and entry.name.lower() not in _SYSTEM_FILES
                )
        except OSError as error:
            raise InputError(
                f"the folder cannot be listed ({error.strerror or error})",
                file=str(folder),
                remedy="Check the permissions",
            ) from error


def _root(folder: Path, prefix: str) -> Path | None:
    if not prefix:
        return folder
    place = folder.resolve()
    return place.parent if prefix == place.name + "/" else None


class FileSource:
    """A single file, named as it was given."""

    folder: str | None = None
    complete = True
    root: Path | None = Path()

    def __init__(self, path: str) -> None:
        """Take a path; it is looked at only when listed."""
        self._path = path

    def files(self) -> Iterator[Found]:
        """The one file; it was asked for by name, so it is read whatever its suffix."""
        path = Path(self._path)
        found = _stat(path, _printable(path.as_posix()), by_suffix=False)
        if found is not None:
            yield found
        else:
            yield Found(_printable(path.as_posix()), str(path), status=SKIPPED, message="a link to a folder")


class ListSource:
    """Names from a list, each a file, a folder or a URL."""

    folder: str | None = None
    complete = True
    root: Path | None = None

    def __init__(self, lines: Iterable[str], out: Path | None = None) -> None:
        """Take an iterable of lines; it is read once."""
        self._lines = lines
        self._out = out

    def files(self) -> Iterator[Found]:
        """The files that the list names; a name that leads nowhere is reported as ``bad_input``."""
        for line in self._lines:
            item = _plain(line.rstrip("\r\n"))
            if not item.strip():
                continue
            if is_url(item):
                from vnadmin_extract.batch.remote import RemoteSource

                yield from _reported(RemoteSource(item), item)
            elif Path(item).is_dir():
                prefix = _printable(Path(item).as_posix().rstrip("/")) + "/"
                yield from _reported(FolderSource(Path(item), prefix, self._out), item)
            elif not Path(item).exists():
                error = InputError("there is no such file", file=_printable(item), remedy="Check the list")
                yield Found(_printable(Path(item).as_posix()), item, status=error.status, message=str(error))
            else:
                yield from FileSource(item).files()


def _reported(source: Source, item: str) -> Iterator[Found]:
    try:
        yield from source.files()
    except InputError as error:
        yield Found(item, item, status=error.status, message=str(error))


def _stat(path: Path, name: str, *, by_suffix: bool = True) -> Found | None:
    """A file with its size and time; ``None`` for a link to a folder."""
    try:
        values = path.stat()
    except OSError:  # a dangling link, no permission: reading will say what is wrong
        return Found(name, str(path))
    if stat.S_ISDIR(values.st_mode):
        return None
    found = Found(name, str(path), values.st_size, values.st_mtime_ns)
    if not stat.S_ISREG(values.st_mode):  # a pipe or device would be waited for without end
        return replace(found, status=SKIPPED, message="not a regular file")
    if by_suffix and path.suffix.lower() in _SKIPPED_SUFFIXES:
        return replace(found, status=SKIPPED, message=f"not a document by its name ({path.suffix})")
    return found


def _printable(name: str) -> str:
    # A file name that is no valid UTF-8 must not make the whole output unwritable.
    return os.fsencode(name).decode("utf-8", "replace") if not name.isascii() else name


def skipped_by_name(name: str) -> str | None:
    """Why a file of a listing is passed over, by its name alone; ``None`` where it is not."""
    suffix = Path(name).suffix.lower()
    return f"not a document by its name ({suffix})" if suffix in _SKIPPED_SUFFIXES else None


class Patterns:
    """``--include`` and ``--exclude``: which files of the sources are wanted.

    A pattern without ``/`` is compared with the file's own name, one with ``/`` with the whole name, in which ``**``
    stands for any folders. Case does not count: ``*.pdf`` fits ``CV.PDF``.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        """Take the patterns; without ``include`` everything is wanted that ``exclude`` does not leave out."""
        self._include = tuple(pattern.lower() for pattern in include)
        self._exclude = tuple(pattern.lower() for pattern in exclude)

    def wanted(self, name: str) -> bool:
        """Whether a name is to be read."""
        name = name.lower()
        if self._include and not any(_fits(name, pattern) for pattern in self._include):
            return False
        return not any(_fits(name, pattern) for pattern in self._exclude)

    def apply(self, found: Iterable[Found]) -> Iterator[Found]:
        """Mark what is not wanted."""
        for file in found:
            yield file if self.wanted(file.name) else replace(file, wanted=False)


def _fits(name: str, pattern: str) -> bool:
    if "/" not in pattern:
        return fnmatchcase(name.rpartition("/")[2], pattern)
    parts = name.split("/")
    # reachable[i]: the parts of the pattern so far fit the first i parts of the name.
    reachable = [True] + [False] * len(parts)
    for piece in pattern.strip("/").split("/"):
        if piece == "**":
            first = reachable.index(True) if True in reachable else len(reachable)
            reachable = [index >= first for index in range(len(reachable))]
        else:
            reachable = [False] + [
                reachable[index] and fnmatchcase(part, piece) for index, part in enumerate(parts)
            ]
    return reachable[-1]
