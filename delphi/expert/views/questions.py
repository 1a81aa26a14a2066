"""Further questions of a round, on one page behind its statements or ideas."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.errors import STATUS_OF_VIOLATION
from delphi.expert import blueprint
from delphi.expert.forms.questions import KEEP, PostedQuestions, read_questions, with_kept
from delphi.expert.forms.seen import client_of, mark, read_seen, sequence_of
from delphi.expert.overtaking import Overtaken, is_other, notice
from delphi.expert.pages.ideas import PARTS
from delphi.expert.pages.questions import questions_page
from delphi.expert.sitting import Problem, Sitting, after_saving, clock_of_round, detour, sit_down
from delphi.expert.views.field import field_of_request
from delphi.expert.views.keeping import closed_meanwhile, typed_questions, was_saved_elsewhere
from delphi.expert.views.sending import send_if_complete
from delphi.i18n import language
from delphi.questions.words import values_in_words
from delphi.security import csrf, current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.questions import answers_to_compare, questions_of
from surveys.queries.repeated_questions import earlier_questions
from surveys.services.question_answers import save_question_answers
from surveys.services.question_fields import save_question_field
from surveys.vocabulary import Permission, RoundKind, ViolationCode


@blueprint.get("/rounds/<int:round_id>/questions")
@requires(Permission.ANSWER)
def questions(round_id: int) -> Any:
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=sitting.asked.kind):
        return elsewhere
    found = questions_page(reading_session(), sitting=sitting)
    if found is None:
        abort(404)
    return render_template("expert/questions.html", questions=found)


@blueprint.post("/rounds/<int:round_id>/questions")
@requires(Permission.ANSWER)
def keep_questions(round_id: int) -> Any:
    """Save the page; which button was pressed says where to go next."""
    sitting = sit_down(round_id)
    session = reading_session()
    asked = questions_of(session, round_id=round_id)
    stored = answers_to_compare(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    earlier = earlier_questions(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    form = with_kept(request.form, questions=asked, earlier=earlier)
    posted = read_questions(form, questions=asked, stored=stored, seen=read_seen(form))
    if posted.problems and sitting.takes_answers:
        return _again(sitting, posted, posted.problems)
    saved_elsewhere = was_saved_elsewhere(sitting)
    try:
        with transaction() as writing:
            save_question_answers(
                writing,
                actor=current_actor(),
                round_id=round_id,
                answers=posted.answers,
                language=language(),
                now=clock.now(),
                client=client_of(request.form),
                sequence=sequence_of(request.form),
            )
    except RuleViolation as violation:
        if violation.code in (ViolationCode.ROUND_CLOSED, ViolationCode.ROUND_NOT_OPEN):
            return closed_meanwhile(sitting, violation, typed_questions(posted.typed, questions=asked))
        return _again(sitting, posted, (Problem("content", violation_sentence(violation)),))
    if saved_elsewhere:
        flash(gettext("You also saved this page in another window. For each question, what was saved last counts."))
    elif request.form.get("then") == "send":
        return send_if_complete(round_id)
    return _onwards(sitting)


@blueprint.post("/rounds/<int:round_id>/questions/field")
@csrf.exempt  # checked by field_of_request, after the guard: an ended sign-in is to answer 401
@requires(Permission.ANSWER)
def keep_question_field(round_id: int) -> Any:
    """Store one field of a question; statuses and words as for the fields of statements and ideas."""
    posted = field_of_request()
    if isinstance(posted, str):
        return {"error": posted}, 400
    now = clock.now()
    try:
        with transaction() as session:
            saved = save_question_field(
                session,
                actor=current_actor(),
                round_id=round_id,
                write=posted.write,
                language=language(),
                now=now,
            )
    except RuleViolation as violation:
        status = STATUS_OF_VIOLATION.get(violation.code, 422)
        return {"error": violation_sentence(violation), "kept": False}, status
    said = {"saved_at": now.isoformat(), "saved": clock_of_round(round_id, now), "known": mark(posted.write.value)}
    if (
        saved is not None
        and saved.was_written_elsewhere
        and posted.known is not None
        and is_other(saved.before, posted.write.value, known=posted.known)
    ):
        words = values_in_words(saved.question)
        before, value = (words.get(each, each) for each in (saved.before, posted.write.value))
        said["notice"] = notice(Overtaken(posted.write.field, before, value))
    if saved is not None and saved.violation is not None:
        return {**said, "error": violation_sentence(saved.violation), "kept": True}, 422
    return said


def _again(sitting: Sitting, posted: PostedQuestions, problems: tuple[Problem, ...]) -> Any:
    found = questions_page(
        reading_session(), sitting=sitting, typed=posted.typed, sentences=posted.sentences, problems=problems
    )
    if found is None:
        abort(404)
    return render_template("expert/questions.html", questions=found), 422


def _onwards(sitting: Sitting) -> Any:
    round_id, then = sitting.asked.id, request.form.get("then", "next")
    is_rating = sitting.asked.kind is RoundKind.RATING
    section, part = then.removeprefix("section-"), then.removeprefix("part-")
    if is_rating and section != then and section.isdecimal():
        return redirect(url_for("expert.rate", round_id=round_id, number=int(section)), 303)
    if not is_rating and part in PARTS:
        return redirect(url_for("expert.ideas", round_id=round_id, part=part), 303)
    here = url_for("expert.questions", round_id=round_id)
    if kept := KEEP.fullmatch(then):
        return redirect(url_for("expert.questions", round_id=round_id, _anchor=f"q-{kept[1]}"), 303)
    return after_saving(round_id, following=here if then == "stay" else url_for("expert.check", round_id=round_id))
