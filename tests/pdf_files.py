"""Small PDFs written by hand for the tests of the PDF readers: no font file and no library is needed.

Every font here is a name with codes of its own and a ToUnicode map, so that any
Vietnamese letter (or a lone combining mark) can be "printed". All characters are half an em wide.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PageSpec:
    """One page under construction; y counts upwards from the bottom as PDF does."""

    width: float = 595
    height: float = 842
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    media: tuple[float, float, float, float] | None = None
    drawn: list[str] = field(default_factory=list)
    annotations: list[tuple[str, str | None]] = field(default_factory=list)


class PdfFile:
    """Collects pages, gives bytes."""

    def __init__(self) -> None:
        self.pages: list[PageSpec] = []
        self._fonts: dict[str, dict[str, int]] = {}
        self._fields = False

    def page(self, **settings: object) -> PageSpec:
        self.pages.append(PageSpec(**settings))  # type: ignore[arg-type]
        return self.pages[-1]

    def codes(self, text: str, font: str) -> str:
        known = self._fonts.setdefault(font, {" ": 32})
        for char in text:
            if char not in known:
                known[char] = 33 + len(known)
        return "".join(f"{known[char]:02x}" for char in text)

    def show(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 14,
        font: str = "Minh-Roman",
        turn: str = "1 0 0 1",
    ) -> str:
        name = self._name(font)
        return f"BT /{name} {size} Tf {turn} {x} {y} Tm <{self.codes(text, font)}> Tj ET\n"

    def text(self, page: PageSpec, x: float, y: float, text: str, **style: object) -> None:
        page.drawn.append(self.show(x, y, text, **style))  # type: ignore[arg-type]

    @staticmethod
    def line(page: PageSpec, x0: float, y0: float, x1: float, y1: float) -> None:
        page.drawn.append(f"0.7 w {x0} {y0} m {x1} {y1} l S\n")

    @staticmethod
    def box(page: PageSpec, x: float, y: float, width: float, height: float, how: str = "S") -> None:
        page.drawn.append(f"{x} {y} {width} {height} re {how}\n")

    @staticmethod
    def picture(page: PageSpec, x: float, y: float, width: float, height: float) -> None:
        page.drawn.append(
            f"q {width} 0 0 {height} {x} {y} cm BI /W 2 /H 2 /BPC 8 /CS /G /F /AHx ID 80a0b0c0> EI Q\n"
        )

    def annotation(
        self,
        page: PageSpec,
        box: tuple[float, float, float, float],
        shown: list[str] | None,
        *,
        subtype: str = "Widget",
        field_type: str | None = None,
        more: str = "",
    ) -> None:
        """An annotation whose appearance prints ``shown`` (one string for each row), or that has none."""
        x0, y0, x1, y1 = box
        stream = None
        if shown is not None:
            rows = len(shown)
            size = min(13.0, (y1 - y0) / (1.25 * rows))
            stream = "".join(
                self.show(2, (y1 - y0) - (i + 0.9) * 1.2 * size, row, size=size)
                for i, row in enumerate(shown)
            )
        if field_type:
            self._fields = True
            more += f" /FT /{field_type} /T (field{len(page.annotations)})"
        body = f"/Type /Annot /Subtype /{subtype} /Rect [{x0} {y0} {x1} {y1}] /F 4 {more}"
        page.annotations.append((body, stream))

    def _name(self, font: str) -> str:
        self._fonts.setdefault(font, {" ": 32})
        return f"F{list(self._fonts).index(font)}"

    def _font_objects(self, first: int) -> list[str]:
        objects: list[str] = []
        for number, (font, codes) in enumerate(self._fonts.items()):
            pairs = "\n".join(
                f"<{code:02x}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items()
            )
            cmap = (
                "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
                "1 begincodespacerange <00> <ff> endcodespacerange\n"
                f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
            )
            objects.append(
                f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /FirstChar 0 /LastChar 255 "
                f"/Widths [{' '.join(['500'] * 256)}] /ToUnicode {first + 3 * number + 1} 0 R "
                f"/FontDescriptor {first + 3 * number + 2} 0 R >>"
            )
            objects.append(f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream")
            objects.append(
                f"<< /Type /FontDescriptor /FontName /{font} /Flags 4 /FontBBox [0 -220 1000 900] /ItalicAngle 0 "
                "/Ascent 900 /Descent -220 /CapHeight 700 /StemV 80 >>"
            )
        return objects

    def bytes(self) -> bytes:
        fonts = 3
        font_objects = self._font_objects(fonts)
        resources = "<< /Font << " + " ".join(f"/F{i} {fonts + 3 * i} 0 R" for i in range(len(self._fonts)))
        resources += " >> >>"
        objects = ["", "", *font_objects]
        kids: list[int] = []
        fields: list[int] = []
        for page in self.pages:
            content = "".join(page.drawn)
            objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
            content_at = len(objects)
            refs: list[int] = []
            for body, stream in page.annotations:
                if stream is not None:
                    box = body.split("/Rect [")[1].split("]")[0].split()
                    width, height = float(box[2]) - float(box[0]), float(box[3]) - float(box[1])
                    objects.append(
                        f"<< /Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Resources {resources} "
                        f"/Length {len(stream)} >>\nstream\n{stream}\nendstream"
                    )
                    body += f" /AP << /N {len(objects)} 0 R >>"
                objects.append(f"<< {body} >>")
                refs.append(len(objects))
                if "/FT" in body:
                    fields.append(len(objects))
            media = page.media or (0, 0, page.width, page.height)
            crop = f"/CropBox [{' '.join(map(str, page.crop))}]" if page.crop else ""
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{' '.join(map(str, media))}] {crop} "
                f"/Rotate {page.rotate} /Resources {resources} /Contents {content_at} 0 R "
                f"/Annots [{' '.join(f'{r} 0 R' for r in refs)}] >>"
            )
            kids.append(len(objects))
        form = f"/AcroForm << /Fields [{' '.join(f'{f} 0 R' for f in fields)}] >>" if fields else ""
        objects[0] = f"<< /Type /Catalog /Pages 2 0 R {form} >>"
        objects[1] = f"<< /Type /Pages /Kids [{' '.join(f'{k} 0 R' for k in kids)}] /Count {len(kids)} >>"
        out = b"%PDF-1.7\n"
        places: list[int] = []
        for number, text in enumerate(objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
        start = len(out)
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
        out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
        return out


MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def header(pdf: PdfFile, page: PageSpec, *, number: str = "Số:      /TB-UBND") -> None:
    """The two columns of Decree 30/2020: issuer and number at the left, motto, place and date at the right."""
    pdf.text(page, 60, 780, "ỦY BAN NHÂN DÂN", size=12, font="Minh-Bold")
    pdf.text(page, 300, 780, MOTTO, size=12, font="Minh-Bold")
    pdf.text(page, 60, 764, "XÃ SUỐI MƠ", size=12, font="Minh-Bold")
    pdf.text(page, 330, 764, "Độc lập - Tự do - Hạnh phúc", size=12, font="Minh-Bold")
    pdf.text(page, 60, 735, number, size=12)
    pdf.text(page, 300, 735, "Suối Mơ, ngày     tháng 11 năm 2024", size=12, font="Minh-Italic")


BODY = (
    "Thực hiện Kế hoạch của Ủy ban nhân dân huyện về công tác",
    "cải cách hành chính năm 2024, Ủy ban nhân dân xã yêu cầu",
    "các thôn, bản và đơn vị trực thuộc khẩn trương triển khai.",
)


def body(pdf: PdfFile, page: PageSpec, *, top: float = 680) -> None:
    for row, text in enumerate(BODY):
        pdf.text(page, 60, top - 20 * row, text, size=12)
