"""Where an abstract ends when nothing tells bold from light, as on scans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from corpus.typeset.pdf import render_pdf
from corpus.typeset.source import load_source

from vnadmin_extract import Config
from vnadmin_extract.document import Document
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.readers import read

SOURCES = Path(__file__).parents[1] / "corpus" / "sources"


def without_bold(document: Document) -> Document:
    pages = []
    for page in document.pages:
        lines = tuple(
            replace(line, words=tuple(replace(w, bold=False, italic=False, size=None) for w in line.words))
            for line in page.lines
        )
        pages.append(replace(page, lines=lines))
    return replace(document, pages=tuple(pages))


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("kh-xa-ve-sinh-moi-truong", "Ra quân vệ sinh môi trường, làm thủy lợi mùa khô năm 2026"),
        ("kh-chi-cuc-hai-quan-cai-cach", "Cải cách, hiện đại hóa và tạo thuận lợi thương mại năm 2025"),
        ("btt-giap-ranh-phong-chay-rung", "Phối hợp bảo vệ rừng, phòng cháy, chữa cháy rừng vùng giáp ranh"),
    ],
)
def test_the_first_line_of_the_body_is_no_abstract(name: str, subject: str, tmp_path: Path) -> None:
    render_pdf(load_source(SOURCES / f"{name}.toml"), tmp_path / "d.pdf")
    config = Config(ocr="off", models=False)
    record = Extractor(config).records(without_bold(read(tmp_path / "d.pdf", config)))[0]
    assert record.subject is not None
    assert record.subject.text == subject
