"""The analysis as CSV (one line per statement) and as an XLSX workbook; no cell can turn into a formula."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Any

from delphi.analyse.document import as_document
from delphi.analyse.findings import Findings
from delphi.analyse.words import strength_in_words

Cell = str | int | float | bool | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(findings: Findings) -> str:
    """One line per round, criterion and statement, best first. Text that a spreadsheet would run is quoted with '."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in _statements(findings, as_document(findings)):
        writer.writerow([_harmless(cell) for cell in row])
    return stream.getvalue()


def as_xlsx(findings: Findings) -> bytes:
    """A workbook with the statements, and a sheet each for rounds, stability, groups, participation and parameters."""
    from xlsxwriter import Workbook

    document = as_document(findings)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        # A fixed date: the same ratings give the same file.
        book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
        heading = book.add_format({"bold": True})
        for name, rows in _sheets(findings, document):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    sheet.write(number, at, cell, *([heading] if number == 0 else []))
    return stream.getvalue()


def _sheets(findings: Findings, document: dict[str, Any]) -> Iterable[tuple[str, list[list[Cell]]]]:
    yield "statements", _statements(findings, document)
    yield "rounds", _rounds(document)
    for name in ("stability", "groups", "participation", "attrition", "decomposition"):
        yield name, _table([_flat(record) for record in document[name]])
    settings = {**document["engine"], **document["parameters"], "digest": document["digest"]}
    yield "parameters", [["parameter", "value"], *([key, _plain(value)] for key, value in settings.items())]


def _statements(findings: Findings, document: dict[str, Any]) -> list[list[Cell]]:
    by_key = {
        (round_["round"], item["item"], item.get("criterion")): item
        for round_ in document["rounds"]
        for item in round_["items"]
    }
    points = findings.options.scale.values.tolist()
    records = []
    for part in findings.parts:
        for at in part.ranked():
            name, criterion = findings.column(part, at)
            item = dict(by_key[part.round_, name, criterion])
            counts = dict(zip((f"rated_{point}" for point in points), item.pop("frequency"), strict=True))
            strength = strength_in_words(part.report.items[at].strength)
            first = {"round": part.round_, "item": name, **({} if criterion is None else {"criterion": criterion})}
            leading = {"rank": item.pop("rank"), "verdict": item.pop("verdict"), "strength": strength}
            records.append(_flat({**first, **leading, **item, **counts}))
    return _table(records)


def _rounds(document: dict[str, Any]) -> list[list[Cell]]:
    records = []
    for round_ in document["rounds"]:
        for part in round_.get("by_criterion", [round_]):
            criterion = {"criterion": part["criterion"]} if "criterion" in part else {}
            sizes = {"n_experts": part["n_experts"], "n_items": part["n_items"]}
            records.append(_flat({"round": round_["round"], **criterion, **sizes, **part["concordance"]}))
    return _table(records)


def _flat(record: dict[str, Any]) -> dict[str, Cell]:
    """Nested keys joined by an underscore; lists as text."""
    flat: dict[str, Cell] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update((f"{key}_{inner}" if inner != key else key, cell) for inner, cell in _flat(value).items())
        else:
            flat[key] = _plain(value)
    return flat


def _plain(value: Any) -> Cell:
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _table(records: Sequence[dict[str, Cell]]) -> list[list[Cell]]:
    columns = list(dict.fromkeys(key for record in records for key in record))
    return [list(columns), *([record.get(column) for column in columns] for record in records)]


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
