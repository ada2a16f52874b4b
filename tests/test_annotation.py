"""Points out to annotation tools and back: nothing is lost, and what is wrong is named with its place."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from vnadmin_extract import Config
from vnadmin_extract.annotation import FORMS, FormName, form_of, get_form, read_any
from vnadmin_extract.annotation.found import annotated_points
from vnadmin_extract.annotation.label_studio import CONFIG
from vnadmin_extract.cli.annotate import FormOption
from vnadmin_extract.cli.app import app
from vnadmin_extract.errors import InputError
from vnadmin_extract.model.labels import CHANNEL, CITATION, COORDINATING, DEADLINE, LEAD, ROLES, SPANS
from vnadmin_extract.model.points import Point
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

NAMES = {
    "points": "points.jsonl",
    "label-studio": "tasks.json",
    "doccano": "rows.jsonl",
    "docbin": "points.spacy",
}


def labelled(text: str, role: str, *spans: tuple[str, str], above: Iterable[str] = ()) -> LabelledPoint:
    """A point whose spans are given by their words."""
    places = [
        LabelledSpan(text.index(words), text.index(words) + len(words), label) for words, label in spans
    ]
    point = Point(text, 0, len(text), "KH", "number", tuple(above), "II.2")
    return LabelledPoint(point, role, tuple(sorted(places, key=lambda s: s.start)))


POINTS = [
    labelled(
        "Phòng Nội vụ chủ trì, phối hợp với Công an huyện rà soát hồ sơ, hoàn thành trước ngày 30/4/2024.",
        "assignment",
        ("Phòng Nội vụ", LEAD),
        ("Công an huyện", COORDINATING),
        ("trước ngày 30/4/2024", DEADLINE),
        above=("II. TỔ CHỨC THỰC HIỆN", "UBND huyện yêu cầu:"),
    ),
    labelled("Căn cứ Kế hoạch số 35/KH-UBND của UBND tỉnh;", "basis", ("Kế hoạch số 35/KH-UBND", CITATION)),
    labelled(
        "Báo cáo qua  Phòng\u00a0Kinh tế (2 bản).", "report", ("Phòng\u00a0Kinh tế", CHANNEL), above=["A"]
    ),
    labelled("Tạo chuyển biến về “nhận thức” & <hành động>.", "goal"),
]


def bare(points: Iterable[LabelledPoint]) -> list[LabelledPoint]:
    """Points without their places in a document, which no form keeps."""
    return [
        LabelledPoint(replace(p.point, start=0, end=len(p.point.text), above_at=()), p.role, p.spans)
        for p in points
    ]


def as_people_left_it(form: str, path: Path) -> None:
    """What an annotation tool exports where people found the pre-annotation right."""
    if form == "label-studio":
        tasks = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps([exported(number, task) for number, task in enumerate(tasks, 1)]), "utf-8")


def exported(number: int, task: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task as Label Studio's JSON export gives it."""
    result = [{**item, "origin": "prediction"} for item in task["predictions"][0]["result"]]
    annotation = {
        "id": 100 + number, "completed_by": 1, "result": result, "was_cancelled": False, "ground_truth": False,
        "created_at": "2024-01-11T20:23:22.988914Z", "updated_at": "2024-01-11T20:23:22.988950Z",
        "draft_created_at": None, "lead_time": 16.17, "prediction": {}, "result_count": len(result),
        "unique_id": "4e3ae3f1", "import_id": None, "last_action": None, "task": number, "project": 2,
        "updated_by": 1, "parent_prediction": 7, "parent_annotation": None, "last_created_by": None,
    }  # fmt: skip
    return {
        "id": number, "annotations": [annotation], "file_upload": "9f9bb0f5-tasks.json", "drafts": [],
        "predictions": [7], "data": task["data"], "meta": {}, "created_at": "2024-01-11T20:20:00.000000Z",
        "updated_at": "2024-01-11T20:23:23.000000Z", "inner_id": number, "total_annotations": 1,
        "cancelled_annotations": 0, "total_predictions": 1, "comment_count": 0, "unresolved_comment_count": 0,
        "last_comment_updated_at": None, "project": 2, "updated_by": 1, "comment_authors": [], **changes,
    }  # fmt: skip


def tasks_of(points: list[LabelledPoint], tmp_path: Path) -> list[dict[str, Any]]:
    """Label Studio's export of points as they were pre-annotated."""
    path = tmp_path / "out.json"
    get_form("label-studio").write(points, path)
    return [exported(n, task) for n, task in enumerate(json.loads(path.read_text("utf-8")), 1)]


