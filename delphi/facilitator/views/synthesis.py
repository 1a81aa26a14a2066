"""The synthesis desk: placing, merging, splitting, setting aside, tagging, undoing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.conflict import Wanted, conflict_page
from delphi.facilitator.pages.synthesis import Typed, synthesis_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LANGUAGES, LocalizedText
from surveys.queries.desk_company import latest_search, others_here, steps_that_stand
from surveys.services.desk_presence import note_presence
from surveys.services.desk_sorting import tag_idea, untag_idea
from surveys.services.grouping import place_group
from surveys.services.idea_flags import answer_flag
from surveys.services.similar_ideas import queue_run
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.undo_steps import undo_step
from surveys.services.undoing import take_idea_back, undo_placement
from surveys.vocabulary import Permission, StatementKind, ViolationCode

CHANGED_MEANWHILE = (
    ViolationCode.IDEA_ALREADY_PLACED,
    ViolationCode.NOTHING_TO_UNDO,
    ViolationCode.CHANGED_SINCE,
    ViolationCode.EDITED_MEANWHILE,
    ViolationCode.FLAG_SETTLED,
)
BOTH_SHOWN = (ViolationCode.IDEA_ALREADY_PLACED, ViolationCode.EDITED_MEANWHILE)
"""Somebody else was first, and what they did is shown beside what was wanted."""


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

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(texts=texts), wanted=Wanted(texts=texts))


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/merge")
@requires(Permission.FACILITATE)
def merge(task_force_id: int, idea_id: int) -> Any:
    """Put the idea in hand into an existing statement, in the wording that was on the page."""
    chosen, _, seen = request.form.get("statement", "").partition(":")
    statement_id = int(chosen) if chosen.isdecimal() else 0

    def act(session: Session) -> str:
        merge_idea(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            idea_id=idea_id,
            statement_id=statement_id,
            is_split="split" in request.form,
            seen=seen,
            now=clock.now(),
        )
        return gettext("Merged.")

    wanted = Wanted(statement_id=statement_id, seen=seen)
    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), wanted=wanted)


@blueprint.post("/task-forces/<int:task_force_id>/ideas/group")
@requires(Permission.FACILITATE)
def group(task_force_id: int) -> Any:
    """Make one statement of the ideas that were ticked in a suggested group."""
    texts, ids = typed_texts(), request.form.getlist("in-group", type=int)

    def act(session: Session) -> str:
        statement = place_group(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            idea_ids=ids,
            text=LocalizedText(texts),
            now=clock.now(),
        )
        return ngettext(
            "%(num)d idea placed as %(statement)s.",
            "%(num)d ideas placed as %(statement)s.",
            len(ids),
            statement=statement.code,
        )

    first = ids[0] if ids else None
    return _do(task_force_id, act, idea_id=first, typed=Typed(texts=texts), wanted=Wanted(texts=texts))


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

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(reason=reason), wanted=Wanted(reason=reason))


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/take-back")
@requires(Permission.FACILITATE)
def take_back(task_force_id: int, idea_id: int) -> Any:
    """Take up an idea again that was set aside."""

    def act(session: Session) -> str:
        take_idea_back(session, actor=current_actor(), task_force_id=task_force_id, idea_id=idea_id, now=clock.now())
        return gettext("The idea waits again.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), stay=True)


@blueprint.post("/task-forces/<int:task_force_id>/ideas/<int:idea_id>/tags")
@requires(Permission.FACILITATE)
def tag(task_force_id: int, idea_id: int) -> Any:
    """Put a word to the idea in hand, or take one off it."""
    off = request.form.get("off", type=int)

    def act(session: Session) -> str:
        who: dict[str, Any] = {"actor": current_actor(), "task_force_id": task_force_id, "now": clock.now()}
        if off is not None:
            untag_idea(session, tag_id=off, **who)
            return gettext("Tag taken off.")
        tag_idea(session, idea_id=idea_id, tag=request.form.get("tag", ""), **who)
        return gettext("Tagged.")

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
        return gettext("Taken out.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), stay=True)


@blueprint.post("/task-forces/<int:task_force_id>/steps/<int:step_id>/undo")
@requires(Permission.FACILITATE)
def undo_any(task_force_id: int, step_id: int) -> Any:
    """Undo one step of the desk."""
    idea_id = request.form.get("idea", type=int)

    def act(session: Session) -> str:
        undo_step(session, actor=current_actor(), task_force_id=task_force_id, step_id=step_id, now=clock.now())
        return gettext("Undone.")

    return _do(task_force_id, act, idea_id=idea_id, typed=Typed(), stay=True)


@blueprint.post("/task-forces/<int:task_force_id>/similar")
@requires(Permission.FACILITATE)
def look_for_similar(task_force_id: int) -> Any:
    """Ask the worker for a look for similar ideas."""

    def act(session: Session) -> str:
        queue_run(session, actor=current_actor(), task_force_id=task_force_id, now=clock.now())
        return gettext("Similar ideas are looked for in the background.")

    return _do(task_force_id, act, idea_id=None, typed=Typed())


@blueprint.post("/task-forces/<int:task_force_id>/here")
@requires(Permission.FACILITATE)
def here(task_force_id: int) -> Any:
    """A sign of life of an open desk; answers who else is here, the newest step, and how far the search is."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        note_presence(session, actor=actor, task_force_id=task_force_id, now=now)
        others = others_here(session, task_force_id=task_force_id, person_id=actor.person_id, now=now)
        steps = steps_that_stand(session, task_force_id=task_force_id, limit=1)
        search = latest_search(session, task_force_id=task_force_id)
    is_under_way = search is not None and search.is_under_way
    return jsonify(
        others=", ".join(others),
        step=steps[0].id if steps else 0,
        search={"done": search.n_done, "steps": search.n_steps} if search is not None and is_under_way else None,
    )


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
    task_force_id: int,
    act: Callable[[Session], str],
    *,
    idea_id: int | None,
    typed: Typed,
    wanted: Wanted | None = None,
    stay: bool = False,
) -> Any:
    """One step in one transaction; refused, the desk comes again with what was typed."""
    try:
        with transaction() as session:
            note_presence(session, actor=current_actor(), task_force_id=task_force_id, now=clock.now())
            done = act(session)
    except RuleViolation as violation:
        if wanted is not None and idea_id is not None and violation.code in BOTH_SHOWN:
            view = conflict_page(
                reading_session(), task_force_id=task_force_id, idea_id=idea_id, actor=current_actor(), wanted=wanted
            )
            if view is not None:
                return render_template("facilitator/conflict.html", view=view), 409
        status = 409 if violation.code in CHANGED_MEANWHILE else 422
        refused = replace(typed, problem=violation_sentence(violation))
        return _show(task_force_id, idea_id=idea_id, typed=refused, status=status)
    flash(done)
    keeps = stay or "again" in request.form
    target = {"idea": idea_id} if keeps and idea_id else {"kind": request.form.get("kind")}
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
        statement_id=request.args.get("statement", type=int),
        now=clock.now(),
    )
    return render_template("facilitator/synthesis.html", view=view), status
