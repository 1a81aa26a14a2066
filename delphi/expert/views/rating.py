"""Rating rounds: one section a page, saved as a whole."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, request, url_for

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.forms.rating import KEEP, PostedRatings, read_ratings, silences_in, with_kept
from delphi.expert.forms.seen import client_of, read_seen, sequence_of
from delphi.expert.overtaking import flash_overtaken, overtaken_by
from delphi.expert.pages.further import questions_line
from delphi.expert.pages.sections import labels_of, rating_page, sections_of, stored_now
from delphi.expert.rendering import page_of
from delphi.expert.sitting import Problem, Sitting, after_saving, detour, sit_down
from delphi.expert.views.keeping import closed_meanwhile, typed_ratings
from delphi.expert.views.sending import send_if_complete
from delphi.i18n import language
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.reasons import statements_without_reason
from surveys.services.reasons import prefer_not_to_say
from surveys.services.submissions import save_ratings
from surveys.vocabulary import Permission, RoundKind, ViolationCode


@blueprint.get("/rounds/<int:round_id>/rate/<int:number>")
@requires(Permission.ANSWER)
def rate(round_id: int, number: int) -> Any:
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=RoundKind.RATING):
        return elsewhere
    found = rating_page(reading_session(), sitting=sitting, number=number, asks_why="why" in request.args)
    if found is None:
        abort(404)
    return page_of(found)


@blueprint.post("/rounds/<int:round_id>/rate/<int:number>")
@requires(Permission.ANSWER)
def keep_ratings(round_id: int, number: int) -> Any:
    """Save one section; which button was pressed says where to go next."""
    sitting = sit_down(round_id)
    questionnaire = questionnaire_of(reading_session(), round_id=round_id)
    form = with_kept(request.form)
    seen, client = read_seen(form), client_of(form)
    posted = read_ratings(form, questionnaire=questionnaire, seen=seen)
    if posted.problems and sitting.takes_answers:
        return _again(sitting, number, posted, posted.problems)
    has_questions = questions_line(reading_session(), sitting=sitting).n_asked > 0
    overtaken = overtaken_by(
        lambda: posted.filled.by_field(),
        touched=posted.touched,
        seen=seen,
        client=client,
        sitting=sitting,
        stored=lambda: stored_now(reading_session(), sitting=sitting).by_field(),
    )
    try:
        with transaction() as session:
            save_ratings(
                session,
                actor=current_actor(),
                round_id=round_id,
                answers=posted.answers,
                comments=posted.comments,
                # Only a text has one.
                language=language() if posted.comments else "",
                now=clock.now(),
                client=client,
                sequence=sequence_of(form),
                fields=posted.touched,
                questionnaire=questionnaire if sitting.takes_answers else None,
            )
            if silences := silences_in(form):
                prefer_not_to_say(
                    session,
                    actor=current_actor(),
                    round_id=round_id,
                    statement_ids=silences,
                    client=client,
                    now=clock.now(),
                )
    except RuleViolation as violation:
        if violation.code in (ViolationCode.ROUND_CLOSED, ViolationCode.ROUND_NOT_OPEN):
            return closed_meanwhile(sitting, violation, typed_ratings(posted.filled, questionnaire=questionnaire))
        return _again(sitting, number, posted, [Problem("content", violation_sentence(violation))])
    if overtaken:
        flash_overtaken(overtaken, labels=labels_of(questionnaire))
    sections = sections_of(questionnaire, sitting=sitting)
    goes_on = form.get("then", "next") in ("next", "send")
    # Asked once: who presses the button again under the question goes on, a reason given or not.
    if sitting.asked.asks_reason and goes_on and "why" not in request.args and 1 <= number <= len(sections):
        apart = statements_without_reason(reading_session(), round_id=round_id, panellist_id=sitting.seat.panellist_id)
        if apart.intersection(sections[number - 1]):
            return redirect(url_for("expert.rate", round_id=round_id, number=number, why=1, _anchor="why"), 303)
    if form.get("then") == "send" and not overtaken:
        return send_if_complete(round_id)
    return _onwards(
        round_id,
        number,
        then=form.get("then", "next"),
        n_sections=len(sections),
        behind="expert.questions" if has_questions else "expert.check",
    )


def _again(sitting: Sitting, number: int, posted: PostedRatings, problems: Sequence[Problem]) -> Any:
    found = rating_page(reading_session(), sitting=sitting, number=number, typed=posted.filled, problems=problems)
    if found is None:
        abort(404)
    return page_of(found), 422


def _onwards(round_id: int, number: int, *, then: str, n_sections: int, behind: str) -> Any:
    """`then` names the button that was pressed, `behind` the page behind the last section."""
    if kept := KEEP.fullmatch(then):
        return redirect(url_for("expert.rate", round_id=round_id, number=number, _anchor=kept[1]), 303)
    if then == "questions":
        return redirect(url_for(behind, round_id=round_id), 303)
    target = number if then == "stay" else number + 1
    asked = then.removeprefix("section-")
    if asked != then and asked.isdecimal():
        target = int(asked)
    following = (
        url_for("expert.rate", round_id=round_id, number=target)
        if target <= n_sections
        else url_for(behind, round_id=round_id)
    )
    return after_saving(round_id, following=following)
