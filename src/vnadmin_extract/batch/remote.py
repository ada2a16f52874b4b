"""Documents behind URLs: object stores, archives, web servers: whatever fsspec has a driver for."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, cast

from vnadmin_extract.batch.inputs import Found, skipped_by_name
from vnadmin_extract.catalogue.types import SKIPPED
from vnadmin_extract.errors import InputError, MissingProgramError

_TIMES: Final = ("mtime", "LastModified", "last_modified", "updated", "modified", "date_time", "created")
_CHECKSUMS: Final = ("ETag", "etag", "md5Hash", "content_md5", "checksum", "sha256")
_BLOCK: Final = 1 << 20


class RemoteSource:
    """All files below a URL, or the one file that it names."""

    def __init__(self, url: str) -> None:
        """Take a URL; the store is asked only when listed."""
        self.folder: str | None = None
        self.complete = True
        self.root: Path | None = None
        self._url = url

    def files(self) -> Iterator[Found]:
        """List the files; their names are their URLs.

        Raises:
            MissingProgramError: fsspec or its driver for this kind of URL is not installed.
            InputError: there is nothing there, or the store cannot be reached.
        """
        self.complete = True
        system, path = _open(self._url)
        self.folder = None
        try:
            if system.isfile(path):
                yield self._found(system, path, system.info(path), by_suffix=False)
                return
            if path and not system.exists(path):
                raise InputError("there is no such folder or file", file=self._url, remedy="Check the URL")
            self.folder = (
                self._name(system, path).rstrip("/") + "/" if path and "::" not in self._url else None
            )
            for _, folders, files in system.walk(path, detail=True):
                for name in sorted(folders):
                    if name.startswith("."):
                        del folders[name]
                for name in sorted(files):
                    if name and not name.startswith((".", "~$")):
                        yield self._found(system, str(files[name]["name"]), files[name])
        except DRIVER_ERRORS as error:
            self.complete = False
            raise InputError(
                f"the files cannot be listed ({_said(error)})",
                file=self._url,
                remedy="Check the URL, the access rights and the network",
            ) from error

    def _found(self, system: Any, path: str, info: Mapping[str, Any], *, by_suffix: bool = True) -> Found:
        name = self._name(system, path)
        found = Found(name, name, int(info.get("size") or 0), _version(info), remote=True)
        reason = skipped_by_name(path) if by_suffix else None
        return replace(found, status=SKIPPED, message=reason) if reason else found

    def _name(self, system: Any, path: str) -> str:
        """The URL of one file: for a file inside another ("zip://…::s3://…") the chain is kept."""
        protocol = system.protocol if isinstance(system.protocol, str) else system.protocol[0]
        _, chain, rest = self._url.partition("::")
        if chain:
            return f"{protocol}://{path.lstrip('/')}::{rest}"
        return cast(str, system.unstrip_protocol(path))


DRIVER_ERRORS: Final = (OSError, ValueError, KeyError, RuntimeError, NotImplementedError)
"""What drivers raise where a store cannot be read: they have no family of errors in common."""


def fetch(url: str, target: Path, limit: int) -> str:
    """Copy a remote file into ``target``; gives the SHA-256 of its bytes, as hex.

    Raises:
        InputError: it cannot be read, or it has more than ``limit`` bytes.
    """
    digest = hashlib.sha256()
    try:
        system, path = _open(url)
        with system.open(path, "rb") as remote, target.open("wb") as local:
            count = 0
            while block := remote.read(_BLOCK):
                count += len(block)
                if count > limit:
                    raise InputError(f"the file has more than {limit:,} bytes", file=url)
                digest.update(block)
                local.write(block)
    except DRIVER_ERRORS as error:
        raise InputError(
            f"the file cannot be fetched ({_said(error)})", file=url, remedy="Check the URL and the network"
        ) from error
    return digest.hexdigest()


def _open(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingProgramError(
            "reading from URLs needs fsspec", file=url, remedy="pip install 'vnadmin-extract[remote]'"
        ) from error
    try:
        system, path = url_to_fs(url)
    except ImportError as error:  # s3fs, gcsfs, …: fsspec's message names the package
        raise MissingProgramError(_said(error), file=url, remedy="Install the driver") from error
    except DRIVER_ERRORS as error:
        raise InputError(
            f"the URL cannot be opened ({_said(error)})", file=url, remedy="Check the URL"
        ) from error
    return system, str(path)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _version(info: Mapping[str, Any]) -> int:
    """A number that changes with the file: its time in nanoseconds, or one made from its checksum."""
    if "CRC" in info:  # an archive's times are coarse, and often those of its making
        return int(info["CRC"])
    for key in _TIMES:
        value = info.get(key)
        if isinstance(value, tuple) and len(value) == 6:  # ZIP: (year, month, day, hour, minute, second)
            try:
                value = datetime(*value)
            except ValueError:
                continue
        if isinstance(value, datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return int(moment.timestamp() * 1_000_000) * 1000
        if isinstance(value, date):
            return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()) * 1_000_000_000
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value * 1_000_000) * 1000
        if isinstance(value, str) and value:
            return zlib.crc32(value.encode())
    for key in _CHECKSUMS:
        if info.get(key):
            return int.from_bytes(hashlib.sha256(str(info[key]).encode()).digest()[:7], "big")
    return 0
