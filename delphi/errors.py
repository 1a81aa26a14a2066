"""Error pages: what happened, what was kept, what to do. Typed text is never dropped."""

from typing import Any

from flask import Flask, Response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, SecurityError

from delphi.api.problems import answer_to, is_for_programs
from delphi.forms import posted_fields, typed_texts
from delphi.security import ask_nobody
from delphi.sentences import violation_sentence
from delphi.server.second_try import note_problem
from surveys.errors import NotFound, RuleViolation
from surveys.vocabulary import ViolationCode

STATUS_OF_VIOLATION = {
    ViolationCode.ROUND_CLOSED: 409,
    ViolationCode.ROUND_NOT_OPEN: 409,
    ViolationCode.PREVIEW_OUTDATED: 409,
    ViolationCode.EDITED_MEANWHILE: 409,
    ViolationCode.LINK_UNKNOWN: 404,
    ViolationCode.LINK_REVOKED: 410,
}


def _page(*, title: str, message: str, status: int, can_repeat: bool = False) -> tuple[str, int]:
    form = _form_sent()
    repeat = posted_fields(form) if can_repeat else []
    page = render_template(
        "errors/error.html",
        title=title,
        message=message,
        typed=typed_texts(form),
        repeat=repeat,
        token=generate_csrf() if repeat else "",
    )
    return page, status


def _form_sent() -> MultiDict[str, str]:
    """What was posted; empty where nothing was, or where it is too large or too broken to be read."""
    if request.method != "POST":
        return MultiDict()
    try:
        return request.form
    except HTTPException:
        # The refusal to read it may be what this page is about: reading it again is refused again.
        return MultiDict()


def on_violation(violation: RuleViolation) -> tuple[str, int]:
    """A rule said no and the view did not show the form again."""
    status = STATUS_OF_VIOLATION.get(violation.code, 422)
    return _page(title=gettext("This was not possible"), message=violation_sentence(violation), status=status)


def on_csrf(problem: CSRFError) -> tuple[str, int]:
    """The form's token is missing or from an ended sign-in; the text can be sent again with one button."""
    return _page(
        title=gettext("Please send this again"),
        message=gettext("The page was open for long or in another tab. Nothing was lost: press the button to send it."),
        status=400,
        can_repeat=True,
    )


def on_database_problem(problem: OperationalError) -> tuple[str, int]:
    """The database is locked, full or away: nothing of this action was stored."""
    note_problem(problem)
    ask_nobody()
    return _page(
        title=gettext("Not saved yet"),
        message=gettext("The server could not store this just now. Your text is below: send it again in a minute."),
        status=503,
        can_repeat=True,
    )


def on_http_error(problem: HTTPException) -> Any:
    """One sentence for each status; redirects and other answers pass unchanged."""
    if problem.code is None or problem.code < 400:
        return problem
    if is_for_programs():
        return answer_to(problem)
    sentences = {
        400: (gettext("Please check this"), gettext("The browser sent something this page does not understand.")),
        401: (
            gettext("Please sign in"),
            gettext("Open your personal link again, then come back to this page; staff sign in with their account."),
        ),
        403: (gettext("Not for this account"), gettext("Your account may not open this page.")),
        404: (gettext("Nothing here"), gettext("There is no such page, or it is not yours to see.")),
        405: (gettext("Nothing here"), gettext("This address does not take that kind of request.")),
        429: (gettext("Please wait"), gettext("There were too many tries. Please wait some minutes, then try again.")),
        413: (gettext("Too much at once"), gettext("This is more than the server takes at once. Send it in parts.")),
    }
    title, message = sentences.get(
        problem.code, (gettext("Something went wrong"), gettext("The server could not do this. Please try again."))
    )
    return _page(title=title, message=message, status=problem.code, can_repeat=problem.code in (401, 500))


def on_unknown_host(problem: SecurityError) -> Response:
    """The request names a host that is not ours; in plain words, because a page could not say its own addresses."""
    return Response(gettext("This server does not answer to that name.") + "\n", 400, mimetype="text/plain")


def init_errors(app: Flask) -> None:
    app.register_error_handler(RuleViolation, on_violation)
    app.register_error_handler(NotFound, lambda problem: on_http_error(_not_found()))
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(OperationalError, on_database_problem)
    app.register_error_handler(SecurityError, on_unknown_host)
    app.register_error_handler(HTTPException, on_http_error)


def _not_found() -> HTTPException:
    from werkzeug.exceptions import NotFound as HTTPNotFound

    return HTTPNotFound()
