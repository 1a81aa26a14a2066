"""The description of the interface (OpenAPI 3.1), made of the same table and models that answer."""

from typing import Any

from pydantic import create_model
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from delphi.api import PREFIX
from delphi.api.endpoints import ENDPOINTS, Endpoint
from delphi.api.problems import DETAILS, MEDIA_TYPE, Problem
from delphi.exports.schema import Record
from delphi.version import __version__

REFERENCE = "#/components/schemas/{model}"
PROBLEMS = {"401": 401, "404": 404, "422": 422, "429": 429, "503": 503}
PATH_PARAMETERS = {
    "study_id": {"type": "integer", "minimum": 1},
    "code": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"},
    "id": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9._-]+$"},
}


def openapi() -> dict[str, Any]:
    """The whole description as plain JSON values."""
    pages = {endpoint.name: _page_model(endpoint) for endpoint in ENDPOINTS if endpoint.is_list}
    models: list[type[Record]] = [*dict.fromkeys(endpoint.record for endpoint in ENDPOINTS), *pages.values(), Problem]
    _, definitions = models_json_schema(
        [(model, "serialization") for model in models],
        ref_template=REFERENCE,
        schema_generator=GenerateJsonSchema,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Delphi: what a study published",
            "version": __version__,
            "description": "Read-only, from frozen results; nothing unpublished and nobody's name is here.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"key": []}],
        "paths": {endpoint.path: {"get": _operation(endpoint, pages=pages)} for endpoint in ENDPOINTS},
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by the secretariat of a study; shown once.",
                }
            },
        },
    }


def parameters_of(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Parameters of one endpoint, those in the path first."""
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in PATH_PARAMETERS.items()
        if f"{{{name}}}" in endpoint.path
    ]
    schema = endpoint.query.model_json_schema()
    in_query = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": part.get("description", ""),
            "schema": _inlined(part, schema.get("$defs", {})),
        }
        for name, part in schema.get("properties", {}).items()
    ]
    return [*in_path, *in_query]


def _inlined(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema on its own: an absent one is left out of the address, so `null` is no value of it."""
    options = [option for option in part.get("anyOf", [part]) if option.get("type") != "null"]
    option = dict(options[0])
    reference = option.pop("$ref", "")
    if reference:
        option = dict(definitions[reference.rpartition("/")[2]])
    for name in ("title", "description"):
        option.pop(name, None)
    return option


def _page_model(endpoint: Endpoint) -> type[Record]:
    record: Any = endpoint.record
    return create_model(
        f"PageOf{record.__name__.removesuffix('Record')}",
        __base__=Record,
        items=(list[record], ...),
        total=(int, ...),
        page=(int, ...),
        per_page=(int, ...),
        next=(str | None, ...),
    )


def _operation(endpoint: Endpoint, *, pages: dict[str, type[Record]]) -> dict[str, Any]:
    model = pages.get(endpoint.name, endpoint.record)
    answer = {"$ref": REFERENCE.format(model=model.__name__)}
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"Scope: {endpoint.scope.value}." if endpoint.scope else "Any key.",
        "parameters": parameters_of(endpoint),
        "responses": {
            "200": {
                "description": "What was asked for.",
                "headers": {
                    "ETag": {"schema": {"type": "string"}, "description": "Send it as If-None-Match to ask again."}
                },
                "content": {"application/json": {"schema": answer}},
            },
            "304": {"description": "Nothing has changed since the ETag that was sent."},
            **{
                status: {
                    "description": DETAILS[number],
                    "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
                }
                for status, number in PROBLEMS.items()
            },
        },
    }
