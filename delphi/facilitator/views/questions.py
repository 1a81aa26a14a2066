"""Further questions of a planned round: adding, editing, ordering, removing, previewing; and their results."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.questions import (
    Written,
    find_question,
    preview_page,
    problem_sentences,
    question_form_page,
    question_results_page,
    questions_page,
)
from delphi.security import current_actor, requires
from surveys.models import Round
from surveys.rules.questions.drafts import Draft, read_draft
from surveys.services.freezing import study_of_round
from surveys.services.questions import add_question, ask_again, edit_question, move_question, remove_question
from surveys.vocabulary import Permission, QuestionKind


@blueprint.get("/rounds/<int:round_id>/questions")
@requires(Permission.FACILITATE)
def questions(round_id: int) -> Any:
    """The questions of a planned round."""
    view = questions_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/questions.html", view=view)


@blueprint.get("/rounds/<int:round_id>/questions/new")
@requires(Permission.FACILITATE)
def new_question(round_id: int) -> Any:
    """The empty form of a question of the kind in the address."""
    return _form(round_id, kind=_kind(request.args.get("kind", "")))


@blueprint.post("/rounds/<int:round_id>/questions/new")
@requires(Permission.FACILITATE)
def create_question(round_id: int) -> Any:
    """Add a question at the end."""
    kind = _kind(request.form.get("kind", ""))
    draft = _draft(round_id, kind=kind)
    if draft.problems:
        return _form(round_id, kind=kind, draft=draft)
    with transaction() as session:
        add_question(session, actor=current_actor(), round_id=round_id, question=draft.question, now=clock.now())
    flash(gettext("The question is added."))
    return _list(round_id)


@blueprint.post("/rounds/<int:round_id>/questions/again")
@requires(Permission.FACILITATE)
def repeat_question(round_id: int) -> Any:
    """Ask a question of an earlier round again; experts see its result and their own answer beside it."""
    chosen = request.form.get("question", "")
    if not chosen.isdecimal():
        abort(404)
    with transaction() as session:
        ask_again(session, actor=current_actor(), round_id=round_id, question_id=int(chosen), now=clock.now())
    flash(gettext("The question is asked again; its words can still be changed, but then nothing is compared."))
    return _list(round_id)


@blueprint.get("/rounds/<int:round_id>/questions/<int:question_id>")
@requires(Permission.FACILITATE)
def question(round_id: int, question_id: int) -> Any:
    """The form of one question."""
    return _form(round_id, question_id=question_id)


@blueprint.post("/rounds/<int:round_id>/questions/<int:question_id>")
@requires(Permission.FACILITATE)
def save_question(round_id: int, question_id: int) -> Any:
    """Change a question that nobody has seen yet."""
    stored = find_question(reading_session(), round_id=round_id, question_id=question_id)
    draft = _draft(round_id, kind=stored.kind)
    if draft.problems:
        return _form(round_id, question_id=question_id, draft=draft)
    with transaction() as session:
        edit_question(
            session,
            actor=current_actor(),
            round_id=round_id,
            question_id=question_id,
            question=draft.question,
            now=clock.now(),
        )
    flash(gettext("The question is saved."))
    return _list(round_id)


@blueprint.post("/rounds/<int:round_id>/questions/<int:question_id>/move")
@requires(Permission.FACILITATE)
def reorder_question(round_id: int, question_id: int) -> Any:
    """One place up or down."""
    with transaction() as session:
        move_question(
            session,
            actor=current_actor(),
            round_id=round_id,
            question_id=question_id,
            is_up=request.form.get("to") == "up",
            now=clock.now(),
        )
    return _list(round_id)


@blueprint.post("/rounds/<int:round_id>/questions/<int:question_id>/remove")
@requires(Permission.FACILITATE)
def drop_question(round_id: int, question_id: int) -> Any:
    """Take a question off; its words stay in the log."""
    with transaction() as session:
        remove_question(session, actor=current_actor(), round_id=round_id, question_id=question_id, now=clock.now())
    flash(gettext("The question is removed; its words stay in the log."))
    return _list(round_id)


@blueprint.get("/rounds/<int:round_id>/questions/preview")
@requires(Permission.FACILITATE)
def preview_questions(round_id: int) -> Any:
    """The questions as experts will see them."""
    view = preview_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/questions_preview.html", view=view)


@blueprint.get("/rounds/<int:round_id>/question-results")
@requires(Permission.SEE_RESULTS)
def question_results(round_id: int) -> Any:
    """What a closed round's questions brought; an open one is refused."""
    view = question_results_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/question_results.html", view=view)


def _kind(code: str) -> QuestionKind:
    if code not in list(QuestionKind):
        abort(404)
    return QuestionKind(code)


def _draft(round_id: int, *, kind: QuestionKind) -> Draft:
    session = reading_session()
    study = study_of_round(session, round_=session.get_one(Round, round_id))
    return read_draft(kind, request.form, languages=tuple(study.languages))


def _form(
    round_id: int, *, kind: QuestionKind | None = None, question_id: int | None = None, draft: Draft | None = None
) -> Any:
    written = Written(request.form, problem_sentences(draft.problems)) if draft else None
    view = question_form_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        kind=kind,
        question_id=question_id,
        written=written,
    )
    return render_template("facilitator/question.html", view=view), 422 if draft else 200


def _list(round_id: int) -> Any:
    return redirect(url_for("facilitator.questions", round_id=round_id), 303)
