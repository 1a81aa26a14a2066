"""A chart as marks, with the same in words and numbers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

NARROW = 0.52
"""Width of an average letter in units of the size of the type; a little wide, so that estimated labels fit."""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks in units of the picture, and what they say.

    name : stem of the file; title, sentence, note : above, beside and below the picture in a file
    marks : the inside of the SVG, classes only; headings, rows : the same as a table
    """

    name: str
    title: str
    sentence: str
    note: str
    width: float
    height: float
    marks: Markup
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def svg(self) -> Markup:
        """The picture as a page shows it: the page's own style gives it colours."""
        return Markup(
            '<svg class="chart" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">'
            "<title>{title}</title><desc>{sentence}</desc>{marks}</svg>"
        ).format(w=trim(self.width), h=trim(self.height), title=self.title, sentence=self.sentence, marks=self.marks)


def trim(value: float) -> str:
    """At most two decimals: a hundredth of a unit is never seen."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def width_of(text: str, *, size: float) -> float:
    """Estimated width of a line of type."""
    return len(text) * size * NARROW


def shortened(text: str, *, width: float, size: float) -> str:
    """The text, cut at a word and marked where it would be wider than `width`."""
    fits = int(width / (size * NARROW))
    if len(text) <= fits:
        return text
    head = text[: max(fits - 1, 1)]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:.") + "…"


def joined(marks: Sequence[Markup]) -> Markup:
    return Markup("").join(marks)


def rectangle(name: str, *, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, trim(x), trim(y), trim(width), trim(height)
    )


def line(name: str, *, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        name, trim(x1), trim(x2), trim(y1), trim(y2)
    )


def circle(name: str, *, x: float, y: float, radius: float) -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(name, trim(x), trim(y), trim(radius))


def label(
    text: str | int | float, *, x: float, y: float, name: str = "", anchor: str = "start", language: str = ""
) -> Markup:
    """A line of type; `language` where it is not that of the page."""
    spoken = Markup(' lang="{}"').format(language) if language else Markup("")
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}"{}>{}</text>').format(
        name, trim(x), trim(y), anchor, spoken, text
    )
