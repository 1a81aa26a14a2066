"""The answers to one statement: a bar a scale point, a band, a tick, and the same in words."""

from collections.abc import Sequence

from flask_babel import gettext, ngettext
from markupsafe import Markup

from delphi.charts.picture import Picture, joined, label, line, rectangle
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


def figures_words(*, median: float | None, q1: float | None, q3: float | None) -> str:
    """Median and middle half as a sentence."""
    if median is None or q1 is None or q3 is None:
        return gettext("Too few answers for a median.")
    return gettext(
        "Median %(median)s, middle half from %(q1)s to %(q3)s.", median=number(median), q1=number(q1), q3=number(q3)
    )


def distribution(
    frequency: Sequence[int], *, lower: int, q1: float | None, median: float | None, q3: float | None
) -> Markup:
    """A histogram as inline SVG, small enough for a row of a table.

    Parameters
    ----------
    frequency : answers per scale point from `lower` on
    q1, median, q3 : frozen figures in scale units; where one is None its mark is left out

    Bars are as tall as their share of the largest; the band is the middle half, the tick below it the median.
    """
    words = distribution_words(frequency, lower=lower)
    marks = _marks(frequency, lower=lower, q1=q1, median=median, q3=q3)
    return Markup(
        '<svg class="distribution" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{words}">'
        "<title>{words}</title>{marks}</svg>"
    ).format(w=WIDTH, h=HEIGHT, words=words, marks=marks)


def distribution_picture(
    frequency: Sequence[int],
    *,
    lower: int,
    q1: float | None,
    median: float | None,
    q3: float | None,
    name: str,
    title: str,
    note: str,
) -> Picture:
    """The same histogram as a picture of its own, with a count over every bar."""
    words = distribution_words(frequency, lower=lower)
    figures = figures_words(median=median, q1=q1, q3=q3)
    tallest, slot = max(frequency, default=0), WIDTH / len(frequency)
    counts = [
        label(
            count,
            x=(index + 0.5) * slot,
            y=HEAD + BARS * (1 - count / tallest) - 1.5,
            name="count",
            anchor="middle",
        )
        for index, count in enumerate(frequency)
        if count and len(frequency) <= MOST_COUNTS
    ]
    marks = _marks(frequency, lower=lower, q1=q1, median=median, q3=q3, top=HEAD)
    return Picture(
        name=name,
        title=title,
        sentence=f"{words} {figures}",
        note=note,
        width=WIDTH,
        height=HEIGHT + HEAD,
        marks=Markup('<g class="distribution">{}{}</g>').format(marks, joined(counts)),
        headings=(gettext("Scale point"), gettext("Answers")),
        rows=tuple((lower + index, count) for index, count in enumerate(frequency)),
    )


HEAD = 9
"""Room above the bars for their counts."""
MOST_COUNTS = 11
"""Scale points up to which a count stands over each bar."""


def _marks(
    frequency: Sequence[int],
    *,
    lower: int,
    q1: float | None,
    median: float | None,
    q3: float | None,
    top: float = 2,
) -> Markup:
    points = len(frequency)
    slot = WIDTH / points
    gap = min(3.0, slot * 0.18)
    tallest = max(frequency, default=0)

    def centre(value: float) -> float:
        return (value - lower + 0.5) * slot

    marks = []
    if q1 is not None and q3 is not None:
        left, right = centre(q1) - slot / 2, centre(q3) + slot / 2
        marks.append(rectangle("half", x=left, y=top, width=right - left, height=BARS))
    for index, count in enumerate(frequency):
        if count:
            height = BARS * count / tallest
            marks.append(
                rectangle("bar", x=index * slot + gap / 2, y=top + BARS - height, width=slot - gap, height=height)
            )
    marks.append(line("base", x1=0, x2=WIDTH, y1=top + BARS, y2=top + BARS))
    if median is not None:
        marks.append(line("mid", x1=centre(median), x2=centre(median), y1=top + 1 + BARS, y2=top + 4.5 + BARS))
    upper = lower + points - 1
    middle = (lower + upper) // 2
    ends = ((lower, "start", 0.0), (middle, "middle", centre(middle)), (upper, "end", float(WIDTH)))
    marks += [label(value, x=x, y=top + HEIGHT - 3, anchor=anchor) for value, anchor, x in ends]
    return joined(marks)
