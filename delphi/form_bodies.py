"""Bodies of forms: a page of ratings has hundreds of fields, each once, and hardly one of them written in escapes."""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter, methodcaller
from typing import IO
from urllib.parse import parse_qsl, unquote

from flask import Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]
NAME_AND_VALUE = methodcaller("split", "=", 1)
FIRST = itemgetter(0)
ESCAPE = re.compile("[%+]")
ERRORS = "werkzeug.url_quote"
"""How Werkzeug shows bytes that are no text: as they came."""


class Fields(ImmutableMultiDict[str, str]):
    """Werkzeug's fields, in fewer steps where each name stands once."""

    @classmethod
    def once(cls, values: dict[str, str]) -> "Fields":
        fields = cls()
        dict.update(fields, {name: [value] for name, value in values.items()})
        return fields

    def items(self, multi: bool = False) -> Iterable[tuple[str, str]]:  # type: ignore[override]
        return super().items(multi=True) if multi else zip(self, map(FIRST, self.listvalues()), strict=True)


class FormBodies(FormDataParser):
    """Werkzeug's reader, which undoes escapes only in the fields that have some."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Parsed:
        body = stream.read().decode()
        values = _each_once(body)
        if values is None:
            return stream, Fields(parse_qsl(body, keep_blank_values=True, errors=ERRORS)), self.cls()
        return stream, Fields.once(values), self.cls()


def _each_once(body: str) -> dict[str, str] | None:
    """The fields of a body; None for one with a name twice, without a value or in escapes."""
    pairs = body.split("&")
    try:
        values: dict[str, str] = dict(map(NAME_AND_VALUE, pairs))
    except ValueError:
        return None
    if len(values) < len(pairs):
        return None
    for pair in _escaped(body):
        name, _, value = pair.partition("=")
        if ESCAPE.search(name):
            return None
        values[name] = unquote(value.replace("+", " "), errors=ERRORS)
    return values


def _escaped(body: str) -> Iterator[str]:
    """The few pairs of many that have an escape in them."""
    end = 0
    while (found := ESCAPE.search(body, end)) is not None:
        start = body.rfind("&", end, found.start()) + 1 or end
        end = body.find("&", found.end())
        if end < 0:
            end = len(body)
        yield body[start:end]


class PageRequest(Request):
    form_data_parser_class = FormBodies
    parameter_storage_class = Fields
