"""Documents for exchange between offices: edXML (QCVN 102:2016/BTTTT with its amendment of 2022), and the metadata of
Decree 30/2020/NĐ-CP, Appendix VI, Part II.

A ZIP archive: ``edxml/<id>.edxml`` and ``metadata/<id>.xml`` for each document, ``index.csv`` (which document has which
id), and ``problems.csv``: what a receiving system will miss or refuse. What a record does not hold is left out, never
made up: identification codes of bodies (mã định danh) come from ``ExportOptions.organ_ids``; times of sending, dossiers
and signatures are added by the system that sends. edXML has no place for assignments, so they go along as an attached
JSON file, and the document is marked as one that gives directions (SteeringType 2).
"""

from __future__ import annotations

import base64
import csv
import io
import json
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import IO, Any, BinaryIO, Final

from lxml import etree

from vnadmin_extract.errors import InputError
from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.archive import StillArchive
from vnadmin_extract.exports.carried import ids_of
from vnadmin_extract.exports.labels import full_day
from vnadmin_extract.exports.plain import harmless, one_line
from vnadmin_extract.exports.tables import document_name
from vnadmin_extract.exports.tasks import tasks_of
from vnadmin_extract.record import Code, Record
from vnadmin_extract.text.fold import match_key

FILE_NAME = "documents-edxml.zip"
WHOLE_DOCUMENTS = True
NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XLINK: Final = "http://www.w3.org/1999/xlink"
_ACTOR: Final = "http://schemas.xmlsoap.org/soap/actor/next"
_USUAL_SUBJECT: Final = 500
"""Characters of an abstract that systems in use accept; the regulation gives no number."""

