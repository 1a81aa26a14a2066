"""Charts with a row for each statement: every answer as a bubble, and two rounds side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from delphi.charts.picture import Cell, Picture, circle, joined, label, line, rectangle, shortened, trim
from delphi.i18n import language, number, percent
from surveys.localized import LocalizedText

WIDTH = 880.0
ROW = 30.0
HEAD = 26.0
TEXT_SIZE = 11.0
CODE, WORDS_FROM, WORDS_TO = 0.0, 52.0, 466.0
PLOT_FROM, PLOT_TO = 486.0, 770.0
LARGEST = 11.0
MOST_POINTS = 11
"""Scale points up to which each has a bubble; a longer scale shows its band and its median only."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """The frozen figures of one statement. `class_words` is its class in the language of the picture."""

    code: str
    text: LocalizedText
    frequency: tuple[int, ...]
    n: int
    agreement_k: int
    agreement_n: int
    median: float | None
    q1: float | None
    q3: float | None
    is_agreed: bool
    class_words: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The share in agreement (0 to 1) of one statement in two rounds, with the counts it is made of."""

    code: str
    text: LocalizedText
    before: float
    after: float
    before_words: str
    after_words: str
    is_agreed: bool


def answers_picture(
    rows: Sequence[StatementRow], *, lower: int, upper: int, name: str, title: str, note: str
) -> Picture:
    """Every answer to every statement: a bubble a scale point, its area the number of people."""
    points = upper - lower + 1
    slot = (PLOT_TO - PLOT_FROM) / points
    height = HEAD + ROW * len(rows) + 4
    most = max((max(row.frequency, default=0) for row in rows), default=0)

    def centre(value: float) -> float:
        return PLOT_FROM + (value - lower + 0.5) * slot

    marks = [
        label(point, x=centre(point), y=14, anchor="middle")
        for point in range(lower, upper + 1)
        if points <= MOST_POINTS or point in (lower, (lower + upper) // 2, upper)
    ]
    marks.append(label(gettext("Agree"), x=WIDTH, y=14, anchor="end"))
    for position, row in enumerate(rows):
        top = HEAD + position * ROW
        middle = top + ROW / 2
        marks.append(line("grid", x1=0, x2=WIDTH, y1=top, y2=top))
        marks += _name(row.code, row.text, y=middle)
        if row.q1 is not None and row.q3 is not None:
            left, right = centre(row.q1) - slot / 2, centre(row.q3) + slot / 2
            marks.append(rectangle("wash", x=left, y=top + 3, width=right - left, height=ROW - 6))
        if points <= MOST_POINTS:
            marks += _bubbles(row, lower=lower, slot=slot, middle=middle, most=most)
        if row.median is not None:
            x = centre(row.median)
            marks.append(line("mid", x1=x, x2=x, y1=top + ROW - 6, y2=top + ROW))
        share = gettext("%(k)s of %(n)s", k=row.agreement_k, n=row.agreement_n)
        marks.append(label(share, x=WIDTH, y=middle + 4, name="strong" if row.is_agreed else "plain", anchor="end"))
    sentence = gettext(
        "Each circle is the people who chose that point; band: the middle half; tick: the median. Agreed: %(k)s of "
        "%(n)s.",
        k=sum(row.is_agreed for row in rows),
        n=len(rows),
    )
    headings = (
        gettext("Rank"),
        gettext("Code"),
        gettext("Statement"),
        gettext("Verdict"),
        gettext("Answers"),
        gettext("Agree"),
        gettext("Median"),
        gettext("Middle half from"),
        gettext("Middle half to"),
        *(str(point) for point in range(lower, upper + 1)),
    )
    return Picture(
        name=name,
        title=title,
        sentence=sentence,
        note=note,
        width=WIDTH,
        height=height,
        marks=joined(marks),
        headings=headings,
        rows=tuple(_cells(row) for row in rows),
    )


def change_picture(
    rows: Sequence[ChangeRow], *, before: int, after: int, threshold: float, name: str, title: str, note: str
) -> Picture:
    """The share in agreement in two rounds: hollow before, filled after; `threshold` is the rule's share, dashed."""
    height = HEAD + ROW * len(rows) + 4

    def place(share: float) -> float:
        return PLOT_FROM + share * (PLOT_TO - PLOT_FROM)

    marks = [label(percent(share), x=place(share), y=14, anchor="middle") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    for position, row in enumerate(rows):
        top = HEAD + position * ROW
        middle = top + ROW / 2
        marks.append(line("grid", x1=0, x2=WIDTH, y1=top, y2=top))
        marks += _name(row.code, row.text, y=middle)
        marks.append(line("axis", x1=place(row.before), x2=place(row.after), y1=middle, y2=middle))
        marks.append(circle("open", x=place(row.before), y=middle, radius=4.5))
        marks.append(circle("agreed" if row.is_agreed else "dot", x=place(row.after), y=middle, radius=5.5))
        words = f"{row.before_words} → {row.after_words}"
        marks.append(label(words, x=WIDTH, y=middle + 4, name="strong" if row.is_agreed else "plain", anchor="end"))
    marks.append(line("limit", x1=place(threshold), x2=place(threshold), y1=HEAD - 4, y2=height))
    return Picture(
        name=name,
        title=title,
        sentence=gettext(
            "Hollow: round %(before)s; filled: round %(after)s; dashed line: the %(share)s that the rule asks for.",
            before=before,
            after=after,
            share=percent(threshold),
        ),
        note=note,
        width=WIDTH,
        height=height,
        marks=joined(marks),
        headings=(
            gettext("Code"),
            gettext("Statement"),
            gettext("Agree in round %(number)s", number=before),
            gettext("Agree in round %(number)s", number=after),
        ),
        rows=tuple((row.code, row.text.in_language(language()), row.before_words, row.after_words) for row in rows),
    )


def _name(code: str, text: LocalizedText, *, y: float) -> list[Markup]:
    """The code and as much of the statement as fits on a line."""
    reader = language()
    used = text.language_used(reader)
    words = shortened(text.in_language(reader), width=WORDS_TO - WORDS_FROM, size=TEXT_SIZE)
    return [
        label(code, x=CODE, y=y + 4, name="strong"),
        label(words, x=WORDS_FROM, y=y + 4, name="plain", language=used if used != reader else ""),
    ]


def _bubbles(row: StatementRow, *, lower: int, slot: float, middle: float, most: int) -> list[Markup]:
    marks = []
    for index, count in enumerate(row.frequency):
        if not count:
            continue
        x = PLOT_FROM + (index + 0.5) * slot
        radius = max(min(LARGEST, slot / 2 - 1) * (count / most) ** 0.5, 2.5)
        marks.append(circle("agreed" if row.is_agreed else "dot", x=x, y=middle, radius=radius))
        if radius >= MIN_FOR_A_COUNT:
            words = Markup('<text class="on" x="{}" y="{}" text-anchor="middle">{}</text>')
            marks.append(words.format(trim(x), trim(middle + 3.8), count))
    return marks


MIN_FOR_A_COUNT = 6.5
"""Radius from which a number can be read inside a bubble."""


def _cells(row: StatementRow) -> tuple[Cell, ...]:
    return (
        row.rank,
        row.code,
        row.text.in_language(language()),
        row.class_words,
        row.n,
        gettext("%(k)s of %(n)s", k=row.agreement_k, n=row.agreement_n),
        number(row.median) if row.median is not None else None,
        number(row.q1) if row.q1 is not None else None,
        number(row.q3) if row.q3 is not None else None,
        *row.frequency,
    )
