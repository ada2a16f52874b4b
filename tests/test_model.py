"""The model of points: what it reads, that its offsets are the document's, that it can be trained and is guarded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab
from typer.testing import CliRunner

from vnadmin_extract import Config, Extractor
from vnadmin_extract.annotation import get_form
from vnadmin_extract.annotation.retrain import measure, retrain
from vnadmin_extract.cli.app import app
from vnadmin_extract.errors import InputError, KnowledgeError
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.component import PointReader, bare
from vnadmin_extract.model.docs import OWN, docs_of, own_offset, point_doc, segment_sizes, set_features
from vnadmin_extract.model.labels import DEADLINE, LEAD, ROLES, SPANS
from vnadmin_extract.model.points import HEADINGS, LONGEST, Point, points_of, shortened
from vnadmin_extract.model.reading import (
    CHECKSUMS,
    available,
    checksums,
    load,
    read_points,
    shipped,
    sign,
    verify,
)
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan, labelled_doc, write_points
from vnadmin_extract.nlp.tokens import split
from vnadmin_extract.readers import read

PLAN = """\
ỦY BAN NHÂN DÂN              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
HUYỆN TÂN KHÊ                    Độc lập - Tự do - Hạnh phúc

Số: 35/KH-UBND              Tân Khê, ngày 05 tháng 3 năm 2024

                          KẾ HOẠCH
                Rà soát hồ sơ cán bộ năm 2024

I. MỤC TIÊU

     1. Nâng cao chất lượng hồ sơ cán bộ trên địa bàn huyện.

II. TỔ CHỨC THỰC HIỆN

     Ủy ban nhân dân huyện yêu cầu các đơn vị:

     1. Phòng Nội vụ

     a) Rà soát hồ sơ cán bộ của các xã, thị trấn, hoàn thành trước ngày 30/4/2024;

     - Gửi danh sách về huyện.

     2. UBND các xã, thị trấn báo cáo kết quả về Phòng Nội vụ.

| Nội dung | Đơn vị |
| --- | --- |
| In hồ sơ | Văn phòng |

   Nơi nhận:                         TM. ỦY BAN NHÂN DÂN
   - Như trên;                            CHỦ TỊCH
   - Lưu: VT, NV.
                                       Đinh Văn Khoát
