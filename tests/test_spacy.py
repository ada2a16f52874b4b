"""The library inside spaCy: a component found by its name, attributes and spans as spaCy's own tools know them."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from vnadmin_extract.nlp.record_component import DISPLACY, LABELS, SPANS_KEY, entities, records_of
from vnadmin_extract.record import Record

# Two columns side by side, as a text printed on a page: the left one must not be mixed into the right one.
LETTER = """\
   ỦY BAN NHÂN DÂN              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   HUYỆN TÂN KHÊ                    Độc lập - Tự do - Hạnh phúc

   Số: 412/UBND-NV              Tân Khê, ngày 05 tháng 3 năm 2024
   V/v rà soát hồ sơ
   cán bộ năm 2024

                    Kính gửi:
                         - Phòng Nội vụ huyện;
                         - UBND các xã, thị trấn.

     Thực hiện Kế hoạch số 35/KH-UBND ngày 12/01/2024 của UBND tỉnh Lam Giang, UBND huyện yêu cầu:
     1. Phòng Nội vụ huyện chủ trì, phối hợp với Công an huyện rà soát hồ sơ cán bộ, hoàn thành
trước ngày 30/4/2024.
     2. UBND các xã, thị trấn gửi báo cáo về Phòng Nội vụ huyện trước ngày 15/5/2024./.

   Nơi nhận:                         TM. ỦY BAN NHÂN DÂN
   - Như trên;                            CHỦ TỊCH
   - Lưu: VT, NV.

                                       Đinh Văn Khoát
