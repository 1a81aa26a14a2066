"""Where a median lies: in the box of agreement, in its mirror image at the low end, or in between."""

from enum import StrEnum

EPS = 1e-9


class MedianClass(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    NONE = "none"


def median_class(median: float | None, *, box: tuple[int, int], scale: tuple[int, int]) -> MedianClass:
    """The class of a median in scale units.

    `box` are the first and last scale points that count as agreement, `scale` the ends of the scale; on 1 to 9 with
    the box 7 to 9 a median from 7 agrees and one up to 3 disagrees. No median: none.
    """
    if median is None:
        return MedianClass.NONE
    if box[0] - EPS <= median <= box[1] + EPS:
        return MedianClass.AGREE
    mirror = sum(scale)
    if mirror - box[1] - EPS <= median <= mirror - box[0] + EPS:
        return MedianClass.DISAGREE
    return MedianClass.NONE
