"""Typesetting a document from its plain text, as a PDF reader gave it.

Such a text has the header's two columns one after the other or mixed, a blank line after each line, and page
breaks lost. What stands where is told by the words of the layout itself (Decree 30/2020/NĐ-CP, Appendix I):
motto and date line on the right, number and "V/v" on the left, "Kính gửi", "Nơi nhận". Good enough to give a
text back its page; no substitute for the original.
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import regex

from corpus.typeset import source as src

_MOTTO = regex.compile(r"(?i)cộng\s+h[òo][àa]?a?\s+xã\s+hội|độc\s+lập\s*[-–—]\s*tự\s+do")
_PARTY = regex.compile(r"ĐẢNG\s+CỘNG\s+SẢN\s+VIỆT\s+NAM")
_NUMBER = regex.compile(r"^Số\s*:?\s*[\d\s…./_-]*.*[/-]\s*\p{Lu}")
_DATE_LINE = regex.compile(r"^\p{Lu}[^,\d]{1,40},\s*ngày\b.{0,20}tháng\b.{0,12}năm\s+\d{4}")
_CALL = regex.compile(r"^(?P<call>Kính (?:gửi|trình))\s*:\s*(?P<rest>.*)$")
_KIND = regex.compile(
    r"^(?:QUYẾT ĐỊNH|KẾ HOẠCH|CHỈ THỊ|THÔNG BÁO|BÁO CÁO|TỜ TRÌNH|NGHỊ QUYẾT|KẾT LUẬN|HƯỚNG DẪN|GIẤY MỜI"
    r"|CÔNG ĐIỆN(?: KHẨN| HỎA TỐC)?|CHƯƠNG TRÌNH|PHƯƠNG ÁN|QUY CHẾ|QUY ĐỊNH|BIÊN BẢN|ĐỀ ÁN)$"
)
_MARK = regex.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\)|[IVX]{1,5}[.-]|[-–+*]|Điều \d+\.|\(\d{1,2}\))\s"
)
_SUPERIOR = regex.compile(r"^(?:UBND|ỦY BAN NHÂN DÂN) (?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ)|^BỘ |^ĐẢNG BỘ ")
_SUBORDINATE = regex.compile(
    r"^(?:SỞ|PHÒNG|CỤC|VỤ|BAN|TRƯỜNG|CHI CỤC|THANH TRA|VĂN PHÒNG|ĐẢNG ỦY|TRUNG TÂM)\b"
)
_CODE_TAIL = regex.compile(r"(?:\d|\p{Lu})[-/]$")


def source_from_text(text: str, name: str) -> src.Source:
    """The source of a document given as plain text. Raises ``ValueError`` where no number line is found."""
    lines = [line.strip() for line in unicodedata.normalize("NFC", text).splitlines()]
    lines = [line for line in lines if line]
    reading = _Reading()
    rest = _read_header(lines, reading)
    body, tail = _split_tail(rest)
    signature, recipients = _read_tail(tail)
    blocks = src.parse_blocks("\n\n".join(_paragraphs(body)))
    if not reading.number or not reading.issuer:
        raise ValueError("no number line or no issuer above the text: not a document of the known layout")
    parent, issuer = _parent(reading.issuer)
    return src.Source(
        name=name,
        style="party" if reading.party else "state",
        formats=("pdf",),
        header=src.Header(
            parent=parent,
            issuer=issuer,
            number=reading.number,
            place_date=reading.place_date,
            abstract=" ".join(reading.abstract) or None,
            kind=reading.kind,
            title=tuple(reading.title),
            call=reading.call,
            addressees=tuple(reading.addressees),
        ),
        blocks=blocks,
        signature=signature,
        recipients=recipients,
    )


@dataclass
class _Reading:
    party: bool = False
    issuer: list[str] = field(default_factory=list)
    number: str = ""
    place_date: str = ""
    abstract: list[str] = field(default_factory=list)
    kind: str | None = None
    title: list[str] = field(default_factory=list)
    call: str = "Kính gửi"
    addressees: list[str] = field(default_factory=list)


def _read_header(lines: list[str], reading: _Reading) -> list[str]:
    """Fill ``reading`` from the top of the page; the lines after it."""
    in_abstract = False
    for position, line in enumerate(lines):
        if _MOTTO.search(line) or _PARTY.search(line):
            reading.party |= bool(_PARTY.search(line))
            left = regex.split(r"CỘNG\s+H|ĐẢNG\s+CỘNG\s+SẢN|Độc\s+lập", line)[0].strip()
            if left and not reading.number:
                reading.issuer.append(left)
        elif found := _CALL.match(line):
            reading.call = found["call"]
            return _read_addressees(lines[position + 1 :], found["rest"], reading)
        elif _DATE_LINE.match(line):
            reading.place_date, in_abstract = line, False
        elif reading.kind is None and _KIND.match(line):
            reading.kind = line
            return _read_title(lines[position + 1 :], reading)
        elif not reading.number and _NUMBER.match(line):
            reading.number, reading.place_date = _split_number(line, reading.place_date)
        elif line.startswith("V/v"):
            reading.abstract.append(line)
            in_abstract = True
        elif in_abstract:
            reading.abstract.append(line)
        elif not reading.number and line != "*":
            reading.issuer.append(line)
        elif reading.place_date:
            return lines[position:]
    return []


def _split_number(line: str, place_date: str) -> tuple[str, str]:
    """Number and date line stand on one height, so a reader may give them as one line."""
    found = regex.search(r"\s{2,}(?=\p{Lu}[^,\d]{1,40},\s*ngày\b)", line)
    return (line[: found.start()].strip(), line[found.end() :]) if found else (line, place_date)


def _read_addressees(lines: list[str], same_line: str, reading: _Reading) -> list[str]:
    if same_line:
        reading.addressees.append(same_line)
        return lines
    for position, line in enumerate(lines):
        if regex.match(r"[-–]\s", line):
            reading.addressees.append(line[1:].strip())
        elif reading.addressees and reading.addressees[-1].endswith((";", ",")) and line[:1].islower():
            reading.addressees[-1] += f" {line}"
        else:
            return lines[position:]
    return []


def _read_title(lines: list[str], reading: _Reading) -> list[str]:
    for position, line in enumerate(lines):
        opens = regex.match(r"(?:Căn cứ|Thực hiện|Để |Ngày |Kính gửi|[IVX]+\.|\d+\.)", line)
        if found := _CALL.match(line):
            reading.call = found["call"]
            return _read_addressees(lines[position + 1 :], found["rest"], reading)
        if position and (opens or len(line) > 75 or position > 4):
            return lines[position:]
        reading.title.append(line)
    return []


def _parent(lines: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A superior body over a subordinate one; else all lines are one body."""
    for cut in range(1, len(lines)):
        if _SUPERIOR.match(lines[0]) and _SUBORDINATE.match(lines[cut]):
            return tuple(lines[:cut]), tuple(lines[cut:])
    return (), tuple(lines)


