"""Readers of DOCX, DOC/ODT/RTF, plain text and HTML. All documents here are invented."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Line, TextOrigin
from vnadmin_extract.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    InputError,
    LimitExceededError,
    MissingProgramError,
    UnsupportedFormatError,
    VnadminError,
)
from vnadmin_extract.readers import ReadFunction, docx, libreoffice, plain, read
from vnadmin_extract.readers.sniff import DOC, DOCX, HTML, TEXT, sniff

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{MAIN}" xmlns:r="{REL}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def package(body: str, **parts: str) -> bytes:
    """A DOCX file with this body; further parts by their name without extension (numbering, styles, …)."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="{REL}/{name.rstrip("0123456789")}" Target="{name}.xml"/>'
        for name in parts
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="a" Type="{REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content.replace("NAMESPACES", NAMESPACES))
    return target.getvalue()


def p(text: str, properties: str = "", run: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def table(rows: list[list[str]], widths: list[int], properties: str = "") -> str:
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    body = "".join(
        "<w:tr>" + "".join(c if c.startswith("<w:tc>") else f"<w:tc>{c}</w:tc>" for c in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


RULED = '<w:tblBorders><w:top w:val="single"/><w:insideH w:val="single"/><w:insideV w:val="single"/></w:tblBorders>'
CENTER = '<w:jc w:val="center"/>'
HEADER = table(
    [
        [
            p("ỦY BAN NHÂN DÂN", CENTER) + p("HUYỆN AN BÌNH", CENTER, "<w:b/>"),
            p("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", CENTER, "<w:b/>")
            + p("Độc lập - Tự do - Hạnh phúc", CENTER),
        ],
        [p("Số: 12/KH-UBND", CENTER), p("An Bình, ngày 05 tháng 3 năm 2024", CENTER, "<w:i/>")],
    ],
    [3600, 5600],
)


def lines(document: Document) -> list[str]:
    return [line.text for page in document.pages for line in page.lines]


def outcome(reader: ReadFunction, data: bytes, name: str) -> str:
    """The name that the document has, or the message of the library's own error; anything else is a failure."""
    try:
        return reader(data, name=name, config=Config()).name
    except VnadminError as error:
        return str(error)


def parts(line: Line) -> list[str]:
    """A line's text cut at wide gaps."""
    result = [line.words[0].text]
    for before, word in zip(line.words, line.words[1:], strict=False):
        if word.bbox[0] - before.bbox[2] > 14:
            result.append(word.text)
        else:
            result[-1] += " " + word.text
    return result


class TestDocx:
    def test_header_table_becomes_two_columns(self) -> None:
        document = read(package(HEADER + p("KẾ HOẠCH", CENTER)))
        assert [parts(line) for line in document.pages[0].lines] == [
            ["ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["HUYỆN AN BÌNH", "Độc lập - Tự do - Hạnh phúc"],
            ["Số: 12/KH-UBND", "An Bình, ngày 05 tháng 3 năm 2024"],
            ["KẾ HOẠCH"],
        ]
        assert not document.pages[0].tables
        title = document.pages[0].lines[-1].bbox
        page = document.pages[0]
        assert abs((title[0] + title[2]) / 2 - page.width / 2) < 40

    def test_origin_and_synthetic_positions(self) -> None:
        document = read(package(p("Văn bản")), name="a.docx")
        assert document.text_origin is TextOrigin.OFFICE
        assert document.media_type == DOCX
        assert not document.pages[0].geometric

    def test_long_paragraphs_are_wrapped_and_say_where_they_start(self) -> None:
        page = read(package(p("nhiệm vụ " * 60) + p("Hai"))).pages[0]
        flags = [line.starts_paragraph for line in page.lines]
        assert flags[0] is True
        assert flags[-1] is True
        assert set(flags[1:-1]) == {False}
        assert all(line.bbox[2] <= page.width for line in page.lines)

    def test_soft_breaks_tabs_and_hidden_text(self) -> None:
        body = (
            "<w:p><w:r><w:t>Một</w:t><w:br/><w:t>Hai</w:t><w:tab/><w:t>Ba</w:t></w:r>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r></w:p>"
        )
        page = read(package(body)).pages[0]
        assert [line.text for line in page.lines] == ["Một", "Hai Ba"]
        assert [line.starts_paragraph for line in page.lines] == [True, None]

    def test_words_may_run_over_several_runs(self) -> None:
        body = "<w:p><w:r><w:t>Bìn</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>h Sơn</w:t></w:r></w:p>"
        words = read(package(body)).pages[0].lines[0].words
        assert [(w.text, w.bold) for w in words] == [("Bình", False), ("Sơn", True)]

    def test_tracked_changes_are_read_as_accepted(self) -> None:
        body = (
            '<w:p><w:r><w:t xml:space="preserve">Giao </w:t></w:r><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>'
            "<w:ins><w:r><w:t>mới</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>đi</w:t></w:r></w:moveFrom>"
            '<w:moveTo><w:r><w:t xml:space="preserve"> đến</w:t></w:r></w:moveTo></w:p>'
        )
        assert lines(read(package(body))) == ["Giao mới đến"]

    def test_page_breaks(self) -> None:
        body = (
            p("Một")
            + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
            + p("Hai")
            + p("Ba", "<w:pageBreakBefore/>")
        )
        document = read(package(body))
        assert [[line.text for line in page.lines] for page in document.pages] == [["Một"], ["Hai"], ["Ba"]]

    def test_sections_begin_pages_with_their_own_size(self) -> None:
        portrait = '<w:sectPr><w:pgSz w:w="11900" w:h="16840"/></w:sectPr>'
        landscape = '<w:sectPr><w:pgSz w:w="16840" w:h="11900"/></w:sectPr>'
        document = read(package(p("Một", portrait) + p("Hai") + landscape))
        assert [page.width for page in document.pages] == [595.0, 842.0]

    def test_styles_give_weight_alignment_and_heading_level(self) -> None:
        styles = (
            "<w:styles NAMESPACES><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='28'/></w:rPr></w:rPrDefault></w:docDefaults>"
            "<w:style w:type='paragraph' w:styleId='H1'><w:name w:val='heading 1'/><w:basedOn w:val='B'/></w:style>"
            "<w:style w:type='paragraph' w:styleId='B'><w:pPr><w:jc w:val='right'/></w:pPr>"
            "<w:rPr><w:b/><w:caps/></w:rPr></w:style></w:styles>"
        )
        page = read(package(p("Chương một", '<w:pStyle w:val="H1"/>'), styles=styles)).pages[0]
        line = page.lines[0]
        assert line.text == "CHƯƠNG MỘT"
        assert line.heading_level == 1
        assert line.words[0].bold
        assert line.words[0].size == 14.0
        assert line.bbox[0] > page.width / 2

    def test_data_tables_keep_spans(self) -> None:
        merged = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>'
        rows = [
            [p("STT"), p("Nội dung"), p("Đơn vị")],
            [f"<w:tc>{merged}{p('1')}</w:tc>", p("Rà soát"), p("Phòng Nội vụ")],
            ["<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>", p("Báo cáo"), p("Phòng Y tế")],
            [f'<w:tc><w:tcPr><w:gridSpan w:val="3"/></w:tcPr>{p("Tổng")}</w:tc>'],
        ]
        page = read(package(p("Trước") + table(rows, [900, 5000, 3000], RULED) + p("Sau"))).pages[0]
        (found,) = page.tables
        assert (found.rows, found.columns) == (4, 3)
        spans = {(c.row, c.column): (c.row_span, c.column_span, c.text) for c in found.cells}
        assert spans[1, 0] == (2, 1, "1")
        assert spans[2, 1] == (1, 1, "Báo cáo")
        assert spans[3, 0] == (1, 3, "Tổng")
        before, after = page.lines
        assert before.bbox[3] <= found.bbox[1]
        assert found.bbox[3] <= after.bbox[1]

    def test_signature_table_is_no_data(self) -> None:
        rows = [
            [p("Nơi nhận:") + p("- Như trên;") + p("- Lưu: VT."), p("TM. ỦY BAN NHÂN DÂN") + p("CHỦ TỊCH")]
        ]
        page = read(package(table(rows, [4600, 4600], RULED))).pages[0]
        assert not page.tables
        assert [parts(line) for line in page.lines] == [
            ["Nơi nhận:", "TM. ỦY BAN NHÂN DÂN"],
            ["- Như trên;", "CHỦ TỊCH"],
            ["- Lưu: VT."],
        ]

    def test_text_boxes_stand_side_by_side_and_are_read_once(self) -> None:
        def box(x: int, text: str) -> str:
            content = f"<w:txbxContent>{p(text)}</w:txbxContent>"
            return (
                "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:anchor><wp:positionH relativeFrom='column'>"
                f"<wp:posOffset>{x}</wp:posOffset></wp:positionH><wp:extent cx='2400000' cy='500000'/>"
                f"<wps:txbx>{content}</wps:txbx></wp:anchor></w:drawing></mc:Choice>"
                f"<mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>"
                "</mc:AlternateContent></w:r>"
            )

        body = f"<w:p>{box(3000000, 'CỘNG HÒA')}{box(0, 'HUYỆN ỦY')}</w:p>" + p("Thân")
        page = read(package(body)).pages[0]
        assert [parts(line) for line in page.lines] == [["HUYỆN ỦY", "CỘNG HÒA"], ["Thân"]]

    def test_motto_in_the_running_head_only(self) -> None:
        header = f"<w:hdr NAMESPACES>{p('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')}</w:hdr>"
        section = '<w:sectPr><w:headerReference w:type="first" r:id="rheader1"/></w:sectPr>'
        assert lines(read(package(p("Thân") + section, header1=header))) == [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Thân",
        ]
        assert lines(read(package(HEADER + section, header1=header)))[0].startswith("ỦY BAN")

    def test_footnotes_follow_their_paragraph(self) -> None:
        notes = (
            "<w:footnotes NAMESPACES><w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
            f"<w:footnote w:id='2'>{p('Ghi chú.')}</w:footnote></w:footnotes>"
        )
        body = "<w:p><w:r><w:t>Câu</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r></w:p>" + p("Sau")
        assert lines(read(package(body, footnotes=notes))) == ["Câu", "2 Ghi chú.", "Sau"]

    def test_old_fonts_are_converted_run_by_run(self) -> None:
        old = '<w:rFonts w:ascii=".VnTimeH" w:hAnsi=".VnTimeH"/>'
        body = p("ñy ban nh©n d©n", run=old) + p("Uỷ ban", run='<w:rFonts w:ascii=".VnTime"/>') + p("©2020")
        document = read(package(body))
        assert lines(document) == ["ỦY BAN NHÂN DÂN", "Uỷ ban", "©2020"]
        assert "TCVN3" in document.warnings[0]


def numbering(levels: str, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') -> str:
    return f'<w:numbering NAMESPACES><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{nums}</w:numbering>'


def level(index: int, fmt: str, text: str, start: int = 1, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{fmt}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def item(text: str, depth: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


class TestListNumbers:
    def test_levels_count_and_restart(self) -> None:
        levels = level(0, "upperRoman", "%1.") + level(1, "decimal", "%2.") + level(2, "lowerLetter", "%3)")
        body = (
            item("A") + item("B", 1) + item("C", 2) + item("D", 2) + item("E", 1) + item("F", 2) + item("G")
        )
        body += item("H", 1)
        assert lines(read(package(body, numbering=numbering(levels)))) == [
            "I. A", "1. B", "a) C", "b) D", "2. E", "a) F", "II. G", "1. H",
        ]  # fmt: skip

    def test_numbers_of_higher_levels(self) -> None:
        levels = level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2.", extra="<w:isLgl/>")
        body = item("A") + item("B", 1) + item("C", 1)
        assert lines(read(package(body, numbering=numbering(levels)))) == ["I. A", "1.1. B", "1.2. C"]

    @pytest.mark.parametrize(
        ("sign", "mark"), [("-", "-"), ("\uf0b7", "-"), ("\uf0fc", "-"), ("+", "+"), ("o", "+")]
    )
    def test_bullets(self, sign: str, mark: str) -> None:
        body = item("A")
        assert lines(read(package(body, numbering=numbering(level(0, "bullet", sign))))) == [f"{mark} A"]

    def test_a_second_list_may_restart(self) -> None:
        nums = (
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
        body = item("A") + item("B") + item("C", number=2) + item("D", number=2)
        found = lines(read(package(body, numbering=numbering(level(0, "decimal", "%1."), nums))))
        assert found == ["1. A", "2. B", "1. C", "2. D"]

    def test_lists_of_styles_and_text_in_the_mark(self) -> None:
        styles = (
            "<w:styles NAMESPACES><w:style w:type='paragraph' w:styleId='Dieu'>"
            "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style></w:styles>"
        )
        body = p("Tên", '<w:pStyle w:val="Dieu"/>') + p("Thường") + p("Hai", '<w:pStyle w:val="Dieu"/>')
        mark = numbering(level(0, "decimal", "Điều %1.", start=3))
        assert lines(read(package(body, numbering=mark, styles=styles))) == [
            "Điều 3. Tên",
            "Thường",
            "Điều 4. Hai",
        ]

    def test_empty_paragraphs_do_not_count(self) -> None:
        body = item("A") + item("") + item("B")
        assert lines(read(package(body, numbering=numbering(level(0, "decimal", "%1."))))) == ["1. A", "2. B"]


class TestHostileDocx:
    def test_truncated(self) -> None:
        with pytest.raises(DamagedFileError):
            read(package(HEADER)[:-200])

    def test_no_document_part(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/styles.xml", "<styles/>")
        with pytest.raises(DamagedFileError, match="document part"):
            read(target.getvalue())

    def test_zip_bomb(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(docx, "MAX_PART_BYTES", 1_000_000)
        with pytest.raises(LimitExceededError):
            read(package("<w:p/>" + " " * 2_000_000))

    def test_entities_are_not_expanded(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(
                "word/document.xml",
                '<!DOCTYPE d [<!ENTITY a "bbbbbbbbbb"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
                f"<w:document {NAMESPACES}><w:body><w:p><w:r><w:t>x &b; &c;</w:t></w:r></w:p></w:body></w:document>",
            )
        document = read(target.getvalue())
        assert "root" not in document.text
        assert "bbb" not in document.text

    def test_damaged_xml_is_read_as_far_as_it_goes(self) -> None:
        data = package(p("Đầu") + "<w:p><w:r><w:t>cuối")
        document = read(data)
        assert lines(document)[0] == "Đầu"
        assert any("well-formed" in w for w in document.warnings)

    def test_no_words(self) -> None:
        with pytest.raises(EmptyFileError):
            read(package("<w:p/>"))

    def test_too_many_pages(self) -> None:
        body = p("x", "<w:pageBreakBefore/>") * 5
        with pytest.raises(LimitExceededError):
            read(package(body), Config(max_pages=3))

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 4000), st.binary(min_size=1, max_size=8))
    def test_broken_bytes_give_a_clear_error_or_a_document(self, place: int, junk: bytes) -> None:
        data = bytearray(package(HEADER + p("Thân"), numbering=numbering(level(0, "decimal", "%1."))))
        place %= len(data)
        data[place : place + len(junk)] = junk
        assert "x.docx" in outcome(docx.read, bytes(data), "x.docx")

    def test_deep_nesting(self) -> None:
        inner = p("sâu")
        for _ in range(40):
            inner = table([[inner + p("")]], [9000])
        assert "sâu" in lines(read(package(inner + p("x"))))


def ole(*streams: str, flags: int = 0) -> bytes:
    """The skeleton of an OLE file with these streams (header, allocation table, directory, first sector)."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFF] * 125)
    directory = b""
    for name in ("Root Entry", *streams):
        entry = bytearray(128)
        raw = (name + "\0").encode("utf-16-le")
        entry[: len(raw)] = raw
        struct.pack_into("<HB", entry, 64, len(raw), 2)
        struct.pack_into("<I", entry, 116, 2)
        directory += bytes(entry)
    body = b"\xec\xa5" + bytes(8) + struct.pack("<H", flags)
    return bytes(header) + fat + directory.ljust(512, b"\0") + body.ljust(4096, b"\0")


class TestLibreOffice:
    def test_password_protected_docx(self) -> None:
        with pytest.raises(EncryptedFileError):
            read(ole("EncryptionInfo", "EncryptedPackage"), name="a.docx")

    def test_password_protected_doc(self) -> None:
        with pytest.raises(EncryptedFileError):
            read(ole("WordDocument", flags=0x0100))

    @pytest.mark.parametrize("stream", ["Workbook", "PowerPoint Document", "__properties_version1.0"])
    def test_other_office_files(self, stream: str) -> None:
        with pytest.raises(UnsupportedFormatError):
            read(ole(stream))

    def test_without_libreoffice_the_user_learns_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(libreoffice, "find_soffice", lambda: None)
        with pytest.raises(MissingProgramError, match="apt-get install"):
            read(b"{\\rtf1 a}")

    @pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell")
    def test_a_hanging_program_is_stopped(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        program = tmp_path / "soffice"
        program.write_text("#!/bin/sh\nsleep 60 &\nwait\n")
        program.chmod(0o755)
        monkeypatch.setattr(libreoffice, "find_soffice", lambda: str(program))
        started = time.monotonic()
        with pytest.raises(LimitExceededError):
            read(b"{\\rtf1 a}", Config(office_timeout=0.5))
        assert time.monotonic() - started < 20

    @pytest.mark.office
    @pytest.mark.skipif(libreoffice.find_soffice() is None, reason="LibreOffice is not installed")
    def test_rtf(self) -> None:
        document = read(b"{\\rtf1\\ansi K\\u7871? ho\\u7841?ch\\par Hai\\par}", name="a.rtf")
        assert lines(document) == ["Kế hoạch", "Hai"]
        assert document.media_type == "application/rtf"

    @pytest.mark.office
    @pytest.mark.skipif(libreoffice.find_soffice() is None, reason="LibreOffice is not installed")
    def test_an_ole_file_that_is_no_document(self) -> None:
        with pytest.raises(InputError):
            read(ole("WordDocument"))


SENTENCE = "Ủy ban nhân dân huyện đề nghị các đơn vị khẩn trương thực hiện, báo cáo trước ngày 10/5"


class TestPlainText:
    @pytest.mark.parametrize(
        "data",
        [
            SENTENCE.encode(),
            SENTENCE.encode("utf-8-sig"),
            SENTENCE.encode("utf-16"),
            SENTENCE.encode("utf-16-le"),
            SENTENCE.encode("utf-16-be"),
        ],
    )
    def test_unicode(self, data: bytes) -> None:
        document = read(data)
        assert lines(document) == [SENTENCE]
        assert document.text_origin is TextOrigin.PLAIN
        assert document.media_type == TEXT
        assert not document.warnings

    def test_tcvn3_bytes(self) -> None:
        document = read("Céng hoµ x· héi chñ nghÜa ViÖt Nam\n§éc lËp - Tù do - H¹nh phóc".encode("latin-1"))
        assert lines(document) == ["Cộng hoà xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc"]
        assert "TCVN3" in document.warnings[0]

    def test_cp1258_bytes(self) -> None:
        data = "Côòng hoÌa xaÞ hôòi chuÒ nghiÞa Viêòt Nam, quyêìt ðiònh".encode("latin-1")
        document = read(data)
        import unicodedata

        assert (
            unicodedata.normalize("NFC", lines(document)[0])
            == "Cộng hòa xã hội chủ nghĩa Việt Nam, quyết định"
        )
        assert "1258" in document.warnings[0]

    def test_mojibake(self) -> None:
        document = read(SENTENCE.encode().decode("latin-1").encode())
        assert lines(document) == [SENTENCE]
        assert "repaired" in document.warnings[0]

    def test_unknown_bytes_are_said_to_be_unknown(self) -> None:
        document = read("Le café, là-bas, forêt é è à ù ç".encode("latin-1"))
        assert "unknown" in document.warnings[0]

    def test_grid_keeps_columns_indents_blank_lines_and_pages(self) -> None:
        document = read("SỞ Y TẾ          CỘNG HÒA\n\n   Thân\n\fTrang hai\n".encode())
        first, second = document.pages
        head, body = first.lines
        assert parts(head) == ["SỞ Y TẾ", "CỘNG HÒA"]
        assert body.bbox[0] - head.bbox[0] == 18.0
        assert body.bbox[1] - head.bbox[1] == 28.0
        assert head.starts_paragraph is None
        assert [line.text for line in second.lines] == ["Trang hai"]

    def test_long_lines_stay_on_the_page(self) -> None:
        document = read(("Nội dung " * 300).encode())
        assert document.pages[0].lines[0].bbox[2] <= 595.0

    def test_entities(self) -> None:
        assert lines(read("Tài nguyên &amp;&nbsp;Môi trường".encode())) == ["Tài nguyên & Môi trường"]

    def test_hostile_size(self) -> None:
        started = time.monotonic()
        read(b"\xe1\xbb\xa7 " * 300_000 + b"(" * 100_000)
        assert time.monotonic() - started < 15

    @settings(max_examples=100, deadline=None)
    @given(st.binary(min_size=1, max_size=200))
    def test_any_bytes_give_a_clear_error_or_a_document(self, data: bytes) -> None:
        assert "x.txt" in outcome(plain.read, data, "x.txt")


HTML_PAGE = """<html><head><title>t</title><style>p {}</style></head><body><nav>trình đơn</nav>
<table width="100%"><tr><td width="40%" align="center"><b>SỞ Y TẾ<br>-----</b><br>Số: 1/KH-SYT</td>
<td align="center"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><p>Độc lập - Tự do - Hạnh phúc</p>
<p><i>An Bình, ngày 5 tháng 3 năm 2024</i></td></tr></table>
<h1>Kế hoạch</h1><p>Giao&nbsp;<span>Phòng</span>
<b>Y tế</b><script>x()</script></p><ol start="3"><li>Một</li><li>Hai</li></ol><ul><li>Ba</li></ul>
<table border="1"><tr><th>STT</th><th>Việc</th></tr><tr><td rowspan="2">1</td><td>A</td></tr>
<tr><td>B</td></tr></table></body></html>"""


class TestHtml:
    def test_page(self) -> None:
        document = read(HTML_PAGE.encode())
        page = document.pages[0]
        assert document.media_type == HTML
        assert [parts(line) for line in page.lines] == [
            ["SỞ Y TẾ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["-----", "Độc lập - Tự do - Hạnh phúc"],
            ["Số: 1/KH-SYT", "An Bình, ngày 5 tháng 3 năm 2024"],
            ["Kế hoạch"],
            ["Giao Phòng Y tế"],
            ["3. Một"],
            ["4. Hai"],
            ["- Ba"],
        ]
        assert page.lines[3].heading_level == 1
        (found,) = page.tables
        assert [(c.row, c.column, c.row_span, c.text) for c in found.cells] == [
            (0, 0, 1, "STT"),
            (0, 1, 1, "Việc"),
            (1, 0, 2, "1"),
            (1, 1, 1, "A"),
            (2, 1, 1, "B"),
        ]

    def test_web_archive(self) -> None:
        data = (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\n"
            b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>"
            + "Kế hoạch".encode()
            + b"</p>\r\n--X--\r\n"
        )
        assert lines(read(data, name="a.doc")) == ["Kế hoạch"]

    def test_no_words(self) -> None:
        with pytest.raises(EmptyFileError):
            read(b"<html><body><script>x</script></body></html>")

    def test_deep_nesting(self) -> None:
        assert "sâu" in read(("<div>" * 5000 + "sâu").encode()).text


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (ole("WordDocument"), DOC),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>', DOC),
        (b"<html><p>a", HTML),
        ("Kế hoạch".encode("utf-16-le"), TEXT),
        (b"\x00\x01\x02\x03\x04", "application/octet-stream"),
    ],
)
def test_kinds_are_told_by_content(data: bytes, media_type: str) -> None:
    assert sniff(data, "x.txt") == media_type


def test_real_office_files_have_their_header_in_two_columns() -> None:
    folder = Path(__file__).parents[1].parent / "shared" / "real" / "dev"
    files = sorted(folder.glob("*.docx"))
    if not files:
        pytest.skip("no real documents here")
    for file in files:
        first = read(file).pages[0].lines[:6]
        assert any(len(parts(line)) == 2 for line in first)


def test_a_table_drawn_with_bars_is_a_table() -> None:
    text = (
        "I. NHIỆM VỤ\n\n| STT | Nội dung | Đơn vị chủ trì |\n| --- | --- | --- |\n"
        "| 1 | Rà soát danh sách | Sở Nội vụ |\n| 2 | Công khai kết quả |  |\n\nNơi nhận:\n- Lưu: VT.\n"
    )
    page = read(text.encode(), name="x.txt").pages[0]
    (table,) = page.tables
    assert (table.rows, table.columns) == (3, 3)
    assert [cell.text for cell in table.cells if cell.row == 1] == ["1", "Rà soát danh sách", "Sở Nội vụ"]
    assert [line.text for line in page.lines] == ["I. NHIỆM VỤ", "Nơi nhận:", "- Lưu: VT."]
