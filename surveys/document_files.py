"""Reads TOML, or JSON with the same keys, so that a wrong value can be pointed at: file, line, column, value."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from surveys.file_problems import FileProblem
from surveys.localized import LocalizedText

MAX_BYTES = 5_000_000

Path_ = tuple[str | int, ...]
Scalar = TypeVar("Scalar", str, int, bool)

_TABLE = re.compile(r"\s*(\[\[|\[)\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_TOML_LINE = re.compile(r"\(at line (\d+)")


class Section:
    """One table of a document. Each reader method raises FileProblem naming where a value is missing or wrong."""

    def __init__(self, content: Mapping[str, Any], *, file: str, path: Path_, lines: Mapping[Path_, int]) -> None:
        self._content = content
        self._file = file
        self._path = path
        self._lines = lines

    def text(self, key: str, *, default: str | None = None) -> str:
        """The text under `key`, stripped; `default` where there is none."""
        return self._scalar(key, kind=str, wanted="a text", default=default).strip()

    def whole(self, key: str, *, default: int | None = None) -> int:
        return self._scalar(key, kind=int, wanted="a whole number", default=default)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        return self._scalar(key, kind=bool, wanted="true or false", default=default)

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The list of texts under `key`."""
        value = self._content.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.problem("wrong_type", key=key, value=value, wanted="a list of texts")
        return tuple(value)

    def said(self, key: str, *, default: LocalizedText | None = None) -> LocalizedText:
        """The text in several languages under `key`, such as `{ en = "...", fr = "..." }`; some may be missing."""
        value = self._content.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise self.problem("wrong_type", key=key, value=value, wanted="texts by language")
        return LocalizedText({language: text.strip() for language, text in value.items()})

    def section(self, key: str) -> Section:
        """The table under `key`; an empty one where there is none."""
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            raise self.problem("wrong_type", key=key, value=value, wanted="a table")
        return Section(value, file=self._file, path=(*self._path, key), lines=self._lines)

    def sections(self, key: str) -> tuple[Section, ...]:
        """The list of tables under `key`; empty where there is none."""
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.problem("wrong_type", key=key, value=value, wanted="a list of tables")
        return tuple(
            Section(item, file=self._file, path=(*self._path, key, at), lines=self._lines)
            for at, item in enumerate(value)
        )

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """The text under `key`, which must be one of `known`."""
        value = self.text(key)
        if value not in known:
            raise self.problem("unknown_code", key=key, value=value, known=", ".join(known))
        return value

    def line(self, key: str | None = None) -> int | None:
        """The line of `key`, or of the table itself; None in JSON."""
        if key is not None and (*self._path, key) in self._lines:
            return self._lines[(*self._path, key)]
        return self._lines.get(self._path)

    def problem(self, code: str, *, key: str, value: Any = None, **params: str | int) -> FileProblem:
        """A problem with the value of `key`, to be raised."""
        return FileProblem(
            "value_missing" if value is None else code,
            file=self._file,
            line=self.line(key),
            column=_written((*self._path, key)),
            value=None if value is None else str(value),
            **({} if value is None else params),
        )

    def _scalar(self, key: str, *, kind: type[Scalar], wanted: str, default: Scalar | None) -> Scalar:
        value = self._content.get(key)
        if value is None and default is not None:
            return default
        # bool is an int to Python, not to somebody who writes a file
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.problem("wrong_type", key=key, value=value, wanted=wanted)
        return value


def read_document(source: Path | bytes, *, schema: str, name: str | None = None) -> Section:
    """The root table of a TOML or JSON document that declares `schema`.

    Raises
    ------
    FileProblem
        `not_found`, `unreadable`, `too_large`, `bad_encoding`, `bad_document` (with the line), `wrong_schema`.
    """
    file = name or (source.name if isinstance(source, Path) else "the file")
    text = _text_of(source, file=file)
    if text.lstrip().startswith("{"):
        content, lines = _parse_json(text, file=file), {}
    else:
        content, lines = _parse_toml(text, file=file), _lines_of(text)
    root = Section(content, file=file, path=(), lines=lines)
    if content.get("schema") != schema:
        raise root.problem("wrong_schema", key="schema", value=content.get("schema"), schema=schema)
    return root


def _text_of(source: Path | bytes, *, file: str) -> str:
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except FileNotFoundError:
        raise FileProblem("not_found", file=file) from None
    except OSError as error:
        raise FileProblem("unreadable", file=file, reason=error.strerror or type(error).__name__) from None
    if len(data) > MAX_BYTES:
        raise FileProblem("too_large", file=file, size=len(data), limit=MAX_BYTES)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileProblem("bad_encoding", file=file, line=line, encoding="UTF-8") from None


def _parse_json(text: str, *, file: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise FileProblem("bad_document", file=file, line=line, format="JSON", reason=reason) from None
    return dict(content)


def _parse_toml(text: str, *, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        reason = str(error).split(" (at ")[0]
        raise FileProblem(
            "bad_document", file=file, line=int(found[1]) if found else None, format="TOML", reason=reason
        ) from None


def _lines_of(text: str) -> dict[Path_, int]:
    """The line of each table and key of a TOML text, by its path; good enough to point at, not a parser."""
    lines: dict[Path_, int] = {}
    counts: dict[Path_, int] = {}
    here: Path_ = ()
    for number, line in enumerate(text.split("\n"), start=1):
        table = _TABLE.match(line)
        if table:
            here = _path_of(table[2].split("."), is_list=table[1] == "[[", counts=counts)
            lines.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            lines.setdefault((*here, key[1]), number)
    return lines


def _path_of(names: list[str], *, is_list: bool, counts: dict[Path_, int]) -> Path_:
    path: Path_ = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, names[-1])
    if is_list:
        counts[path] = counts.get(path, 0) + 1
        path = (*path, counts[path] - 1)
    return path


def _written(path: Path_) -> str:
    """`objectives[3].title`: entries counted from 1, as people count."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
