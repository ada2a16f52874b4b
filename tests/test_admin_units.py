"""Units are found by name, level, province and day; codes are used again, so a day is part of every answer."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.admin_units import AdminUnit, admin_units, bare_key, split_kind

UNITS = admin_units()


def code(name: str, **how: str | None) -> str | None:
    unit = UNITS.resolve(name, **how)
    return None if unit is None else unit.code


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        # a district and its province, until the district level ended
        ("huyện Bình Sơn", {"on": "2024-03"}, "524"),
        ("UBND huyện Bình Sơn, tỉnh Quảng Ngãi", {"on": "2024-03"}, "524"),
        ("huyện Bình Sơn", {"on": "2025-06-30"}, "524"),
        ("huyện Bình Sơn", {"on": "2025-07-01"}, None),
        # a bare name that many units have needs a level or a province
        ("Bình Sơn", {"on": "2024-03"}, None),
        ("Bình Sơn", {"level": "district", "on": "2024-03"}, "524"),
        ("Bình Sơn", {"on": "2025-08"}, None),
        ("Bình Sơn", {"province": "Quảng Ngãi", "on": "2025-08"}, "21040"),
        ("xã Bình Sơn", {"province": "tỉnh An Giang", "on": "2025-08"}, "30823"),
        # a province's name is the province
        ("Quảng Ngãi", {"on": "2024"}, "51"),
        ("thành phố Quảng Ngãi", {"on": "2024"}, "522"),
        # codes used again
        ("Bắc Giang", {"on": "2012-10-15"}, "24"),
        ("Bắc Ninh", {"on": "2012-10-15"}, "27"),
        ("Bắc Ninh", {"on": "2025-07-01"}, "24"),
        ("Bắc Ninh", {}, None),
        ("tỉnh Bắc Giang", {"on": "2025-07-01"}, None),
        ("thành phố Bắc Ninh", {"on": "2024"}, "256"),
        ("thị trấn Châu Ổ", {"on": "2024"}, "21040"),
        # central cities of 2025 and 2026
        ("thành phố Huế", {"on": "2024-12-31"}, "474"),
        ("thành phố Huế", {"on": "2025-01-01"}, "46"),
        ("tỉnh Thừa Thiên - Huế", {"on": "2010"}, "46"),
        ("thành phố Đồng Nai", {"on": "2026-04-30"}, "75"),
        ("thành phố Quảng Ninh", {"on": "2026-09-01"}, "22"),
        # earlier changes
        ("quận Thủ Đức", {"on": "2019"}, "762"),
        ("thành phố Thủ Đức", {"on": "2022"}, "769"),
        ("quận 2", {"on": "2019"}, "769"),
        ("tỉnh Hà Tây", {"on": "2007"}, "28"),
        ("tỉnh Hà Tây", {"on": "2010"}, None),
        # special zones only since July 2025
        ("đặc khu Lý Sơn", {"on": "2025-09"}, "21548"),
        ("đặc khu Lý Sơn", {"on": "2024"}, None),
        # a town that was of a lower kind at the time keeps its code
        ("thị xã Thủ Dầu Một", {"on": "2009-04-15"}, "718"),
        ("huyện Phong Điền", {"province": "Thừa Thiên Huế", "on": "2020"}, "476"),
        # numbered units, inside a district
        ("Phường 01, Quận 3, TP.HCM", {"on": "2024-01"}, "27160"),
        ("Phường 1", {"on": "2024-01"}, None),
        # no such unit
        ("huyện Không Đâu", {"on": "2024"}, None),
        ("", {}, None),
    ],
)
def test_resolve(name: str, how: dict[str, str], expected: str | None) -> None:
    assert code(name, **how) == expected


@pytest.mark.parametrize(
    ("spelling", "official"),
    [
        ("tỉnh Đăk Nông", "tỉnh Đắk Nông"),
        ("TỈNH ĐẮC LẮC", "tỉnh Đắk Lắk"),
        ("tỉnh Bắc Cạn", "tỉnh Bắc Kạn"),
        ("tỉnh Bà Rịa – Vũng Tàu", "tỉnh Bà Rịa - Vũng Tàu"),
        ("tỉnh Hoà Bình", "tỉnh Hòa Bình"),
        ("TP. Hồ Chí Minh", "thành phố Hồ Chí Minh"),
        ("TPHCM", "thành phố Hồ Chí Minh"),
        ("huyện Đắk R lấp", "huyện Đắk R'Lấp"),
        ("thành phố Qui Nhơn", "thành phố Quy Nhơn"),
        ("huyện Mĩ Đức", "huyện Mỹ Đức"),
        ("Tỉnh uỷ Bắc Giang", "tỉnh Bắc Giang"),
        ("Thành ủy Hải Phòng", "thành phố Hải Phòng"),
        ("Huyện ủy Bình Sơn", "huyện Bình Sơn"),
    ],
)
def test_spellings_of_one_name(spelling: str, official: str) -> None:
    found = UNITS.resolve(spelling, on="2019")
    assert found is not None
    assert found.full_name == official


def test_tones_tell_names_apart_unless_asked_not_to() -> None:
    assert code("tỉnh Phủ Thọ", on="2011") is None
    assert code("tỉnh Phủ Thọ", on="2011", loose=True) == "25"  # type: ignore[arg-type]


def test_a_date_with_an_open_month_may_stand_on_both_sides_of_the_change() -> None:
    assert code("Bắc Ninh", on="2025") is None
    assert code("Bắc Ninh", on="2025-05") == "27"
    assert code("Bắc Ninh", on="2025-09/2025-12") == "24"
    assert UNITS.resolve("Bắc Ninh", on=date(2025, 9, 1)) == UNITS.by_code(
        "24", level="province", on="2025-09"
    )


def test_numbers_of_units() -> None:
    def count(level: str, day: date) -> int:
        return len({u.code for u in UNITS if u.level == level and u.valid_on(day)})

    assert [count(level, date(2025, 6, 30)) for level in ("province", "district")] == [63, 696]
    assert [count(level, date(2025, 7, 1)) for level in ("province", "district", "commune")] == [34, 0, 3321]
    cities = [u.name for u in UNITS if u.kind == "thành phố" and u.valid_on(date(2026, 10, 1))]
    assert len(cities) == 9
    assert len(UNITS.province_names(on="2026-10-01")) == 34


def test_a_code_means_one_unit_on_one_day() -> None:
    for day in (date(2005, 1, 1), date(2020, 12, 31), date(2025, 6, 30), date(2025, 7, 1), date(2026, 9, 30)):
        seen: dict[tuple[str, str], AdminUnit] = {}
        for unit in UNITS:
            if unit.valid_on(day):
                assert seen.setdefault((unit.level, unit.code), unit) is unit


def test_every_unit_lies_in_a_province() -> None:
    outside = [u for u in UNITS if UNITS.province_of(u) is None]
    assert outside == []


def test_find_in_running_text() -> None:
    text = "UBND huyện Bình Sơn, tỉnh Quảng Ngãi họp tại Hà Nội; tình hình kinh tế - xã hội; TP. Hồ Chí Minh"
    found = [(m.kind, m.name, m.level) for m in UNITS.find_in(text, on="2024-03")]
    assert found == [
        ("huyện", "Bình Sơn", "district"),
        ("tỉnh", "Quảng Ngãi", "province"),
        (None, "Hà Nội", "province"),
        ("thành phố", "Hồ Chí Minh", "province"),
    ]


@given(st.text(max_size=200))
def test_mentions_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    last = 0
    for mention in UNITS.find_in("tỉnh " + text + " huyện Bình Sơn"):
        assert last <= mention.start < mention.end
        last = mention.end
        assert mention.units


@given(st.sampled_from([u for u in UNITS if u.level != "commune"]))
def test_a_units_own_name_finds_it_on_its_last_day(unit: AdminUnit) -> None:
    found = UNITS.candidates(unit.full_name, level=unit.level, on=unit.valid_to or date(2026, 11, 1))
    assert unit in found


def test_split_kind() -> None:
    assert split_kind("Ủy ban nhân dân huyện Bình Sơn") == ("huyện", "Bình Sơn")
    assert split_kind("TỈNH UỶ BẮC GIANG") == ("tỉnh", "BẮC GIANG")
    assert split_kind("Sở Y tế") == (None, "Sở Y tế")
    assert bare_key("Đắk R'Lấp") == bare_key("ĐĂK R LẤP")


def test_long_text_takes_linear_time() -> None:
    begin = time.process_time()
    UNITS.find_in("huyện Bình Sơn tỉnh Xã " * 20_000)
    UNITS.find_in("A" * 1_000_000)
    UNITS.candidates("xã " * 300_000)
    assert time.process_time() - begin < 15
