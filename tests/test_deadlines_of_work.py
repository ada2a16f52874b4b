"""Deadlines told from what only looks like one: days of work and of events, frequencies, events that time counts from."""

from __future__ import annotations

import time

import pytest

from vnadmin_extract.facts.deadlines import deadlines_in
from vnadmin_extract.grammar.time_expressions import find_time_expressions

ISSUED = "2024-11-05"


def read(task: str) -> list[tuple[str, str | None, str | None]]:
    """Kind, the value that counts for it, and the bound of each deadline."""
    found = deadlines_in(task, document_date=ISSUED)
    return [(e.kind, e.frequency or e.duration or e.due, e.bound) for e in found]


@pytest.mark.parametrize(
    ("task", "frequency", "rrule"),
    [
        ("phát thanh khuyến cáo 02 lần/ngày", "daily", "FREQ=DAILY"),
        ("tưới nước chống bụi mỗi ngày ít nhất 03 lần", "daily", "FREQ=DAILY"),
        ("mở chuyên mục, phát mỗi tuần 02 số", "weekly", "FREQ=WEEKLY"),
        ("mở chuyên mục, phát 02 kỳ mỗi tuần", "weekly", "FREQ=WEEKLY"),
        ("mở lớp tập huấn, mỗi quý một lớp", "quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("mở lớp chuyển giao kỹ thuật (mỗi tháng 01 lớp)", "monthly", "FREQ=MONTHLY"),
        ("các nhóm họp hai tuần một lần", "weekly", "FREQ=WEEKLY;INTERVAL=2"),
        ("05 ngày báo cáo 1 lần", "daily", "FREQ=DAILY;INTERVAL=5"),
        ("dựng 02 mô hình/năm", "yearly", "FREQ=YEARLY"),
        ("ra quân bóc quảng cáo vào tuần cuối hằng tháng", "monthly", "FREQ=MONTHLY"),
        (
            "cung cấp danh sách cho nhà trường vào tháng đầu mỗi quý",
            "quarterly",
            "FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10",
        ),
        ("báo cáo Bộ trưởng vào thứ sáu tuần cuối của tháng", "monthly", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("gửi chi ủy vào tuần cuối của mỗi học kỳ", "semiannual", "FREQ=MONTHLY;INTERVAL=6"),
        ("phát trên loa vào 05h30 và 17h30 hằng ngày", "daily", "FREQ=DAILY"),
        ("gửi báo cáo tháng trước ngày 20", "monthly", "FREQ=MONTHLY;BYMONTHDAY=20"),
        ("gửi báo cáo năm trước ngày 10/12", "yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10"),
        ("lập kế hoạch cung cấp điện theo từng tuần", "weekly", "FREQ=WEEKLY"),
        ("báo cáo UBND tỉnh tại phiên họp thường kỳ hằng tháng", "monthly", "FREQ=MONTHLY"),
    ],
)
def test_how_often(task: str, frequency: str, rrule: str) -> None:
    assert [(e.frequency, e.rrule) for e in deadlines_in(task, document_date=ISSUED)] == [(frequency, rrule)]


def test_frequencies_before_the_verb() -> None:
    assert [value for _, value, _ in read("6 tháng, năm báo cáo Ban Thường vụ")] == ["semiannual", "yearly"]


@pytest.mark.parametrize(
    ("task", "due", "bound"),
    [
        # ranges and lists
        ("cắm mốc giải phóng mặt bằng từ 05/5/2025 đến 10/5/2025", "2025-05-05/2025-05-10", "within"),
        ("lấy ý kiến góp ý từ 05/12 đến 16/12", "2024-12-05/2024-12-16", "within"),
        ("lấy ý kiến góp ý từ 01 đến 14/12/2024", "2024-12-01/2024-12-14", "within"),
        ("tiến hành đại hội từ đầu tháng 3 đến hết tháng 4-2025", "2025-03/2025-04", "within"),
        ("trình huyện trong nửa đầu tháng 12/2024", "2024-12-01/2024-12-15", "within"),
        ("tham mưu sơ kết vào tuần cuối tháng 02/2025", "2025-02-22/2025-02-28", "on"),
        ("tiêm phòng trong tuần 1, 2 tháng 6/2025", "2025-06-01/2025-06-14", "within"),
        # days as old files print them
        ("hướng dẫn quy trình, chậm nhất là ngày 25-12", "2024-12-25", "by"),
        ("gửi lịch tưới xuống huyện truớc ngày 15/1/2025", "2025-01-15", "before"),
        ("bổ sung cơ số thuốc chậm nhất vào chiều 30/12", "2024-12-30", "by"),
        ("trình cấp trên trước 16h00 thứ tư (04/12)", "2024-12-04", "before"),
        ("báo cáo xong, không để kéo dài quá 31/12", "2024-12-31", "by"),
        # what stands around does not make it a report, a term of office or another document's day
        ("phê duyệt phương án đối với cơ sở đã đủ hồ sơ, xong trước ngày 20/11/2024", "2024-11-20", "before"),
        ("trình UBND tỉnh ban hành trước ngày 31/3/2025", "2025-03-31", "before"),
        ("hoàn thành trước khi kết thúc năm học, chậm nhất 25/5/2025", "2025-05-25", "by"),
        ("ký cam kết xong trước lễ tổng kết năm học (25/5/2025)", "2025-05-25", "before"),
        ("Thời hạn gửi số liệu: 20/4/2025", "2025-04-20", "on"),
        ("báo cáo kết quả về Phòng Nội vụ trong quý IV năm 2024", "2024-36", "within"),
        ("đưa xưởng vào hoạt động trong 6 tháng đầu năm 2025", "2025-40", "within"),
        ("báo cáo UBND phường tại phiên họp thường kỳ tháng 12", "2024-12", "within"),
        ("trình Ban Thường vụ Huyện ủy tháng 12/2024", "2024-12", "within"),
        ("đến hết năm 2025, cơ bản hoàn thành việc xử lý", "2025", "by"),
        # a day of work
        ("dọn vệ sinh các tuyến đường vào chủ nhật, ngày 10/11/2024", "2024-11-10", "on"),
        ("nâng quỹ hỗ trợ lên 12 tỷ đồng vào cuối năm 2025", "2025-12-31", "on"),
    ],
)
def test_when(task: str, due: str, bound: str) -> None:
    assert [(e.due, e.bound) for e in deadlines_in(task, document_date=ISSUED)] == [(due, bound)]


def test_months_apart_are_two_deadlines() -> None:
    assert [value for _, value, _ in read("kiểm tra chéo, hoàn thành trong tháng 5 và tháng 11/2025")] == [
        "2025-05",
        "2025-11",
    ]


@pytest.mark.parametrize(
    ("task", "duration", "bound"),
    [
        ("gửi đại biểu trước kỳ họp ít nhất 10 ngày", "-P10D", "before"),
        ("gửi Sở Tài chính trước buổi thảo luận đầu tiên 03 ngày", "-P3D", "before"),
        ("thông báo cho hành khách trước giờ chạy ít nhất 12 giờ", "-PT12H", "before"),
        ("gửi tài liệu chậm nhất 03 ngày làm việc trước buổi tiếp dân", "-P3D", "by"),
        ("gửi danh sách chậm nhất 03 ngày trước ngày khai mạc", "-P3D", "by"),
        ("thông báo lịch mở cống cho các xã trước 48 giờ", "-PT48H", "before"),
        ("sau giao quân 05 ngày, gửi báo cáo", "P5D", "by"),
        ("báo cáo sự cố trong vòng 24h kể từ khi xảy ra", "PT24H", "within"),
        ("tổ chức chữa cháy ban đầu trong 05 phút đầu", "PT5M", "within"),
        ("kiểm tra ít nhất 10 điểm tiêm trong hai ngày đầu của mỗi đợt", "P2D", "within"),
    ],
)
def test_counted_from_an_event(task: str, duration: str, bound: str) -> None:
    found = [(e.duration, e.bound) for e in deadlines_in(task, document_date=ISSUED)]
    assert found == [(duration, bound)]


def test_a_longer_time_for_harder_cases_has_the_same_anchor() -> None:
    text = "trả kết quả trong thời hạn 03 ngày kể từ ngày nhận; trường hợp chất mới thì không quá 09 ngày"
    assert [(e.duration, e.anchor) for e in deadlines_in(text)] == [
        ("P3D", "ngày nhận"),
        ("P9D", "ngày nhận"),
    ]


@pytest.mark.parametrize(
    "task",
    [
        "sửa chữa đê trước mùa mưa",  # no time is named
        "tổ chức hội nghị tổng kết lúc 7h30 ngày 11/12/2024",
        'mở chuyên mục "Mỗi ngày một số điện"',
        "lập tiến độ bù chi tiết đến từng tuần",
        "tỷ lệ từ 1/3 đến 1/2",
        "trước 12 giờ",
    ],
)
def test_no_deadline(task: str) -> None:
    assert deadlines_in(task, document_date=ISSUED) == []


@pytest.mark.parametrize(
    "unit",
    [
        "trước kỳ họp a a ",
        "mỗi tuần 02 số ",
        "tuần 1, 2 tháng 6, ",
        "tháng 1, 3, 5, ",
        "thứ sáu tuần cuối ",
        "báo cáo tháng trước ",
        "20h, ",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        begin = time.process_time()
        find_time_expressions(text, "2025-01-01")
        return time.process_time() - begin

    seconds(2000)
    assert seconds(40000) < 12 * max(seconds(10000), 0.02)