def saved(value: Any, path: Path) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


# -- There and back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_every_form_keeps_role_spans_and_context(form: FormName, tmp_path: Path) -> None:
    path = tmp_path / NAMES[form]
    assert get_form(form).write(POINTS, path) == len(POINTS)
    as_people_left_it(form, path)
    assert form_of(path) == form
    assert bare(read_any(path)) == bare(POINTS)


@pytest.mark.parametrize("form", FORMS)
def test_no_points_are_a_file_too(form: FormName, tmp_path: Path) -> None:
    path = tmp_path / NAMES[form]
    assert get_form(form).write([], path) == 0
    assert list(get_form(form).read(path)) == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@st.composite
def any_points(draw: st.DrawFn) -> LabelledPoint:
    """Points with odd text, whose spans keep to syllables and signs, as the model's do."""
    from vnadmin_extract.nlp.tokens import split

    text = draw(TEXTS)
    words, spaces = split(text)
    starts, at = [], 0
    for word, space in zip(words, spaces, strict=True):
        starts.append((at, at + len(word)))
        at += len(word) + space
    chosen = draw(st.lists(st.sampled_from(starts), max_size=3, unique=True)) if starts else []
    spans = [
        LabelledSpan(*place, draw(st.sampled_from(SPANS)))
        for place in sorted(chosen)
        if text[slice(*place)].strip()
    ]
    point = Point(
        text,
        0,
        len(text),
        draw(st.sampled_from(["", "CV"])),
        "dash",
        tuple(draw(st.lists(TEXTS, max_size=2))),
    )
    return LabelledPoint(point, draw(st.sampled_from(ROLES)), tuple(spans))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(any_points(), max_size=3))
def test_any_text_comes_back(form: FormName, points: list[LabelledPoint], tmp_path: Path) -> None:
    path = tmp_path / NAMES[form]
    get_form(form).write(points, path)
    as_people_left_it(form, path)
    assert bare(get_form(form).read(path)) == bare(points)


def test_names_of_forms_are_the_same_everywhere() -> None:
    assert set(get_args(FormName)) == set(get_args(FormOption)) == set(FORMS)


# -- Label Studio --------------------------------------------------------------------------------------------


def test_the_labelling_interface_knows_all_roles_and_labels(tmp_path: Path) -> None:
    get_form("label-studio").write(POINTS, tmp_path / "tasks.json")
    view = ElementTree.parse(tmp_path / "tasks.xml").getroot()
    assert ElementTree.tostring(view) == ElementTree.tostring(ElementTree.fromstring(CONFIG))
    assert [label.get("value") for label in view.iter("Label")] == list(SPANS)
    assert [choice.get("value") for choice in view.iter("Choice")] == list(ROLES)


