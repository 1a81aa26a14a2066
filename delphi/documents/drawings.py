"""Drawings for documents and files: whole SVGs that carry their own colours, letters and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

INK = "#211d17"
SOFT = "#645d50"
FAINT = "#ded8ca"
BAND = "#e4efe7"
TONES = ("#1d6545", "#8fb9a3", "#d9c48f", "#b7ae9d")
LETTERS = '"IBM Plex Sans", Arial, sans-serif'
ROW = 24
LABEL = 250
BARS = 330
WIDTH = LABEL + BARS + 50
CHARACTERS = 38


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled row; `parts` are counts, one a series."""

    label: str
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.parts)


def histogram(
    frequency: Sequence[int], *, lower: int, q1: float | None, median: float | None, q3: float | None, words: str
) -> str:
    """Answers per scale point as bars with their counts, the middle half as a band, the median as a tick."""
    width, height, floor = 160.0, 58.0, 38.0
    slot = width / max(len(frequency), 1)
    tallest = max(frequency, default=0)

    def centre(value: float) -> float:
        return (value - lower + 0.5) * slot

    shapes = []
    if q1 is not None and q3 is not None:
        shapes.append(_box(centre(q1) - slot / 2, 2, centre(q3) - centre(q1) + slot, floor - 2, BAND))
    for at, count in enumerate(frequency):
        if count:
            tall = (floor - 13) * count / tallest
            shapes.append(_box(at * slot + 1.5, floor - tall, slot - 3, tall, TONES[0]))
            shapes.append(_text((at + 0.5) * slot, floor - tall - 2, str(count), size=8.5, anchor="middle"))
    shapes.append(f'<path d="M0 {floor}H{width}" stroke="{SOFT}" stroke-width=".8"/>')
    if median is not None:
        shapes.append(f'<path d="M{centre(median):.1f} {floor + 1}v6" stroke="{INK}" stroke-width="2.2"/>')
    upper = lower + len(frequency) - 1
    shapes.append(_text(0, height - 2, str(lower), size=9, colour=SOFT))
    shapes.append(_text(width, height - 2, str(upper), size=9, colour=SOFT, anchor="end"))
    return _svg(width, height, shapes, words=words)


def bars(rows: Sequence[Bar], *, series: Sequence[str], words: str) -> str:
    """Horizontal bars in parts: the label before, each part with its count, the sum behind."""
    most = max((row.total for row in rows), default=0) or 1
    lines = [_wrapped(row.label) for row in rows]
    heights = [max(ROW, 13 * len(words_of_row) + 10) for words_of_row in lines]
    shapes, left = [], 0.0
    for at, name in enumerate(series):
        shapes.append(_box(left, 3, 10, 10, TONES[at % len(TONES)]))
        shapes.append(_text(left + 15, 12, name, size=11))
        left += 34 + 6.4 * len(name)
    top = 28.0
    for row, label, tall in zip(rows, lines, heights, strict=True):
        for number, words_of_line in enumerate(label):
            shapes.append(_text(0, top + 12 + 13 * number, words_of_line, size=11))
        x = float(LABEL)
        for at, count in enumerate(row.parts):
            wide = BARS * count / most
            shapes.append(_box(x, top + 1, wide, 15, TONES[at % len(TONES)]))
            if wide > 7 * len(str(count)) + 3:
                colour = "#ffffff" if at == 0 else INK
                shapes.append(_text(x + wide / 2, top + 12, str(count), size=10, anchor="middle", colour=colour))
            x += wide
        shapes.append(_text(x + 6, top + 12, str(row.total), size=11, weight=600))
        top += tall
    return _svg(WIDTH, top + 2, shapes, words=words)


def _wrapped(label: str) -> list[str]:
    lines, line = [], ""
    for word in label.split(" "):
        if line and len(line) + 1 + len(word) > CHARACTERS:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(
    x: float, y: float, words: str, *, size: float, anchor: str = "start", colour: str = INK, weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )


def _svg(width: float, height: float, shapes: Sequence[str], *, words: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label={quoteattr(words)} '
        f"font-family={quoteattr(LETTERS)}><title>{escape(words)}</title>{''.join(shapes)}</svg>"
    )