"""
EXACT = {"nlp": {"tokenizer": {"@tokenizers": "vnadmin_extract.SyllableTokenizer.v1"}}}


def pipeline(**config: Any) -> Language:
    nlp = spacy.blank("vi", config=EXACT)
    nlp.add_pipe("vnadmin_record", config=config)
    return nlp


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


@pytest.fixture(scope="module")
def rules() -> Language:
    return pipeline(models=False)


@pytest.fixture(scope="module")
def doc(nlp: Language) -> Doc:
    return nlp(LETTER)


def texts(doc: Doc, label: str) -> list[str]:
    return [span.text for span in doc.spans[SPANS_KEY] if span.label_ == label]


def test_a_new_interpreter_finds_the_component_by_its_name() -> None:
    program = (
        "import json, sys, spacy\n"
        "nlp = spacy.blank('xx')\n"
        "nlp.add_pipe('vnadmin_record', config={'models': False})\n"
        "doc = nlp(sys.stdin.read())\n"
        "print(json.dumps([doc._.vnadmin.code.text, len(doc.spans['vnadmin'])]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], input=LETTER, capture_output=True, text=True, check=True
    )
    code, spans = json.loads(result.stdout)
    assert code == "412/UBND-NV"
    assert spans > 10


def test_the_record_is_that_of_the_text_as_a_file(doc: Doc, tmp_path: Path) -> None:
    from vnadmin_extract import extract

    path = tmp_path / "letter.txt"
    path.write_text(LETTER, "utf-8")
    from_file = extract(path).model_dump(exclude={"source"})
    assert doc._.vnadmin.model_dump(exclude={"source"}) == from_file
    assert doc._.vnadmin is doc._.vnadmin_records[0]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ISSUER", ["ỦY BAN NHÂN DÂN", "HUYỆN TÂN KHÊ"]),
        ("CODE", ["412/UBND-NV"]),
        ("ISSUED", ["Tân Khê, ngày 05 tháng 3 năm 2024"]),
        ("SUBJECT", ["rà soát hồ sơ", "cán bộ năm 2024"]),
        ("ADDRESSEE", ["Phòng Nội vụ huyện", "UBND các xã, thị trấn"]),
        ("REFERENCE", ["Kế hoạch số 35/KH-UBND"]),
        ("LEAD", ["Phòng Nội vụ huyện", "UBND các xã, thị trấn"]),
        ("DEADLINE", ["trước ngày 30/4/2024", "trước ngày 15/5/2024"]),
    ],
)
def test_spans_stand_where_the_words_are_printed(doc: Doc, label: str, expected: list[str]) -> None:
    assert texts(doc, label) == expected


def test_spans_hold_the_words_of_the_evidence(doc: Doc) -> None:
    printed = {" ".join(span.text.split()) for span in doc.spans[SPANS_KEY]}
    record: Record = doc._.vnadmin
    places = [e for _, fact in record.facts() for e in fact.evidence if not e.source.endswith("-cell")]
    assert len(places) > 15
    assert [e.text for e in places if e.text not in printed] == []


def test_all_labels_are_announced(doc: Doc) -> None:
    assert {span.label_ for span in doc.spans[SPANS_KEY]} <= set(LABELS) == set(DISPLACY["colors"])


def test_words_in_a_table_drawn_with_bars_have_their_place(rules: Language) -> None:
    table = (
        "     Phân công nhiệm vụ như sau:\n\n"
        "| STT | Nội dung | Đơn vị chủ trì | Thời gian |\n| --- | --- | --- | --- |\n"
        "| 1 | Rà soát hồ sơ cán bộ | Phòng Nội vụ | 30/4/2024 |\n"
        "| 2 | Rà soát hồ sơ đất đai | Phòng Tài nguyên và Môi trường | 31/5/2024 |\n\n"
    )
    doc = rules(LETTER.replace("   Nơi nhận:", table + "   Nơi nhận:"))
    rows = [span for span in doc.spans[SPANS_KEY] if "Rà soát hồ sơ" in span.text]
    assert [span.text for span in rows] == ["Rà soát hồ sơ cán bộ", "Rà soát hồ sơ đất đai"]
    for span in rows:
        assert doc.text.count("\n", 0, span.start_char) == doc.text[: doc.text.index(span.text)].count("\n")
    assert "Phòng Tài nguyên và Môi trường" in texts(doc, "LEAD")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_decomposed_letters_keep_their_places(rules: Language, form: Any) -> None:
    doc = rules(unicodedata.normalize(form, LETTER))
    assert [unicodedata.normalize("NFC", t) for t in texts(doc, "DEADLINE")] == [
        "trước ngày 30/4/2024",
        "trước ngày 15/5/2024",
    ]


def test_several_documents_in_one_text(rules: Language) -> None:
    second = LETTER.replace("412/UBND-NV", "413/UBND-NV").replace("30/4/2024", "30/9/2024")
    doc = rules(LETTER + "\f" + second)
    assert [record.code.text for record in doc._.vnadmin_records] == ["412/UBND-NV", "413/UBND-NV"]
    assert texts(doc, "CODE") == ["412/UBND-NV", "413/UBND-NV"]
    assert texts(doc, "DEADLINE")[2] == "trước ngày 30/9/2024"


def test_displacy_draws_the_spans(doc: Doc) -> None:
    from spacy import displacy

    html = displacy.render(doc, style="span", options=DISPLACY, jupyter=False)
    for label in ("LEAD", "DEADLINE", "REFERENCE"):
        assert label in html
        assert DISPLACY["colors"][label] in html


def test_entities_for_tools_that_know_no_spans(doc: Doc) -> None:
    copy = doc.copy()
    found = {(e.label_, e.text) for e in entities(copy).ents}
    assert ("DEADLINE", "trước ngày 30/4/2024") in found
    assert ("CODE", "412/UBND-NV") in found


def test_a_doc_without_the_component_has_no_record() -> None:
    doc = spacy.blank("xx")("Kính gửi")
    assert doc._.vnadmin is None
    assert doc._.vnadmin_records == ()


@pytest.mark.parametrize("text", ["", " ", "\n\f\n"])
def test_a_text_without_words_has_no_record(rules: Language, text: str) -> None:
    doc = rules(text)
    assert doc._.vnadmin is None
    assert list(doc.spans[SPANS_KEY]) == []


def test_docs_can_be_stored_and_read_back(doc: Doc, nlp: Language, tmp_path: Path) -> None:
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.vnadmin == doc._.vnadmin
    assert again._.vnadmin.text == doc._.vnadmin.text
    store = DocBin(docs=[doc], store_user_data=True)
    store.to_disk(tmp_path / "docs.spacy")
    (stored,) = DocBin().from_disk(tmp_path / "docs.spacy").get_docs(nlp.vocab)
    assert records_of(stored) == doc._.vnadmin_records
    assert texts(stored, "LEAD") == texts(doc, "LEAD")


def test_a_pipeline_can_be_stored_and_loaded(rules: Language, tmp_path: Path) -> None:
    rules.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.get_pipe_config("vnadmin_record")["models"] is False
    assert texts(loaded(LETTER), "LEAD") == texts(rules(LETTER), "LEAD")


def test_docs_come_back_from_other_processes(rules: Language) -> None:
    docs = list(rules.pipe([LETTER, LETTER.replace("412", "413")], n_process=2, batch_size=1))
    assert [doc._.vnadmin.code.text for doc in docs] == ["412/UBND-NV", "413/UBND-NV"]


def test_it_works_beside_other_components(rules: Language) -> None:
    nlp = spacy.blank("vi", config=EXACT)
    nlp.add_pipe("vnadmin_unit_names")
    nlp.add_pipe("vnadmin_record", config={"spans_key": "facts", "models": False})
    doc = nlp(LETTER)
    assert "Công an huyện" in {span.text for span in doc.spans["units"]}
    assert [s.text for s in doc.spans["facts"] if s.label_ == "LEAD"] == texts(rules(LETTER), "LEAD")


PIECES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*LETTER.splitlines(keepends=True), "\f", "\r\n", "\t", "| a | b |\n| c | d |\n", "1. ", "\u2028"]
    ),
)


def check_odd(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    for span in doc.spans[SPANS_KEY]:
        assert span.label_ in LABELS
        assert span.text.strip()


ODD = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ODD
@given(text=st.lists(PIECES, max_size=25).map("".join))
def test_no_text_is_too_odd_for_rules(rules: Language, text: str) -> None:
    check_odd(rules, text)


@ODD
@given(text=st.lists(PIECES, max_size=25).map("".join))
def test_no_text_is_too_odd_for_the_model(nlp: Language, text: str) -> None:
    check_odd(nlp, text)
