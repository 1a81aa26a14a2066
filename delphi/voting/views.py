"""One page: the document, the question, the vote. GET changes nothing, so mail scanners may open it."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask import redirect as lead_on
from flask_babel import force_locale

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.security import requires, same_origin_instead_of_csrf_token
from delphi.sentences import violation_sentence
from delphi.voting import blueprint
from delphi.voting.pages import voting_page
from surveys.errors import RuleViolation
from surveys.localized import LANGUAGES
from surveys.queries.consultations import member_behind, sealed_bytes
from surveys.services.consultations import cast_vote
from surveys.vocabulary import Permission, ViolationCode, VoteChoice


@blueprint.get("/vote/<token>")
@requires(Permission.PUBLIC)
def ballot(token: str) -> Any:
    """The document, the question and the member's own vote; the result once it is closed."""
    return _show(token, typed="", chosen="", problem="", status=200)


@blueprint.post("/vote/<token>")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def vote(token: str) -> Any:
    """Cast a vote by name, or change it."""
    chosen, comment = request.form.get("choice", ""), request.form.get("comment", "")
    try:
        if chosen not in list(VoteChoice):
            raise RuleViolation(ViolationCode.CHOICE_MISSING)
        with transaction() as session:
            member = member_behind(session, token=token)
            cast_vote(session, member_id=member.id, choice=VoteChoice(chosen), comment=comment, now=clock.now())
    except RuleViolation as violation:
        return _show(token, typed=comment, chosen=chosen, problem=violation_sentence(violation), status=422)
    asked = request.form.get("language", "")
    further: dict[str, Any] = {"language": asked} if asked in LANGUAGES else {}
    return lead_on(url_for("voting.ballot", token=token, **further) + "#yours", 303)


@blueprint.get("/vote/<token>/document-<any(en,fr):in_language>.pdf")
@requires(Permission.PUBLIC)
def document(token: str, in_language: str) -> Any:
    """The document as it was sealed."""
    session = reading_session()
    member = member_behind(session, token=token)
    name, content = sealed_bytes(session, consultation_id=member.consultation_id, language=in_language)
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def _show(token: str, *, typed: str, chosen: str, problem: str, status: int) -> Any:
    session = reading_session()
    member = member_behind(session, token=token)
    asked = request.args.get("language") or request.form.get("language", "")
    view = voting_page(session, member=member, token=token, now=clock.now(), typed=typed, chosen=chosen)
    # Without a choice of language the page follows the member's own.
    with force_locale(asked if asked in LANGUAGES else view.member_language):
        view = voting_page(session, member=member, token=token, now=clock.now(), typed=typed, chosen=chosen)
        return render_template("voting/ballot.html", view=view, problem=problem, language_asked=asked), status
