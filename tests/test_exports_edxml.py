"""edXML messages and Decree 30 metadata, checked against the schemas of ``schema/``."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from record_examples import full_record, minimal_record
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports import ExportOptions, edxml
from vnadmin_extract.exports.identity import document_id
from vnadmin_extract.exports.tasks import tasks_of
from vnadmin_extract.record import (
    Addressee,
    Assignment,
    Code,
    Deadline,
    DocumentType,
    Issued,
    OwnCode,
    Received,
    Recipient,
    Record,
    Reference,
    Secrecy,
    Signer,
    Subject,
    Urgency,
)
from vnadmin_extract.text.fold import match_key

SCHEMA = Path(__file__).parents[1] / "schema"
MESSAGE = etree.XMLSchema(etree.parse(str(SCHEMA / "edxml.xsd")))
METADATA = etree.XMLSchema(etree.parse(str(SCHEMA / "nd30-metadata.xsd")))
E = f"{{{edxml.NAMESPACE}}}"
KNOWN = ExportOptions(
    organ_ids={
        match_key("Ủy ban nhân dân huyện Sơn Trà"): "H99.7",
        match_key("Tỉnh ủy"): "H99.1",
    }
)


def changed(**fields: Any) -> Record:
    return full_record().model_copy(update=fields)


def message(record: Record, options: ExportOptions | None = None) -> Any:
    found = etree.fromstring(edxml.edxml(record, options or ExportOptions()))
    MESSAGE.assertValid(found)
    return found


def said(record: Record, path: str, options: ExportOptions | None = None) -> list[str]:
    """The texts at a path of the message header, elements separated by ``/``."""
    steps = "/".join(E + step for step in path.split("/"))
    return [
        element.text or "" for element in message(record, options).findall(f".//{E}MessageHeader/{steps}")
    ]


def metadata(record: Record, options: ExportOptions | None = None) -> Any:
    found = etree.fromstring(edxml.metadata(record, options or ExportOptions()))
    METADATA.assertValid(found)
    return found


# edXML


@pytest.mark.parametrize("record", [full_record(), minimal_record()], ids=["full", "minimal"])
def test_messages_and_metadata_are_valid(record: Record) -> None:
    message(record)
    metadata(record)


def test_the_order_of_the_header_is_the_standard_s() -> None:
    header = message(changed(references=(REPLIED,))).find(f".//{E}MessageHeader")
    names = [etree.QName(child).localname for child in header]
    assert list(dict.fromkeys(names)) == [
        "From",
        "To",
        "Code",
        "PromulgationInfo",
        "DocumentType",
        "Subject",
        "SignerInfo",
        "DueDate",
        "ToPlaces",
        "OtherInfo",
        "ResponseFor",
        "SteeringType",
        "DocumentId",
    ]


def test_the_parts_of_the_message_have_the_names_that_receivers_look_for() -> None:
    text = edxml.edxml(full_record(), ExportOptions()).decode()
    # Receivers compare names with their prefix.
    for name in (
        "edXML:edXMLEnvelope",
        "edXML:edXMLHeader",
        "edXML:MessageHeader",
        "edXML:Bussiness",
        "edXML:edXMLBody",
    ):
        assert f"<{name}" in text
    assert "<AttachmentEncoded>" in text


REPLIED = Reference(
    id="r1",
    code=Code(number="9", notation="CV/TU", text="9-CV/TU", canonical="9-CV/TU"),
    date="2024-02-01",
    issuer="Tỉnh ủy",
    relation="replies_to",
)


def test_what_the_message_says() -> None:
    record = full_record()
    assert said(record, "From/OrganName") == ["Ủy ban nhân dân huyện Sơn Trà"]
    assert said(record, "From/OrganizationInCharge") == ["Tỉnh Bình Minh"]
    assert said(record, "To/OrganName") == ["Các phòng, ban", "UBND các xã"]
    assert (said(record, "Code/CodeNumber"), said(record, "Code/CodeNotation")) == (["15"], ["UBND-NV"])
    assert said(record, "PromulgationInfo/PromulgationDate") == ["2024/03/05"]
    assert (said(record, "DocumentType/Type"), said(record, "DocumentType/TypeName")) == (
        ["18"],
        ["Công văn"],
    )
    assert said(record, "SignerInfo/Competence") == ["KT."]
    assert said(record, "ToPlaces/Place") == ["Như trên", "Lưu: VT"]
    assert said(record, "OtherInfo/PageAmount") == ["2"]
    assert said(record, "SteeringType") == ["2"]  # it gives directions
    assert said(minimal_record(), "SteeringType") == ["1"]


@pytest.mark.parametrize(
    ("level", "digit"), [(None, "0"), ("khẩn", "1"), ("thượng khẩn", "2"), ("hỏa tốc", "3")]
)
def test_urgency(level: Any, digit: str) -> None:
    record = changed(urgency=Urgency(level=level) if level else None)
    assert said(record, "OtherInfo/Priority") == [digit]


@pytest.mark.parametrize(
    ("kind", "year", "number"),
    [
        ("Công văn", None, ["18"]),
        ("Quyết định", None, ["2"]),  # on a case
        ("Quyết định", 2024, ["8"]),  # a legal document: the year stands in its number
        ("Thông tư", 2024, ["9"]),
        ("Kết luận", None, []),  # the Party's kinds have no number
    ],
)
def test_kinds_have_the_numbers_of_the_amendment(kind: str, year: int | None, number: list[str]) -> None:
    record = changed(
        type=DocumentType(name=kind), code=OwnCode(number="1", year=year, notation="X", text="1/X")
    )
    assert said(record, "DocumentType/Type") == number
    assert said(record, "DocumentType/TypeName") == [kind]


def test_the_year_of_a_number_goes_with_the_notation() -> None:
    record = changed(code=OwnCode(number="01", year=2024, notation="TT-BXX", text="01/2024/TT-BXX"))
    assert said(record, "Code/CodeNumber") == ["01"]
    assert said(record, "Code/CodeNotation") == ["2024/TT-BXX"]


@pytest.mark.parametrize("day", [None, "2024", "2024-03"])
def test_a_date_that_is_no_full_day_is_left_out(day: str | None) -> None:
    record = changed(issued=Issued(place="Sơn Trà", date=day))
    assert said(record, "PromulgationInfo/PromulgationDate") == []
    assert said(record, "PromulgationInfo/Place") == ["Sơn Trà"]


def test_ids_of_bodies_are_given_never_made_up() -> None:
    assert said(full_record(), "From/OrganId") == [""]
    assert said(full_record(), "DocumentId") == [f"vnadmin:{document_id(full_record())}"]
    assert said(full_record(), "From/OrganId", KNOWN) == ["H99.7"]
    assert said(full_record(), "DocumentId", KNOWN) == ["H99.7,2024/03/05,15/UBND-NV"]
    assert said(full_record(), "To/OrganId", KNOWN) == ["", ""]


def test_the_document_that_is_answered() -> None:
    record = changed(references=(REPLIED,))
    assert said(record, "ResponseFor/OrganId", KNOWN) == ["H99.1"]
    assert said(record, "ResponseFor/Code") == ["9-CV/TU"]
    assert said(record, "ResponseFor/PromulgationDate") == ["2024/02/01"]
    assert said(full_record(), "ResponseFor/Code") == []  # it implements, but answers nothing


def test_the_day_for_the_answer_is_the_first_day_of_a_report() -> None:
    assert said(full_record(), "DueDate") == ["2024/03/20"]
    work = changed(
        assignments=(Assignment(id="a1", path="1", task="sửa đường", deadlines=("d1",)),),
        deadlines=(Deadline(id="d1", text="", kind="date", due="2024-03-20"),),
    )
    assert said(work, "DueDate") == []  # a day for work is no day for an answer


def test_a_document_that_addresses_nobody_is_for_those_who_get_it() -> None:
    recipients = tuple(
        Recipient(name=name) for name in ("Như Điều 3", "Sở Nội vụ", "Sở Nội vụ", "Lưu: VT, NV")
    )
    assert said(changed(addressees=(), recipients=recipients), "To/OrganName") == ["Sở Nội vụ"]


def test_assignments_go_along_as_an_attachment() -> None:
    record = full_record()
    found = message(record)
    attachment = found.find(f"{E}AttachmentEncoded/{E}Attachment")
    reference = found.find(f".//{E}edXMLManifest/{E}Reference")
    content = attachment.findtext(f"{E}ContentId")
    assert reference.get(f"{{{edxml.XLINK}}}href") == f"cid:{content}"
    tasks = json.loads(base64.b64decode(attachment.findtext(f"{E}ContentTransferEncoded")))["tasks"]
    assert [task["id"] for task in tasks] == [task.id for task in tasks_of(record)]
    assert tasks[0]["due"] == "2024-03-20"
    assert message(minimal_record()).find(f"{E}AttachmentEncoded") is None


# Decree 30/2020, Appendix VI


def test_metadata_of_an_outgoing_document() -> None:
    found = metadata(changed(received=None))
    assert found.get("direction") == "outgoing"
    assert {child.tag: child.text for child in found if len(child) == 0} == {
        "TypeName": "Công văn",
        "CodeNumber": "15",
        "CodeNotation": "UBND-NV",
        "IssuedDate": "2024-03-05",
        "OrganName": "Ủy ban nhân dân huyện Sơn Trà",
        "Subject": "triển khai thực hiện Kế hoạch số 7-KH/TU",
        "Language": "Tiếng Việt",
        "PageAmount": "2",
        "Priority": "1",
        "DueDate": "2024-03-20",
    }
    assert [item.findtext("OrganName") for item in found.findall("To")] == ["Các phòng, ban", "UBND các xã"]
    assert found.findtext("SignerInfo/FullName") == "Nguyễn Văn Mẫu"


def test_metadata_of_an_incoming_document() -> None:
    found = metadata(changed(received=Received(number="321", date="2024-03-06")))
    assert found.get("direction") == "incoming"
    assert (found.findtext("ArrivalDate"), found.findtext("ArrivalNumber")) == ("2024-03-06", "321")
    assert found.find("To") is None


def test_secrecy_is_said_in_words_because_the_digit_has_no_meaning_given() -> None:
    assert metadata(changed(secrecy=Secrecy(level="mật"))).findtext("Description") == "Độ mật: mật"


LONGEST = "NQLT-UBTVQH15-CP-ĐCTUBTWMTTQVN"


def test_the_longest_real_notation_just_fits() -> None:
    assert len(LONGEST) == edxml.LENGTHS["CodeNotation"]
    record = changed(code=OwnCode(number="72", notation=LONGEST, text=f"72/{LONGEST}"))
    assert metadata(record).findtext("CodeNotation") == LONGEST


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("CodeNotation", {"code": OwnCode(number="72", year=2025, notation=LONGEST, text="72/2025/NQLT")}),
        ("Subject", {"subject": Subject(text="x" * 501)}),
        ("FullName", {"signer": Signer(name="x" * 51)}),
        ("OrganName", {"received": None, "addressees": (Addressee(name="x" * 201),)}),
    ],
)
def test_what_is_too_long_for_its_field_is_refused_not_cut(field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=field):
        edxml.metadata(changed(**fields), ExportOptions())


# The archive


def written(*records: Record, options: ExportOptions | None = None) -> zipfile.ZipFile:
    target = io.BytesIO()
    edxml.write(iter(records), target, options or ExportOptions())
    return zipfile.ZipFile(target)


def test_the_archive_holds_two_files_for_each_document_and_two_lists() -> None:
    other = minimal_record()
    other = other.model_copy(update={"source": other.source.model_copy(update={"sha256": "1" * 64})})
    archive = written(full_record("a.pdf"), other, full_record("copy of a.pdf"))
    one, two = document_id(full_record()), document_id(other)
    assert archive.namelist() == [
        f"edxml/{one}.edxml",
        f"metadata/{one}.xml",
        f"edxml/{two}.edxml",
        f"metadata/{two}.xml",
        "index.csv",
        "problems.csv",
    ]
    index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode(), newline="")))
    assert [(row["id"], row["file"]) for row in index] == [(one, "a.pdf"), (two, "trong.txt")]


def test_what_a_receiver_will_miss_is_listed() -> None:
    text = written(full_record(), options=KNOWN).read("problems.csv").decode()
    assert "no identification code is given for UBND các xã" in text
    assert "huyện Sơn Trà" not in text
    text = written(minimal_record()).read("problems.csv").decode()
    for missing in ("no subject", "no receiver", "no number", "no full date"):
        assert missing in text


def test_one_document_that_does_not_fit_does_not_stop_the_others() -> None:
    warnings: list[str] = []
    archive = written(changed(subject=Subject(text="x" * 501)), options=ExportOptions(warn=warnings.append))
    id = document_id(full_record())
    assert f"edxml/{id}.edxml" in archive.namelist()
    assert f"metadata/{id}.xml" not in archive.namelist()
    assert "Subject takes 500 characters" in archive.read("problems.csv").decode()
    assert warnings == [w for w in warnings if w.startswith("cong-van.pdf: ")] != []


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_any_text_gives_a_valid_message(subject: str, name: str) -> None:
    message(
        changed(
            subject=Subject(text=subject),
            addressees=(Addressee(name=name),),
            recipients=(Recipient(name=name),),
            signer=Signer(name=name),
            type=DocumentType(name=name),
            references=(REPLIED.model_copy(update={"code": Code(text=name)}),),
        )
    )
