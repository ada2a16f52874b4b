"""Names of signers: family names that no list holds, degrees, ranks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from corpus.typeset.pdf import render_pdf
from corpus.typeset.source import Signature, load_source

from vnadmin_extract import Config, extract

SOURCE = Path(__file__).parents[1] / "corpus" / "sources" / "kh-xa-ve-sinh-moi-truong.toml"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Nhâm Thế Khuê", "Nhâm Thế Khuê"),
        ("Lều Thọ Tường", "Lều Thọ Tường"),
        ("Hoa Ngọc Lãng", "Hoa Ngọc Lãng"),
        ("BSCKII. Nguyễn Tấn Lương", "Nguyễn Tấn Lương"),
        ("Đại tá Giàng A Sử", "Giàng A Sử"),
    ],
)
def test_signer(printed: str, name: str, tmp_path: Path) -> None:
    source = replace(load_source(SOURCE), signature=Signature(("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), printed))
    render_pdf(source, tmp_path / "d.pdf")
    signer = extract(tmp_path / "d.pdf", Config(models=False, ocr="off")).signer
    assert signer is not None
    assert (signer.name, signer.position, signer.authority) == (name, "Phó Giám đốc", "KT.")
