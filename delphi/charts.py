"""Ratings as small pictures: one bar a scale point, with a band, a tick and the same in words."""

from collections.abc import Sequence

from flask_babel import gettext, ngettext
from markupsafe import Markup

from delphi.i18n import number

WIDTH = 152
HEIGHT = 44
BARS = 30
"""Height of the tallest bar; below it stand the tick of the median and the ends of the scale."""


def distribution_words(frequency: Sequence[int], *, lower: int) -> str:
    """The counts as a sentence for people who do not see the picture: "7: 1; 8: 3; 9: 2"."""
    counted = [(lower + index, count) for index, count in enumerate(frequency) if count]
    if not counted:
        return gettext("No answers.")
    n = sum(frequency)
    total = ngettext("%(num)d answer.", "%(num)d answers.", n)
    return f"{total} " + "; ".join(f"{point}: {count}" for point, count in counted)


def distribution(
    frequency: Sequence[int], *, lower: int, q1: float | None, median: float | None, q3: float | None
) -> Markup:
    """A histogram as inline SVG.

    Parameters
    ----------
    frequency : answers per scale point from `lower` on
    q1, median, q3 : frozen figures in scale units; where one is None its mark is left out

    Bars are as tall as their share of the largest; the band is the middle half, the tick below it the median.
    """
    words = distribution_words(frequency, lower=lower)
    points = len(frequency)
    slot = WIDTH / points
    gap = min(3.0, slot * 0.18)
    tallest = max(frequency, default=0)

    def centre(value: float) -> float:
        return (value - lower + 0.5) * slot

    marks = []
    if q1 is not None and q3 is not None:
        left, right = centre(q1) - slot / 2, centre(q3) + slot / 2
        marks.append(_rectangle("half", x=left, y=2, width=right - left, height=BARS))
    for index, count in enumerate(frequency):
        if count:
            height = BARS * count / tallest
            marks.append(
                _rectangle("bar", x=index * slot + gap / 2, y=2 + BARS - height, width=slot - gap, height=height)
            )
    marks.append(_line("base", x1=0, x2=WIDTH, y1=2 + BARS, y2=2 + BARS))
    if median is not None:
        marks.append(_line("mid", x1=centre(median), x2=centre(median), y1=3 + BARS, y2=8 + BARS))
    upper = lower + points - 1
    middle = (lower + upper) // 2
    for value, anchor, x in (
        (lower, "start", 0.0),
        (middle, "middle", centre(middle)),
        (upper, "end", float(WIDTH)),
    ):
        marks.append(
            Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_round(x), HEIGHT - 1, anchor, value)
        )
    return Markup(
        '<svg class="distribution" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{words}">'
        "<title>{words}</title>{marks}</svg>"
    ).format(w=WIDTH, h=HEIGHT, words=words, marks=Markup("").join(marks))


def figures_words(*, median: float | None, q1: float | None, q3: float | None) -> str:
    """Median and middle half as a sentence."""
    if median is None or q1 is None or q3 is None:
        return gettext("Too few answers for a median.")
    return gettext(
        "Median %(median)s, middle half from %(q1)s to %(q3)s.", median=number(median), q1=number(q1), q3=number(q3)
    )


def _rectangle(name: str, *, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, _round(x), _round(y), _round(width), _round(height)
    )


def _line(name: str, *, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        name, _round(x1), _round(x2), _round(y1), _round(y2)
    )


def _round(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
