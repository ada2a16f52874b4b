"""Names of units and posts: where they begin, where they end, and when several stand side by side."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin_extract.facts.assignments.reading import names_in
from vnadmin_extract.nlp.component import SPANS, pipeline
from vnadmin_extract.nlp.names import read

NAMES = [
    # A name ends at the verb.
    ("Sở Nội vụ chủ trì tổng hợp", ["Sở Nội vụ"]),
    ("UBND các xã, thị trấn có trách nhiệm tuyên truyền", ["UBND các xã, thị trấn"]),
    ("Sở Xây dựng xây dựng kế hoạch", ["Sở Xây dựng"]),
    ("Phòng Nội vụ tổ chức hội nghị", ["Phòng Nội vụ"]),
    # "và", "-", "," and "&" inside official names.
    (
        "Giao Sở Lao động - Thương binh và Xã hội, Sở Kế hoạch và Đầu tư theo chức năng",
        ["Sở Lao động - Thương binh và Xã hội", "Sở Kế hoạch và Đầu tư"],
    ),
    ("Sở Văn hóa, Thể thao và Du lịch hướng dẫn", ["Sở Văn hóa, Thể thao và Du lịch"]),
    ("Văn phòng HĐND&UBND huyện tổng hợp", ["Văn phòng HĐND&UBND huyện"]),
    ("Trung tâm Truyền thông – Văn hóa – Thể thao", ["Trung tâm Truyền thông – Văn hóa – Thể thao"]),
    (
        "Đề nghị Cơ quan Báo và Phát thanh, Truyền hình Hà Nội",
        ["Cơ quan Báo và Phát thanh, Truyền hình Hà Nội"],
    ),
    # Groups in one breath are one name; each "các" begins another.
    ("các sở, ban, ngành, đơn vị liên quan thực hiện", ["các sở, ban, ngành, đơn vị liên quan"]),
    (
        "các cơ quan, đơn vị của Trung ương; các sở, ban, ngành và các hộ gia đình trên địa bàn Thành phố treo cờ",
        [
            "các cơ quan, đơn vị của Trung ương",
            "các sở, ban, ngành",
            "các hộ gia đình trên địa bàn Thành phố",
        ],
    ),
    (
        "Giao các sở, ban, ngành, UBND các huyện, thành, thị xây dựng kế hoạch",
        ["các sở, ban, ngành", "UBND các huyện, thành, thị"],
    ),
    # One plural head over a list of fields or places.
    (
        "Giám đốc các Sở: Tài chính, Kế hoạch và Đầu tư, Xây dựng chủ trì",
        ["Giám đốc các Sở: Tài chính, Kế hoạch và Đầu tư, Xây dựng"],
    ),
    (
        "UBND các phường: An Hòa, Bình Minh, Cửa Đông và UBND xã Phú Lộc.",
        ["UBND các phường: An Hòa, Bình Minh, Cửa Đông", "UBND xã Phú Lộc"],
    ),
    # Posts take what follows into their name.
    (
        "Thủ trưởng các cơ quan, đơn vị, địa phương nghiêm túc triển khai",
        ["Thủ trưởng các cơ quan, đơn vị, địa phương"],
    ),
    (
        "Chánh Văn phòng UBND Thành phố, Giám đốc các Sở, Ban, ngành và Chủ tịch UBND các quận, huyện, thị xã"
        " chịu trách nhiệm thi hành",
        [
            "Chánh Văn phòng UBND Thành phố",
            "Giám đốc các Sở, Ban, ngành",
            "Chủ tịch UBND các quận, huyện, thị xã",
        ],
    ),
    (
        "Phó Chủ tịch phụ trách lĩnh vực Công tác Xã hội:",
        ["Phó Chủ tịch phụ trách lĩnh vực Công tác Xã hội"],
    ),
    ("Ban Thường trực Ủy ban MTTQ Việt Nam xã xây dựng", ["Ban Thường trực Ủy ban MTTQ Việt Nam xã"]),
    # What a body is for may stand in small letters inside its name, a clause with "nơi" or "cùng cấp" behind it.
    (
        "Ban Quản lý dự án đầu tư xây dựng công trình giao thông tỉnh đôn đốc tiến độ",
        ["Ban Quản lý dự án đầu tư xây dựng công trình giao thông tỉnh"],
    ),
    (
        "Công ty TNHH MTV Khai thác công trình thủy lợi An Phú vận hành hồ chứa",
        ["Công ty TNHH MTV Khai thác công trình thủy lợi An Phú"],
    ),
    (
        "Chi cục Hải quan nơi đang lưu giữ hàng hóa thực hiện kiểm tra",
        ["Chi cục Hải quan nơi đang lưu giữ hàng hóa"],
    ),
    ("Ủy ban nhân dân cùng cấp triệu tập", ["Ủy ban nhân dân cùng cấp"]),
    # One office of two bodies; a body with the larger one that it belongs to.
    ("Văn phòng HĐND và UBND huyện tổng hợp", ["Văn phòng HĐND và UBND huyện"]),
    ("phối hợp với Vụ Pháp chế - Ủy ban Dân tộc triển khai", ["Vụ Pháp chế - Ủy ban Dân tộc"]),
    # Places by their own names under one plural head: capitals decide, no list knows them.
    (
        "UBND các huyện Phù An, Đức Hạ và thành phố Quế Lâm rà soát",
        ["UBND các huyện Phù An, Đức Hạ và thành phố Quế Lâm"],
    ),
    ("Trung tâm Y tế các xã Hạ Sơn, Bản Lũng: tiêm vắc xin", ["Trung tâm Y tế các xã Hạ Sơn, Bản Lũng"]),
    # Words of two syllables that a capital begins, and verbs that end a name.
    (
        "Trung tâm Huấn luyện và Thi đấu thể dục thể thao tổ chức giải",
        ["Trung tâm Huấn luyện và Thi đấu thể dục thể thao"],
    ),
    ("Phòng Vật tư kiểm tra máy", ["Phòng Vật tư"]),
    ("Phòng Kinh tế, Hạ tầng và Đô thị hoàn chỉnh hồ sơ", ["Phòng Kinh tế, Hạ tầng và Đô thị"]),
    ("Sở Y tế cung cấp số liệu", ["Sở Y tế"]),
    ("Hiệu trưởng phụ trách chung", ["Hiệu trưởng"]),
    # Numbers of police departments, ranks, and brackets that belong to the name.
    ("PC47 phối hợp với Phòng Tham mưu (PV11) lập sơ đồ", ["PC47", "Phòng Tham mưu (PV11)"]),
    ("Đ/c Thiếu tá Bạch Văn Tản duyệt phương án", ["Đ/c Thiếu tá Bạch Văn Tản"]),
    ("Ty Thủy lợi (nay là Sở Thủy lợi) tính lại", ["Ty Thủy lợi (nay là Sở Thủy lợi)"]),
    ("Sở Nội vụ (qua Phòng Cải cách) tổng hợp", ["Sở Nội vụ", "Phòng Cải cách"]),
    # Words that look like heads.
    ("Báo cáo về phòng cháy và hội nghị, ban hành bộ tiêu chí", []),
    ("Tổ chức thực hiện tốt công tác phòng, chống lụt bão", []),
]


@pytest.mark.parametrize(("text", "expected"), NAMES, ids=[text[:40] for text, _ in NAMES])
def test_names_as_printed(text: str, expected: list[str]) -> None:
    doc = pipeline()(text)
    assert [span.text for span in doc.spans[SPANS]] == expected


CELLS = [
    ("Văn phòng UBND tỉnh; các sở, ban, ngành", ("Văn phòng UBND tỉnh", "Các sở, ban, ngành")),
    (
        "Các Đại sứ quán, tổ chức quốc tế, các tỉnh, thành phố và các sở, ngành thuộc Thành phố",
        (
            "Các Đại sứ quán, tổ chức quốc tế",
            "Các tỉnh, thành phố",
            "Các sở, ngành thuộc Thành phố",
        ),
    ),
    ("Phòng VH-XH\nCông an xã", ("Phòng VH-XH", "Công an xã")),
    ("Câu lạc bộ nghệ nhân trẻ, làng nghề gốm An Phú", ("Câu lạc bộ nghệ nhân trẻ", "Làng nghề gốm An Phú")),
]


@pytest.mark.parametrize(("cell", "expected"), CELLS)
def test_a_cell_holds_nothing_but_names(cell: str, expected: tuple[str, ...]) -> None:
    assert names_in(cell) == expected


def test_tones_lost_in_a_scan() -> None:
    """Phrases of two or more syllables are known without their marks; one bare syllable is not ("so" is số)."""
    assert [name.printed for name in read("Trung tâm Y tê phôi hợp với Uy ban nhân dân xã").all_names()] == [
        "Trung tâm Y tê",
        "Uy ban nhân dân xã",
    ]
    assert read("Số lượng, so sánh").all_names() == []


def test_the_tagger_ends_a_name_that_no_list_knows() -> None:
    """ "kéo co" is in no list: underthesea says where the verb is."""
    (name,) = read("Ban Tổ chức giải kéo co trao thưởng cho các đội").all_names()[:1]
    assert name.text.startswith("Ban Tổ chức")
    assert "trao" not in name.text


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="các sởbanvà UBNDĐ,;:-–()“”\n .đơn vị/&1|", max_size=120))
def test_offsets_are_exact_for_any_text(text: str) -> None:
    doc = pipeline()(text)
    assert doc.text == text
    last = 0
    for name in read(text).all_names():
        assert last <= name.start < name.end <= len(text)
        assert text[name.start : name.end] == name.text
        last = name.end


@pytest.mark.parametrize("piece", ["các sở, ban, ", "Ban Chỉ đạo “", "Sở (a ", "Văn phòng lạ lẫm xa vời "])
def test_long_hostile_text_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        begin = time.process_time()
        read(text).all_names()
        return time.process_time() - begin

    seconds(1000)
    small, large = seconds(40_000), seconds(160_000)
    assert large < 12 * small + 1.0


def test_spacy_finds_the_component_by_its_entry_point() -> None:
    import subprocess
    import sys

    code = (
        "import spacy\n"
        "nlp = spacy.blank('vi', config={'nlp': {'tokenizer': {'@tokenizers': 'vnadmin_extract.SyllableTokenizer.v1'}}})\n"
        "nlp.add_pipe('vnadmin_unit_names')\n"
        "doc = nlp('Giao Sở Nội vụ chủ trì, báo cáo trước ngày 05/11/2024')\n"
        "print([s.text for s in doc.spans['units']])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "['Sở Nội vụ']", done.stderr
