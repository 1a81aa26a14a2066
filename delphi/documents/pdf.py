"""Blocks as an accessible PDF, and drawings as images, both by typst."""

from dataclasses import asdict
from math import ceil
from typing import Any

from delphi.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Grid,
    Heading,
    Line,
    Note,
    PageBreak,
    Paragraph,
    Picture,
    kept_with_next,
    text_of,
)
from delphi.documents.typesetting import typeset

MOST_LINES = 36
"""Rows, and tables of a few rows, stay on one page up to so many lines: about three fifths of it."""
WHOLE_ROWS = 5
"""A table with at most so many rows stays on one page, unless it is long."""
LETTERS_ACROSS = 118
"""Letters of a table's type from margin to margin; fewer than there are, so that a guess is rather too high."""
GAP, PICTURE = 0.4, 4.0
"""In lines: what separates two paragraphs of a cell, and the height of a small chart."""


def as_pdf(document: Document) -> bytes:
    return typeset(
        "blocks",
        {
            "language": document.language,
            "title": document.title,
            "place": document.place,
            "lead": [_line(line) for line in document.lead],
            "foot": document.foot,
            "contents": document.contents,
            "blocks": [
                {**_block(block), "keep": keep}
                for block, keep in zip(document.blocks, kept_with_next(document.blocks), strict=True)
            ],
        },
    )


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"type": "heading", "level": block.level, "number": block.number, "line": _line(block.line)}
        case Paragraph():
            return {"type": "paragraph", "line": _line(block.line), "small": block.is_small}
        case Bullets():
            return {"type": "bullets", "lines": [_line(line) for line in block.lines]}
        case Note():
            return {"type": "note", "heading": _line(block.heading), "lines": [_line(line) for line in block.lines]}
        case Grid():
            return _grid(block)
        case Picture():
            return _picture(block)
        case PageBreak():
            return {"type": "page"}


def _grid(grid: Grid) -> dict[str, Any]:
    lines = [_n_lines(row, grid.columns) for row in grid.rows]
    return {
        "type": "grid",
        "caption": _line(grid.caption),
        "columns": [
            {"heading": _line(one.heading), "width": one.width, "number": one.is_number} for one in grid.columns
        ],
        "whole": len(grid.rows) <= WHOLE_ROWS and sum(lines) <= MOST_LINES,
        "rows": [
            {"long": tall > MOST_LINES, "cells": [_cell(cell) for cell in row]}
            for tall, row in zip(lines, grid.rows, strict=True)
        ],
    }


def _n_lines(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> float:
    """How many lines the tallest cell of a row takes, guessed from its letters and the width of its column."""
    whole = sum(column.width for column in columns)
    tallest = 0.0
    for cell, column in zip(row, columns, strict=True):
        across = max(1.0, LETTERS_ACROSS * column.width / whole)
        tallest = max(
            tallest,
            sum(GAP + (PICTURE if isinstance(part, Picture) else ceil(len(text_of(part)) / across)) for part in cell),
        )
    return tallest


def _cell(cell: Cell) -> list[dict[str, Any]]:
    return [_picture(part) if isinstance(part, Picture) else {"type": "line", "line": _line(part)} for part in cell]


def _picture(picture: Picture) -> dict[str, Any]:
    return {**asdict(picture), "type": "picture", "caption": _line(picture.caption)}


def _line(line: Line) -> list[dict[str, str]]:
    return [{"text": run.text, "look": run.look.value, "language": run.language} for run in line]
