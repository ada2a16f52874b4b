"""Records made by hand for the tests of what comes after extraction. Names and numbers are invented."""

from __future__ import annotations

from pathlib import Path

from vnadmin_extract import errors
from vnadmin_extract.config import Config
from vnadmin_extract.record import (
    Addressee,
    Assignment,
    Code,
    Deadline,
    DocumentType,
    Evidence,
    Issued,
    Issuer,
    OwnCode,
    Received,
    Recipient,
    Record,
    Reference,
    ReferenceRelation,
    Signature,
    Signer,
    Source,
    Subject,
    Unit,
    Urgency,
)


def source(file: str = "cong-van.pdf") -> Source:
    return Source(
        file=file,
        sha256="0" * 64,
        media_type="application/pdf",
        page_count=2,
        pages=(1, 2),
        text_origin="text_layer",
        reader="pdfium",
        warnings=("trang 2 không có chữ",),
    )


def minimal_record(file: str = "trong.txt") -> Record:
    """A document in which nothing was found."""
    return Record(source=source(file))


def evidence(page: int, text: str) -> tuple[Evidence, ...]:
    box = (85.0, 100.0, 300.0, 114.0)
    return (Evidence(page=page, start=0, end=len(text), bbox=box, text=text, source="rule:test"),)


def full_record(file: str = "cong-van.pdf") -> Record:
    """A document with something in nearly every field."""
    return Record(
        source=source(file),
        issuer=Issuer(name="Ủy ban nhân dân huyện Sơn Trà", parent="Tỉnh Bình Minh", level="district"),
        type=DocumentType(name="Công văn", abbreviation="CV"),
        code=OwnCode(number="15", notation="UBND-NV", text="15/UBND-NV", canonical="15/UBND-NV"),
        issued=Issued(place="Sơn Trà", date="2024-03-05"),
        subject=Subject(text="triển khai thực hiện Kế hoạch số 7-KH/TU"),
        urgency=Urgency(level="khẩn"),
        addressees=(Addressee(name="Các phòng, ban"), Addressee(name="UBND các xã")),
        recipients=(Recipient(name="Như trên"), Recipient(name="Lưu: VT", copies=2)),
        references=(
            Reference(
                id="r1",
                type="Kế hoạch",
                code=Code(number="7", notation="KH/TU", text="7-KH/TU", canonical="7-KH/TU"),
                date="2024-01",
                issuer="Tỉnh ủy",
                relation="implements",
                relates_to=(ReferenceRelation(relation="implements", target="r2"),),
                evidence=evidence(1, "7-KH/TU"),
            ),
            Reference(id="r2", title="Luật Tổ chức chính quyền địa phương", date="2015-06-19"),
        ),
        assignments=(
            Assignment(
                id="a1",
                path="1.a",
                lead=(Unit(name="Phòng Nội vụ"), Unit(name="Phòng Tài chính - Kế hoạch")),
                coordinating=(Unit(name="Công an huyện"),),
                task="=SUM(1) tham mưu kế hoạch [khẩn] và báo cáo kết quả",
                deadlines=("d1",),
                references=("r1",),
                evidence=evidence(1, "tham mưu"),
                confidence=0.9,
            ),
            Assignment(
                id="a2", path="2", lead=(Unit(name="UBND các xã"),), task="báo cáo", deadlines=("d2", "d3")
            ),
            Assignment(id="a3", path="3", lead=(Unit(name="Đài Truyền thanh"),), task="đưa tin"),
        ),
        deadlines=(
            Deadline(
                id="d1",
                text="trước 17 giờ ngày 20/3/2024",
                kind="date",
                due="2024-03-20",
                time="17:00",
                bound="before",
                assignments=("a1",),
            ),
            Deadline(
                id="d2",
                text="trong quý II/2024",
                kind="period",
                due="2024-34",
                bound="within",
                assignments=("a2",),
            ),
            Deadline(
                id="d3",
                text="trước ngày 15 hằng tháng",
                kind="recurring",
                frequency="monthly",
                rrule="FREQ=MONTHLY;BYMONTHDAY=15",
                bound="before",
                assignments=("a2",),
            ),
            Deadline(
                id="d4",
                text="05 ngày làm việc kể từ ngày nhận được văn bản",
                kind="relative",
                duration="P5D",
                working_days=True,
                anchor="ngày nhận được văn bản",
                bound="within",
            ),
        ),
        signatures=(
            Signature(signer="Nguyễn Văn Mẫu", organization="UBND huyện", time="2024-03-05T08:00:00+07:00"),
        ),
        received=Received(number="321", date="2024-03-06"),
        signer=Signer(
            name="Nguyễn Văn Mẫu", position="Phó Chủ tịch", authority="KT.", on_behalf_of="Chủ tịch"
        ),
    )


def fake_extract(path: Path, name: str, config: Config) -> list[Record]:
    """Stands in for the extractor, in this process and in workers: the text's first word says what happens to it."""
    import os
    import time

    order = path.read_text(encoding="utf-8").split()[0]
    match order:
        case "one":
            return [full_record(name)]
        case "two":
            return [full_record(name), minimal_record(name)]
        case "scan":
            raise errors.NeedsOcrError("the file is a scan", file=name, remedy="Use OCR")
        case "defect":
            raise ZeroDivisionError("a defect")
        case "crash":
            os._exit(139)
        case "abort":
            os.abort()
        case "hang":
            time.sleep(600)
        case "balloon":
            held: list[bytes] = []
            while len(held) < 1 << 20:  # terabytes, if nobody stops it
                held.append(b"x" * (4 << 20))
                time.sleep(0.01)
            raise AssertionError(len(held))
        case "slow":
            time.sleep(0.5)
            return [full_record(name)]
    raise AssertionError(order)
