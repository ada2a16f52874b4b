"""Digital signatures, checked offline."""

from __future__ import annotations

import datetime
import io

import pytest

from pdf_files import PdfFile, body
from vnadmin_extract.config import Config
from vnadmin_extract.readers import read
from vnadmin_extract.readers.pdf_signatures import is_organization, read_signatures


def plain_pdf() -> bytes:
    pdf = PdfFile()
    body(pdf, pdf.page())
    return pdf.bytes()


def sign(
    data: bytes, common_name: str, organization: str | None = None, *, field: str = "Signature1"
) -> bytes:
    """The PDF with one more signature, by a certificate made on the spot."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    name = x509.Name(parts)
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=20000))
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        cert_registry=SimpleCertificateStore(),
    )
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)),
        signers.PdfSignatureMetadata(field_name=field),
        signer=signer,
        output=out,
    )
    return out.getvalue()


@pytest.fixture(scope="module")
def signed() -> bytes:
    once = sign(plain_pdf(), "Lò Thị Mây", "Ủy ban nhân dân xã Suối Mơ")
    return sign(once, "Ủy ban nhân dân xã Suối Mơ", "Tỉnh Mẫu", field="Signature2")


def test_person_and_body(signed: bytes) -> None:
    document = read(signed, name="a.pdf")
    person, body_ = document.signatures
    assert (person.signer, person.organization) == ("Lò Thị Mây", "Ủy ban nhân dân xã Suối Mơ")
    assert (body_.signer, body_.organization) == (None, "Ủy ban nhân dân xã Suối Mơ")
    assert (person.field_name, body_.field_name) == ("Signature1", "Signature2")
    assert document.warnings == ()


def test_integrity_and_coverage(signed: bytes) -> None:
    first, second = read_signatures(signed)[0]
    assert (first.intact, second.intact) == (True, True)
    assert (first.covers_document, second.covers_document) == (False, True)
    assert first.coverage is not None
    assert second.coverage is not None
    assert 0 < first.coverage < second.coverage < 1  # the signature's own bytes are never covered


def test_time_has_a_zone(signed: bytes) -> None:
    for signature in read_signatures(signed)[0]:
        assert signature.time is not None
        assert datetime.datetime.fromisoformat(signature.time).utcoffset() is not None


def test_changed_bytes_are_noticed(signed: bytes) -> None:
    place = signed.index(b"/MediaBox [0 0 595")
    changed = signed[:place] + signed[place:].replace(b"595", b"596", 1)
    assert [signature.intact for signature in read_signatures(changed)[0]] == [False, False]


def test_bytes_added_later_are_not_covered(signed: bytes) -> None:
    last = read_signatures(signed + b"\n% more\n")[0][-1]
    assert (last.intact, last.covers_document) == (True, False)


def test_a_broken_signature_gives_a_warning_not_an_error(signed: bytes) -> None:
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    broken = signed[:start] + b"00" * 40 + signed[start + 80 :]
    signatures, warnings = read_signatures(broken)
    assert warnings
    assert all(signature.intact is None for signature in signatures[:1])
    assert read(broken, name="a.pdf").pages[0].lines


def test_a_range_outside_the_file_cannot_be_checked(signed: bytes) -> None:
    last = signed.rindex(b"/ByteRange")
    end = signed.index(b"]", last)
    numbers = signed[last + len(b"/ByteRange [") : end].split()
    longer = b" ".join([*numbers[:3], b"9" * len(numbers[3])])
    wrong = (
        signed[: last + len(b"/ByteRange [")] + longer.ljust(end - last - len(b"/ByteRange [")) + signed[end:]
    )
    signature = read_signatures(wrong)[0][-1]
    assert (signature.intact, signature.covers_document, signature.coverage) == (None, None, None)


def test_signatures_can_be_left_out(signed: bytes) -> None:
    assert read(signed, Config(check_signatures=False), name="a.pdf").signatures == ()


def test_no_signature() -> None:
    assert read_signatures(plain_pdf()) == ((), ())
    assert read_signatures(b"%PDF-1.7 /ByteRange nonsense")[0] == ()


@pytest.mark.parametrize(
    ("name", "body_"),
    [
        ("Sở Tài chính", True),
        ("ỦY BAN NHÂN DÂN THÀNH PHỐ MẪU", True),
        ("Cổng Thông tin điện tử", True),
        ("Văn phòng UBND tỉnh", True),
        ("Đoàn Văn Bản", False),
        ("Vũ Thị Sớm", False),
        ("Bùi Công Anh", False),
        ("Hồ Viện", False),
    ],
)
def test_bodies_and_persons(name: str, body_: bool) -> None:
    assert is_organization(name) is body_
