"""Exported files as a reader opens them: rows by statement, whatever the format and the language."""

import csv
import io
import json
from itertools import product
from typing import Any

from openpyxl import load_workbook

from tests.journeys.visitor import Visitor

Cells = dict[str, Any]
READABLE = ("csv", "xlsx", "json")
HEADINGS = {
    "rank": "Rank within the objective",
    "code": "Code",
    "text": "Text",
    "category": "Category",
    "facility": "Facility decided",
    "n": "Ratings (n)",
    "median": "Median",
    "iqr": "Spread of the middle half (IQR)",
    "k": "Ratings that agree (k)",
    "of": "Agreement: of how many",
    "feasibility": "Feasibility: median",
}
KEYS = {"k": "agreement_k", "of": "agreement_n", "feasibility": "feasibility_median"}
"""Names in JSON that differ from those used here."""


def download_all(page: Visitor) -> dict[str, bytes]:
    """Every file of figures that the forms on the page of exports give, by names such as `activities-fr.xlsx`."""
    files: dict[str, bytes] = {}
    for form in (one for one in page.forms if {"what", "format", "in_language"} <= set(one.names())):
        what = next(control.value for control in form.controls if control.name == "what")
        offered = {one.name: [value for value, _ in one.options] for one in form.controls if one.options}
        for format, language in product(offered["format"], offered["in_language"]):
            if format not in READABLE:
                continue
            chosen = form.data({"format": format, "in_language": language}, "Download")
            response = page.client.post(page.path, data=chosen, follow_redirects=True)
            assert response.status_code == 200, f"{what}, {format}, {language}: {response.status_code}"
            files[f"{what}-{language}.{format}"] = response.data
    return files


def activity_rows(files: dict[str, bytes], *, format: str, language: str) -> dict[str, Cells]:
    """Code to the cells of `HEADINGS`. Columns stand in the same order in every language; they are found in English."""
    found, english = (_tables(files[f"activities-{one}.{format}"], format=format) for one in (language, "en"))
    rows: dict[str, Cells] = {}
    for table, in_english in zip(found, english, strict=True):
        # A workbook also has sheets that explain: they rank nothing.
        if HEADINGS["rank"] not in (in_english[0] if in_english else ()):
            continue
        assert len(table[0]) == len(in_english[0])
        at = {name: in_english[0].index(words) for name, words in HEADINGS.items() if words in in_english[0]}
        for line in table[1:]:
            cells = {name: line[column] for name, column in at.items()}
            rows[str(cells["code"])] = cells
    return rows


def _tables(content: bytes, *, format: str) -> list[list[list[Any]]]:
    if format == "csv":
        text = content.decode("utf-8-sig")
        return [[[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]]
    if format == "xlsx":
        book = load_workbook(io.BytesIO(content))
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    document = json.loads(content)
    tables = []
    for table in ("activities", "obstacles", "success_factors"):
        rows = document[table]
        tables.append(
            [list(HEADINGS.values()), *([_json_cell(document, row, name) for name in HEADINGS] for row in rows)]
        )
    return tables


def _json_cell(document: Cells, row: Cells, name: str) -> Any:
    """A cell of the JSON file; where it holds a code, the word for it in the file's language."""
    value = row.get(KEYS.get(name, name))
    words = document["words"].get(name, {})
    return words.get(value, value) if name in ("category", "facility") else value
