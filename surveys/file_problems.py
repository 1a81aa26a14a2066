"""One exception for all that can be wrong with a file somebody hands in: it names file, line, column and value."""

from __future__ import annotations

SHOWN_CHARACTERS = 60
SHOWN_IN_LISTS = 300

MESSAGES = {
    "not_found": "there is no such file",
    "not_a_file": "this is not a file",
    "unreadable": "cannot be read ({reason})",
    "too_large": "has {size} bytes; at most {limit} are read",
    "empty": "is empty",
    "not_text": "is neither CSV text nor an XLSX workbook",
    "old_workbook": "is an old or password-protected workbook; save it as XLSX without a password, or as CSV",
    "bad_encoding": "the text is not valid {encoding}",
    "bad_quotes": "the quotation marks do not match",
    "too_many_rows": "has more than {limit} rows",
    "too_many_columns": "has more than {limit} columns",
    "too_many_cells": "has more than {limit} cells",
    "cell_too_long": "the cell has more than {limit} characters",
    "row_too_long": "the row has {cells} cells, the header has {columns}",
    "row_too_short": "the row has {cells} cells, the header has {columns}",
    "column_unnamed": "column {number} has content but no name",
    "column_twice": "the column name appears twice",
    "column_missing": "the column {missing} is missing; the header has: {header}",
    "workbook_broken": "the workbook is damaged or is not XLSX",
    "workbook_too_big": "the workbook unpacks to {size} bytes; at most {limit} are read",
    "workbook_too_dense": "the workbook is packed {ratio} times; at most {limit} times is read",
    "workbook_many_parts": "the workbook has {parts} parts; at most {limit} are read",
    "workbook_unguarded": "workbooks are not read without the defusedxml package",
    "workbook_no_sheet": "the workbook has no sheet with cells",
    "formula_without_value": "the formula has no stored value; save the workbook once in a spreadsheet program",
    "error_value": "the cell holds a spreadsheet error",
    "no_ratings": "has a header but no ratings",
    "no_items": "has no item column beside {columns}",
    "blank_key": "must not be blank",
    "bad_round": "is not a round number (1, 2, 3 ...)",
    "not_a_number": "is not a whole number of the scale {scale}",
    "off_scale": "is not on the scale {scale}",
    "unknown_reason": "is not a known reason; known are {known}",
    "rated_twice": "was already answered on line {first_line} by the same expert for the same item and round",
    "expert_changes": "the same expert has {first} on line {first_line}",
    "bad_document": "is not valid {format} ({reason})",
    "wrong_schema": "is not the schema {schema}",
    "value_missing": "must not be missing",
    "wrong_type": "must be {wanted}",
    "unknown_code": "is not known here; known are {known}",
    "bad_address": "is not an e-mail address",
    "given_twice": "was given already on line {first_line}",
    "nobody": "has a header but no people",
}


class FileProblem(Exception):
    """A file cannot be used as it is.

    Attributes: `code` (a key of MESSAGES) and `params` for a translated sentence, and where it happened: `file`, and
    `line` (1 is the header line), `column` (its name), `value` (as typed), each None when it does not apply.
    `str()` is one English line that holds all of them.
    """

    def __init__(
        self,
        code: str,
        *,
        file: str,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        **params: str | int,
    ) -> None:
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.value = value
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        place = [one_line(self.file)]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.column is not None:
            place.append(f"column {one_line(self.column)}")
        shown = {key: one_line(str(part), limit=SHOWN_IN_LISTS) for key, part in self.params.items()}
        message = MESSAGES[self.code].format(**shown)
        if self.value is not None:
            link = " " if message.startswith(("is ", "must ", "was ")) else ": "
            message = f'"{one_line(self.value)}"{link}{message}'
        return f"{', '.join(place)}: {message}"


def one_line(text: str, *, limit: int = SHOWN_CHARACTERS) -> str:
    """`text` without control characters or line breaks, cut to a length that fits in a message."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"
