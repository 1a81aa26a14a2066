"""Saving while somebody answers: one field a request, sent by the script of the page."""

from typing import Any

from flask import current_app, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError

from delphi import clock
from delphi.database import transaction
from delphi.errors import STATUS_OF_VIOLATION
from delphi.expert import blueprint
from delphi.expert.forms.field import PostedField, answer_in, read_field
from delphi.expert.forms.ideas import is_vague
from delphi.expert.forms.rating import choice_of
from delphi.expert.forms.seen import mark
from delphi.expert.overtaking import Overtaken, is_other, notice
from delphi.expert.sitting import clock_of_round
from delphi.i18n import language
from delphi.security import csrf, current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.my_answers import OwnRating
from surveys.rules.answers import IdeaAnswer
from surveys.services.field_saving import SavedField, save_field
from surveys.vocabulary import Permission


@blueprint.post("/rounds/<int:round_id>/field")
@csrf.exempt  # checked by field_of_request, after the guard: an ended sign-in is to answer 401
@requires(Permission.ANSWER)
def keep_field(round_id: int) -> Any:
    """Store one field; 200 saved, 422 kept but no answer yet, 409 too late, 400 not to be understood."""
    posted = field_of_request()
    if isinstance(posted, str):
        return {"error": posted}, 400
    now = clock.now()
    try:
        answer = answer_in(posted.write)
        with transaction() as session:
            saved = save_field(
                session,
                actor=current_actor(),
                round_id=round_id,
                write=posted.write,
                answer=answer,
                language=language(),
                now=now,
            )
    except RuleViolation as violation:
        status = STATUS_OF_VIOLATION.get(violation.code, 422)
        return {"error": violation_sentence(violation), "kept": False}, status
    said = _said(posted, saved, saved_at=now.isoformat(), clock_time=clock_of_round(round_id, now))
    if isinstance(answer, IdeaAnswer) and is_vague(answer.kind, answer.text or ""):
        said["hint"] = gettext("Saved. Who would do what? A few more words help the others to judge it.")
    return said, 422 if "error" in said else 200


def field_of_request() -> PostedField | str:
    """The field that was sent, once its token is checked; or the sentence that says why it is not to be had."""
    try:
        if current_app.config["WTF_CSRF_ENABLED"]:
            csrf.protect()
    except CSRFError:
        return gettext("The page was open for long or in another tab. Please open it again.")
    sent = (request.get_json(silent=True) if request.is_json else request.form) or {}
    return read_field(sent) or gettext("The browser sent something this page does not understand.")


def _said(posted: PostedField, saved: SavedField | None, *, saved_at: str, clock_time: str) -> dict[str, Any]:
    """What the page is told: when it was saved, what it now knows, and what else it has to say."""
    said: dict[str, Any] = {"saved_at": saved_at, "saved": clock_time, "known": mark(posted.write.value)}
    if saved is None:
        return said
    before = choice_of(saved.before) if isinstance(saved.before, OwnRating) else saved.before or ""
    value = posted.write.value
    if saved.was_written_elsewhere and posted.known is not None and is_other(before, value, known=posted.known):
        said["notice"] = notice(Overtaken(posted.write.field, before, value))
    if saved.violation is not None:
        return {**said, "error": violation_sentence(saved.violation), "kept": True}
    return said
