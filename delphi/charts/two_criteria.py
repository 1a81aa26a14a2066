"""A map of two criteria, such as importance by feasibility: a mark for each pair of medians, with its codes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from delphi.charts.labels import Spot, place_labels
from delphi.charts.picture import Picture, circle, joined, label, line, rectangle
from delphi.i18n import language, number
from surveys.localized import LocalizedText

WIDTH, HEIGHT = 680.0, 520.0
LEFT, TOP, RIGHT, BOTTOM = 44.0, 30.0, 664.0, 470.0
SIZE = 11.0
SMALL, LARGE = 5.0, 12.0


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One statement by its two frozen medians, in scale units; `is_agreed` by the verdict on the upright criterion."""

    code: str
    text: LocalizedText
    across: float
    up: float
    is_agreed: bool
    has_camps: bool
    class_words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A criterion: its name, the ends of its scale, and from where on the rule counts agreement."""

    name: str
    lower: int
    upper: int
    agree_from: int


def map_picture(
    points: Sequence[MapPoint], *, across: Axis, up: Axis, n_left_out: int, name: str, title: str, note: str
) -> Picture:
    """The map. Statements with the same two medians share a mark; `n_left_out` lack one of the two medians."""

    def place_x(value: float) -> float:
        return LEFT + (value - across.lower) / (across.upper - across.lower) * (RIGHT - LEFT)

    def place_y(value: float) -> float:
        return BOTTOM - (value - up.lower) / (up.upper - up.lower) * (BOTTOM - TOP)

    marks = [
        rectangle(
            "wash",
            x=place_x(across.agree_from),
            y=TOP,
            width=RIGHT - place_x(across.agree_from),
            height=place_y(up.agree_from) - TOP,
        )
    ]
    for value in _ticks(across):
        marks.append(line("grid", x1=place_x(value), x2=place_x(value), y1=TOP, y2=BOTTOM))
        marks.append(label(value, x=place_x(value), y=BOTTOM + 16, anchor="middle"))
    for value in _ticks(up):
        marks.append(line("grid", x1=LEFT, x2=RIGHT, y1=place_y(value), y2=place_y(value)))
        marks.append(label(value, x=LEFT - 10, y=place_y(value) + 4, anchor="end"))
    marks.append(label(f"↑ {up.name}", x=0, y=14, name="strong"))
    marks.append(label(f"{across.name} →", x=RIGHT, y=BOTTOM + 36, name="strong", anchor="end"))
    groups: dict[tuple[float, float], list[MapPoint]] = defaultdict(list)
    for point in sorted(points, key=lambda one: one.code):
        groups[point.across, point.up].append(point)
    largest = max((len(group) for group in groups.values()), default=1)
    spots = [
        Spot(
            x=place_x(x),
            y=place_y(y),
            radius=SMALL + (LARGE - SMALL) * ((len(group) - 1) / max(largest - 1, 1)) ** 0.5,
            text=_codes([point.code for point in group]),
        )
        for (x, y), group in groups.items()
    ]
    for spot, group in zip(spots, groups.values(), strict=True):
        style = "agreed" if all(one.is_agreed for one in group) else "open"
        if style == "open" and any(one.has_camps for one in group):
            style = "camps"
        marks.append(circle(style, x=spot.x, y=spot.y, radius=spot.radius))
    placed = place_labels(spots, size=SIZE, left=LEFT + 2, top=TOP - 12, right=WIDTH, bottom=BOTTOM - 2)
    marks += [
        label(spot.text, x=place.x, y=place.y, name="plain", anchor=place.anchor)
        for spot, place in zip(spots, placed, strict=True)
        if place is not None
    ]
    return Picture(
        name=name,
        title=title,
        sentence=_sentence(points, across=across, up=up, n_left_out=n_left_out, n_unnamed=placed.count(None)),
        note=note,
        width=WIDTH,
        height=HEIGHT,
        marks=joined(marks),
        headings=(
            gettext("Code"),
            gettext("Statement"),
            gettext("Median of %(criterion)s", criterion=up.name),
            gettext("Median of %(criterion)s", criterion=across.name),
            gettext("Verdict"),
        ),
        rows=tuple(
            (one.code, one.text.in_language(language()), number(one.up), number(one.across), one.class_words)
            for one in sorted(points, key=lambda one: (-one.up, -one.across, one.code))
        ),
    )


def _sentence(points: Sequence[MapPoint], *, across: Axis, up: Axis, n_left_out: int, n_unnamed: int) -> str:
    both = sum(one.up >= up.agree_from and one.across >= across.agree_from for one in points)
    parts = [
        gettext(
            "%(k)s of %(n)s lie in the shaded corner, high on both. Filled: agreed; hollow: not agreed; a larger mark: "
            "several statements with the same two medians.",
            k=both,
            n=len(points),
        )
    ]
    if n_unnamed:
        parts.append(
            ngettext(
                "%(num)d mark has no room for its codes: the table has them.",
                "%(num)d marks have no room for their codes: the table has them.",
                n_unnamed,
            )
        )
    if n_left_out:
        parts.append(
            ngettext(
                "%(num)d statement is not on the map: nobody rated it on both.",
                "%(num)d statements are not on the map: nobody rated them on both.",
                n_left_out,
            )
        )
    return " ".join(parts)


def _ticks(axis: Axis) -> list[int]:
    step = max(1, (axis.upper - axis.lower) // 10)
    return list(range(axis.lower, axis.upper + 1, step))


def _codes(codes: Sequence[str]) -> str:
    """ "A5-01, 04, 07": what the codes share is said once."""
    first, *others = codes
    stem = first.rpartition("-")[0] + "-"
    return ", ".join([first, *(code.removeprefix(stem) for code in others)])
