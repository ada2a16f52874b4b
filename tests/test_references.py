"""References: what is cited, once each, and what it has to do with the document. All names are invented."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Word
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.references import extract_references
from vnadmin_extract.grammar.citation import Citation, Context, find_citations
from vnadmin_extract.layout.model import Block, FlowText, Layout, Node, NodeKind, Piece, Zone
from vnadmin_extract.record import OwnCode, Reference


def draft_of(text: str, own: OwnCode | None = None, **zones: Zone) -> Draft:
    """A draft over plain text: one block for each line, in the body unless ``L3=Zone.SUBJECT`` says otherwise."""
    blocks: list[Block] = []
    pieces: list[Piece] = []
    offset = 0
    for number, line in enumerate(text.split("\n")):
        zone = zones.get(f"L{number}", Zone.BODY)
        blocks.append(Block(offset, offset + len(line), zone, 1))
        if line:
            word = Word(line, (0.0, float(number), 1.0, float(number) + 1))
            pieces.append(Piece(offset, offset + len(line), 1, number, word))
        offset += len(line) + 1
    layout = Layout(
        document=Document("memory.txt", "0" * 64, "text/plain", (), "plain"),
        pages=(1, 1),
        text=FlowText(text, tuple(pieces), frozenset()),
        blocks=tuple(blocks),
        outline=Node(NodeKind.ROOT, 0, len(text), 0),
    )
    return Draft(layout=layout, config=Config(), code=own)


def references(text: str, own: OwnCode | None = None, **zones: Zone) -> tuple[Reference, ...]:
    return extract_references(draft_of(text, own, **zones))


def short(reference: Reference) -> tuple[str | None, str | None, str | None, str | None, str]:
    code = reference.code.text if reference.code else None
    return (reference.type, code, reference.date, reference.issuer, reference.relation)


OPENING = (
    "Thực hiện Kế hoạch số 115-KH/TU ngày 09/01/2024 của Ban Thường vụ Tỉnh ủy về thực hiện Kết luận số 61-KL/TW, "
    "ngày 05/6/2023 của Ban Bí thư về nâng cao chất lượng công tác lưu trữ (CTLT) trong tình hình mới; Kế hoạch số "
    "88/KH-UBND ngày 12/02/2024 của UBND tỉnh về số hóa tài liệu năm 2024; Chủ tịch UBND huyện có ý kiến như sau:"
)


def test_an_opening_list_introduced_by_thuc_hien() -> None:
    plan, conclusion, second = references(OPENING)
    assert short(plan) == ("Kế hoạch", "115-KH/TU", "2024-01-09", "Ban Thường vụ Tỉnh ủy", "implements")
    assert short(conclusion) == ("Kết luận", "61-KL/TW", "2023-06-05", "Ban Bí thư", "implements")
    assert short(second) == ("Kế hoạch", "88/KH-UBND", "2024-02-12", "UBND tỉnh", "implements")
    assert [(r.relation, r.target) for r in plan.relates_to] == [("implements", conclusion.id)]
    assert plan.title is None, "the title only says what relates_to says"
    assert conclusion.title == "nâng cao chất lượng công tác lưu trữ (CTLT) trong tình hình mới"
    assert second.title == "số hóa tài liệu năm 2024"


def test_every_mention_is_an_evidence_entry_of_one_reference() -> None:
    text = (
        OPENING
        + "\n1. Các đơn vị phổ biến Kế hoạch 115-KH/TU.\n2. Báo cáo theo Kế hoạch số 88/KH-UBND, Kế hoạch 88."
    )
    found = references(text)
    assert [r.id for r in found] == ["r1", "r2", "r3"]
    assert [len(r.evidence) for r in found] == [2, 1, 3]
    for reference in found:
        for entry in reference.evidence:
            assert text[entry.start : entry.end] == entry.text
            assert entry.source.startswith("rule:references.")


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Căn cứ Nghị định số 31/2021/NĐ-CP của Chính phủ;", "based_on"),
        ("Triển khai thực hiện Kế hoạch số 31/KH-UBND của UBND tỉnh, Sở yêu cầu:", "implements"),
        ("Tiếp theo Công văn số 31/UBND-NC ngày 02/3/2024, UBND huyện yêu cầu:", "implements"),
        ("Phúc đáp Công văn số 31/STC-NS của Sở Tài chính, UBND huyện có ý kiến:", "replies_to"),
        ("Trả lời Văn bản số 31/STC-NS của Sở Tài chính", "replies_to"),
        ("Xét Công văn số 31/STC-NS của Sở Tài chính về bổ sung kinh phí", "replies_to"),
        ("Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 31/TTr-SNV;", "proposed_by"),
        ("Xét Tờ trình số 31/TTr-SNV của Sở Nội vụ;", "proposed_by"),
        ("Điều 1. Sửa đổi, bổ sung khoản 2 Điều 3 Quyết định số 31/QĐ-UBND của UBND tỉnh", "amends"),
        ("Quyết định này thay thế Quyết định số 31/QĐ-UBND ngày 02/3/2020.", "replaces"),
        ("Bãi bỏ Quyết định số 31/QĐ-UBND ngày 02/3/2020.", "repeals"),
        ("Quyết định số 31/QĐ-UBND ngày 02/3/2020 hết hiệu lực kể từ ngày ký.", "repeals"),
        ("Kinh phí thực hiện theo quy định tại Thông tư số 31/2021/TT-BTC.", "mentions"),
        ("Báo cáo đánh giá việc thực hiện Kế hoạch số 31/KH-UBND.", "mentions"),
        ("Xây dựng Nghị định sửa đổi, bổ sung một số điều của Nghị định số 31/2021/NĐ-CP.", "mentions"),
        ("Thực hiện nhiệm vụ được giao tại Nghị quyết số 31/NQ-CP của Chính phủ, Sở yêu cầu:", "implements"),
        ("tiếp tục thực hiện các giải pháp tại Kế hoạch số 31/KH-UBND", "implements"),
        ("Qua 3 năm thực hiện Nghị quyết số 31-NQ/TU, bộ mặt đô thị có nhiều đổi mới", "mentions"),
        ("ảnh hưởng đến việc thực hiện chỉ tiêu mà Nghị quyết số 31-NQ/TU đề ra", "mentions"),
        ("Quyết định dự kiến có hiệu lực từ tháng 5, thay thế Quyết định số 31/QĐ-UBND", "mentions"),
        ("chưa có căn cứ ký hợp đồng. Quyết định số 31/QĐ-UBND đã cũ", "mentions"),
        ("2. Cơ sở pháp lý: Quyết định số 31/QĐ-TTg của Thủ tướng Chính phủ", "based_on"),
    ],
)
def test_relations(text: str, relation: str) -> None:
    (found,) = find_citations(text)
    assert found.relation == relation


def test_theo_in_the_opening_is_a_base() -> None:
    text = "Theo tinh thần Nghị quyết số 12-NQ/TU ngày 05/5/2023 của Tỉnh ủy"
    assert find_citations(text, Context(opening=True))[0].relation == "based_on"
    assert find_citations(text)[0].relation == "mentions"


def test_a_base_that_the_abstract_carries_out_is_carried_out() -> None:
    (found,) = references("Thực hiện Nghị quyết số 7-NQ/TW\nCăn cứ Nghị quyết số 7-NQ/TW;", L0=Zone.SUBJECT)
    assert found.relation == "implements"


def test_a_base_goes_on_after_a_law_and_after_its_change() -> None:
    listed = "Căn cứ Luật Thú y, Quyết định số 7/QĐ-TTg của Thủ tướng Chính phủ phê duyệt Kế hoạch quốc gia"
    changed = (
        "Căn cứ Luật Thú y ngày 19/6/2015, được sửa đổi, bổ sung năm 2020; Luật Biên phòng số 66/2020/QH14;"
    )
    for text in (listed, changed):
        assert [c.relation for c in find_citations(text)] == ["based_on", "based_on"]


def test_points_under_a_heading_of_bases() -> None:
    text = "II. CĂN CỨ PHÁP LÝ\n1. Nghị quyết số 7-NQ/TW của Bộ Chính trị.\n2. Thông tư số 8/2019/TT-BYT.\nIII. MỤC TIÊU\n1. Quyết định số 9/QĐ-TTg là cơ sở."
    assert [r.relation for r in references(text)] == ["based_on", "based_on", "mentions"]


@pytest.mark.parametrize(
    ("text", "issuers"),
    [
        (
            "Xét ý kiến của các Bộ: Tài chính (Công văn số 7/BTC-ĐT), Nội vụ (Công văn số 8/BNV-TCCB)",
            ["Bộ Tài chính", "Bộ Nội vụ"],
        ),
        ("Sau khi nghe báo cáo của Bộ Xây dựng (Báo cáo số 7/BC-BXD)", ["Bộ Xây dựng"]),
        ("Việc này đã được Thanh tra tỉnh báo cáo tại Báo cáo số 7/BC-TTr", ["Thanh tra tỉnh"]),
        ("theo ủy quyền của UBND tỉnh tại Công văn số 7/UBND-KGVX", ["UBND tỉnh"]),
        (
            "Theo đề nghị của Vụ Quản lý công trình thủy lợi tại Tờ trình số 7/TTr-QLCT",
            ["Vụ Quản lý công trình thủy lợi"],
        ),
        ("Nghị quyết số 7-NQ/TW của Hội nghị Trung ương 5 khoá IX", ["Hội nghị Trung ương 5 khoá IX"]),
    ],
)
def test_issuers_named_before_their_papers(text: str, issuers: list[str]) -> None:
    assert [c.issuer for c in find_citations(text)] == issuers


def test_statutes_and_what_is_no_law() -> None:
    (found,) = references("Căn cứ Điều lệ Đảng Cộng sản Việt Nam;")
    assert (found.type, found.title, found.relation) == ("Điều lệ", "Đảng Cộng sản Việt Nam", "based_on")
    assert references("Hội Luật gia huyện cử báo cáo viên.") == ()
    assert [r.title for r in references("Căn cứ Luật Quản lý thuế và các Luật sửa đổi, bổ sung;")] == [
        "Quản lý thuế"
    ]


def test_a_numbered_decision_that_enclosed_an_older_rule_is_cited() -> None:
    own = OwnCode(number=None, notation="QĐ-UBND", text="/QĐ-UBND")
    text = "Căn cứ Quy chế làm việc ban hành kèm theo Quyết định số 12/QĐ-UBND ngày 30/6/2024;"
    assert [r.code.number for r in references(text, own) if r.code] == ["12"]


def test_the_strongest_relation_said_anywhere_holds() -> None:
    (found,) = references(
        "Theo Quyết định số 7/QĐ-SNV.\nĐiều 2. Quyết định này thay thế Quyết định số 7/QĐ-SNV."
    )
    assert found.relation == "replaces"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Quyết định số 5/QĐ-SNV ngày 02/3/2020", "2020-03-02"),
        ("Quyết định số 5/QĐ-SNV, ngày 02.3.2020", "2020-03-02"),
        ("Quyết định số 5/QĐ-SNV ngày 02 tháng 3 năm 2020", "2020-03-02"),
        ("Quyết định số 5/QĐ-SNV của Sở Nội vụ ngày 02-3-2020", "2020-03-02"),
        ("Quyết định số 5/QĐ-SNV ngày      tháng 3 năm 2020", "2020-03"),
        ("Quyết định số 5/QĐ-SNV ngày … tháng … năm 2020", "2020"),
        ("Quyết định số 5/QĐ-SNV ngày 2l tháng 3 năm 2020", "2020-03-21"),
        ("Quyết định số 5/QĐ-SNV ngày 31/02/2020", "2020-02"),
        ("Quyết định số 5/QĐ-SNV trước ngày 02/3/2020", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert find_citations(text)[0].date == date


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("Công văn số 5/SNV-VP của Sở Nội vụ về việc tuyển dụng", "Sở Nội vụ"),
        ("Công văn số 5/SNV-VP ngày 02/3/2020 của Giám đốc Sở Nội vụ;", "Sở Nội vụ"),
        (
            "Quyết định số 5/QĐ-UBND ngày 02/3/2020 của Chủ tịch UBND tỉnh ban hành Quy chế",
            "Chủ tịch UBND tỉnh",
        ),
        (
            "Thông tư số 5/2020/TT-BGDĐT ngày 02/3/2020 của Bộ Giáo dục và Đào tạo quy định",
            "Bộ Giáo dục và Đào tạo",
        ),
        (
            "Công văn số 5/BVHTTDL-VP của Bộ Văn hóa, Thể thao và Du lịch, đơn vị",
            "Bộ Văn hóa, Thể thao và Du lịch",
        ),
        ("Công văn số 5/UBND-NC ngày 02/3/2020 UBND tỉnh về việc", "UBND tỉnh"),
        ("Ngày 02/3/2020 Bộ Y tế ban hành Công điện số 5/CĐ-BYT", "Bộ Y tế"),
        ("ý kiến chỉ đạo của UBND tỉnh tại Công văn số 5/UBND-NC", "UBND tỉnh"),
        ("Kế hoạch số 5/KH-UBND của tỉnh", None),
        ("Kết luận số 5-KL/TU, qua đó nâng cao hiệu quả", None),
    ],
)
def test_issuers(text: str, issuer: str | None) -> None:
    assert find_citations(text)[0].issuer == issuer


def test_one_date_and_issuer_after_several_codes_hold_for_all() -> None:
    found = references(
        "Thực hiện Công văn số 7/UBND-NC và Kế hoạch số 8/KH-UBND, ngày 02/3/2020 của UBND tỉnh."
    )
    assert [short(r) for r in found] == [
        ("Công văn", "7/UBND-NC", "2020-03-02", "UBND tỉnh", "implements"),
        ("Kế hoạch", "8/KH-UBND", "2020-03-02", "UBND tỉnh", "implements"),
    ]
    listed = references("theo các Quyết định số 12/QĐ-UBND, 13/QĐ-UBND và 15/QĐ-UBND ngày 02/3/2020")
    assert [(r.type, r.date) for r in listed] == [("Quyết định", "2020-03-02")] * 3


def test_laws_are_cited_by_name() -> None:
    found = references(
        "Căn cứ Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015;\n"
        "Căn cứ Luật Dược số 105/2016/QH13 ngày 06 tháng 4 năm 2016;\n"
        "Căn cứ Luật Phòng, chống thiên tai năm 2013;\n"
        "Điều 3. Chi theo quy định của Luật Ngân sách Nhà nước và Bộ luật Dân sự."
    )
    assert [(r.type, r.title, r.code.text if r.code else None, r.date) for r in found] == [
        ("Luật", "Ngân sách nhà nước", None, "2015-06-25"),
        ("Luật", "Dược", "105/2016/QH13", "2016-04-06"),
        ("Luật", "Phòng, chống thiên tai", None, "2013"),
        ("Bộ luật", "Dân sự", None, None),
    ]
    assert len(found[0].evidence) == 2


def test_a_law_named_only_inside_another_title_is_none() -> None:
    decree = "Nghị định số 64/2014/NĐ-CP ngày 26/6/2014 của Chính phủ quy định chi tiết một số điều của Luật Tiếp công dân"
    (alone,) = references(f"Căn cứ {decree};")
    assert alone.code is not None
    assert not alone.relates_to
    law, both = references(f"Căn cứ Luật Tiếp công dân ngày 25/11/2013;\nCăn cứ {decree};")
    assert law.title == "Tiếp công dân"
    assert [(r.relation, r.target) for r in both.relates_to] == [("implements", law.id)]


def test_amending_laws() -> None:
    first, second = references(
        "Căn cứ Luật Việc làm số 38/2013/QH13 ngày 16/11/2013 và được sửa đổi, bổ sung một số điều tại Luật số "
        "61/2020/QH14 ngày 17/6/2020;"
    )
    assert second.relation == "based_on"
    assert [(r.relation, r.target) for r in second.relates_to] == [("amends", first.id)]
    _, third = references(
        "Căn cứ Luật Thanh tra ngày 14/11/2022;\nCăn cứ Luật số 7/2025/QH15 ngày 02/3/2025 về sửa đổi, bổ sung một "
        "số điều của Luật Thanh tra, Luật Thanh niên, Luật Công đoàn;"
    )
    assert third.title == "sửa đổi, bổ sung một số điều của Luật Thanh tra, Luật Thanh niên, Luật Công đoàn"


def test_what_one_cited_document_does_to_another() -> None:
    first, second = references(
        "Căn cứ Nghị quyết số 76/NQ-CP ngày 13/6/2013 của Chính phủ sửa đổi, bổ sung Nghị quyết số 30c/NQ-CP ngày "
        "08/11/2011 của Chính phủ;"
    )
    assert [(r.relation, r.target) for r in first.relates_to] == [("amends", second.id)]
    assert (first.relation, second.relation) == ("based_on", "mentions")


def test_resolutions_of_congresses_are_named_by_the_meeting() -> None:
    found = references(
        "góp phần thực hiện thắng lợi Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX, Đại hội đại biểu Đảng bộ "
        "huyện lần thứ XXVII và Nghị quyết Đại hội Đảng các cấp, nhiệm kỳ 2020-2025."
    )
    assert [(r.type, r.title, r.relation) for r in found] == [
        ("Nghị quyết", "Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX", "mentions"),
        ("Nghị quyết", "Nghị quyết Đại hội đại biểu Đảng bộ huyện lần thứ XXVII", "mentions"),
        ("Nghị quyết", "Nghị quyết Đại hội Đảng các cấp, nhiệm kỳ 2020-2025", "mentions"),
    ]


def test_short_mentions_are_the_document_named_in_full() -> None:
    (found,) = references(
        "Thực hiện Công văn số 2330/SNV-CCVC ngày 02/3/2020;\nTheo Công văn số 2330 nêu trên."
    )
    assert found.code is not None
    assert found.code.text == "2330/SNV-CCVC"
    assert len(found.evidence) == 2
    (early,) = references(
        "Theo Nghị định 30 của Chính phủ.\nCăn cứ Nghị định số 30/2020/NĐ-CP ngày 05/3/2020;"
    )
    assert early.code is not None
    assert early.code.year == 2020
    (alone,) = references("theo Kế hoạch 437 của Sở Nội vụ")
    assert alone.code is not None
    assert (alone.code.number, alone.code.notation) == ("437", None)


def test_one_number_in_two_years_is_two_documents() -> None:
    found = references("Quyết định số 12/QĐ-UBND ngày 02/3/2019; Quyết định số 12/QĐ-UBND ngày 04/5/2020")
    assert [r.date for r in found] == ["2019-03-02", "2020-05-04"]


def test_the_general_word_gives_way() -> None:
    (found,) = references(
        "Xét đề nghị của UBND huyện tại văn bản số 9/TTr-UBND ngày 02/3/2020;\nGiao Sở thẩm định Tờ trình số 9/TTr-UBND."
    )
    assert short(found) == ("Tờ trình", "9/TTr-UBND", "2020-03-02", "UBND huyện", "proposed_by")


def test_the_document_itself_is_no_reference() -> None:
    own = OwnCode(number="203", notation="KH-UBND", text="203/KH-UBND")
    assert references("(Kèm theo Kế hoạch số 203/KH-UBND ngày 02/3/2020 của UBND huyện)", own) == ()
    blank = OwnCode(notation="KH-UBND", text="/KH-UBND")
    assert references("(Kèm theo Kế hoạch số      /KH-UBND ngày 02/3/2020)", blank) == ()
    assert references("Kế hoạch này, Văn bản trên, các Nghị quyết của Chính phủ") == ()


def test_only_abstract_body_and_appendix_cite() -> None:
    text = "Số: 5/UBND-NC\nV/v triển khai Kế hoạch số 8/KH-UBND\n- Như Quyết định số 9/QĐ-UBND;"
    (found,) = references(text, None, L0=Zone.CODE, L1=Zone.SUBJECT, L2=Zone.RECIPIENTS)
    assert short(found) == ("Kế hoạch", "8/KH-UBND", None, None, "implements")


def test_a_lead_in_goes_for_the_list_under_it() -> None:
    found = references("Căn cứ:\n- Nghị định số 30/2020/NĐ-CP;\n- Quyết định số 5/QĐ-SNV;\nSở Nội vụ yêu cầu")
    assert [r.relation for r in found] == ["based_on", "based_on"]


def test_unreadable_numbers_stay_unread() -> None:
    (found,) = references("Thực hiện Công điện số 19§5/CĐ-TTg ngày 23/12/2017 của Thủ tướng Chính phủ")
    assert found.code is not None
    assert found.code.number is None
    assert found.code.notation == "CĐ-TTg"
    assert found.confidence < 0.6


def test_blank_numbers() -> None:
    (found,) = references("theo Quyết định số ........ /QĐ-SYT ngày     tháng     năm 2017")
    assert found.code is not None
    assert (found.code.number, found.code.notation, found.date) == (None, "QĐ-SYT", "2017")


def spans_of(citation: Citation) -> list[tuple[int, int]]:
    return [s for s in (citation.date_span, citation.issuer_span, citation.title_span) if s is not None]


PARTS = [
    "Thực hiện ", "Căn cứ ", "Kế hoạch số 12/KH-UBND", " ngày 02/3/2020", " của UBND tỉnh", " về việc tổ chức hội thi", "; ", ", ", ". ",
    "Luật Đất đai", " và ", "Nghị định 30", "57-KL/TW", "được sửa đổi bởi ", "(", ")", "\n", " Nghị quyết Đại hội Đảng bộ tỉnh", "“", "…/QĐ-SYT", "số ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_run_of_parts_gives_ordered_mentions_inside_the_text(text: str) -> None:
    found = find_citations(text)
    for before, after in pairwise(found):
        assert before.start < after.start
    for index, citation in enumerate(found):
        assert 0 <= citation.start < citation.end <= citation.extent <= len(text)
        assert citation.parent is None or citation.parent < index
        assert citation.acts_on is None or citation.acts_on < index
        for start, end in spans_of(citation):
            assert 0 <= start < end <= len(text)
    merged = references(text)
    ids = {r.id for r in merged}
    assert len(ids) == len(merged)
    assert all(target.target in ids and target.target != r.id for r in merged for target in r.relates_to)


def test_long_paragraphs_are_read_whole() -> None:
    text = "Thực hiện " + "; ".join(
        f"Kế hoạch số {n}/KH-UBND về thực hiện Chỉ thị số {n}-CT/TU" for n in range(1, 301)
    )
    found = find_citations(text)
    assert len(found) == 600
    for citation in found:
        assert citation.code is not None
        assert text[citation.start : citation.end].endswith(citation.code.text)
        if citation.parent is not None:
            outer = found[citation.parent].code
            assert outer is not None
            assert outer.number == citation.code.number


@pytest.mark.parametrize(
    "unit",
    ["1/1/1/1", "số số số ", "-/-/-", "Căn cứ ", "Luật ", "Nghị quyết Đại hội, ", "Thực hiện Kế hoạch số 1/KH-UBND về thực hiện ", "(", "ngày "],
)  # fmt: skip
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        find_citations(text)
        return time.process_time() - start

    small, large = seconds(30_000), seconds(240_000)
    assert large < 8 * small * 4 + 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Theo đề nghị của Giám đốc Sở Xây dựng tại Tờ trình số 19/TTr-SXD ngày 10/4/2022.",
            [("19/TTr-SXD", "Sở Xây dựng", "proposed_by")],
            id="a field that is a verb elsewhere",
        ),
        pytest.param(
            "Theo đề nghị của Chánh Văn phòng UBND tỉnh tại Tờ trình số 64/TTr-VP ngày 14/02/2025, UBND tỉnh ban hành",
            [("64/TTr-VP", "Văn phòng UBND tỉnh", "proposed_by")],
            id="the body of a post, and the clause that goes on",
        ),
        pytest.param(
            "Theo đề nghị của Trưởng phòng Nội vụ huyện tại Tờ trình số 7/TTr-NV ngày 03/3/2021",
            [("7/TTr-NV", "Phòng Nội vụ huyện", "proposed_by")],
            id="the office of its head",
        ),
        pytest.param(
            "Kết luận số 12-KL/UBKTTW ngày 25/8/2021 của Ủy ban Kiểm tra Trung ương về kiểm tra",
            [("12-KL/UBKTTW", "Ủy ban Kiểm tra Trung ương", "mentions")],
            id="a committee's field",
        ),
        pytest.param(
            "Nghị quyết số 11-NQ/TW ngày 03/6/2017 của Ban Chấp hành Trung ương Đảng khóa XII về kinh tế",
            [("11-NQ/TW", "Ban Chấp hành Trung ương Đảng khóa XII", "mentions")],
            id="a term in the body's name",
        ),
        pytest.param(
            "Căn cứ Luật Ban hành văn bản quy phạm pháp luật số 64/2025/QH15 được sửa đổi bởi Luật số 87/2025/QH15;",
            [("64/2025/QH15", None, "based_on"), ("87/2025/QH15", None, "based_on")],
            id="a law whose name ends in luật",
        ),
        pytest.param(
            "[Điều này được hướng dẫn bởi Chương II Nghị định 26/2021/NĐ-CP]",
            [("26/2021/NĐ-CP", None, "mentions")],
            id="carried out by another paper",
        ),
        pytest.param(
            "Những quy định tại Thông tư số 5/2015/TT-BNV ngày 06/5/2015 của Bộ Nội vụ trái với Thông tư này bị bãi bỏ.",
            [("5/2015/TT-BNV", "Bộ Nội vụ", "repeals")],
            id="the deed at the sentence's end",
        ),
        pytest.param(
            "Xét Tờ trình số 44/TTr-UBND ngày 22/11/2021 và Báo cáo tiếp thu số 47/BC-UBND ngày 08/12/2021 của UBND tỉnh;",
            [("44/TTr-UBND", "UBND tỉnh", "proposed_by"), ("47/BC-UBND", "UBND tỉnh", "proposed_by")],
            id="one body after two papers of its own",
        ),
    ],
)
def test_bodies_and_deeds(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    """Which body gave a cited paper, and what is done to it."""
    found = [(c.code.text, c.issuer, c.relation) for c in find_citations(text) if c.code is not None]
    assert found == expected
