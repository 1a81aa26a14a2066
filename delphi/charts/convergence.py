"""How agreement grew from round to round: a line for each statement, its code at the end."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from delphi.charts.labels import spread
from delphi.charts.picture import Cell, Picture, circle, joined, label, line, shortened, trim
from delphi.i18n import language, percent
from surveys.localized import LocalizedText

WIDTH, HEIGHT = 680.0, 420.0
LEFT, TOP, RIGHT, BOTTOM = 44.0, 30.0, 470.0, 384.0
LABELS_FROM = 486.0
LINE = 13.0
SIZE = 11.0


@dataclass(frozen=True, slots=True)
class Course:
    """One statement: the share in agreement (0 to 1) in each round that asked it in one wording."""

    code: str
    text: LocalizedText
    shares: tuple[tuple[int, float], ...]
    """(round number, share), in order of rounds"""
    words: tuple[tuple[int, str], ...]
    """(round number, such as "5 of 6")"""
    is_agreed: bool


def convergence_picture(
    courses: Sequence[Course], *, rounds: Sequence[int], threshold: float, name: str, title: str, note: str
) -> Picture:
    """The chart. A statement that was settled goes on as a dotted line; lines that end together share a label."""
    step = (RIGHT - LEFT) / max(len(rounds) - 1, 1)
    across = {number: LEFT + at * step if len(rounds) > 1 else RIGHT for at, number in enumerate(rounds)}

    def up(share: float) -> float:
        return BOTTOM - share * (BOTTOM - TOP)

    marks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        marks.append(line("grid", x1=LEFT, x2=RIGHT, y1=up(share), y2=up(share)))
        marks.append(label(percent(share), x=LEFT - 8, y=up(share) + 4, anchor="end"))
    marks.append(line("limit", x1=LEFT, x2=RIGHT, y1=up(threshold), y2=up(threshold)))
    for number in rounds:
        anchor = "start" if number == rounds[0] and len(rounds) > 1 else "end"
        words = gettext("Round %(number)s", number=number)
        marks.append(label(words, x=across[number], y=BOTTOM + 22, name="strong", anchor=anchor))
    ends: dict[tuple[float, bool], list[Course]] = defaultdict(list)
    # Agreed lines lie above the others.
    for course in sorted(courses, key=lambda one: (one.is_agreed, one.code)):
        marks += _line(course, across={n: across[n] for n in rounds}, last=rounds[-1], up=up)
        ends[course.shares[-1][1], course.is_agreed].append(course)
    groups = sorted(ends.items(), key=lambda one: (-one[0][0], not one[0][1]))
    wanted = [up(share) for (share, _), _ in groups]
    heights = spread(wanted, gap=LINE, lowest=TOP - 6, highest=BOTTOM)
    for ((_, is_agreed), group), height, own in zip(groups, heights, wanted, strict=True):
        text = shortened(", ".join(one.code for one in group), width=WIDTH - LABELS_FROM, size=SIZE)
        marks.append(line("leader", x1=RIGHT + 4, x2=LABELS_FROM - 4, y1=own, y2=height))
        marks.append(label(text, x=LABELS_FROM, y=height + 4, name="strong" if is_agreed else "plain"))
    n_agreed = sum(course.is_agreed for course in courses)
    return Picture(
        name=name,
        title=title,
        sentence=gettext(
            "Share in agreement; %(k)s of %(n)s statements agreed at the end (bold). Dashed: the %(share)s that the "
            "rule asks for, beside a narrow middle half; dotted: settled and not asked again.",
            k=n_agreed,
            n=len(courses),
            share=percent(threshold),
        ),
        note=note,
        width=WIDTH,
        height=HEIGHT,
        marks=joined(marks),
        headings=(
            gettext("Code"),
            gettext("Statement"),
            *(gettext("Agree in round %(number)s", number=number) for number in rounds),
        ),
        rows=tuple(_cells(course, rounds=rounds) for course in sorted(courses, key=lambda one: one.code)),
    )


def _line(course: Course, *, across: dict[int, float], last: int, up: Callable[[float], float]) -> list[Markup]:
    path = " ".join(f"{trim(across[number])},{trim(up(share))}" for number, share in course.shares)
    style = "step is-agreed" if course.is_agreed else "step"
    marks = [Markup('<polyline class="{}" points="{}"/>').format(style, path)]
    number, share = course.shares[-1]
    if number != last:
        marks.append(line("rest", x1=across[number], x2=across[last], y1=up(share), y2=up(share)))
    marks += [
        circle("agreed" if course.is_agreed else "dot", x=across[number], y=up(share), radius=3.5)
        for number, share in course.shares
    ]
    return marks


def _cells(course: Course, *, rounds: Sequence[int]) -> tuple[Cell, ...]:
    words = dict(course.words)
    return course.code, course.text.in_language(language()), *(words.get(number) for number in rounds)
