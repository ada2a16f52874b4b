"""What stands after the signature: appendices that belong to the document, and forms that do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import Seg, TableItem, mostly_caps
from vnadmin_extract.layout.model import Zone

_MODEL_FORM = regex.compile(r"^\W*mau(?: so)?\s*[\d:.]")


_APPENDIX_TITLE = regex.compile(r"^\W*phu luc\b")


@dataclass(slots=True)
class Extra:
    """A run of lines and tables after the closing block."""

    zone: Zone
    items: list[Seg | TableItem]


_APPENDIX = regex.compile(r"^\W*(?:phu luc|bieu so|bieu|danh sach|danh muc|bang)\b")
_FORM = regex.compile(r"^\W*(?:mau(?: so)?|bieu mau)\b|ten don vi|ten co quan|don vi\s*[:.…]{2}|[.…_]{12}")
_WITH = regex.compile(r"kem theo")


def split_after_closing(items: Sequence[Seg | TableItem]) -> list[Extra]:
    """Part what follows the signature into appendices and other text.

    An appendix opens with "PHỤ LỤC", or with a title in capitals followed by "(Kèm theo …)"; a head with the
    emblem opens a form to fill in, which is another document (annotation rule 13).
    """
    result: list[Extra] = []
    for index, item in enumerate(items):
        if isinstance(item, Seg):
            new_page = index == 0 or (
                isinstance(items[index - 1], Seg | TableItem) and items[index - 1].page != item.page
            )
            zone = _opens(item, items[index : index + 14], new_page)
            if zone is not None and (
                zone is not Zone.APPENDIX or not result or _really_new(result[-1], item)
            ):
                result.append(Extra(zone, []))
        if not result:
            result.append(Extra(_default(items), []))
        result[-1].items.append(item)
    return result


def _default(items: Sequence[Seg | TableItem]) -> Zone:
    """Text after the signature that says nothing of itself: an appendix when it is long or holds a table."""
    if any(isinstance(i, TableItem) for i in items):
        return Zone.APPENDIX
    text = sum(len(i.text) for i in items if isinstance(i, Seg))
    return Zone.APPENDIX if text > 400 else Zone.OTHER


def _opens(seg: Seg, following: Sequence[Seg | TableItem], new_page: bool) -> Zone | None:
    near = [i for i in following if isinstance(i, Seg)]
    if cues.find_motto(seg) is not None:
        # Rules or lists with a head of their own belong to the document; blank forms do not.
        return Zone.OTHER if any(_FORM.search(s.bare) for s in near) else Zone.APPENDIX
    if _MODEL_FORM.match(seg.bare) and len(seg.text) < 80:
        return Zone.OTHER
    if _APPENDIX_TITLE.match(seg.bare) and len(seg.text) < 90 and seg.text.lstrip('"“ ')[:1].isupper():
        return Zone.APPENDIX
    if (
        (new_page or cues.title_of(seg) is not None)
        and mostly_caps(seg.text)
        and any(_WITH.search(s.bare) for s in near[:6])
    ):
        return Zone.APPENDIX
    return None


def _really_new(last: Extra, seg: Seg) -> bool:
    """A second opening line right below the first ("PHỤ LỤC" / "DANH SÁCH …") is the same appendix."""
    lines = [i for i in last.items if isinstance(i, Seg)]
    return last.zone is not Zone.APPENDIX or len(lines) > 2 or len(last.items) > 3
