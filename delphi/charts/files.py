"""A picture as a file: the marks of the page with their style, title and source, as SVG and as PNG."""

import re
from functools import cache

from markupsafe import Markup

from delphi.charts.picture import Picture, trim, width_of
from delphi.config import ROOT
from delphi.documents.typesetting import drawn_as_png

STATIC = ROOT / "delphi" / "static"
TOKEN = re.compile(r"--([a-z0-9-]+):\s*light-dark\(([^,]+),[^)]+\)")
PLAIN_TOKEN = re.compile(r"--(sans|serif):\s*([^;]+);")
VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")
FAMILY = '"IBM Plex Sans", system-ui, sans-serif'

MARGIN = 24.0
TITLE, WORDS, SMALL = 17.0, 12.5, 10.5
LEAST_WIDTH = 420.0
"""A title needs room, however small its chart."""
MILLIMETRES = 25.4 / 96
DOTS_PER_INCH = 192.0
"""Twice the size of the screen."""
TALL = 2_000.0
"""From this height on a picture is drawn at the size of the screen: a list of 160 rows would take seconds."""


def as_svg(picture: Picture) -> str:
    """A file that stands alone: light colours, a title above, a sentence, the source below."""
    width = max(picture.width, LEAST_WIDTH)
    scale = width / picture.width
    top = MARGIN
    marks = []
    for name, text, size in (("title", picture.title, TITLE), ("words", picture.sentence, WORDS)):
        for one in _lines(text, width=width, size=size):
            top += size * 1.35
            marks.append(_text(one, name=name, y=top))
        top += size * 0.4
    top += WORDS
    marks.append(
        Markup('<svg class="chart" x="{}" y="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>').format(
            trim(MARGIN),
            trim(top),
            trim(width),
            trim(picture.height * scale),
            trim(picture.width),
            trim(picture.height),
            picture.marks,
        )
    )
    top += picture.height * scale + SMALL
    for one in _lines(picture.note, width=width, size=SMALL):
        top += SMALL * 1.4
        marks.append(_text(one, name="note", y=top))
    outline = {"w": trim(width + 2 * MARGIN), "h": trim(top + MARGIN)}
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img">'
            '<title>{title}</title><desc>{sentence}</desc><style>{style}</style><rect class="paper" width="{w}" '
            'height="{h}"/>{marks}</svg>\n'
        ).format(
            **outline,
            title=picture.title,
            sentence=picture.sentence,
            style=_style(),
            marks=Markup("").join(marks),
        )
    )


def as_png(picture: Picture) -> bytes:
    """The SVG file, drawn at twice the size of the screen, a very tall one at its size."""
    svg = as_svg(picture)
    width = max(picture.width, LEAST_WIDTH) + 2 * MARGIN
    return drawn_as_png([(svg, width * MILLIMETRES)], ppi=DOTS_PER_INCH / (2 if picture.height > TALL else 1))[0]


@cache
def _style() -> str:
    """The style sheet of the charts with the light colours in the place of its variables."""
    tokens = (STATIC / "delphi.css").read_text()
    values = {name: value.strip() for name, value in TOKEN.findall(tokens)}
    values |= {name: FAMILY for name, _ in PLAIN_TOKEN.findall(tokens)}
    sheet = re.sub(r"/\*.*?\*/", "", (STATIC / "charts.css").read_text(), flags=re.DOTALL)
    drawn = sheet.partition("@media")[0]
    style = VARIABLE.sub(lambda found: values[found[1]], drawn)
    return " ".join(style.split())


def _text(text: str, *, name: str, y: float) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(name, trim(MARGIN), trim(y), text)


def _lines(text: str, *, width: float, size: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size=size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