"""

needs_model = pytest.mark.skipif(not available(), reason="no model comes with this installation")


@pytest.fixture(scope="module")
def layout() -> Layout:
    (made,) = lay_out(read(PLAN.encode(), Config(), name="plan.txt"))
    return made


@pytest.fixture(scope="module")
def points(layout: Layout) -> dict[str, Point]:
    return {point.path: point for point in points_of(layout, "KH")}


def a_point(text: str, *above: str, kind: str = "KH", mark: str = "number") -> Point:
    return Point(text, 0, len(text), kind, mark, above)


# -- What is read --------------------------------------------------------------------------------------------


def test_points_are_the_nodes_of_body_and_appendix(points: dict[str, Point]) -> None:
    assert list(points) == [
        "I",
        "I.1",
        "II",
        "II paragraph 1",
        "II.1",
        "II.1.a",
        "II.1.a dash 1",
        "II.2",
    ]


def test_points_know_their_place(points: dict[str, Point], layout: Layout) -> None:
    for point in points.values():
        assert layout.slice(point.start, point.end) == point.text
        for text, start in zip(point.above, point.above_at, strict=True):
            assert layout.text.text.startswith(text, start)


def test_a_point_is_read_without_its_mark(points: dict[str, Point]) -> None:
    assert points["II.1"].text == "Phòng Nội vụ"
    assert (points["II.1"].mark, points["II.1.a"].mark, points["I"].mark) == ("number", "point", "roman")
    assert points["II.1"].kind == "KH"


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("I", ()),
        ("I.1", ("MỤC TIÊU",)),
        ("II.1", ("TỔ CHỨC THỰC HIỆN", "Ủy ban nhân dân huyện yêu cầu các đơn vị:")),
        ("II.1.a", ("TỔ CHỨC THỰC HIỆN", "Ủy ban nhân dân huyện yêu cầu các đơn vị:", "Phòng Nội vụ")),
    ],
)
def test_headings_and_lead_ins_stand_above(
    path: str, above: tuple[str, ...], points: dict[str, Point]
) -> None:
    assert points[path].above == above


def test_no_more_headings_than_the_nearest(points: dict[str, Point]) -> None:
    deep = points["II.1.a dash 1"]
    assert len(deep.above) == HEADINGS
    assert deep.above[-2:] == ("Phòng Nội vụ", points["II.1.a"].text)


def test_long_headings_keep_their_ends() -> None:
    words = [str(n) for n in range(40)]
    assert shortened(words) == [*words[:9], *words[-5:]]
    assert shortened(words[:14]) == words[:14]


# -- Docs and features ---------------------------------------------------------------------------------------


def test_a_doc_ends_with_the_points_own_words() -> None:
    point = a_point("Rà soát, báo cáo trước ngày 30/4.", "TỔ CHỨC THỰC HIỆN")
    doc = point_doc(Vocab(), point)
    assert doc.text[own_offset(doc) :] == point.text
    assert [t.text for t in doc[: doc.user_data[OWN]]] == [
        "‹KH›",
        "‹number›",
        "TỔ",
        "CHỨC",
        "THỰC",
        "HIỆN",
        "‹/›",
    ]


def test_a_doc_of_a_point_without_words() -> None:
    doc = set_features(point_doc(VOCAB, a_point("")))
    assert own_offset(doc) == len(doc.text)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80), above=st.lists(st.text(max_size=30), max_size=3))
def test_features_never_move_an_offset(text: str, above: list[str]) -> None:
    point = a_point(text, *above)
    (doc,) = docs_of(VOCAB, [point])
    offset = own_offset(doc)
    assert doc.text[offset:] == text
    for token in doc[doc.user_data[OWN] :]:
        assert text[token.idx - offset : token.idx - offset + len(token.text)] == token.text


VOCAB = spacy.blank("xx").vocab


def test_features_of_a_syllable() -> None:
    doc = set_features(point_doc(VOCAB, a_point("Uỷ ban họp ngày 30", "Về việc HOÀ giải")))
    own = {t.text: t for t in doc[doc.user_data[OWN] :]}
    assert (own["Uỷ"].norm_, own["Uỷ"].tag_, own["Uỷ"].shape_) == ("ủy", "uy", "Xx")
    assert own["30"].norm_ == "00"
    above = {t.text: t for t in doc[: doc.user_data[OWN]]}
    assert above["HOÀ"].norm_ == "<hòa"
    assert above["HOÀ"].lemma_ == "hòa"


def test_words_of_several_syllables_are_lemmas() -> None:
    doc = set_features(point_doc(VOCAB, a_point("các đơn vị báo cáo kết quả thực hiện", "các đơn vị")))
    lemmas = {t.text: t.lemma_ for t in doc[doc.user_data[OWN] :]}
    assert lemmas["đơn"] == lemmas["vị"] == "đơn_vị"
    assert lemmas["kết"] == "kết_quả"
    assert lemmas["các"] == "các"
    assert {t.lemma_ for t in doc[: doc.user_data[OWN]]} >= {"đơn", "vị"}
    syllables = set_features(point_doc(VOCAB, a_point("các đơn vị")), segment=False)
    assert "_" not in {t.lemma_[1:2] for t in syllables}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Ủy", "ban", "nhân", "dân", ",", "/", "2024", "rà", "soát", "X", "😀"]), max_size=30
    )
)
def test_segmentation_takes_the_syllables_that_it_is_given(syllables: list[str]) -> None:
    sizes = segment_sizes(tuple(syllables))
    assert sum(sizes) == len(syllables)
    assert all(size > 0 for size in sizes)


def test_long_points_are_cut() -> None:
    text = "rà soát " * LONGEST + "trước ngày 30/4/2024"
    doc = point_doc(Vocab(), a_point(text))
    assert len(doc) - doc.user_data[OWN] == LONGEST
    assert text.startswith(doc.text[own_offset(doc) :])


def test_a_million_characters_are_read_quickly() -> None:
    doc = point_doc(Vocab(), a_point("a-" * 500_000, "b." * 500_000))
    assert len(doc) < LONGEST + 100


# -- Training data -------------------------------------------------------------------------------------------


def labelled(text: str, role: str, **words: str) -> LabelledPoint:
    spans = [LabelledSpan(text.index(w), text.index(w) + len(w), label) for label, w in words.items()]
    return LabelledPoint(a_point(text, "TỔ CHỨC THỰC HIỆN"), role, tuple(spans))


def test_labels_become_entities_and_categories() -> None:
    doc = labelled_doc(
        Vocab(),
        labelled("Phòng Nội vụ rà soát trước 30/4", "assignment", LEAD="Phòng Nội vụ", DEADLINE="trước 30/4"),
    )
    assert [(e.text, e.label_) for e in doc.ents] == [("Phòng Nội vụ", LEAD), ("trước 30/4", DEADLINE)]
    assert set(doc.cats) == set(ROLES)
    assert [role for role, value in doc.cats.items() if value] == ["assignment"]


def test_what_stands_beyond_the_cut_is_left_out() -> None:
    text = "Phòng Nội vụ " + "rà soát " * LONGEST + "trước 30/4"
    doc = labelled_doc(Vocab(), labelled(text, "assignment", LEAD="Phòng Nội vụ", DEADLINE="trước 30/4"))
    assert [e.label_ for e in doc.ents] == [LEAD]


def test_of_overlapping_spans_one_is_kept() -> None:
    point = labelled(
        "Phòng Nội vụ và Công an", "assignment", LEAD="Phòng Nội vụ và Công an", COORDINATING="Công an"
    )
    assert [e.label_ for e in labelled_doc(Vocab(), point).ents] == [LEAD]


def test_there_is_no_other_role() -> None:
    with pytest.raises(ValueError, match="no role 'duty'"):
        labelled_doc(Vocab(), labelled("a", "duty"))


def test_the_reader_hides_what_is_to_be_found(tmp_path: Path) -> None:
    path = tmp_path / "points.spacy"
    assert write_points(path, SMALL) == len(SMALL)
    nlp = spacy.blank(
        "vi", config={"nlp": {"tokenizer": {"@tokenizers": "vnadmin_extract.SyllableTokenizer.v1"}}}
    )
    examples = list(PointReader(path, shuffle=False)(nlp))
    assert len(examples) == len(SMALL)
    for example in examples:
        assert not example.predicted.ents
        assert not example.predicted.cats
        assert [t.norm_ for t in example.predicted] == [t.norm_ for t in example.reference]
        assert [t.lemma_ for t in example.predicted] == [t.lemma_ for t in example.reference]
        assert own_offset(example.predicted) == own_offset(example.reference)
        assert bare(example.reference).text == example.reference.text


# -- Training ------------------------------------------------------------------------------------------------

UNITS = ["Phòng Nội vụ", "Công an huyện", "Hạt Kiểm lâm", "Văn phòng", "Trạm Y tế"]
SMALL = [
    *(labelled(f"{u} rà soát hồ sơ trước ngày {n}/4", "assignment", LEAD=u, DEADLINE=f"trước ngày {n}/4") for n, u in enumerate(UNITS, 11)),
    *(labelled(f"Giao {u} tổng hợp trong tháng {n}", "assignment", LEAD=u, DEADLINE=f"trong tháng {n}") for n, u in enumerate(UNITS, 5)),
    *(labelled(f"Nâng cao nhận thức của cán bộ {u}", "goal") for u in UNITS),
    *(labelled("Trân trọng./.", "closing") for _ in UNITS),
]  # fmt: skip
TINY: dict[str, Any] = {
    "training.max_epochs": 25,
    "training.optimizer.learn_rate": 0.004,
    "training.eval_frequency": 10,
    "training.dropout": 0.0,
    "training.batcher.size.start": 60,
    "components.tok2vec.model.embed.rows": [300, 300, 300, 100],
    "components.tok2vec.model.embed.width": 16,
    "components.tok2vec.model.encode.width": 16,
    "components.tok2vec.model.encode.depth": 1,
    "components.vnadmin_spans.model.hidden_width": 16,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("points")
    get_form("points").write(SMALL, folder / "train.jsonl")
    get_form("doccano").write(SMALL[::2], folder / "dev.jsonl")
    return folder


@pytest.fixture(scope="module")
def model(files: Path) -> Path:
    retrain([files / "train.jsonl"], [files / "dev.jsonl"], files / "model", overrides=TINY, quiet=True)
    return files / "model"


def test_a_model_learns_a_handful_of_points(model: Path) -> None:
    nlp = load(model)
    (duty, goal) = read_points([SMALL[1].point, SMALL[12].point], nlp)
    assert sum(duty.roles.values()) == pytest.approx(1, abs=1e-3)
    assert set(duty.roles) == set(ROLES)
    assert (duty.role, goal.role) == ("assignment", "goal")
    assert [SMALL[1].point.text[s.start : s.end] for s in duty.labelled(LEAD)] == ["Công an huyện"]
    assert {span.label for span in duty.spans} <= set(SPANS)


def test_the_performance_is_that_of_the_stored_model(files: Path, tmp_path: Path) -> None:
    performance = retrain(
        [files / "train.jsonl"], [files / "dev.jsonl"], tmp_path / "model", overrides=TINY, quiet=True
    )
    write_points(tmp_path / "dev.spacy", SMALL[::2])
    assert measure(tmp_path / "model", tmp_path / "dev.spacy")["cats_macro_f"] == performance["cats_macro_f"]
    assert performance["ents_f"] > 0.5


def test_the_same_data_give_the_same_model(files: Path, model: Path, tmp_path: Path) -> None:
    retrain([files / "train.jsonl"], [files / "dev.jsonl"], tmp_path / "again", overrides=TINY, quiet=True)
    assert checksums(tmp_path / "again") == checksums(model)


def test_a_model_says_nothing_of_where_its_data_lay(model: Path) -> None:
    for path in model.rglob("*"):
        if path.suffix in (".cfg", ".json"):
            assert str(model.parent) not in path.read_text("utf-8")


def test_spans_of_a_model_count_in_the_document(model: Path, layout: Layout) -> None:
    readings = read_points(points_of(layout, "KH"), load(model))
    assert [reading.point.start for reading in readings] == sorted(r.point.start for r in readings)
    for reading in readings:
        for span in reading.spans:
            assert reading.point.start <= span.start < span.end <= reading.point.end


def test_a_model_of_ones_own_is_used(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, "utf-8")
    (layout,) = lay_out(read(path))
    before = tuple(stage for stage in STAGES if stage.name not in ("fusion", "deadlines", "calibration"))
    draft = run_stages(Draft(layout, Config(model_path=model)), before)
    assert draft.readings == tuple(read_points(points_of(layout, "KH"), load(model)))
    result = CliRunner().invoke(app, ["extract", str(path), "--model-path", str(model)])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["code"]["text"] == "35/KH-UBND"


def test_an_earlier_model_is_replaced_and_nothing_else(files: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="no model"):
        retrain([files / "train.jsonl"], [files / "dev.jsonl"], out, overrides=TINY)
    assert (out / "thesis.txt").exists()
    old = tmp_path / "old"
    shutil.copytree(model, old)
    (old / "left-over").write_text("x", "utf-8")
    one_epoch = {**TINY, "training.max_epochs": 1}
    retrain([files / "train.jsonl"], [files / "dev.jsonl"], old, overrides=one_epoch, quiet=True)
    assert not (old / "left-over").exists()
    verify(old)
    assert checksums(old) != checksums(model)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["old", "out"]


def test_nothing_to_learn_from(files: Path, tmp_path: Path) -> None:
    get_form("points").write([], tmp_path / "none.jsonl")
    with pytest.raises(InputError, match=r"none\.jsonl"):
        retrain([files / "train.jsonl"], [tmp_path / "none.jsonl"], tmp_path / "m", overrides=TINY)
    assert not (tmp_path / "m").exists()


def test_the_train_command(files: Path, tmp_path: Path) -> None:
    settings = [part for name, value in TINY.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    common = [
        "train",
        str(files / "train.jsonl"),
        "--dev",
        str(files / "dev.jsonl"),
        "-o",
        str(tmp_path / "m"),
    ]
    result = CliRunner().invoke(app, [*common, *settings, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["ents_f"] > 0.5
    verify(tmp_path / "m")
    for wrong, said in [
        ("training.foo=1", "no setting 'training.foo'"),
        ("training.max_epochs=x", "max_epochs: "),
    ]:
        result = CliRunner().invoke(app, [*common, "--set", wrong, "-q"])
        assert result.exit_code == 2
        assert said in result.stderr
    assert CliRunner().invoke(app, [*common, "--set", "dropout"]).exit_code == 2


# -- The shipped model ---------------------------------------------------------------------------------------


def spoil_bytes(folder: Path) -> None:
    path = folder / "tok2vec" / "model"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")


def spoil_list(folder: Path) -> None:
    (folder / CHECKSUMS).write_text("{", "utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_bytes,
        spoil_list,
        lambda folder: (folder / "meta.json").unlink(),
        lambda folder: (folder / "more.py").write_text("x", "utf-8"),
        lambda folder: (folder / CHECKSUMS).unlink(),
        shutil.rmtree,
    ],
    ids=["changed", "no list", "missing", "added", "unsigned", "gone"],
)
def test_a_changed_model_is_refused(spoil: Any, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    verify(folder)
    spoil(folder)
    with pytest.raises(KnowledgeError) as raised:
        load(folder)
    assert raised.value.file == str(folder)
    with pytest.raises(KnowledgeError):
        Extractor(Config(model_path=folder)).extract(PLAN.encode())


def test_a_signed_folder_that_is_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}", "utf-8")
    sign(tmp_path)
    with pytest.raises(KnowledgeError, match="cannot be loaded"):
        load(tmp_path)


@needs_model
def test_the_shipped_model_is_whole_and_knows_the_labels() -> None:
    nlp = shipped()
    assert set(nlp.get_pipe("vnadmin_roles").labels) == set(ROLES)
    assert set(nlp.get_pipe("vnadmin_spans").labels) == set(SPANS)
    assert shipped() is nlp


@needs_model
def test_the_shipped_model_reads_a_plan(layout: Layout) -> None:
    readings = {r.point.path: r for r in read_points(points_of(layout, "KH"))}
    assert readings["II.2"].role == "assignment"
    assert readings["I.1"].role != "assignment"
    text = layout.text.text
    assert [text[s.start : s.end] for s in readings["II.1"].labelled(LEAD)] == ["Phòng Nội vụ"]
    assert [text[s.start : s.end] for s in readings["II.1.a"].labelled(DEADLINE)] == ["trước ngày 30/4/2024"]


@needs_model
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(a_point, st.text(max_size=60), st.text(max_size=20), kind=st.sampled_from(["", "CV", "?"])),
        max_size=4,
    )
)
def test_the_shipped_model_reads_any_text(points: list[Point]) -> None:
    for point, reading in zip(points, read_points(points), strict=True):
        assert sum(reading.roles.values()) == pytest.approx(1, abs=1e-3)
        for span in reading.spans:
            assert 0 <= span.start < span.end <= len(point.text)


# -- Rules alone ---------------------------------------------------------------------------------------------


def test_without_models_the_rules_decide() -> None:
    record = Extractor(Config(models=False)).extract(PLAN.encode())
    (layout,) = lay_out(read(PLAN.encode(), Config()))
    rules = tuple(s for s in STAGES if s.name not in ("readings", "fusion", "calibration"))
    draft = run_stages(Draft(layout, Config(models=False)), rules)
    assert record.assignments
    # Calibration changes how sure they are, and nothing else.
    found = [a.model_copy(update={"confidence": 1.0}) for a in record.assignments]
    assert found == [a.model_copy(update={"confidence": 1.0}) for a in draft.assignments]
    assert {e.source.partition(":")[0] for _, fact in record.facts() for e in fact.evidence} == {"rule"}


@pytest.mark.parametrize("option", [(), ("--no-models",)])
def test_models_are_loaded_only_where_they_are_used(option: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, "utf-8")
    program = (
        "import sys, vnadmin_extract\n"
        "assert 'spacy' not in sys.modules\n"
        "from vnadmin_extract import Extractor, Config\n"
        f"Extractor(Config(models={not option})).extract({str(path)!r})\n"
        "print('spacy' in sys.modules, 'underthesea' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == [str(not option and available())] * 2


def test_commands_without_models_say_the_same_as_the_library(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, "utf-8")
    result = CliRunner().invoke(app, ["extract", str(path), "--no-models"])
    assert json.loads(result.stdout) == Extractor(Config(models=False)).extract(path).model_dump(mode="json")


def test_splitting_keeps_every_character() -> None:
    words, spaces = split(PLAN)
    assert "".join(w + " " * s for w, s in zip(words, spaces, strict=True)) == PLAN
