"""Blocks as an accessible PDF, and drawings as images, both by typst."""

from dataclasses import asdict
from typing import Any

from delphi.documents.blocks import (
    Block,
    Bullets,
    Cell,
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

LONG_ROW = 1_400
"""A row with more characters than this in one cell may break over pages; shorter ones stay whole."""
WHOLE_ROWS = 5
"""A table with at most so many rows stays on one page."""


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
    return {
        "type": "grid",
        "caption": _line(grid.caption),
        "columns": [
            {"heading": _line(one.heading), "width": one.width, "number": one.is_number} for one in grid.columns
        ],
        "whole": len(grid.rows) <= WHOLE_ROWS and not any(_is_long(row) for row in grid.rows),
        "rows": [{"long": _is_long(row), "cells": [_cell(cell) for cell in row]} for row in grid.rows],
    }


def _is_long(row: tuple[Cell, ...]) -> bool:
    return any(sum(len(text_of(part)) for part in cell if not isinstance(part, Picture)) > LONG_ROW for cell in row)


def _cell(cell: Cell) -> list[dict[str, Any]]:
    return [_picture(part) if isinstance(part, Picture) else {"type": "line", "line": _line(part)} for part in cell]


def _picture(picture: Picture) -> dict[str, Any]:
    return {**asdict(picture), "type": "picture", "caption": _line(picture.caption)}


def _line(line: Line) -> list[dict[str, str]]:
    return [{"text": run.text, "look": run.look.value, "language": run.language} for run in line]
