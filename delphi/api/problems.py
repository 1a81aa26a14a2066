"""What went wrong, for programs: application/problem+json (RFC 9457), with a sentence a person can act on."""

from collections.abc import Sequence

from flask import Response, json, request
from pydantic import Field
from werkzeug.exceptions import HTTPException

from delphi.api import PREFIX
from delphi.exports.schema import Record

MEDIA_TYPE = "application/problem+json"
DETAILS = {
    400: "The server cannot read this request.",
    401: "Send the key of a study in the header `Authorization: Bearer KEY`. This one is missing, unknown, expired "
    "or revoked.",
    403: "This key does not open this.",
    404: "There is no such thing, it is not published, or your key does not open it.",
    405: "This address is read with GET.",
    422: "Some parameters cannot be used; `errors` names each.",
    429: "Too many requests with this key; wait as long as the header Retry-After says.",
    503: "The server could not read this just now. Try again in a minute.",
}


class ParameterProblem(Record):
    parameter: str
    message: str


class Problem(Record):
    """One answer that is no success."""

    type: str = Field(default="about:blank")
    title: str
    status: int
    detail: str
    errors: list[ParameterProblem] = Field(default_factory=list)


def is_for_programs() -> bool:
    """Whether this request came to an address for programs, also where there is nothing at it."""
    return request.path.startswith(f"{PREFIX}/")


def problem_answer(
    status: int, *, title: str, errors: Sequence[tuple[str, str]] = (), exception: HTTPException | None = None
) -> Response:
    """A problem as an answer; an exception's own headers (Allow, Retry-After) are kept."""
    problem = Problem(
        title=title,
        status=status,
        detail=DETAILS.get(status, "The server could not do this."),
        errors=[ParameterProblem(parameter=name, message=message) for name, message in errors],
    )
    response = Response(json.dumps(problem.model_dump(), ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    if exception is not None:
        for name, value in exception.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Delphi"'
    return response


def answer_to(exception: HTTPException) -> Response:
    return problem_answer(exception.code or 500, title=exception.name, exception=exception)
