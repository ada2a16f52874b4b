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

# Families for variety: a typewriter's letters for old documents, and what offices use beside Times.
_OTHERS = (
    ("Cousine", ("Cousine-Regular.ttf", "Cousine-Bold.ttf", "Cousine-Italic.ttf", "Cousine-BoldItalic.ttf")),
    ("Arimo", ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf")),
    (
        "LiberationSans",
        (
            "LiberationSans-Regular.ttf",
            "LiberationSans-Bold.ttf",
            "LiberationSans-Italic.ttf",
            "LiberationSans-BoldItalic.ttf",
        ),
    ),
    (
        "DejaVuSerifCondensed",
        (
            "DejaVuSerifCondensed.ttf",
            "DejaVuSerifCondensed-Bold.ttf",
            "DejaVuSerifCondensed-Italic.ttf",
            "DejaVuSerifCondensed-BoldItalic.ttf",
        ),
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


@lru_cache(maxsize=1)
def all_families() -> tuple[Family, ...]:
    """Every usable family that is installed, each once, in the order of the lists."""
    files = {path.name: path for path in _font_files()}
    found: dict[str, Family] = {}
    for name, faces in (*_FAMILIES, *_OTHERS):
        if name not in found and all(face in files for face in faces) and _has_vietnamese(files[faces[0]]):
            found[name] = Family(name, *(files[face] for face in faces))
    return tuple(found.values())


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


def register(name: str | None = None) -> str:
    """Make a family known to reportlab; the name of its regular face.

    The other faces are that name with -Bold, -Italic and -BoldItalic. Without ``name`` it is the first usable
    family, under the name Body.

    Raises:
        FontError: there is no such family, or none at all.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if name is None:
        family, prefix = find_family(), "Body"
    else:
        family = next((family for family in all_families() if family.name == name), None)  # type: ignore[assignment]
        prefix = name
        if family is None:
            raise FontError(f"The font family {name} is not installed.")
    if prefix not in pdfmetrics.getRegisteredFontNames():
        faces = {
            prefix: family.regular,
            f"{prefix}-Bold": family.bold,
            f"{prefix}-Italic": family.italic,
            f"{prefix}-BoldItalic": family.bold_italic,
        }
        for face, path in faces.items():
            pdfmetrics.registerFont(TTFont(face, str(path)))
        pdfmetrics.registerFontFamily(
            prefix,
            normal=prefix,
            bold=f"{prefix}-Bold",
            italic=f"{prefix}-Italic",
            boldItalic=f"{prefix}-BoldItalic",
        )
    return prefix
