"""The one exception family of the library.

Every message says what happened, where (the file), and what to do about it. Each class carries the
``status`` that a batch writes for the file and the ``exit_code`` that the command line gives back.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    NEEDS_OCR = 4
    MISSING_PROGRAM = 5
    LIMIT = 6
    FEED = 7
    INTERNAL = 70


class VnadminError(Exception):
    """Base of all errors that the library raises on purpose.

    Args:
        what: what went wrong, one sentence without a full stop.
        file: the file (or ``"<bytes>"``) that it happened to.
        remedy: what the user can do, one sentence without a full stop.
    """

    status = "error"
    exit_code = ExitCode.INTERNAL

    def __init__(self, what: str, *, file: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.file = file
        self.remedy = remedy
        super().__init__(what, file, remedy)

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{where}{self.what}{remedy}."

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders in batches; keyword-only arguments need help to be pickled.
        return (_rebuild, (type(self), self.what, self.file, self.remedy))


def _rebuild(cls: type[VnadminError], what: str, file: str | None, remedy: str | None) -> VnadminError:
    return cls(what, file=file, remedy=remedy)


class InputError(VnadminError):
    """The file cannot be read as a document."""

    status = "bad_input"
    exit_code = ExitCode.BAD_INPUT


class EmptyFileError(InputError):
    """The file has no bytes, or no page."""

    status = "empty"


class EncryptedFileError(InputError):
    """The file needs a password."""

    status = "encrypted"


class DamagedFileError(InputError):
    """The file is truncated or not what its first bytes claim."""

    status = "damaged"


class UnsupportedFormatError(InputError):
    """No reader knows this kind of file."""

    status = "unsupported"


class LimitExceededError(VnadminError):
    """The file is larger than the configured limits (pages, bytes, seconds)."""

    status = "limit"
    exit_code = ExitCode.LIMIT


class NeedsOcrError(VnadminError):
    """The file has pages but no text: it is a scan or an image."""

    status = "needs_ocr"
    exit_code = ExitCode.NEEDS_OCR


class MissingProgramError(VnadminError):
    """An external program that this kind of file needs is not installed."""

    status = "missing_program"
    exit_code = ExitCode.MISSING_PROGRAM


class KnowledgeError(VnadminError):
    """A data file (bundled, or given by the user as an override) is malformed."""

    status = "bad_knowledge"
    exit_code = ExitCode.USAGE
