"""A document given as plain text gets its page back: header by position, paragraphs re-flowed, signature right."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.typeset import fonts, load_source  # noqa: E402
from corpus.typeset.from_text import source_from_text  # noqa: E402
from corpus.typeset.plain import text_of  # noqa: E402
from corpus.typeset.source import Paragraph  # noqa: E402

SEED = ROOT.parent / "shared" / "seed"

# As a PDF reader gives a page: the columns one after the other, a blank line after each line.
INTERLEAVED = """ỦY BAN NHÂN DÂN

HUYỆN THANH LỘC
 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM

Độc lập - Tự do - Hạnh phúc

Số:           /UBND

V/v triển khai

Kế hoạch số 31-KH/TU

 Thanh Lộc, ngày        tháng  5  năm 2024

Kính gửi:

 - Các phòng, ban thuộc huyện;

- UBND các xã, thị trấn.

 Thực hiện Kế hoạch số 31-KH/TU ngày 02/4/2024 của Ban Thường vụ Tỉnh ủy, kết luận số 57-

KL/TW của Bộ Chính trị, Chủ tịch UBND huyện có ý kiến như sau:

1. Phòng Nội vụ

a) Rà soát danh sách.

2. Công an huyện: Bảo đảm an ninh trật tự.

Nơi nhận:  KT. CHỦ TỊCH
- Như trên;

- Lưu: VT.

  PHÓ CHỦ TỊCH

Đinh Quốc Khoát
"""


def test_interleaved_columns_are_told_apart() -> None:
    read = source_from_text(INTERLEAVED, "x")
    assert read.header.issuer == ("ỦY BAN NHÂN DÂN", "HUYỆN THANH LỘC")
    assert read.header.number == "Số:           /UBND"
    assert read.header.place_date.startswith("Thanh Lộc, ngày  ")
    assert read.header.abstract == "V/v triển khai Kế hoạch số 31-KH/TU"
    assert read.header.addressees == ("Các phòng, ban thuộc huyện;", "UBND các xã, thị trấn.")
    assert read.recipients == ("Như trên;", "Lưu: VT.")
    assert read.signature is not None
    assert read.signature.lines == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert read.signature.name == "Đinh Quốc Khoát"


def test_lines_become_paragraphs_and_a_broken_code_is_mended() -> None:
    blocks = source_from_text(INTERLEAVED, "x").blocks
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert len(texts) == 4
    assert "57-KL/TW của Bộ Chính trị" in texts[0]
    assert blocks[1] == Paragraph("1. Phòng Nội vụ", "heading")
    assert texts[2] == "a) Rà soát danh sách."
    assert texts[3].startswith("2. **Công an huyện:** Bảo đảm")


@pytest.mark.parametrize("name", ["cv-huyen-phong-chay-rung", "kh-xa-ve-sinh-moi-truong"])
def test_what_is_printed_side_by_side_is_read_back(name: str) -> None:
    given = load_source(ROOT / "corpus" / "sources" / f"{name}.toml")
    read = source_from_text(text_of(given), name)
    assert read.header.issuer == given.header.issuer
    assert read.header.number == given.header.number
    assert read.header.place_date == given.header.place_date
    assert read.header.kind == given.header.kind
    assert read.header.addressees == given.header.addressees
    assert read.recipients == given.recipients
    assert read.signature == given.signature


def test_a_text_of_no_known_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="no number line"):
        source_from_text("Kính gửi: ai đó\n\nXin chào.", "x")


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed document is not part of the repository")
def test_the_seed_document_is_typeset(tmp_path: Path) -> None:
    import pypdfium2
    from corpus.typeset.pdf import render_pdf

    try:
        fonts.register()
    except fonts.FontError as exc:
        pytest.skip(str(exc))
    text = next(SEED.glob("*.txt")).read_text("utf-8")
    path = tmp_path / "seed.pdf"
    render_pdf(source_from_text(text, "seed"), path)
    with pypdfium2.PdfDocument(path) as document:
        pages = [str(page.get_textpage().get_text_range()) for page in document]
    assert len(pages) >= 2
    for string in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "/UBND", "Kính gửi:", "1. Thủ trưởng các cơ quan"):
        assert string in pages[0]
    for string in ("Nơi nhận:", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "05/11/2024"):
        assert string in pages[-1]
