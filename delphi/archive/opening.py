"""A bundle opened: every byte as it was sealed, every table in its columns and its order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from delphi.archive.layout import FORMAT, LAYOUTS, Damaged, Sheet, as_json, read_csv
from delphi.archive.sealing import unpack

Where = tuple[str, int]
"""Task force and number of a round."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that is whole: every byte is the one that was sealed."""

    seal: str
    manifest: dict[str, Any]
    study: dict[str, Any]
    protocol: dict[str, Any]
    sheets: dict[str, Sheet]

    def rows(self, name: str) -> list[dict[str, Any]]:
        return self.sheets[name].as_dicts()


def open_bundle(content: bytes, *, seal: str = "") -> Bundle:
    """Read a bundle; `Damaged` with the first place where a byte, a row or an order is not as it was sealed."""
    files, found = unpack(content, seal=seal)
    documents = {}
    for name in ("manifest.json", "study.json", "protocol.json"):
        if name not in files:
            raise Damaged(f"{name} is missing")
        try:
            documents[name] = json.loads(files[name])
        except ValueError:
            raise Damaged(f"{name} is no JSON") from None
    if documents["manifest.json"].get("format") != FORMAT:
        raise Damaged(f"its format is not {FORMAT}")
    sheets = {}
    for layout in LAYOUTS:
        name = f"data/{layout.name}.csv"
        if name not in files:
            raise Damaged(f"{name} is missing")
        sheets[layout.name] = read_csv(layout.name, files[name])
    if files.get("data.json") != as_json(sheets.values()):
        raise Damaged("data.json does not hold the same as the tables")
    return Bundle(found, documents["manifest.json"], documents["study.json"], documents["protocol.json"], sheets)


def where(row: Mapping[str, Any]) -> Where:
    return row["task_force"], row["round"]


def place(row: Mapping[str, Any]) -> str:
    return f"{row['task_force']} round {row['round']}"
