"""DOC, ODT, RTF and Word XML: converted to DOCX by LibreOffice, then read by the DOCX reader.

LibreOffice runs without a window, with a profile of its own for each call (two calls at once would share locks
otherwise), and is killed with all its children when it takes longer than ``config.office_timeout`` seconds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import struct
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import (
    DamagedFileError,
    EncryptedFileError,
    LimitExceededError,
    MissingProgramError,
    UnsupportedFormatError,
    VnadminError,
)
from vnadmin_extract.readers.sniff import DOC, ODT, RTF, sniff

_PROGRAMS: Final = ("soffice", "libreoffice", "lowriter")
_PLACES: Final = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)
INSTALL_HINT: Final = "Install LibreOffice Writer, for example: apt-get install libreoffice-writer-nogui"
"""What to tell a user who has no LibreOffice."""

_OTHER_OLE: Final = (
    ("Workbook", "an Excel workbook"),
    ("Book", "an Excel workbook"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("__properties_version1.0", "an Outlook message"),
    ("VisioDocument", "a Visio drawing"),
)


def find_soffice() -> str | None:
    """The path of LibreOffice's program, or ``None`` where it is not installed."""
    for program in _PROGRAMS:
        found = shutil.which(program)
        if found:
            return found
    return next((place for place in _PLACES if Path(place).exists()), None)


def read(data: bytes, *, name: str, config: Config) -> Document:
    """Read a DOC, ODT, RTF or Word XML file.

    Args:
        data: the whole file.
        name: file name for messages.
        config: settings; ``office_timeout`` is the time LibreOffice may take.

    Raises:
        MissingProgramError: LibreOffice is not installed.
        EncryptedFileError: the file needs a password.
        UnsupportedFormatError: an Office file that is no text document.
        DamagedFileError: LibreOffice cannot open it.
        LimitExceededError: LibreOffice took too long.
    """
    media_type = sniff(data, name)
    suffix = {DOC: ".doc", ODT: ".odt", RTF: ".rtf"}.get(media_type, ".doc")
    if data.startswith(_OLE_MAGIC):
        _check_ole(data, name)
    elif media_type == DOC:
        suffix = ".xml"
    elif media_type == ODT:
        _check_odt(data, name)
    converted = convert_to_docx(data, suffix, name=name, timeout=config.office_timeout)
    from vnadmin_extract.readers import docx

    document = docx.read(converted, name=name, config=config)
    return replace(
        document, sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, reader="libreoffice+docx"
    )


def convert_to_docx(data: bytes, suffix: str, *, name: str, timeout: float) -> bytes:
    """Convert a text document to DOCX.

    Args:
        data: the whole file.
        suffix: the extension that its kind has, with the dot.
        name: file name for messages.
        timeout: seconds.

    Raises:
        VnadminError: as :func:`read`.
    """
    program = find_soffice()
    if program is None:
        raise MissingProgramError(
            "LibreOffice is needed to read this kind of file", file=name, remedy=INSTALL_HINT
        )
    with tempfile.TemporaryDirectory(prefix="vnadmin-", ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        source = base / f"source{suffix}"
        source.write_bytes(data)
        profile = base / "profile"
        target = base / "out"
        target.mkdir()
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--convert-to",
            "docx:Office Open XML Text",
            "--outdir",
            str(target),
            str(source),
        ]
        message = _run(command, base, name, timeout)
        result = target / "source.docx"
        if not result.exists() or not result.stat().st_size:
            reason = f" ({message})" if message else ""
            raise DamagedFileError(
                f"LibreOffice cannot open the file{reason}",
                file=name,
                remedy="Open it by hand and save it as DOCX or PDF",
            )
        return result.read_bytes()


def _run(command: list[str], folder: Path, name: str, timeout: float) -> str:
    """Run LibreOffice; gives the last line that it printed as an error."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise MissingProgramError(
            f"LibreOffice cannot be started ({error.strerror or error})", file=name, remedy=INSTALL_HINT
        ) from error
    try:
        _, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise LimitExceededError(
            f"LibreOffice took longer than {timeout:g} seconds",
            file=name,
            remedy="Raise office_timeout in the settings, or convert the file by hand",
        ) from None
    except BaseException:
        _kill(process)
        raise
    lines = [
        line.strip()
        for line in errors.decode("utf-8", "replace").splitlines()
        if line.strip() and "javaldx" not in line
    ]
    return lines[-1][:200] if lines else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice and its children (soffice is a launcher: killing it alone leaves soffice.bin running)."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.communicate()


# ---------------------------------------------------------------------------------------------------------------
# What an OLE file holds, as far as it takes to say what is wrong with it

_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END: Final = 0xFFFFFFFA


def ole_streams(data: bytes) -> dict[str, int]:
    """Names of an OLE file's streams and storages with their first sector; empty where it cannot be told."""
    try:
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            return {}
        size = 1 << shift
        first_directory = struct.unpack_from("<I", data, 48)[0]
        table: list[int] = []
        for sector in struct.unpack_from("<109I", data, 76):
            if sector >= _END:
                break
            table.extend(struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size))
        names: dict[str, int] = {}
        sector, seen = first_directory, 0
        while sector < _END and seen < 10_000:
            block = data[(sector + 1) * size : (sector + 2) * size]
            for offset in range(0, len(block) - 127, 128):
                length = struct.unpack_from("<H", block, offset + 64)[0]
                if 2 <= length <= 64 and block[offset + 66] in (1, 2, 5):
                    label = block[offset : offset + length - 2].decode("utf-16-le", "replace")
                    names.setdefault(label, struct.unpack_from("<I", block, offset + 116)[0])
            sector = table[sector] if sector < len(table) else _END
            seen += 1
        return names
    except (struct.error, IndexError):
        return {}


def _check_ole(data: bytes, name: str) -> None:
    streams = ole_streams(data)
    locked: VnadminError = EncryptedFileError(
        "the file needs a password", file=name, remedy="Save it without a password and try again"
    )
    if "EncryptedPackage" in streams:
        raise locked
    if "WordDocument" in streams:
        size = 1 << struct.unpack_from("<H", data, 30)[0]
        start = (streams["WordDocument"] + 1) * size
        # The flags of the file information block: bit 8 says that the text is encrypted.
        header = data[start : start + 12]
        if len(header) == 12 and header[:2] in (b"\xec\xa5", b"\xdc\xa5") and header[11] & 1:
            raise locked
        return
    for stream, kind in _OTHER_OLE:
        if stream in streams:
            raise UnsupportedFormatError(
                f"the file is {kind}, no text document", file=name, remedy="Convert it to PDF or DOCX"
            )
    if streams and not any("Word" in stream or stream == "CONTENTS" for stream in streams):
        raise UnsupportedFormatError(
            "the file is an Office file, but no text document", file=name, remedy="Convert it to PDF or DOCX"
        )


def _check_odt(data: bytes, name: str) -> None:
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 2 * 1024**3:
                raise LimitExceededError(
                    "the file unpacks to more than 2 GiB",
                    file=name,
                    remedy="The file is no ordinary document; open it by hand if you trust it",
                )
            manifest = archive.getinfo("META-INF/manifest.xml")
            if manifest.file_size < 10_000_000 and b"encryption-data" in archive.read(manifest):
                raise EncryptedFileError(
                    "the file needs a password", file=name, remedy="Save it without a password and try again"
                )
    except KeyError:
        return
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DamagedFileError(
            "the ODT file is truncated", file=name, remedy="Ask the sender for the file again"
        ) from error