def test_pre_annotations_point_at_the_interface(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    get_form("label-studio").write(POINTS, path)
    view = ElementTree.fromstring(CONFIG)
    tags = {tag.get("name"): tag for tag in view.iter() if tag.get("name")}
    for task in json.loads(path.read_text("utf-8")):
        for item in task["predictions"][0]["result"]:
            tag = tags[item["from_name"]]
            assert tag.get("toName") == item["to_name"]
            assert tag.tag.lower() == item["type"]
        for tag in view.iter("Text"):
            assert task["data"][tag.get("value", "").removeprefix("$")]


def test_the_last_annotation_counts_unless_one_is_the_truth(tmp_path: Path) -> None:
    (task,) = tasks_of(POINTS[3:], tmp_path)
    first = task["annotations"][0]
    later = json.loads(json.dumps(first))
    later["result"][-1]["value"]["choices"] = ["other"]
    task["annotations"] = [first, later, {**later, "result": [], "was_cancelled": True}]
    assert [p.role for p in read_any(saved([task], tmp_path / "a.json"))] == ["other"]
    first["ground_truth"] = True
    assert [p.role for p in read_any(saved([task], tmp_path / "b.json"))] == ["goal"]


def test_tasks_without_an_annotation_are_left_out(tmp_path: Path) -> None:
    done, open_task, cancelled = tasks_of(POINTS[:3], tmp_path)
    open_task["annotations"] = []
    cancelled["annotations"][0]["was_cancelled"] = True
    points = read_any(saved([done, open_task, cancelled], tmp_path / "a.json"))
    assert bare(points) == bare(POINTS[:1])


def test_relations_between_regions_are_passed_over(tmp_path: Path) -> None:
    tasks = tasks_of(POINTS[:1], tmp_path)
    tasks[0]["annotations"][0]["result"].append(
        {"from_id": "s0", "to_id": "s2", "type": "relation", "direction": "right", "labels": []}
    )
    assert bare(read_any(saved(tasks, tmp_path / "a.json"))) == bare(POINTS[:1])


def test_json_min(tmp_path: Path) -> None:
    point = POINTS[0]
    row = {
        "text": point.point.text, "context": "II. TỔ CHỨC THỰC HIỆN › UBND huyện yêu cầu:",
        "point": {"kind": "KH", "mark": "number", "above": list(point.point.above), "path": "II.2"}, "id": 1,
        "spans": [{"start": s.start, "end": s.end, "text": point.point.text[s.start : s.end], "labels": [s.label]}
                  for s in point.spans],
        "role": "assignment", "annotator": 1, "annotation_id": 101, "created_at": "2024-01-11T20:23:22.988914Z",
        "updated_at": "2024-01-11T20:23:22.988950Z", "lead_time": 16.17,
    }  # fmt: skip
    assert bare(read_any(saved([row], tmp_path / "min.json"))) == bare([point])


def test_offsets_counted_in_utf_16_are_set_right(tmp_path: Path) -> None:
    # Older Label Studio counts an emoji as two.
    point = labelled("\U0001f4e2 Giao Phòng Nội vụ \U0001f4e2 rà soát.", "assignment", ("Phòng Nội vụ", LEAD))
    tasks = tasks_of([point], tmp_path)
    value = tasks[0]["annotations"][0]["result"][0]["value"]
    value["start"] += 1
    value["end"] += 1
    assert bare(read_any(saved(tasks, tmp_path / "a.json"))) == bare([point])


def _choices(task: dict[str, Any], *roles: str) -> None:
    task["annotations"][0]["result"][-1]["value"]["choices"] = list(roles)


def _region(task: dict[str, Any], **changes: Any) -> None:
    task["annotations"][0]["result"][0]["value"].update(changes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda task: _choices(task, "duty"), "there is no role 'duty'"),
        (lambda task: _choices(task), "a point has one role, this one has none"),
        (lambda task: _choices(task, "goal", "other"), "this one has goal, other"),
        (lambda task: _region(task, labels=["BOSS"]), "there is no label 'BOSS'"),
        (lambda task: _region(task, start=1), "not 'Phòng Nội vụ'"),
        (lambda task: _region(task, end=900, text=None), "lies outside of the text"),
        (lambda task: _region(task, start="x"), "invalid literal"),
        (lambda task: task.pop("data"), "there is no 'data'"),
    ],
)
def test_a_wrong_task_is_named(change: Any, said: str, tmp_path: Path) -> None:
    good, bad = tasks_of([POINTS[1], POINTS[0]], tmp_path)
    change(bad)
    path = saved([good, bad], tmp_path / "export.json")
    with pytest.raises(InputError, match="task 2 \\(id 2\\) is no annotated point") as raised:
        list(get_form("label-studio").read(path))
    assert said in str(raised.value)
    assert raised.value.file == str(path)


# -- doccano -------------------------------------------------------------------------------------------------


def test_what_doccano_exports(tmp_path: Path) -> None:
    # Classes and spans beside each other; metadata and its own keys around them; one point nobody looked at.
    rows = [
        {"id": 7, "text": "Phòng Nội vụ rà soát.", "cats": ["assignment"], "entities": [[0, 12, "LEAD"]],
         "kind": "CV", "mark": "point", "above": ["1. Yêu cầu"], "path": "1.a", "Comments": []},
        {"id": 8, "text": "Trân trọng./.", "cats": [], "entities": [], "Comments": ["?"]},
    ]  # fmt: skip
    path = tmp_path / "admin.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    (found,) = read_any(path)
    assert (found.role, found.point.above, found.point.path) == ("assignment", ("1. Yêu cầu",), "1.a")
    assert found.spans == (LabelledSpan(0, 12, LEAD),)