LENGTHS: Final = {
    "TypeName": 100,
    "CodeNumber": 11,
    "CodeNotation": 30,
    "OrganName": 200,
    "OrganId": 13,
    "Subject": 500,
    "PageAmount": 3,
    "Position": 100,
    "FullName": 50,
    "ArrivalNumber": 10,
    "Description": 500,
}
"""Characters that Appendix VI of Decree 30/2020 gives a field."""


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the archive. A document that comes twice is written once."""
    seen: set[str] = set()
    with ExitStack() as stack:
        index = stack.enter_context(_Lines(("id", "file", "pages", "document")))
        problems = stack.enter_context(_Lines(("id", "file", "problem")))
        archive = stack.enter_context(StillArchive(target))
        for record in records:
            id = ids_of(record).document
            if id in seen:
                continue
            seen.add(id)
            first, last = record.source.pages
            index.add(id, record.source.file, f"{first}-{last}", one_line(document_name(record)))
            archive.writestr(f"edxml/{id}.edxml", edxml(record, options))
            found = list(edxml_problems(record, options))
            try:
                archive.writestr(f"metadata/{id}.xml", metadata(record, options))
            except InputError as error:
                found.append(error.what)
                options.warn(str(error))
            for problem in found:
                problems.add(id, record.source.file, problem)
        archive.copy(index.file, "index.csv")
        archive.copy(problems.file, "problems.csv")


def edxml(record: Record, options: ExportOptions) -> bytes:
    """A document as an edXML message, valid against ``schema/edxml.xsd``."""
    default: Any = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}edXML", nsmap=default)
    envelope = etree.SubElement(root, f"{{{NAMESPACE}}}edXMLEnvelope", nsmap={"edXML": NAMESPACE})
    header = _child(envelope, "edXMLHeader")
    _message_header(_child(header, "MessageHeader"), record, options)
    document = ids_of(record).document
    trace = _child(header, "TraceHeaderList")
    for name, value in (
        ("id", f"id-{document}"),
        ("version", "1.0"),
        ("mustUnderstand", "1"),
        ("actor", _ACTOR),
    ):
        trace.set(name, value)
    business = _child(trace, "Bussiness")  # the standard's spelling
    _child(business, "BussinessDocType", "0")
    _child(business, "BussinessDocReason", "Văn bản mới")
    manifest = _child(_child(envelope, "edXMLBody"), "edXMLManifest")
    manifest.set("version", "1.0")
    if record.assignments:
        _attach_tasks(root, manifest, record, document)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def edxml_problems(record: Record, options: ExportOptions) -> Iterator[str]:
    """What a system that receives the message will miss, one sentence each."""
    if record.subject is None:
        yield "edXML: the document has no subject, which receivers ask for"
    elif len(record.subject.text) > _USUAL_SUBJECT:
        yield f"edXML: the subject has {len(record.subject.text)} characters, systems in use take {_USUAL_SUBJECT}"
    bodies = [*([record.issuer.name] if record.issuer else ()), *_receivers(record)]
    for name in dict.fromkeys(bodies):
        if not _organ_id(name, options):
            yield f"edXML: no identification code is given for {one_line(name)}"
    if not _receivers(record):
        yield "edXML: the document names no receiver"
    if record.code is None or record.code.number is None:
        yield "edXML: the document has no number"
    if record.issued is None or full_day(record.issued.date or "") is None:
        yield "edXML: the document has no full date"


def metadata(record: Record, options: ExportOptions) -> bytes:
    """The metadata of Decree 30/2020, Appendix VI: of an incoming document where it has a received stamp, else outgoing.

    Fields that say nothing are left out. The dossier (FileCode) is not known from a document.

    Raises:
        InputError: a value is longer than its field; it is not cut, because a cut number is another number.
    """
    incoming = record.received is not None
    root = etree.Element("Document", direction="incoming" if incoming else "outgoing")

    def add(parent: Any, name: str, value: str | None) -> None:
        if value is None or not (value := one_line(value)):
            return
        if len(value) > LENGTHS.get(name, len(value)):
            raise InputError(
                f"Decree 30 metadata: {name} takes {LENGTHS[name]} characters, the document has {len(value)} ({value[:80]})",
                file=record.source.file,
                remedy="Enter the metadata of this document by hand",
            )
        etree.SubElement(parent, name).text = value

    number, notation = _code_parts(record.code) if record.code else (None, None)
    first, last = record.source.pages
    add(root, "TypeName", record.type.name if record.type else None)
    add(root, "CodeNumber", number)
    add(root, "CodeNotation", notation)
    add(root, "IssuedDate", _iso_day(record.issued.date if record.issued else None))
    add(root, "OrganName", record.issuer.name if record.issuer else None)
    add(root, "Subject", record.subject.text if record.subject else None)
    add(root, "Language", "Tiếng Việt")
    add(root, "PageAmount", str(last - first + 1))
    # The field for urgency and secrecy is one digit without given values; secrecy is said in words.
    add(root, "Description", f"Độ mật: {record.secrecy.level}" if record.secrecy else None)
    if record.received is not None:
        add(root, "ArrivalDate", _iso_day(record.received.date))
        add(root, "ArrivalNumber", record.received.number)
    if record.signer is not None and (record.signer.position or record.signer.name):
        signer = etree.SubElement(root, "SignerInfo")
        add(signer, "Position", record.signer.position)
        add(signer, "FullName", record.signer.name)
    if not incoming:
        for name in _receivers(record):
            receiver = etree.SubElement(root, "To")
            add(receiver, "OrganId", _organ_id(name, options))
            add(receiver, "OrganName", name)
    add(root, "Priority", _priority(record) if record.urgency else None)
    add(root, "DueDate", reply_day(record))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def reply_day(record: Record) -> str | None:
    """The day by which an answer is expected, ISO 8601: the earliest full day on which a report or reply is due."""
    words = [match_key(word) for word in _data()["reply_words"]]
    days = {deadline.id: full_day(deadline.due or "") for deadline in record.deadlines}
    found = [
        day
        for assignment in record.assignments
        if any(word in match_key(assignment.task) for word in words)
        for id in assignment.deadlines
        if (day := days.get(id)) is not None
    ]
    return min(found).isoformat() if found else None


def _message_header(header: Any, record: Record, options: ExportOptions) -> None:
    if record.issuer is not None and one_line(record.issuer.name):
        _body(_child(header, "From"), record.issuer.name, record.issuer.parent, options)
    for name in _receivers(record):
        _body(_child(header, "To"), name, None, options)
    number, notation = _code_parts(record.code) if record.code else (None, None)
    code = _child(header, "Code")
    _child(code, "CodeNumber", number or "")
    _child(code, "CodeNotation", notation or "")
    issued = record.issued
    promulgation = _child(header, "PromulgationInfo")
    if issued is not None:
        _optional(promulgation, "Place", issued.place)
        _optional(promulgation, "PromulgationDate", _slashed(issued.date))
    if record.type is not None and one_line(record.type.name):
        kind = _child(header, "DocumentType")
        known = _data()["legal_types" if record.code and record.code.year else "administrative_types"]
        if record.type.name in known:
            _child(kind, "Type", str(known[record.type.name]))
            _child(kind, "TypeDetail", "0")
        _child(kind, "TypeName", record.type.name)
    _child(header, "Subject", record.subject.text if record.subject else "")
    if record.signer is not None:
        signer = _child(header, "SignerInfo")
        _optional(signer, "Competence", record.signer.authority)
        _optional(signer, "Position", record.signer.position)
        _optional(signer, "FullName", record.signer.name)
    _optional(header, "DueDate", _slashed(reply_day(record)))
    places = [place for recipient in record.recipients if (place := one_line(recipient.name))]
    if places:
        copies = _child(header, "ToPlaces")
        for place in places:
            _child(copies, "Place", place)
    other = _child(header, "OtherInfo")
    _child(other, "Priority", _priority(record))
    first, last = record.source.pages
    _child(other, "PageAmount", str(last - first + 1))
    for reference in record.references:
        code_text = reference.code.canonical or reference.code.text if reference.code else ""
        if reference.relation == "replies_to" and one_line(code_text):
            answer = _child(header, "ResponseFor")
            _child(answer, "OrganId", _organ_id(reference.issuer or "", options))
            _child(answer, "Code", code_text)
            _optional(answer, "PromulgationDate", _slashed(reference.date))
    _child(header, "SteeringType", "2" if record.assignments else "1")
    _child(header, "DocumentId", _document_id(record, options))


def _document_id(record: Record, options: ExportOptions) -> str:
    """``OrganId,YYYY/MM/DD,number/notation``, or the stable id where one of these is not known."""
    organ = _organ_id(record.issuer.name, options) if record.issuer else ""
    day = _slashed(record.issued.date if record.issued else None)
    number, notation = _code_parts(record.code) if record.code else (None, None)
    if organ and day and number and notation:
        return f"{organ},{day},{number}/{notation}"
    return f"vnadmin:{ids_of(record).document}"


def _attach_tasks(root: Any, manifest: Any, record: Record, document: str) -> None:
    name, content, described = f"tasks-{document}.json", f"tasks-{document}", "Nhiệm vụ giao trong văn bản"
    reference = etree.SubElement(
        manifest, f"{{{NAMESPACE}}}Reference", nsmap={"edXML": NAMESPACE, "xlink": XLINK}
    )
    reference.set(f"{{{XLINK}}}href", f"cid:{content}")
    reference.set(f"{{{XLINK}}}type", "simple")
    for key, value in (
        ("Description", described),
        ("AttachmentName", name),
        ("ContentType", "application/json"),
        ("ContentId", f"cid:{content}"),
    ):
        _child(reference, key, value)
    tasks = [asdict(task) for task in tasks_of(record)]
    data = json.dumps({"tasks": tasks}, ensure_ascii=False, indent=1, default=str).encode()
    attachment = _child(_child(root, "AttachmentEncoded"), "Attachment")
    for key, value in (
        ("ContentType", "application/json"),
        ("ContentId", content),
        ("Description", described),
        ("ContentTransferEncoded", base64.b64encode(data).decode()),
        ("AttachmentName", name),
    ):
        _child(attachment, key, value)


def _body(element: Any, name: str, superior: str | None, options: ExportOptions) -> None:
    _child(element, "OrganId", _organ_id(name, options))
    _optional(element, "OrganizationInCharge", superior)
    _child(element, "OrganName", name)


def _receivers(record: Record) -> list[str]:
    """The bodies that the document is for: those addressed, or where none are, those that get a copy."""
    names = [item.name for item in record.addressees]
    if not names:
        no_bodies = tuple(match_key(word) for word in _data()["no_bodies"])
        names = [item.name for item in record.recipients if not match_key(item.name).startswith(no_bodies)]
    return list(dict.fromkeys(name for item in names if (name := one_line(item))))


def _organ_id(name: str, options: ExportOptions) -> str:
    """The identification code that was given for a body; empty where there is none."""
    return options.organ_ids.get(match_key(name), "")


def _code_parts(code: Code) -> tuple[str | None, str | None]:
    """CodeNumber and CodeNotation. A year belongs to the notation: 01 and 2024/TT-BTTTT."""
    year = str(code.year) if code.year else None
    return code.number, "/".join(part for part in (year, code.notation) if part) or None


def _priority(record: Record) -> str:
    return str(_data()["priority"][record.urgency.level]) if record.urgency else "0"


def _iso_day(edtf: str | None) -> str | None:
    day = full_day(edtf or "")
    return day.isoformat() if day else None


def _slashed(edtf: str | None) -> str | None:
    """``2024/03/05``, as edXML writes days."""
    day = _iso_day(edtf)
    return day.replace("-", "/") if day else None


def _child(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        element.text = one_line(text)
    return element


def _optional(parent: Any, name: str, text: str | None) -> None:
    if text and one_line(text):
        _child(parent, name, text)


@cache
def _data() -> dict[str, Any]:
    text = (files("vnadmin_extract.knowledge") / "exports.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["edxml"]
    return found


class _Lines:
    """A CSV file that waits outside the archive, because an archive takes one entry at a time."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the text over it
        self._text = io.TextIOWrapper(self.file, encoding="utf-8", newline="", write_through=True)
        self._rows = csv.writer(self._text, lineterminator="\r\n")
        self._rows.writerow(columns)

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def add(self, *cells: str) -> None:
        self._rows.writerow(harmless(one_line(cell)) for cell in cells)
