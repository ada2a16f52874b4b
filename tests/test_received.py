"""A received stamp is read apart from the document's own number and date."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages import document, printed
from vnadmin_extract.document import Stamp
from vnadmin_extract.extractor import Extractor

PAGE = printed([(90, "UBND XÃ AN HÒA"), (95, "Số: 15/UBND"), (85, "V/v họp"), (200, "Kính gửi: Các thôn.")])


@pytest.mark.parametrize(
    ("stamp", "number", "date"),
    [
        ("CÔNG VĂN ĐẾN\nSố: 1234\nNgày: 05/3/2024", "1234", "2024-03-05"),
        ("ĐẾN Số 77 Ngày 31-12-19 Chuyển:", "77", "2019-12-31"),
        ("ĐẾN Số ...... Ngày 30/02/2024", None, None),
    ],
)
def test_number_and_day_of_the_stamp(stamp: str, number: str | None, date: str | None) -> None:
    page = replace(PAGE, stamps=(Stamp("received", stamp, (20.0, 100.0, 120.0, 150.0), 1),))
    record = Extractor().records(document(page))[0]
    assert record.received is not None
    assert (record.received.number, record.received.date) == (number, date)
    assert record.received.evidence[0].bbox == (20.0, 100.0, 120.0, 150.0)
    assert record.code is not None
    assert record.code.number == "15"


def test_without_a_stamp_there_is_none() -> None:
    assert Extractor().records(document(PAGE))[0].received is None