@pytest.mark.parametrize(
    "row",
    [
        {"text": "Phòng Nội vụ rà soát.", "label": [[0, 12, "LEAD"], [0, 21, "role:assignment"]]},
        {"text": "Phòng Nội vụ rà soát.", "cats": ["assignment"], "relations": [],
         "entities": [{"id": 3, "label": "LEAD", "start_offset": 0, "end_offset": 12}]},
    ],
    ids=["sequence labelling", "with relations"],
)  # fmt: skip
def test_other_projects_of_doccano(row: dict[str, Any], tmp_path: Path) -> None:
    (found,) = read_any(saved(row, tmp_path / "all.jsonl"))
    assert found.role == "assignment"
    assert found.spans == (LabelledSpan(0, 12, LEAD),)


# -- Faults in lines -----------------------------------------------------------------------------------------

GOOD_LINES = {
    "points": {"text": "Trân trọng.", "role": "closing", "spans": []},
    "doccano": {"text": "Trân trọng.", "cats": ["closing"], "entities": []},
}


@pytest.mark.parametrize(
    ("form", "line", "said"),
    [
        ("points", '{"text": "a", "role": "duty", "spans": []}', "there is no role 'duty'"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[0, 3, "BOSS"]]}', "there is no label 'BOSS'"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[0, 4, "LEAD"]]}', "the span 0-4 lies outside"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[2, 2, "LEAD"]]}', "the span 2-2 lies outside"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[-1, 2, "LEAD"]]}', "the span -1-2 lies outside"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[0, Infinity, "LEAD"]]}', "infinity"),
        ("points", '{"text": "abc", "role": "goal"}', "there is no 'spans'"),
        ("points", '{"text": "abc", "role": "goal", "spans": [[0, 3]]}', "not enough values"),
        ("points", '["abc"]', "list indices"),
        ("points", '{"text": "abc", "ro', "Invalid control character at column 20"),
        ("points", '{"text": "\udcff"}', "utf-8"),
        ("points", "[" * 100_000, "recursion"),
        ("doccano", '{"text": "abc", "cats": ["goal", "other"], "entities": []}', "has goal, other"),
        ("doccano", '{"text": "abc", "cats": [], "entities": [[0, 3, "LEAD"]]}', "has none"),
        ("doccano", '{"text": "abc", "cats": ["goal"], "entities": [[0, 9, "LEAD"]]}', "lies outside"),
        ("doccano", '{"text": "abc", "cats": ["goal"], "entities": [{"label": "LEAD"}]}', "'start_offset'"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_file(form: FormName, line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "points.jsonl"
    good = json.dumps(GOOD_LINES[form])
    path.write_bytes(f"{good}\n\n{line}\n{good}\n".encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="line 3 is no annotated point") as raised:
        list(get_form(form).read(path))
    assert said in str(raised.value)
    assert raised.value.file == str(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b'{"a": 1}', b"\xff\xfe\x00", b"12", b"null"])
def test_files_in_no_form(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "what.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        list(read_any(path))
    assert raised.value.file == str(path)
    for form in ("label-studio", "docbin"):
        with pytest.raises(InputError):
            list(get_form(form).read(path))


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_not_there(form: FormName, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(read_any(tmp_path / "none", form))
    with pytest.raises(InputError, match="cannot be read"):
        form_of(tmp_path / "none")


def test_a_docbin_of_another_program(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin, Span

    doc = spacy.blank("xx")("Phòng Nội vụ rà soát hồ sơ")
    doc.ents = [Span(doc, 0, 3, label=LEAD)]
    doc.cats = {"assignment": 1.0, "goal": 0.0}
    path = tmp_path / "mine.spacy"
    DocBin(docs=[doc]).to_disk(path)
    (found,) = read_any(path)
    assert (found.role, found.spans) == ("assignment", (LabelledSpan(0, 12, LEAD),))
    doc.cats = {"duty": 1.0}
    DocBin(docs=[doc]).to_disk(path)
    with pytest.raises(InputError, match="document 1 is no annotated point"):
        list(read_any(path))


# -- Pre-annotation ------------------------------------------------------------------------------------------

DOCUMENT = """\
ỦY BAN NHÂN DÂN              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
HUYỆN TÂN KHÊ                    Độc lập - Tự do - Hạnh phúc

Số: 35/KH-UBND              Tân Khê, ngày 05 tháng 3 năm 2024

                          KẾ HOẠCH
                Rà soát hồ sơ cán bộ năm 2024

     Căn cứ Quyết định số 18/QĐ-UBND ngày 02/01/2024 của UBND tỉnh, UBND huyện ban hành kế hoạch.

II. TỔ CHỨC THỰC HIỆN

     1. Phòng Nội vụ chủ trì, phối hợp với Công an huyện rà soát hồ sơ cán bộ của các xã, thị trấn trên
địa bàn huyện, hoàn thành trước ngày 30/4/2024.

     2. Phòng Tài chính - Kế hoạch

     a) Bố trí kinh phí thực hiện trong tháng 5/2024;

     b) Hướng dẫn các xã, thị trấn thanh toán theo quy định.

   Nơi nhận:                         TM. ỦY BAN NHÂN DÂN
   - Như trên;                            CHỦ TỊCH
   - Lưu: VT, NV.
                                       Đinh Văn Khoát
"""


@pytest.mark.parametrize("models", [False, True])
def test_points_bring_what_was_found_in_them(models: bool) -> None:
    points = {p.point.path: p for p in annotated_points(DOCUMENT.encode(), Config(models=models))}
    marked = {path: {(p.point.text[s.start : s.end], s.label) for s in p.spans} for path, p in points.items()}
    assert marked["II.1"] == {
        ("Phòng Nội vụ", LEAD), ("Công an huyện", COORDINATING), ("trước ngày 30/4/2024", DEADLINE)
    }  # fmt: skip
    assert marked["II.2"] == {("Phòng Tài chính - Kế hoạch", LEAD)}
    assert ("trong tháng 5/2024", DEADLINE) in marked["II.2.a"]
    assert ("Quyết định số 18/QĐ-UBND", CITATION) in marked["paragraph 1"]
    assert [points[path].role for path in ("II.1", "II.2.a", "II.2.b")] == ["assignment"] * 3
    assert points["II.2.a"].point.above[-1] == "Phòng Tài chính - Kế hoạch"
    assert points["paragraph 1"].role != "assignment"


def test_spans_of_a_point_do_not_overlap() -> None:
    for point in annotated_points(DOCUMENT.encode(), Config(models=False)):
        ends = [0, *(s.end for s in point.spans)]
        assert all(end <= span.start for end, span in zip(ends, point.spans, strict=False))


# -- Commands ------------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "kh.txt"
    path.write_text(DOCUMENT, "utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("suffix", [".jsonl", ".spacy"])
def test_export_annotate_import(form: FormName, suffix: str, document: Path, tmp_path: Path) -> None:
    tasks, points = tmp_path / NAMES[form], tmp_path / f"back{suffix}"
    out = run("annotate", "export", document, "-o", tasks, "--form", form, "--no-models")
    assert out.exit_code == 0, out.output
    assert "assignment 3" in out.stderr
    as_people_left_it(form, tasks)
    back = run("annotate", "import", tasks, "-o", points)
    assert back.exit_code == 0, back.output
    assert "assignment 3" in back.stderr
    assert bare(read_any(points)) == bare(annotated_points(document, Config(models=False)))


def test_tasks_that_nobody_has_annotated_are_said_to_be_so(document: Path, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.json"
    run("annotate", "export", document, "-o", tasks, "--no-models")
    result = run("annotate", "import", tasks, "-o", tmp_path / "points.jsonl")
    assert "nobody has annotated anything" in result.stderr


def test_a_document_that_cannot_be_read_costs_only_itself(document: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    result = run("annotate", "export", empty, document, "-o", tmp_path / "t.json", "--no-models")
    assert result.exit_code == 1
    assert "empty.txt" in result.stderr
    assert len(json.loads((tmp_path / "t.json").read_text("utf-8"))) > 3
    assert run("annotate", "export", empty, "-o", tmp_path / "u.json", "--no-models").exit_code == 3


def test_a_fault_leaves_the_earlier_file(tmp_path: Path) -> None:
    bad, out = tmp_path / "bad.jsonl", tmp_path / "points.jsonl"
    bad.write_text(json.dumps(GOOD_LINES["points"]) + '\n{"text": 1}\n', "utf-8")
    out.write_text("earlier", "utf-8")
    result = run("annotate", "import", bad, "--form", "points", "-o", out)
    assert result.exit_code == 3
    assert "line 2" in result.stderr
    assert out.read_text("utf-8") == "earlier"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["-o", "points.txt"], 2), (["-o", "none/points.jsonl"], 3), (["-o", "p.jsonl", "--form", "docbin"], 3)],
)
def test_wrong_use_of_import(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = saved(GOOD_LINES["points"], tmp_path / "good.jsonl")
    assert run("annotate", "import", good, *arguments).exit_code == code
