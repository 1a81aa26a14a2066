"""Bodies of forms: a page of ratings has hundreds of fields, and hardly one of them is written in escapes."""

from typing import IO
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class FormBodies(FormDataParser):
    """Werkzeug's reader, which undoes escapes only in the fields that have some."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Parsed:
        fields: list[tuple[str, str]] = []
        for pair in stream.read().decode().split("&"):
            if "%" in pair or "+" in pair:
                fields += parse_qsl(pair, keep_blank_values=True, errors="werkzeug.url_quote")
            elif pair:
                name, _, value = pair.partition("=")
                fields.append((name, value))
        return stream, self.cls(fields), self.cls()


class PageRequest(Request):
    form_data_parser_class = FormBodies
