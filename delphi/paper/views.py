"""Printing sheets, and entering one on behalf of its panellist."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.documents.questionnaire import paper_questionnaire, questionnaire_pdf
from delphi.documents.typesetting import download
from delphi.expert.forms.ideas import PostedIdeas, read_ideas
from delphi.expert.forms.questions import PostedQuestions, read_questions
from delphi.expert.forms.rating import PostedRatings, read_ratings
from delphi.expert.forms.seen import Seen
from delphi.expert.pages.on_paper import paper_feedback
from delphi.expert.sitting import Problem
from delphi.exports.language import speaking
from delphi.paper import blueprint
from delphi.paper.pages import TypedSheet, paper_entry_page, paper_list_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LANGUAGES
from surveys.queries.asked_round import asked_round
from surveys.queries.paper import PaperSeat, PaperState, find_paper_seat
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.questions import own_question_answers, questions_of
from surveys.services.paper import PaperAnswers, enter_paper_answers
from surveys.vocabulary import Permission, RoundKind, StatementKind, ViolationCode

EVERYTHING_TOUCHED = Seen()
"""A sheet is keyed in whole: every field of the form says what stands on the paper."""


@blueprint.get("/rounds/<int:round_id>/paper")
@requires(Permission.FACILITATE)
def sheets(round_id: int) -> Any:
    """Everybody in the panel with their code: print, enter, or answered online."""
    view = paper_list_page(reading_session(), round_id=round_id, actor=current_actor(), now=clock.now())
    return render_template("paper/sheets.html", view=view)


@blueprint.get("/rounds/<int:round_id>/paper/<int:panellist_id>.pdf")
@requires(Permission.FACILITATE)
def sheet(round_id: int, panellist_id: int) -> Response:
    """One person's sheet, in their language."""
    session = reading_session()
    seat = _seat(round_id, panellist_id)
    asked = asked_round(session, round_id=round_id)
    with speaking(seat.language if seat.language in LANGUAGES else LANGUAGES[0]):
        paper = paper_questionnaire(
            session,
            asked=asked,
            code=seat.code,
            needs_consent=not seat.has_consented,
            feedback=paper_feedback(session, asked=asked, now=clock.now()),
        )
        content = questionnaire_pdf(paper)
    return download(content, name=f"{asked.panel.code}-{asked.number}-{seat.code}")


@blueprint.get("/rounds/<int:round_id>/paper/<int:panellist_id>")
@requires(Permission.FACILITATE)
def entry(round_id: int, panellist_id: int) -> Any:
    return _show(round_id, _seat(round_id, panellist_id), typed=TypedSheet())


@blueprint.post("/rounds/<int:round_id>/paper/<int:panellist_id>")
@requires(Permission.FACILITATE)
def enter(round_id: int, panellist_id: int) -> Any:
    """Store the sheet as its panellist's answers."""
    seat = _seat(round_id, panellist_id)
    if seat.state is PaperState.ONLINE:
        return _show(round_id, seat, typed=TypedSheet(), status=409)
    ratings, ideas, questions = _read(round_id, panellist_id)
    language = request.form.get("language", "")
    has_agreed = request.form.get("agreed") == "yes"
    typed = TypedSheet(
        filled=ratings.filled if ratings else None,
        texts=ideas.texts if ideas else {},
        parents=ideas.parents if ideas else {},
        questions=questions.typed,
        question_problems=questions.sentences,
        problems=(*(ratings.problems if ratings else ()), *(ideas.problems if ideas else ()), *questions.problems),
        language=language,
        has_agreed=has_agreed,
    )
    if typed.problems:
        return _show(round_id, seat, typed=typed, status=422)
    answers = PaperAnswers(
        language=language if language in LANGUAGES else seat.language,
        ratings=ratings.answers if ratings else (),
        comments=ratings.comments if ratings else (),
        ideas=ideas.ideas if ideas else (),
        questions=questions.answers,
    )
    try:
        with transaction() as session:
            enter_paper_answers(
                session,
                actor=current_actor(),
                round_id=round_id,
                panellist_id=panellist_id,
                answers=answers,
                has_agreed=has_agreed,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _refused(round_id, panellist_id, typed=typed, violation=violation)
    flash(
        gettext("The sheet %(code)s is stored. Its expert gets a receipt by mail and can correct it.", code=seat.code)
    )
    return redirect(url_for("paper.sheets", round_id=round_id), 303)


def _read(round_id: int, panellist_id: int) -> tuple[PostedRatings | None, PostedIdeas | None, PostedQuestions]:
    session = reading_session()
    asked = asked_round(session, round_id=round_id)
    ratings = ideas = None
    if asked.kind is RoundKind.RATING:
        questionnaire = questionnaire_of(session, round_id=round_id)
        ratings = read_ratings(request.form, questionnaire=questionnaire, seen=EVERYTHING_TOUCHED)
    else:
        ideas = read_ideas(request.form, kinds=tuple(StatementKind), seen=EVERYTHING_TOUCHED)
    questions = read_questions(
        request.form,
        questions=questions_of(session, round_id=round_id),
        stored=own_question_answers(session, round_id=round_id, panellist_id=panellist_id),
    )
    return ratings, ideas, questions


def _seat(round_id: int, panellist_id: int) -> PaperSeat:
    """The seat of an address; 404 for somebody who is not asked in this round."""
    seat = find_paper_seat(reading_session(), round_id=round_id, panellist_id=panellist_id)
    if seat is None:
        abort(404)
    return seat


def _refused(round_id: int, panellist_id: int, *, typed: TypedSheet, violation: RuleViolation) -> Any:
    """The form again with the reason and everything typed; what came in online meanwhile is not shown."""
    anchor = "agreed" if violation.code is ViolationCode.PAPER_CONSENT_MISSING else "content"
    again = TypedSheet(
        filled=typed.filled,
        texts=typed.texts,
        parents=typed.parents,
        questions=typed.questions,
        problems=(Problem(anchor, violation_sentence(violation)),),
        language=typed.language,
        has_agreed=typed.has_agreed,
    )
    return _show(round_id, _seat(round_id, panellist_id), typed=again, status=422)


def _show(round_id: int, seat: PaperSeat, *, typed: TypedSheet, status: int = 200) -> Any:
    session, actor, now = reading_session(), current_actor(), clock.now()
    asked = asked_round(session, round_id=round_id)
    if seat.state is PaperState.ONLINE or not asked.takes_answers(now=now):
        view = paper_list_page(session, round_id=round_id, actor=actor, now=now)
        return render_template("paper/sheets.html", view=view, refused=seat), max(status, 409)
    view_of_sheet = paper_entry_page(session, asked=asked, seat=seat, actor=actor, typed=typed)
    return render_template("paper/entry.html", view=view_of_sheet), status
