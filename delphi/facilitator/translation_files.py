"""The sheet a translator outside fills in: the texts as a table, and the table read back."""

from collections.abc import Sequence
from dataclasses import dataclass

from delphi.exports.tables import Column, Table, table_of
from surveys.file_problems import FileProblem
from surveys.queries.translations import DeskText
from surveys.tabular_files import MAX_UPLOADED_ROWS, read_table

KEY, TEXT, MARK = "key", "translation", "mark"


@dataclass(frozen=True, slots=True)
class FilledIn:
    """One row that came back; `seen` is the mark of the text as it stood when the sheet was made."""

    subject: str
    text: str
    seen: str


def translation_table(texts: Sequence[DeskText], *, target: str) -> Table:
    """Every text with its source and its translation as it stands. The headings of key, translation and mark are fixed:
    by them the sheet is read back, whatever the language of whoever made it."""

    def source(one: DeskText) -> str:
        language = one.source_language if one.source_language != target else next(iter(one.text), target)
        return one.text.get(language, "")

    columns = (
        Column[DeskText](KEY, KEY, lambda one: one.subject, 18),
        Column[DeskText]("code", "code", lambda one: one.code, 12),
        Column[DeskText]("source", "source", source, 60),
        Column[DeskText](TEXT, TEXT, lambda one: one.text.get(target, ""), 60),
        Column[DeskText]("state", "state", lambda one: one.states[target].value, 12),
        Column[DeskText](MARK, MARK, lambda one: one.mark(target), 18),
    )
    return table_of("translations", target, columns, texts)


def read_translations(content: bytes) -> list[FilledIn]:
    """The rows of a sheet that came back, XLSX or CSV. Raises FileProblem where a column of ours is missing."""
    table = read_table(content, most_rows=MAX_UPLOADED_ROWS)
    at = {name: number for number, name in enumerate(table.header)}
    missing = [name for name in (KEY, TEXT, MARK) if name not in at]
    if missing:
        raise FileProblem("column_missing", file=table.file, missing=", ".join(missing), header=", ".join(table.header))
    return [FilledIn(row.cells[at[KEY]], row.cells[at[TEXT]], row.cells[at[MARK]]) for row in table.rows]
