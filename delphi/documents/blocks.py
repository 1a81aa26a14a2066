"""A document as blocks, the same for PDF and word processor: headings, paragraphs, notes, tables, pictures.

Texts are runs of plain characters; no block holds markup, so nothing that people wrote can become any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

NARROW = "\u202f"
WIDE = "\u00a0"


class Look(StrEnum):
    """How a run stands out; inserted and deleted are tracked changes."""

    PLAIN = ""
    STRONG = "strong"
    SOFT = "soft"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look. `language` is set where it is not that of the document."""

    text: str
    look: Look = Look.PLAIN
    language: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG with its words for people who do not see it; `width` in millimetres."""

    svg: str
    alt: str
    width: float
    caption: Line = ()


Cell = tuple[Line | Picture, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`number` such as "3.2", counted by the document itself, so that it is the same in every language."""

    level: int
    number: str
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to notice, in a frame."""

    heading: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is a share of the line; numbers stand to the right."""

    heading: Line
    width: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose head is repeated on every page. `caption` says what it holds."""

    caption: Line
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Bullets | Note | Grid | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """`place` stands above the title, `lead` below it; `contents` is the heading of the contents, empty for none."""

    language: str
    title: str
    place: str
    lead: tuple[Line, ...]
    foot: str
    contents: str
    blocks: tuple[Block, ...]


def plain(text: str) -> Line:
    return (Run(text),) if text else ()


def strong(text: str) -> Line:
    return (Run(text, Look.STRONG),) if text else ()


def soft(text: str) -> Line:
    return (Run(text, Look.SOFT),) if text else ()


def text_of(line: Line) -> str:
    return "".join(run.text for run in line)


def french(text: str) -> str:
    """Blanks that French sets before high punctuation made unbreakable; none is added, no word is touched."""
    for mark in (";", "!", "?", "»", "%", ":"):
        text = text.replace(f" {mark}", f"{WIDE}{mark}")
    return text.replace("« ", f"«{WIDE}")


def pictures_of(document: Document) -> Iterator[Picture]:
    """Every picture in the order in which it is drawn."""
    for block in document.blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Grid):
            yield from (part for row in block.rows for cell in row for part in cell if isinstance(part, Picture))


def kept_with_next(blocks: Sequence[Block]) -> list[bool]:
    """For each block whether it stays on the page of the next: words that lead to a table, note or picture."""
    kept: list[bool] = []
    leads = False
    for block in reversed(blocks):
        keep = leads and isinstance(block, Paragraph)
        kept.append(keep)
        leads = keep or isinstance(block, Grid | Note | Picture)
    return kept[::-1]


def bilingual(first: Document, second: Document) -> Document:
    """Two documents of one shape as one: every text in the first language, then in the second where it differs.

    ValueError where their blocks do not pair.
    """
    blocks: list[Block] = []
    for one, other in zip(first.blocks, second.blocks, strict=True):
        blocks.extend(_merged(one, other, language=second.language))
    return Document(
        language=first.language,
        title=_words(first.title, second.title),
        place=_words(first.place, second.place),
        lead=tuple(_stacked(first.lead, second.lead, language=second.language)),
        foot=first.foot,
        contents=_words(first.contents, second.contents),
        blocks=tuple(blocks),
    )


def _merged(one: Block, other: Block, *, language: str) -> Iterator[Block]:
    match one, other:
        case Heading(), Heading():
            yield replace(one, line=_joined(one.line, other.line, language=language))
        case Paragraph(), Paragraph():
            yield from (replace(one, line=line) for line in _stacked((one.line,), (other.line,), language=language))
        case Bullets(), Bullets():
            yield Bullets(tuple(_paired(one.lines, other.lines, language=language)))
        case Note(), Note():
            yield Note(
                _joined(one.heading, other.heading, language=language),
                tuple(_stacked(one.lines, other.lines, language=language)),
            )
        case Grid(), Grid():
            yield _merged_grid(one, other, language=language)
        case Picture(), Picture():
            yield from (one,) if one.svg == other.svg else (one, other)
        case PageBreak(), PageBreak():
            yield one
        case _:
            raise ValueError(f"{type(one).__name__} stands beside {type(other).__name__}: the documents do not pair")


def _merged_grid(one: Grid, other: Grid, *, language: str) -> Grid:
    columns = tuple(
        replace(mine, heading=_joined(mine.heading, theirs.heading, language=language))
        for mine, theirs in zip(one.columns, other.columns, strict=True)
    )
    rows = tuple(
        tuple(
            mine if column.is_number else _merged_cell(mine, theirs, language=language)
            for column, mine, theirs in zip(columns, row, counterpart, strict=True)
        )
        for row, counterpart in zip(one.rows, other.rows, strict=True)
    )
    return Grid(_joined(one.caption, other.caption, language=language), columns, rows)


def _merged_cell(mine: Cell, theirs: Cell, *, language: str) -> Cell:
    own = [part for part in mine if isinstance(part, Picture)]
    lines = _paired(
        [part for part in mine if not isinstance(part, Picture)],
        [part for part in theirs if not isinstance(part, Picture)],
        language=language,
    )
    return (*own, *lines)


def _stacked(first: Sequence[Line], second: Sequence[Line], *, language: str) -> Iterator[Line]:
    """All of the first, then what the second says differently."""
    yield from first
    if [text_of(line) for line in first] != [text_of(line) for line in second]:
        yield from (_marked(line, language=language) for line in second)


def _paired(first: Sequence[Line], second: Sequence[Line], *, language: str) -> Iterator[Line]:
    """Line by line, each followed by its counterpart where that reads differently."""
    for one, other in zip(first, second, strict=True):
        yield one
        if text_of(one) != text_of(other):
            yield _marked(other, language=language)


def _joined(one: Line, other: Line, *, language: str) -> Line:
    if text_of(one) == text_of(other):
        return one
    return (*one, Run(" · ", Look.SOFT), *_marked(other, language=language))


def _marked(line: Line, *, language: str) -> Line:
    return tuple(replace(run, language=run.language or language) for run in line)


def _words(one: str, other: str) -> str:
    return one if one == other or not other else f"{one} · {other}"