# -- Body ----------------------------------------------------------------------------------------------------


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines joined to paragraphs, headings marked as such."""
    if not lines:
        return []
    full = sorted(len(line) for line in lines)[int(len(lines) * 0.9)]
    groups: list[list[str]] = []
    for line in lines:
        previous = groups[-1][-1] if groups else ""
        ended = previous.endswith((".", ":", ";", "!")) and len(previous) < 0.85 * full
        if not groups or _MARK.match(line) or (ended and line[:1].isupper()):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [_marked(_join(group)) for group in groups]


def _join(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        # A code broken after its hyphen ("57-" / "KL/TW") is joined without a space.
        glue = "" if _CODE_TAIL.search(text) and line[:1].isupper() else " "
        text += glue + line
    return regex.sub(r" {2,}", " ", text)


def _marked(text: str) -> str:
    numbered = regex.match(r"(?:\d{1,2}|[IVX]{1,5})\.\s", text)
    if numbered and len(text) < 80 and not text.endswith((".", ";", ":", ",")):
        return f"# {text}"
    if found := regex.match(r"(\d{1,2}\.\s)([^:.;]{3,70}):\s(?=\p{Lu})", text):
        return f"{found[1]}**{found[2]}:** {text[found.end() :]}"
    return text


# -- Signature and recipients --------------------------------------------------------------------------------


def _split_tail(lines: list[str]) -> tuple[list[str], list[str]]:
    for position in range(len(lines) - 1, -1, -1):
        if lines[position].startswith("Nơi nhận"):
            return lines[:position], lines[position:]
    return lines, []


def _read_tail(lines: list[str]) -> tuple[src.Signature | None, tuple[str, ...]]:
    recipients: list[str] = []
    right: list[str] = []
    filed = False
    for number, line in enumerate(lines):
        text = regex.sub(r"^Nơi nhận\s*:?\s*", "", line) if number == 0 else line
        left, beside = _split_columns(text)
        if beside:
            right.append(beside)
        if not left:
            continue
        if regex.match(r"[-–]\s*", left):
            recipients.append(left.lstrip("-– ").strip())
            filed = recipients[-1].startswith("Lưu")
        elif recipients and not filed:
            recipients[-1] += f" {left}"
        else:
            right.append(left)
    if not right:
        return None, tuple(recipients)
    name = right.pop() if len(right) > 1 and not right[-1].isupper() else ""
    return src.Signature(tuple(right), name), tuple(recipients)


def _split_columns(text: str) -> tuple[str, str]:
    """A line of the left column, and what stands in the right column on the same height."""
    columns = regex.split(r"\s{4,}", text, maxsplit=1)
    if len(columns) == 2:
        return columns[0], columns[1].strip()
    if text.isupper() and not text.startswith("-"):
        return "", text
    found = regex.search(r"(?:(?<=;)|\s)\s+(?P<right>(?:\p{Lu}{1,4}\.\s*)?\p{Lu}{2,}(?:\s\p{Lu}+)+)$", text)
    return (text[: found.start()].strip(), found["right"]) if found else (text, "")


def main(arguments: list[str] | None = None) -> int:
    """Typeset a text file as PDF."""
    from corpus.typeset.fonts import FontError
    from corpus.typeset.pdf import render_pdf

    parser = argparse.ArgumentParser(prog="python -m corpus.typeset.from_text", description=__doc__)
    parser.add_argument("text", type=Path, help="UTF-8 text of one document")
    parser.add_argument("pdf", type=Path, help="file to write")
    options = parser.parse_args(arguments)
    try:
        render_pdf(source_from_text(options.text.read_text("utf-8"), options.text.stem), options.pdf)
    except (FontError, ValueError, OSError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
