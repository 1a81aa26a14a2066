"""The addresses: read the parameters, read what is published, answer one page of records."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, current_app, g, json, request, url_for
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from werkzeug.exceptions import HTTPException, NotFound

from delphi import clock
from delphi.api import blueprint
from delphi.api.endpoints import ENDPOINTS, Endpoint
from delphi.api.limits import Buckets
from delphi.api.problems import answer_to, problem_answer
from delphi.api.queries import PageQuery, Refused, chosen, read_query
from delphi.database import reading_session, transaction
from delphi.exports.published import (
    activity_records,
    objective_records,
    result_records,
    statement_records,
    study_record,
)
from delphi.exports.schema import Record
from delphi.replica import read_lagging
from delphi.security import current_actor, requires
from delphi.server.second_try import note_problem
from surveys.queries.activities import ranked_statements
from surveys.services.api_tokens import is_use_to_note, note_use
from surveys.vocabulary import ApiScope, Permission

BUCKETS = "delphi_api_buckets"
PERMISSIONS = {
    None: Permission.READ_SOME,
    ApiScope.STUDY: Permission.READ_STUDY,
    ApiScope.OBJECTIVES: Permission.READ_OBJECTIVES,
    ApiScope.ACTIVITIES: Permission.READ_ACTIVITIES,
    ApiScope.STATEMENTS: Permission.READ_STATEMENTS,
    ApiScope.RESULTS: Permission.READ_RESULTS,
}


def _records(scope: ApiScope | None, study_id: int | None) -> Sequence[Record]:
    return read_lagging(lambda session: _published(session, scope=scope, study_id=study_id))


def _published(session: Session, *, scope: ApiScope | None, study_id: int | None) -> Sequence[Record]:
    """The published records of one kind; without a study, the studies of the key."""
    if study_id is None:
        studies = sorted({study for study, _ in current_actor().reads})
        return [study_record(session, study_id=one) for one in studies]
    match scope:
        case ApiScope.OBJECTIVES:
            return objective_records(session, study_id=study_id)
        case ApiScope.ACTIVITIES:
            return activity_records(session, study_id=study_id)
        case ApiScope.STATEMENTS:
            return statement_records(ranked_statements(session, study_id=study_id))
        case ApiScope.RESULTS:
            return result_records(session, study_id=study_id)
        case _:
            return [study_record(session, study_id=study_id)]


def _answer(value: dict[str, Any]) -> Response:
    """JSON with its ETag; 304 where the program has it already."""
    response = Response(json.dumps(value, ensure_ascii=False), mimetype="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def one(study_id: int | None = None, **named: str) -> Response:
        read_query(endpoint.query, request.args)
        wanted = (
            record
            for record in _records(endpoint.scope, study_id)
            if not endpoint.key or getattr(record, endpoint.key) == named[endpoint.key]
        )
        found = next(wanted, None)
        if found is None:
            raise NotFound
        return _answer(found.model_dump(mode="json"))

    def page(study_id: int | None = None) -> Response:
        query = read_query(endpoint.query, request.args)
        if not isinstance(query, PageQuery):
            raise TypeError(f"{endpoint.name} lists without pages")
        records = chosen(_records(endpoint.scope, study_id), query)
        start = (query.page - 1) * query.per_page
        has_more = start + query.per_page < len(records)
        arguments: dict[str, Any] = {**request.args.to_dict(), "study_id": study_id, "page": query.page + 1}
        following = url_for(f"api.{endpoint.name}", **arguments)
        return _answer(
            {
                "items": [one.model_dump(mode="json") for one in records[start : start + query.per_page]],
                "total": len(records),
                "page": query.page,
                "per_page": query.per_page,
                "next": following if has_more else None,
            }
        )

    view = page if endpoint.is_list else one
    view.__doc__ = endpoint.summary
    return requires(PERMISSIONS[endpoint.scope])(view)


for _endpoint in ENDPOINTS:
    blueprint.add_url_rule(
        _endpoint.path.replace("{study_id}", "<int:study_id>").replace("{", "<").replace("}", ">"),
        endpoint=_endpoint.name,
        view_func=_view(_endpoint),
        methods=["GET"],
    )


@blueprint.before_request
def hold_back() -> Response | None:
    """Count this request against its key; refuse where its minute is used up."""
    key_id = current_actor().key_id
    if key_id is None:
        return None
    buckets: Buckets = current_app.extensions.setdefault(BUCKETS, Buckets())
    g.allowance = buckets.take(key_id, now=clock.now())
    if g.allowance.wait:
        response = problem_answer(429, title="Too Many Requests")
        response.headers["Retry-After"] = str(g.allowance.wait)
        return response
    if is_use_to_note(reading_session(), token_id=key_id, now=clock.now()):
        with transaction() as session:
            note_use(session, token_id=key_id, now=clock.now())
    return None


@blueprint.after_request
def tell_allowance(response: Response) -> Response:
    if "allowance" in g:
        response.headers["RateLimit-Limit"] = str(g.allowance.limit)
        response.headers["RateLimit-Remaining"] = str(g.allowance.remaining)
    return response


@blueprint.errorhandler(HTTPException)
def on_http_problem(problem: HTTPException) -> Any:
    return problem if problem.code is None or problem.code < 400 else answer_to(problem)


@blueprint.errorhandler(Refused)
def on_refused(refused: Refused) -> Response:
    return problem_answer(422, title="Unprocessable parameters", errors=refused.problems)


@blueprint.errorhandler(OperationalError)
def on_database_problem(problem: OperationalError) -> Response:
    note_problem(problem)
    return problem_answer(503, title="Service Unavailable")
