"""Looks of a document: fonts, sizes, margins, what signing software and incoming mail put on the page."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date, timedelta

from reportlab.lib.units import mm

from corpus.generate.vary import new_person
from corpus.typeset import fonts
from corpus.typeset import source as src
from corpus.typeset.pdf import STANDARD, Look

# Before about 1996 offices typed; visible digital signatures came about 2018.
_TYPEWRITERS_UNTIL = 1996
_SIGNING_SINCE = 2018


def look_of(chance: random.Random, issued: str | None) -> Look:
    """A look for a document of the date ``issued`` (EDTF)."""
    year = int(issued[:4]) if issued else None
    names = {family.name for family in fonts.all_families()}
    if year is not None and year < _TYPEWRITERS_UNTIL and "Cousine" in names:
        return replace(
            STANDARD,
            font="Cousine",
            size=chance.choice((11.0, 12.0)),
            head_size=11.0,
            leading=chance.choice((1.15, 1.4)),
            justified=False,
            ruled=chance.random() < 0.5,
            left=chance.uniform(24, 34) * mm,
            right=chance.uniform(12, 20) * mm,
            received=_received(chance, issued) if chance.random() < 0.3 else None,
        )
    serif: list[str] = [name for name in ("Tinos", "LiberationSerif") if name in names] or ["Body"]
    other = [
        name for name in ("DejaVuSerif", "DejaVuSerifCondensed", "Arimo", "LiberationSans") if name in names
    ]
    font = chance.choice(serif) if chance.random() < 0.8 or not other else chance.choice(other)
    size = chance.choice((13.0, 13.0, 13.5, 14.0, 14.0)) - (1.5 if font == "DejaVuSerif" else 0)
    return replace(
        STANDARD,
        font=font,
        size=size,
        head_size=chance.choice((12.0, 12.5, 13.0)),
        table_size=chance.choice((11.0, 12.0, 13.0)),
        left=chance.uniform(25, 35) * mm,
        right=chance.uniform(13, 20) * mm,
        top=chance.uniform(15, 25) * mm,
        bottom=chance.uniform(14, 25) * mm,
        leading=chance.choice((1.1, 1.2, 1.3, 1.45)),
        indent=chance.choice((20.0, 28.35, 36.0)),
        before=chance.choice((2.0, 4.0, 6.0, 8.0)),
        justified=chance.random() < 0.85,
        number_pages=chance.random() < 0.9,
        received=_received(chance, issued) if chance.random() < 0.15 else None,
    )


def _received(chance: random.Random, issued: str | None) -> tuple[str, str] | None:
    """Number and day under which another office booked the document, some days after it was issued."""
    try:
        day = date.fromisoformat(issued or "") + timedelta(days=chance.randint(0, 9))
    except ValueError:
        return None  # no whole date
    return str(chance.randint(3, 9800)), f"{day.day}/{day.month}/{day.year}"


_NUMBER = re.compile(r"^(\s*Số\s*:?\s*)(\d+[a-zđ]?)(?=\s*[/-])")
_DAY = re.compile(r"(ngày\s+)(\d{1,2})(?=\s+tháng)")


def with_signing(source: src.Source, chance: random.Random, issued: str | None) -> src.Source:
    """``source`` as signing software leaves it: number and day in fields over blanks, a visible signature.

    Documents that have these already, or are too old for them, stay as they are, as do those whose number or day is
    not printed in the usual way.
    """
    signature = source.signature
    if not issued or int(issued[:4]) < _SIGNING_SINCE or signature is None:
        return source
    head = source.header
    number, day = _NUMBER.match(head.number), _DAY.search(head.place_date)
    if source.fields is None and number and day and chance.random() < 0.35:
        blank = " " * (len(number[2]) * 2 + 4)
        source = replace(
            source,
            header=replace(
                head,
                number=f"{number[1].rstrip()}{blank}{head.number[number.end() :].lstrip()}",
                place_date=f"{head.place_date[: day.end(1)].rstrip()}{' ' * 8}{head.place_date[day.end() :].lstrip()}",
            ),
            fields=src.Fields(
                number=number[2], day=day[2], kind="text" if chance.random() < 0.5 else "signature"
            ),
        )
    if source.stamp is None and chance.random() < 0.3:
        clock = f"{chance.randint(7, 17):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"
        signed = chance.choice((signature.name, " ".join(source.header.issuer).title(), new_person(chance)))
        source = replace(
            source,
            stamp=src.Stamp(
                (
                    f"Ký bởi: {signed}",
                    f"Thời gian ký: {'.'.join(reversed(issued.split('-')))} {clock} +07:00",
                )
            ),
        )
    return source


__all__ = ["look_of", "with_signing"]
