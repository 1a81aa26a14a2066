"""The reference page for those who write programs, and the machine-readable descriptions it links to."""

from dataclasses import dataclass
from typing import Any

from flask import Response, json, render_template

from delphi.api import PREFIX, blueprint
from delphi.api.endpoints import ENDPOINTS
from delphi.api.limits import PER_MINUTE
from delphi.api.openapi import openapi, parameters_of
from delphi.api.problems import DETAILS
from delphi.exports.schema import json_schema
from delphi.security import requires
from surveys.vocabulary import Permission


@dataclass(frozen=True, slots=True)
class FieldLine:
    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class Address:
    """One endpoint as the page shows it."""

    name: str
    path: str
    summary: str
    scope: str
    record: str
    is_list: bool
    parameters: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class ReferencePage:
    prefix: str
    addresses: tuple[Address, ...]
    shapes: tuple[Shape, ...]
    problems: tuple[tuple[int, str], ...]
    per_minute: int


@blueprint.get("/")
@requires(Permission.PUBLIC)
def reference() -> str:
    """How to read what a study published."""
    return render_template("api/reference.html", view=reference_page())


@blueprint.get("/openapi.json")
@requires(Permission.PUBLIC)
def description() -> Response:
    """OpenAPI 3.1."""
    return _file(openapi())


@blueprint.get("/schema.json")
@requires(Permission.PUBLIC)
def export_schema() -> Response:
    """The JSON Schema of the JSON export."""
    return _file(json_schema())


def reference_page() -> ReferencePage:
    described = openapi()
    schemas = described["components"]["schemas"]
    return ReferencePage(
        prefix=PREFIX,
        addresses=tuple(
            Address(
                name=endpoint.name,
                path=f"{PREFIX}{endpoint.path}",
                summary=endpoint.summary,
                scope=endpoint.scope.value if endpoint.scope else "",
                record=endpoint.record.__name__,
                is_list=endpoint.is_list,
                parameters=tuple(
                    FieldLine(one["name"], _type(one["schema"]), one.get("description", ""))
                    for one in parameters_of(endpoint)
                    if one["in"] == "query"
                ),
            )
            for endpoint in ENDPOINTS
        ),
        shapes=tuple(
            Shape(
                name,
                tuple(
                    FieldLine(field, _type(part), part.get("description", ""))
                    for field, part in schema["properties"].items()
                ),
            )
            for name, schema in schemas.items()
            if "properties" in schema and not name.startswith("PageOf")
        ),
        problems=tuple((status, DETAILS[status]) for status in (401, 404, 422, 429)),
        per_minute=PER_MINUTE,
    )


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_type(schema['items'])}]"
    if schema.get("type") == "object":
        return "{language: text}"
    return str(schema.get("format") or schema.get("type") or schema.get("const", ""))


def _file(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, indent=1), mimetype="application/json")
