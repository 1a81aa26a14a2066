"""The synthesis desk: placing, merging, splitting, setting aside, undoing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlmodel import Session

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.synthesis import Typed, synthesis_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LANGUAGES, LocalizedText
from surveys.services.idea_flags import answer_flag
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.undoing import take_idea_back, undo_placement
from surveys.vocabulary import Permission, StatementKind, ViolationCode

CHANGED_MEANWHILE = (ViolationCode.IDEA_ALREADY_PLACED, ViolationCode.NOTHING_TO_UNDO, ViolationCode.FLAG_SETTLED)


@blueprint.get("/task-forces/<int:task_force_id>/synthesis")
@requires(Permission.FACILITATE)
def synthesis(task_force_id: int) -> Any:
    """The desk, with one idea in hand."""
    return _show(task_force_id, idea_id=request.args.get("idea", type=int), typed=Typed())


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/new")
@requires(Permission.FACILITATE)
def place_new(task_force_id: int, idea_id: int) -> Any:
    """Make a new statement of the idea in hand."""
    texts = typed_texts()

    def act(session: Session) -> str:
        statement = place_as_new(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            idea_id=idea_id,
            text=LocalizedText(texts),
            is_split="split" in request.form,
            now=clock.now(),
        )
        return gettext("Placed as %(statement)s.", statement=statement.code)

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(texts=texts))


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/merge")
@requires(Permission.FACILITATE)
def merge(task_force_id: int, idea_id: int) -> Any:
    """Put the idea in hand into an existing statement."""

    def act(session: Session) -> str:
        merge_idea(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            idea_id=idea_id,
            statement_id=request.form.get("statement", type=int) or 0,
            is_split="split" in request.form,
            now=clock.now(),
        )
        return gettext("Merged.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed())


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/park")
@requires(Permission.FACILITATE)
def park(task_force_id: int, idea_id: int) -> Any:
    """Set the idea in hand aside."""
    reason = request.form.get("reason", "")

    def act(session: Session) -> str:
        park_idea(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            idea_id=idea_id,
            reason=reason,
            now=clock.now(),
        )
        return gettext("Set aside.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(reason=reason))


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/take-back")
@requires(Permission.FACILITATE)
def take_back(task_force_id: int, idea_id: int) -> Any:
    """Take up an idea again that was set aside."""

    def act(session: Session) -> str:
        take_idea_back(session, actor=current_actor(), task_force_id=task_force_id, idea_id=idea_id, now=clock.now())
        return gettext("The idea waits again.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), stay=True)


@blueprint.post("/task-forces/<int:task_force_id>/placements/<int:placement_id>/undo")
@requires(Permission.FACILITATE)
def undo(task_force_id: int, placement_id: int) -> Any:
    """Take an idea out of a statement again."""
    idea_id = request.form.get("idea", type=int)

    def act(session: Session) -> str:
        undo_placement(
            session, actor=current_actor(), task_force_id=task_force_id, placement_id=placement_id, now=clock.now()
        )
        return gettext("Undone.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), stay=True)


@blueprint.post("/task-forces/<int:task_force_id>/remarks/<int:remark_id>/answer")
@requires(Permission.FACILITATE)
def answer_remark(task_force_id: int, remark_id: int) -> Any:
    """Answer an expert's remark on what became of their idea; they read the answer beside it."""
    resolution = request.form.get("resolution", "")

    def act(session: Session) -> str:
        answer_flag(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            flag_id=remark_id,
            resolution=resolution,
            now=clock.now(),
        )
        return gettext("Answered. The expert reads it beside the idea.")

    return _do(task_force_id, act, idea_id=None, typed=Typed(remark_id=remark_id, resolution=resolution))


def typed_texts() -> dict[str, str]:
    """The wordings a form holds, by language."""
    return {language: request.form.get(f"text-{language}", "") for language in LANGUAGES}


def _do(
    task_force_id: int, act: Callable[[Session], str], *, idea_id: int | None, typed: Typed, stay: bool = False
) -> Any:
    """One step in one transaction; refused, the desk comes again with what was typed."""
    try:
        with transaction() as session:
            done = act(session)
    except RuleViolation as violation:
        status = 409 if violation.code in CHANGED_MEANWHILE else 422
        refused = replace(typed, problem=violation_sentence(violation))
        return _show(task_force_id, idea_id=idea_id, typed=refused, status=status)
    flash(done)
    keeps = stay or "again" in request.form
    target = {"idea": idea_id} if keeps else {"kind": request.form.get("kind")}
    return redirect(url_for("facilitator.synthesis", task_force_id=task_force_id, **target), 303)


def _show(task_force_id: int, *, idea_id: int | None, typed: Typed, status: int = 200) -> Any:
    kind = request.values.get("kind", "")
    view = synthesis_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        idea_id=idea_id,
        kind=StatementKind(kind) if kind in list(StatementKind) else None,
        typed=typed,
    )
    return render_template("facilitator/synthesis.html", view=view), status
