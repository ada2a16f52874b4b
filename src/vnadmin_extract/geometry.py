"""Boxes on pages that were turned: scans are read upright and straight, evidence points into the page as shown."""

from __future__ import annotations

from math import cos, radians, sin

from vnadmin_extract.document import BBox


def turned_box(box: BBox, size: tuple[float, float], degrees: float) -> BBox:
    """A box of a page of ``size`` after the page was turned clockwise by ``degrees`` around its middle.

    A quarter turn swaps the page's width and height; the rest (skew) keeps them, so that the box keeps its own
    width and height and only its middle moves.
    """
    quarter = round(degrees / 90) % 4
    width, height = size
    x0, y0, x1, y1 = box
    if quarter == 1:
        x0, y0, x1, y1 = height - y1, x0, height - y0, x1
    elif quarter == 2:
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    elif quarter == 3:
        x0, y0, x1, y1 = y0, width - x1, y1, width - x0
    if quarter % 2:
        width, height = height, width
    skew = radians(degrees - 90 * round(degrees / 90))
    if skew:
        dx, dy = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
        mx = dx * cos(skew) - dy * sin(skew) - dx
        my = dx * sin(skew) + dy * cos(skew) - dy
        x0, y0, x1, y1 = x0 + mx, y0 + my, x1 + mx, y1 + my
    return (x0, y0, x1, y1)


def box_as_shown(box: BBox, size: tuple[float, float], turned: float) -> BBox:
    """A box of a straightened page, where it stands on the page as shown.

    Args:
        box: on the straightened page.
        size: width and height of the straightened page.
        turned: degrees clockwise by which it was turned.
    """
    return turned_box(box, size, -turned)
