"""Finding a Times-like font family that has the Vietnamese letters."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
    "/Library/Fonts",
    "~/Library/Fonts",
    "/opt/homebrew/share/fonts",
)

# Family name, then the file names of regular, bold, italic and bold italic, best first.
_FAMILIES = (
    ("Tinos", ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")),
    (
        "LiberationSerif",
        (
            "LiberationSerif-Regular.ttf",
            "LiberationSerif-Bold.ttf",
            "LiberationSerif-Italic.ttf",
            "LiberationSerif-BoldItalic.ttf",
        ),
    ),
    (
        "TimesNewRoman",
        (
            "Times New Roman.ttf",
            "Times New Roman Bold.ttf",
            "Times New Roman Italic.ttf",
            "Times New Roman Bold Italic.ttf",
        ),
    ),
    ("TimesNewRoman", ("times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf")),
    (
        "DejaVuSerif",
        ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf", "DejaVuSerif-BoldItalic.ttf"),
    ),
    (
        "NotoSerif",
        ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSerif-Italic.ttf", "NotoSerif-BoldItalic.ttf"),
    ),
)

VIETNAMESE = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"

REMEDY = (
    "No Times-like font with Vietnamese letters was found. Install one, for instance "
    "'apt install fonts-croscore' or 'apt install fonts-liberation2' on Debian and Ubuntu; macOS has Times New "
    "Roman already. The rendered samples in corpus/samples need no fonts: only rendering anew does."
)


class FontError(RuntimeError):
    """No usable font is installed; the message says what to do."""


@dataclass(frozen=True)
class Family:
    """Files of the four faces, and the name under which they are registered with reportlab."""

    name: str
    regular: Path
    bold: Path
    italic: Path
    bold_italic: Path


@lru_cache(maxsize=1)
def find_family() -> Family:
    """The first family of the list whose four faces are there and have the letters. Raises ``FontError``."""
    files = {path.name: path for path in _font_files()}
    for name, faces in _FAMILIES:
        if all(face in files for face in faces) and _has_vietnamese(files[faces[0]]):
            return Family(name, *(files[face] for face in faces))
    raise FontError(REMEDY)


def _font_files() -> Iterable[Path]:
    for folder in _FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            yield from sorted(root.rglob("*.ttf"))
    if program := shutil.which("fc-list"):
        listed = subprocess.run(
            [program, "--format", "%{file}\n"], capture_output=True, text=True, check=False, timeout=30
        )
        yield from (Path(line) for line in sorted(listed.stdout.splitlines()) if line.endswith(".ttf"))


def _has_vietnamese(path: Path) -> bool:
    from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

    try:
        face = TTFontFile(str(path))
    except TTFError:
        return False
    return all(ord(letter) in face.charToGlyph for letter in VIETNAMESE + VIETNAMESE.upper())


def register() -> Family:
    """Make the family known to reportlab as Body, Body-Bold, Body-Italic and Body-BoldItalic."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    family = find_family()
    if "Body" not in pdfmetrics.getRegisteredFontNames():
        faces = {
            "Body": family.regular,
            "Body-Bold": family.bold,
            "Body-Italic": family.italic,
            "Body-BoldItalic": family.bold_italic,
        }
        for face, path in faces.items():
            pdfmetrics.registerFont(TTFont(face, str(path)))
        pdfmetrics.registerFontFamily(
            "Body", normal="Body", bold="Body-Bold", italic="Body-Italic", boldItalic="Body-BoldItalic"
        )
    return family
