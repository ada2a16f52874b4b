"""The digital signatures of a PDF, checked without a network: who, when, and whether the bytes are unchanged.

Nothing is said about trust: whether the certificate was issued by whom it says, or was revoked, cannot be known
offline. The names are those of the certificate's owner, often a portal or a whole office.
"""

from __future__ import annotations

import io
import logging
import unicodedata
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from vnadmin_extract.document import DigitalSignature
from vnadmin_extract.readers.pdf_knowledge import knowledge

VIETNAM = timezone(timedelta(hours=7))


def read_signatures(data: bytes) -> tuple[tuple[DigitalSignature, ...], tuple[str, ...]]:
    """The file's signatures in order of signing, and warnings. Never raises.

    A signature that cannot be checked has ``intact`` ``None`` and a warning.
    """
    if b"/ByteRange" not in data:
        return (), ()
    logger = logging.getLogger("pyhanko")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        return _read(data)
    except Exception as error:  # pyHanko raises many kinds on damaged files, and none may stop the reading
        return (), (f"digital signatures cannot be listed ({_reason(error)})",)
    finally:
        logger.setLevel(level)


def _read(data: bytes) -> tuple[tuple[DigitalSignature, ...], tuple[str, ...]]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt("")
    result: list[DigitalSignature] = []
    warnings: list[str] = []
    for embedded in reader.embedded_signatures:
        field = _attempt(partial(getattr, embedded, "field_name"), [])
        problems: list[str] = []
        result.append(_signature(embedded, field, len(data), problems))
        if problems:
            warnings.append(f"digital signature {field or len(result)}: {'; '.join(problems)}")
    return tuple(result), tuple(warnings)


def _signature(embedded: Any, field: str | None, length: int, problems: list[str]) -> DigitalSignature:
    person, organization = _attempt(lambda: _names(embedded.signer_cert), problems) or (None, None)
    covered = _attempt(lambda: _coverage(embedded, length), problems)
    return DigitalSignature(
        signer=person,
        organization=organization,
        time=_attempt(lambda: _time(embedded), problems),
        # Without the bytes that were signed (a file cut off, a range out of it) nothing can be computed.
        intact=None if covered is None else _attempt(lambda: _intact(embedded), problems),
        covers_document=None if covered is None else covered[0],
        coverage=None if covered is None else covered[1],
        field_name=field,
    )


def _attempt(call: Any, problems: list[str]) -> Any:
    try:
        return call()
    except Exception as error:  # one part that is broken must not hide the others
        problems.append(_reason(error))
        return None


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200] or type(error).__name__


def _names(certificate: Any) -> tuple[str | None, str | None]:
    subject = certificate.subject.native
    name = _text(subject.get("common_name"))
    organization = _text(subject.get("organization_name")) or _text(subject.get("organizational_unit_name"))
    if name is None:
        return None, organization
    if is_organization(name):
        return None, name
    return name, organization


def is_organization(name: str) -> bool:
    """Whether a certificate's common name is a body's rather than a person's."""
    plain = unicodedata.normalize("NFC", name).strip()
    return bool(knowledge().organization.search(plain)) or any(char.isdigit() for char in plain)


def _text(value: Any) -> str | None:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    if value is None:
        return None
    return unicodedata.normalize("NFC", " ".join(str(value).split())) or None


def _time(embedded: Any) -> str | None:
    """The signing time that the signer's machine reported, ISO 8601 with zone.

    The signature dictionary's ``/M`` comes first where it has a zone: some signing software writes the local
    time into the signed attributes as if it were UTC, seven hours late. What is given in UTC is told in
    Vietnam's zone, so that its day is the day that people mean.
    """
    value = _dictionary_time(embedded)
    if value is None or value.tzinfo is None:
        value = embedded.self_reported_timestamp
    if value is None or value.tzinfo is None:
        return None
    if not value.utcoffset():
        value = value.astimezone(VIETNAM)
    return str(value.isoformat(timespec="seconds"))


def _dictionary_time(embedded: Any) -> datetime | None:
    from pyhanko.pdf_utils.generic import parse_pdf_date

    try:
        value = parse_pdf_date(str(embedded.sig_object["/M"]), strict=False)
    except (KeyError, ValueError, TypeError):
        return None
    return value if isinstance(value, datetime) else None


def _coverage(embedded: Any, length: int) -> tuple[bool, float]:
    """Whether the signature covers all of the file (but its own bytes), and what share it covers."""
    numbers = [int(n) for n in embedded.byte_range]
    starts, sizes = numbers[::2], numbers[1::2]
    if len(numbers) < 4 or len(numbers) % 2 or any(n < 0 for n in numbers):
        raise ValueError("the signed byte range is malformed")
    end = starts[-1] + sizes[-1]
    gap = starts[1] - (starts[0] + sizes[0])
    if end > length or gap < 0:
        raise ValueError("the signed byte range lies outside the file")
    return starts[0] == 0 and len(starts) == 2 and end == length, round(sum(sizes) / length, 4)


def _intact(embedded: Any) -> bool:
    """Whether the signed bytes have the digest that was signed, and the signature fits its certificate."""
    from pyhanko.sign.general import CMSExtractionError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    digest = embedded.compute_digest()
    try:
        intact, valid = validate_sig_integrity(
            embedded.signer_info,
            embedded.signer_cert,
            expected_content_type="data",
            actual_digest=digest,
        )
    except CMSExtractionError as error:
        raise ValueError(str(error)) from error
    return bool(intact and valid)
