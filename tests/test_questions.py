"""What a registry office asks its catalogue: what falls due, who has what to do, who implements which document."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from catalogue_examples import cites, deadline, document, outcome, task
from vnadmin_extract.catalogue import queries
from vnadmin_extract.catalogue.bodies import NOWHERE, Region, body, body_key, region_of, same_body
from vnadmin_extract.catalogue.codes import parse_key
from vnadmin_extract.catalogue.graph import Network, write_graph
from vnadmin_extract.catalogue.queries import occurrences, window_end
from vnadmin_extract.catalogue.resolve import Work
from vnadmin_extract.catalogue.store import Catalogue
from vnadmin_extract.catalogue.types import Filter
from vnadmin_extract.cli.app import app
from vnadmin_extract.record import Record


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "catalogue.sqlite") as opened:
        yield opened


def store(catalogue: Catalogue, *records: Record) -> None:
    catalogue.store([outcome(record) for record in records])


def ask(catalogue: Catalogue, *arguments: object) -> Result:
    return CliRunner().invoke(
        app,
        [*(str(argument) for argument in arguments), "--catalogue", catalogue.url],
        env={"COLUMNS": "160"},
    )


# What falls due

PROVINCE = "Ủy ban nhân dân tỉnh Bình Minh"
MONTHLY = deadline(
    "trước ngày 15 hằng tháng",
    kind="recurring",
    frequency="monthly",
    rrule="FREQ=MONTHLY;BYMONTHDAY=15",
    bound="before",
)
PLAN = document(
    "ke-hoach.pdf",
    issuer=PROVINCE,
    type="Kế hoạch",
    number="12/KH-UBND",
    date="2024-03-05",
    assignments=[
        task(
            "lập danh sách",
            "Phòng Nội vụ",
            due=[deadline("trước 17 giờ ngày 20/3/2024", "2024-03-20", time="17:00", bound="before")],
        ),
        task(
            "tổng kết",
            "Phòng Nội vụ huyện Sơn Trà",
            with_=["Công an huyện"],
            due=[deadline("quý I/2024", "2024-33", kind="period")],
        ),
        task("báo cáo", "UBND các xã", with_=["Phòng Nội vụ"], due=[MONTHLY]),
        task("theo dõi", "Phòng Nội vụ và Lao động", due=[deadline("tháng 3", "2024-03", kind="period")]),
        task(
            "trả lời",
            "Phòng Nội vụ",
            due=[deadline("05 ngày kể từ ngày nhận", kind="relative", duration="P5D")],
        ),
    ],
)


def due(catalogue: Catalogue, first: str, last: str, **values: Any) -> list[tuple[str, str]]:
    found = queries.due(catalogue, date.fromisoformat(first), date.fromisoformat(last), **values)
    return [
        (item.day.isoformat(), item.assignment.task if item.assignment else item.text) for item in found.items
    ]


def test_the_next_two_weeks_of_a_unit(catalogue: Catalogue) -> None:
    """Periods count by their last day; a coordinating unit is asked too; another unit with a like name is not."""
    store(catalogue, PLAN)
    assert due(catalogue, "2024-03-18", "2024-04-15", unit="Phòng Nội vụ") == [
        ("2024-03-20", "lập danh sách"),
        ("2024-03-31", "tổng kết"),
        ("2024-04-15", "báo cáo"),
    ]
    assert due(catalogue, "2024-03-18", "2024-04-15", unit="phong noi vu", role="lead") == [
        ("2024-03-20", "lập danh sách"),
        ("2024-03-31", "tổng kết"),
    ]
    assert due(catalogue, "2024-03-21", "2024-03-30", unit="Phòng Nội vụ") == []


@pytest.mark.parametrize(
    "name",
    [
        "UBND các xã",
        "ubnd các xã",
        "Uỷ ban nhân dân các xã",
        "Ủy ban nhân dân các xã",
        "uy ban nhan dan cac xa",
    ],
)
def test_a_units_name_in_any_spelling(catalogue: Catalogue, name: str) -> None:
    store(catalogue, PLAN)
    assert due(catalogue, "2024-03-06", "2024-03-31", unit=name) == [("2024-03-15", "báo cáo")]


def test_recurring_work_stands_once_for_each_of_its_days_and_not_before_the_document(
    catalogue: Catalogue,
) -> None:
    store(catalogue, PLAN)
    days = [day for day, text in due(catalogue, "2024-01-01", "2024-06-14") if text == "báo cáo"]
    assert days == ["2024-03-15", "2024-04-15", "2024-05-15"]


def test_deadlines_without_a_day_are_counted_and_not_lost(catalogue: Catalogue) -> None:
    store(catalogue, PLAN)
    assert queries.due(catalogue, date(2024, 1, 1), date(2024, 1, 2)).undated == 1
    assert queries.due(catalogue, date(2024, 1, 1), date(2024, 1, 2), unit="UBND các xã").undated == 0


def test_two_copies_of_a_document_are_one_line(catalogue: Catalogue) -> None:
    copy = PLAN.model_copy(
        update={"source": PLAN.source.model_copy(update={"file": "ky-so.pdf", "sha256": "1" * 64})}
    )
    store(catalogue, PLAN, copy)
    assert len(due(catalogue, "2024-03-20", "2024-03-20")) == 1


def test_gone_files_are_left_out(catalogue: Catalogue) -> None:
    store(catalogue, PLAN)
    catalogue.missing([])
    assert due(catalogue, "2024-01-01", "2024-12-31") == []
    assert list(queries.assignments(catalogue)) == []
    assert queries.network(catalogue).works == []


@pytest.mark.parametrize(
    ("within", "end"),
    [
        ("14d", "2024-09-09"),
        ("0d", "2024-08-26"),
        ("2w", "2024-09-09"),
        ("1m", "2024-09-26"),
        ("5wd", "2024-09-04"),  # 31/8 to 3/9/2024 were days off (National Day)
        ("5 WD", "2024-09-04"),
    ],
)
def test_lengths_of_windows(within: str, end: str) -> None:
    assert window_end(date(2024, 8, 26), within) == date.fromisoformat(end)


@pytest.mark.parametrize("within", ["", "14", "d", "-3d", "3x", "99999d", "1d1d"])
def test_other_lengths_are_refused(within: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        window_end(date(2024, 8, 26), within)


@pytest.mark.parametrize(
    ("rule", "frequency", "expected"),
    [
        # days that the rule names
        ("FREQ=MONTHLY;BYMONTHDAY=15", "monthly", ["2024-01-15", "2024-02-15", "2024-03-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=30", "monthly", ["2024-01-30", "2024-02-29", "2024-03-30"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=5,20",
            "monthly",
            ["2024-01-05", "2024-01-20", "2024-02-05", "2024-02-20", "2024-03-05", "2024-03-20"],
        ),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTH=3,6,9,12;BYMONTHDAY=25", "quarterly", ["2024-03-25"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=10", "yearly", ["2024-02-10"]),
        ("FREQ=YEARLY;BYMONTH=2", "yearly", ["2024-02-29"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=10", "yearly", ["2024-02-10"]),
        ("FREQ=WEEKLY;BYDAY=FR;UNTIL=20240112", "weekly", ["2024-01-05", "2024-01-12"]),
        # only how often: the end of each stretch of the calendar, whenever the document was issued
        ("FREQ=MONTHLY", "monthly", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("FREQ=MONTHLY;INTERVAL=3", "quarterly", ["2024-03-31"]),
        (None, "quarterly", ["2024-03-31"]),
        ("FREQ=MONTHLY;INTERVAL=6", "semiannual", []),
        ("FREQ=YEARLY", "yearly", []),
        # what no deadline means, or no calendar understands
        ("FREQ=SECONDLY", None, []),
        ("FREQ=MONTHLY;BYMONTHDAY=99", None, []),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", None, []),
        ("FREQ=DAILY;INTERVAL=0", None, []),
        ("hằng tháng", None, []),
        ("FREQ", None, []),
        (None, None, []),
    ],
)
def test_days_of_recurring_deadlines(rule: str | None, frequency: str | None, expected: list[str]) -> None:
    days = occurrences(rule, frequency, date(2024, 1, 1), date(2024, 3, 31), since=date(2023, 11, 20))
    assert [day.isoformat() for day in days] == expected


def test_recurring_work_ends_with_its_period() -> None:
    days = occurrences(
        None, "monthly", date(2024, 1, 1), date(2030, 1, 1), span=(date(2024, 2, 1), date(2024, 4, 30))
    )
    assert [day.month for day in days] == [2, 3, 4]


@given(
    st.sampled_from(
        [
            "FREQ=MONTHLY",
            "FREQ=WEEKLY;BYDAY=FR",
            "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=31",
            "FREQ=MONTHLY;INTERVAL=3",
        ]
    ),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(0, 300),
    st.integers(0, 300),
    st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2090, 1, 1))),
)
def test_two_windows_side_by_side_hold_what_the_window_over_both_holds(
    rule: str, first: date, one: int, two: int, since: date | None
) -> None:
    middle = date.fromordinal(first.toordinal() + one)
    last = date.fromordinal(middle.toordinal() + two)
    after = date.fromordinal(middle.toordinal() + 1)
    parts = occurrences(rule, None, first, middle, since=since) + occurrences(
        rule, None, after, last, since=since
    )
    assert parts == occurrences(rule, None, first, last, since=since)


@given(st.text(alphabet="FREQ=DAILYWKMONTHBSP;,0123456789-", max_size=60))
def test_no_rule_takes_long_or_raises(rule: str) -> None:
    started = time.process_time()
    occurrences("FREQ=DAILY;" + rule, None, date(2024, 1, 1), date(2024, 3, 1), since=date(1990, 1, 1))
    occurrences(rule, None, date(2024, 1, 1), date(2024, 3, 1))
    assert time.process_time() - started < 2


def test_due_on_the_command_line(catalogue: Catalogue) -> None:
    store(catalogue, PLAN)
    result = ask(
        catalogue, "due", "--within", "5wd", "--as-of", "18/03/2024", "--unit", "Phòng Nội vụ", "--lang", "vi"
    )
    assert result.exit_code == 0
    assert "Việc đến hạn từ 18/03/2024 đến 25/03/2024" in result.stdout
    assert "trước 17:00" in result.stdout
    assert "Kế hoạch 12/KH-UBND" in " ".join(result.stdout.split())
    assert "Còn 1 thời hạn" in result.stderr
    answer = json.loads(
        ask(catalogue, "due", "--as-of", "2024-03-31", "--within", "0d", "--overdue", "--json").stdout
    )
    assert [item["assignment"]["lead"] for item in answer["items"]] == [
        ["Phòng Nội vụ huyện Sơn Trà"],
        ["Phòng Nội vụ và Lao động"],
    ]
    assert [(item["day"], item["text"]) for item in answer["overdue"]] == [
        ("2024-03-20", "trước 17 giờ ngày 20/3/2024")
    ]
    assert "Nothing is due." in ask(catalogue, "due", "--as-of", "2020-01-01").stdout


@pytest.mark.parametrize(
    "arguments",
    [["--within", "soon"], ["--as-of", "yesterday"], ["--as-of", "2024-02-30"], ["--role", "boss"]],
)
def test_wrong_arguments_are_usage_errors(catalogue: Catalogue, arguments: list[str]) -> None:
    assert ask(catalogue, "due", *arguments).exit_code == 2


def test_the_folder_of_a_run_stands_for_its_catalogue(catalogue: Catalogue) -> None:
    store(catalogue, PLAN)
    folder = str(Path(catalogue.url).parent)
    result = CliRunner().invoke(app, ["assignments", "--catalogue", folder, "--json"])
    assert len(json.loads(result.stdout)) == 5


# Who has what to do


def test_assignments_of_a_unit(catalogue: Catalogue) -> None:
    store(catalogue, PLAN, document("khac.txt", assignments=[task("in ấn", "Văn phòng")]))

    def found(**values: Any) -> list[str]:
        role = values.pop("role", "any")
        return [item.task for item in queries.assignments(catalogue, Filter(**values), role=role)]

    assert found(unit="Phòng Nội vụ") == ["lập danh sách", "tổng kết", "báo cáo", "trả lời"]
    assert found(unit="Phòng Nội vụ", role="coordinating") == ["báo cáo"]
    assert found(kind="CV") == ["in ấn"]
    assert found(unit="Phòng Nội vụ", due_to=date(2024, 3, 20)) == ["lập danh sách"]
    assert found(issued_from=date(2024, 3, 6)) == []
    item = next(queries.assignments(catalogue, Filter(due_from=date(2024, 3, 31))))
    assert (item.lead, item.coordinating, item.deadlines, item.document, item.path) == (
        ("Phòng Nội vụ huyện Sơn Trà",),
        ("Công an huyện",),
        ("2024-33",),
        "Kế hoạch 12/KH-UBND",
        "2",
    )


def test_assignments_on_the_command_line(catalogue: Catalogue) -> None:
    store(catalogue, PLAN)
    result = ask(catalogue, "assignments", "--unit", "Công an huyện", "--lang", "vi")
    assert "quý I/2024" in result.stdout
    assert "2 more rows" in ask(catalogue, "assignments", "--limit", "3").stdout
    assert json.loads(ask(catalogue, "assignments", "--unit", "Sở Y tế", "--json").stdout) == []
    assert "No assignment fits." in ask(catalogue, "assignments", "--unit", "Sở Y tế").stdout


@pytest.mark.parametrize("width", ["90", "120"])
def test_dates_and_numbers_are_not_broken_in_tables(catalogue: Catalogue, width: str) -> None:
    due = [deadline("trước ngày 15/3/2024", "2024-03-15")]
    store(catalogue, document("so.txt", number="12/KH-UBND", assignments=[task("họp", "Sở Y tế", due=due)]))
    result = CliRunner().invoke(app, ["assignments", "--catalogue", catalogue.url], env={"COLUMNS": width})
    assert "2024-03-15" in result.stdout
    assert "12/KH-UBND" in result.stdout


def test_an_unknown_relation_is_told_the_known_ones(catalogue: Catalogue) -> None:
    for command in (["refs", "57-KL/TW"], ["graph"]):
        result = ask(catalogue, *command, "--relation", "follows")
        assert result.exit_code == 2
        assert "implements" in result.stderr


# Who implements a document

CONCLUSION = cites("Kết luận", "57-KL/TW", issuer="Bộ Chính trị", date="2023-06-15")
PARTY_PLAN = document(
    "tinh-uy.pdf",
    issuer="Tỉnh ủy Bình Minh",
    level="party",
    type="Kế hoạch",
    number="254-KH/TU",
    date="2024-01-19",
    references=[CONCLUSION],
)
STATE_PLAN = document(
    "ubnd-tinh.pdf",
    issuer=PROVINCE,
    type="Kế hoạch",
    number="203/KH-UBND",
    date="2024-02-22",
    references=[
        cites("Kế hoạch", "254-KH/TU", issuer="Ban Thường vụ Tỉnh uỷ", date="2024-01-19"),
        cites("Kết luận", "57 -KL/TW"),
    ],
)
DISTRICT = "Ủy ban nhân dân huyện Sơn Trà"
LETTER = document(
    "ubnd-huyen.pdf",
    issuer=DISTRICT,
    parent="Tỉnh Bình Minh",
    type="Công văn",
    number="101/UBND-VX",
    date="2024-03-01",
    references=[
        cites("Công văn", "1001/UBND-KGVX", issuer="UBND tỉnh", date="2024-02-28", does=[("implements", 2)]),
        cites("Kế hoạch", "203/KH-UBND", issuer="UBND tỉnh", date="2024-02-22"),
        cites("Luật", title="Luật Tiếp cận thông tin", relation="based_on"),
    ],
    assignments=[task("phổ biến Kế hoạch 203", "Phòng Văn hóa", refs=[2]), task("báo cáo", "Các xã")],
)


def tree(network: Network, work: Work) -> list[str]:
    return ["  " * step.depth + step.edge.source.name for step in network.chain(work)]


def test_the_chain_from_the_centre_to_the_district(catalogue: Catalogue) -> None:
    """Kết luận → Kế hoạch tỉnh ủy → Kế hoạch UBND tỉnh → Công văn tỉnh (only cited) → Công văn huyện."""
    store(catalogue, LETTER, STATE_PLAN, PARTY_PLAN)
    answer = queries.references(catalogue, "57 KL/TW")
    [root] = answer.works
    assert (root.name, root.issuer, root.issued, root.here) == (
        "Kết luận 57-KL/TW",
        "Bộ Chính trị",
        "2023-06-15",
        False,
    )
    assert tree(answer.network, root) == [
        "  Kế hoạch 254-KH/TU",
        "    Kế hoạch 203/KH-UBND",
        "      Công văn 1001/UBND-KGVX",
        "        Công văn 101/UBND-VX",
    ]
    steps = answer.network.chain(root)
    assert [step.edge.own for step in steps] == [True, True, False, True]
    assert [work.name for work in steps[1].also] == ["Kết luận 57-KL/TW"]
    assert [work.name for work in steps[3].also] == ["Kế hoạch 203/KH-UBND"]
    works = [root, *(step.edge.source for step in steps)]
    assert [item.lead for item in queries.assignments_citing(catalogue, answer, works)] == [
        ("Phòng Văn hóa",)
    ]


@pytest.mark.parametrize(
    "wanted", ["57-KL/TW", "57 KL/TW", "57-kl/tw", "Kết luận số 57-KL/TW", "57/KL-TW", "057-KL/TW"]
)
def test_a_number_in_any_spelling(catalogue: Catalogue, wanted: str) -> None:
    store(catalogue, PARTY_PLAN)
    assert [work.code for work in queries.references(catalogue, wanted).works] == ["57-KL/TW"]


def test_a_circle_of_documents_ends(catalogue: Catalogue) -> None:
    numbers = ["1/KH-UBND", "2/KH-UBND", "3/KH-UBND"]
    for place, number in enumerate(numbers):
        other = cites("Kế hoạch", numbers[place - 1], issuer=PROVINCE, date="2024-01-01")
        store(
            catalogue,
            document(
                number, issuer=PROVINCE, type="Kế hoạch", number=number, date="2024-01-01", references=[other]
            ),
        )
    answer = queries.references(catalogue, "1/KH-UBND")
    assert tree(answer.network, answer.works[0]) == ["  Kế hoạch 2/KH-UBND", "    Kế hoạch 3/KH-UBND"]


def test_a_long_chain_is_followed_to_its_end(catalogue: Catalogue) -> None:
    records = [
        document(f"{n}.txt", issuer=PROVINCE, type="Kế hoạch", number=f"{n + 1}/KH-UBND", date="2024-01-01",
                 references=[cites("Kế hoạch", f"{n}/KH-UBND", issuer=PROVINCE, date="2024-01-01")])
        for n in range(1, 400)
    ]  # fmt: skip
    store(catalogue, *records)
    whole = queries.network(catalogue)
    [root] = whole.resolver.find("1 KH-UBND")
    assert max(step.depth for step in whole.chain(root)) == 399


# Which document a citation means


def resolved(catalogue: Catalogue, file: str) -> list[tuple[list[str], str]]:
    """For each citation of a file the files that it means, and how surely."""
    network = queries.network(catalogue)
    with catalogue.engine.connect() as connection:
        ids = {row.name: row.id for row in connection.execute(queries._document_query())}
        rows = connection.execute(queries._reference_query()).all()
    found = []
    for row in rows:
        if row.document_id == ids[file]:
            links = network.resolver.links(queries.ReferenceInfo(*row))
            files = [(link.work.documents[0].file if link.work.here else "-") for link in links]
            found.append((sorted(files), links[0].certainty))
    return found


def plan(file: str, issuer: str, date: str | None, **values: Any) -> Record:
    return document(file, issuer=issuer, type="Kế hoạch", number="15/KH-UBND", date=date, **values)


def citing(**values: Any) -> Record:
    values = {"issuer": DISTRICT, "parent": "Tỉnh Bình Minh", "date": "2024-05-06", **values}
    wanted = values.pop("cites")
    return document("citing.txt", references=[cites("Kế hoạch", "15/KH-UBND", **wanted)], **values)


PLANS = [
    plan("tinh-2023.pdf", PROVINCE, "2023-02-01"),
    plan("tinh-2024.pdf", PROVINCE, "2024-02-02"),
    plan("tinh-khac.pdf", "Ủy ban nhân dân tỉnh Hải Sơn", "2024-02-02"),
    plan("huyen.pdf", DISTRICT, "2024-03-03", parent="Tỉnh Bình Minh"),
    plan("huyen-khac.pdf", "Ủy ban nhân dân huyện Đông Khê", "2024-03-03"),
]


@pytest.mark.parametrize(
    ("wanted", "files", "certainty"),
    [
        # the year tells the series of numbers, the issuer the body, relative to who writes
        ({"issuer": "UBND tỉnh", "date": "2024-02-02"}, ["tinh-2024.pdf"], "sure"),
        ({"issuer": "UBND tỉnh", "date": "2023-02-01"}, ["tinh-2023.pdf"], "sure"),
        ({"issuer": "Uỷ ban nhân dân tỉnh Bình Minh", "date": "2024"}, ["tinh-2024.pdf"], "sure"),
        ({"issuer": "Chủ tịch UBND tỉnh", "date": "2024-02"}, ["tinh-2024.pdf"], "sure"),
        ({"issuer": "UBND tỉnh Hải Sơn", "date": "2024-02-02"}, ["tinh-khac.pdf"], "sure"),
        ({"issuer": "UBND huyện", "date": "2024-03-03"}, ["huyen.pdf"], "sure"),
        ({"issuer": "UBND huyện Đông Khê"}, ["huyen-khac.pdf"], "likely"),
        # without a date the two plans of the province fit
        ({"issuer": "UBND tỉnh"}, ["tinh-2023.pdf", "tinh-2024.pdf"], "ambiguous"),
        # without an issuer: the writer's own province, not another
        ({"date": "2024-02-02"}, ["tinh-2024.pdf"], "likely"),
        # another date, another document
        ({"issuer": "UBND tỉnh", "date": "2022-01-01"}, ["-"], "sure"),
    ],
)
def test_number_and_notation_alone_are_no_key(
    catalogue: Catalogue, wanted: dict[str, str], files: list[str], certainty: str
) -> None:
    store(catalogue, *PLANS, citing(cites=wanted))
    assert resolved(catalogue, "citing.txt") == [(files, certainty)]


def test_a_document_does_not_cite_a_later_one(catalogue: Catalogue) -> None:
    store(catalogue, *PLANS[:2], citing(date="2023-12-01", cites={"issuer": "UBND tỉnh"}))
    assert resolved(catalogue, "citing.txt") == [(["tinh-2023.pdf"], "likely")]


def test_copies_of_one_document_are_one(catalogue: Catalogue) -> None:
    copy = plan("ban-sao.docx", "UBND tỉnh Bình Minh", "2024-02-02")
    store(catalogue, PLANS[1], copy, citing(cites={"issuer": "UBND tỉnh", "date": "2024-02-02"}))
    assert resolved(catalogue, "citing.txt") == [(["ban-sao.docx"], "sure")]
    [work] = queries.references(catalogue, "15/KH-UBND").works
    assert [d.file for d in work.documents] == ["ban-sao.docx", "tinh-2024.pdf"]


def test_party_numbers_of_two_terms_are_two_documents(catalogue: Catalogue) -> None:
    for year in ("2018", "2024"):
        store(
            catalogue,
            document(
                f"{year}.txt",
                issuer="Huyện ủy Sơn Trà",
                type="Kế hoạch",
                number="9-KH/HU",
                date=f"{year}-05-05",
            ),
        )
    references = [cites("Kế hoạch", "9-KH-HU", issuer="BTV Huyện uỷ", date="2024-05-05")]
    store(catalogue, document("citing.txt", issuer=DISTRICT, date="2024-06-01", references=references))
    assert resolved(catalogue, "citing.txt") == [(["2024.txt"], "sure")]
    assert len(queries.references(catalogue, "9-KH/HU").works) == 2
    assert len(queries.references(catalogue, "9-KH/HU", day="2018").works) == 1


def test_a_year_in_the_number_tells_the_document(catalogue: Catalogue) -> None:
    for year in ("2020", "2023"):
        store(
            catalogue,
            document(
                f"{year}.txt",
                issuer="Chính phủ",
                type="Nghị định",
                number=f"30/{year}/NĐ-CP",
                date=f"{year}-03-05",
            ),
        )
    store(
        catalogue, document("citing.txt", date="2024-01-01", references=[cites("Nghị định", "30/2020/ND-CP")])
    )
    assert resolved(catalogue, "citing.txt") == [(["2020.txt"], "sure")]
    assert [work.issued for work in queries.references(catalogue, "30/2023/NĐ-CP").works] == ["2023-03-05"]


def test_citations_of_an_absent_document_are_of_one(catalogue: Catalogue) -> None:
    store(
        catalogue,
        document("a.txt", date="2024-01-01", references=[CONCLUSION]),
        document("b.txt", date="2024-01-02", references=[cites("Kết luận", "57-KL/TW")]),
        document("c.txt", date="2024-01-02", references=[cites("Kết luận", "57-KL/TW", issuer="Bộ Chính trị", date="2023-06")]),
        document("d.txt", date="2024-01-02", references=[cites("Kết luận", "57-KL/TW", issuer="Ban Bí thư", date="2019-02-02")]),
    )  # fmt: skip
    works = queries.references(catalogue, "57-KL/TW").works
    assert sorted((work.issuer or "", len(work.references)) for work in works) == [
        ("Ban Bí thư", 1),
        ("Bộ Chính trị", 2),
    ]


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("UBND huyện Sơn Trà", "Ủy ban nhân dân huyện Sơn Trà", True),
        ("Ban Thường vụ Tỉnh ủy", "Tỉnh uỷ", True),
        ("Ban Chấp hành Đảng bộ tỉnh", "Tỉnh ủy", True),
        ("Chủ tịch UBND tỉnh", "UBND tỉnh", True),
        ("Bộ trưởng Bộ Nội vụ", "Bộ Nội vụ", True),
        ("UBND tỉnh", "UBND tỉnh Bình Minh", True),  # seen from Bình Minh
        ("UBND tỉnh", "UBND tỉnh Hải Sơn", False),
        ("UBND tỉnh", "UBND huyện", False),
        ("Bộ Chính trị", "Ban Bí thư", False),
        ("Bộ Nội vụ", "Sở Nội vụ", False),
        ("Chủ tịch nước", "Chủ tịch UBND tỉnh", False),
    ],
)
def test_names_of_one_body(one: str, two: str, same: bool) -> None:
    here = Region("binh minh")
    assert same_body(body(one, here), body(two, here)) is same
    assert same_body(body(two, here), body(one, here)) is same


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("UBND huyện Sơn Trà, tỉnh Bình Minh", Region("binh minh", "son tra")),
        ("Ủy ban nhân dân xã An Phú, huyện Sơn Trà", Region(None, "son tra", "an phu")),
        ("Bảo hiểm xã hội huyện Sơn Trà", Region(None, "son tra")),
        ("Ban Quản lý các khu công nghiệp tỉnh Bình Minh", Region("binh minh")),
        ("Bộ Chỉ huy Quân sự tỉnh Bình Minh", Region("binh minh")),
        ("Tỉnh ủy Bình Minh", Region("binh minh")),
        ("UBND thị xã Hòa Lạc, tỉnh Bình Minh", Region("binh minh", "hoa lac")),
        ("UBND tỉnh", NOWHERE),
        ("Bộ Nội vụ", NOWHERE),
    ],
)
def test_places_in_names(name: str, region: Region) -> None:
    assert region_of(name) == region


def test_the_bodies_of_two_districts_that_cite_their_province_mean_one() -> None:
    seen_from = [Region("binh minh", "son tra"), Region("binh minh", "dong khe"), Region("hai son", "x")]
    a, b, c = (body("UBND tỉnh", region) for region in seen_from)
    assert (same_body(a, b), same_body(a, c)) == (True, False)


@pytest.mark.parametrize(
    ("text", "key", "year"),
    [
        ("57-KL/TW", "57 KL-TW", None),
        ("Số: 02 /TB-UBND", "2 TB-UBND", None),
        ("30c/NQ-CP", "30c NQ-CP", None),
        ("30/2020/NĐ-CP", "30 ND-CP", 2020),
        ("203/2025/QH15", "203 QH15", 2025),
        ("187-KH-HU", "187 KH-HU", None),
        ("Luật Đất đai", None, None),
        ("/UBND", None, None),
        ("", None, None),
    ],
)
def test_keys_of_numbers(text: str, key: str | None, year: int | None) -> None:
    found = parse_key(text)
    assert (found.key if found else None, found.year if found else None) == (key, year)


@pytest.mark.parametrize(
    "text", ["1" * 1_000_000, "57-" * 300_000, "57-KL/" + "TW-" * 300_000, " " * 1_000_000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    parse_key(text)
    body_key(text)
    region_of(text)
    assert time.process_time() - started < 3


# The graph


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    odd = document(
        "a<b>.txt",
        type="Báo cáo",
        subject='về "chữ" <b>& dấu | # \\ ] [ \x01',
        references=[cites("Luật", title='Luật "X" & <Y>', relation="based_on")],
    )
    store(catalogue, LETTER, STATE_PLAN, PARTY_PLAN, odd)
    return catalogue


def test_graphml_can_be_read_by_programs(filled: Catalogue) -> None:
    result = ask(filled, "graph", "--format", "graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    [graph] = ET.fromstring(result.stdout).iter(f"{space}graph")
    nodes = {
        node.get("id"): {data.get("key"): data.text for data in node} for node in graph.iter(f"{space}node")
    }
    edges = [
        (
            nodes[edge.get("source")]["name"],
            nodes[edge.get("target")]["name"],
            {d.get("key"): d.text for d in edge},
        )
        for edge in graph.iter(f"{space}edge")
    ]
    relations = {(source, target): data["relation"] for source, target, data in edges}
    assert relations["Kế hoạch 203/KH-UBND", "Kế hoạch 254-KH/TU"] == "implements"
    assert relations["Công văn 101/UBND-VX", "Luật Tiếp cận thông tin"] == "based_on"
    assert {node["name"]: node["here"] for node in nodes.values()}["Kết luận 57-KL/TW"] == "false"
    assert 'Luật "X" & <Y>' in {node["name"] for node in nodes.values()}


def test_mermaid_and_dot_quote_what_documents_say(filled: Catalogue) -> None:
    mermaid = ask(filled, "graph", "--lang", "vi").stdout.splitlines()
    line = regex.compile(
        r'    n\d+(\["[^"<|]*(<br/>[^"<|]*)?"\]|\(\["[^"<|]*(<br/>[^"<|]*)?"\]\))|    n\d+ -[-.]+> ?\|[^|"]+\| n\d+'
    )
    assert mermaid[0] == "graph BT"
    assert [text for text in mermaid[1:] if not line.fullmatch(text)] == []
    assert any("|thực hiện|" in text for text in mermaid)
    dot = ask(filled, "graph", "--format", "dot").stdout
    node = regex.compile(r'    n\d+ (-> n\d+ )?\[label="([^"\\]|\\.)*"(, style=\w+)?\];')
    assert [text for text in dot.splitlines()[3:-1] if not node.fullmatch(text)] == []


def test_the_graph_around_one_document(filled: Catalogue) -> None:
    text = ask(filled, "graph", "--root", "254-KH/TU", "--relation", "implements").stdout
    assert "57-KL/TW" in text
    assert "101/UBND-VX" in text
    assert "Luật" not in text
    assert ask(filled, "graph", "--root", "9-KH/TU").exit_code == 1
    assert ask(filled, "graph", "--relation", "likes").exit_code == 2


def test_the_graph_is_the_same_each_time(filled: Catalogue) -> None:
    texts = {"\n".join(write_graph(queries.network(filled), "dot")) for _ in range(3)}
    assert len(texts) == 1


def test_refs_on_the_command_line(filled: Catalogue) -> None:
    result = ask(filled, "refs", "57-KL/TW", "--lang", "vi")
    assert result.exit_code == 0
    shown = " ".join(result.stdout.split())
    assert "Kết luận 57-KL/TW (Bộ Chính trị, 15/06/2023)" in shown
    assert "thực hiện, theo ubnd-huyen.pdf; chỉ được viện dẫn, không có tệp" in shown
    [answer] = json.loads(ask(filled, "refs", "57-KL/TW", "--json").stdout)
    assert [(item["code"], item["depth"], item["of"]) for item in answer["implemented_by"]] == [
        ("254-KH/TU", 1, "Kết luận 57-KL/TW"),
        ("203/KH-UBND", 2, "Kế hoạch 254-KH/TU"),
        ("1001/UBND-KGVX", 3, "Kế hoạch 203/KH-UBND"),
        ("101/UBND-VX", 4, "Công văn 1001/UBND-KGVX"),
    ]
    assert answer["assignments"][0]["lead"] == ["Phòng Văn hóa"]
    assert ask(filled, "refs", "57-KL/TW", "--issuer", "Ban Bí thư").exit_code == 1
    assert ask(filled, "refs", "99-KL/TW").exit_code == 1
    assert ask(filled, "refs", "57-KL/TW", "--date", "soon").exit_code == 2
    laws = json.loads(ask(filled, "refs", "Luật Tiếp cận", "--json").stdout)
    assert [item["cited_by"][0]["code"] for item in laws] == ["101/UBND-VX"]


def test_several_documents_with_one_number_are_all_shown(catalogue: Catalogue) -> None:
    store(catalogue, *PLANS)
    result = ask(catalogue, "refs", "15/KH-UBND", "--lang", "vi")
    assert "Có 5 văn bản mang số 15/KH-UBND" in result.stdout
    narrowed = json.loads(
        ask(
            catalogue, "refs", "15/KH-UBND", "--date", "2024", "--issuer", "UBND tỉnh Bình Minh", "--json"
        ).stdout
    )
    assert [item["documents"][0]["file"] for item in narrowed] == ["tinh-2024.pdf"]
