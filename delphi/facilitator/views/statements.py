"""A statement's page, and changing its wording, its link and its category."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.statement import Retyped, statement_page
from delphi.facilitator.views.synthesis import typed_texts
from delphi.security import current_actor, current_subject, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.desk_sorting import categorise as categorise_statement
from surveys.services.wording import edit_wording, link_statement
from surveys.vocabulary import Permission, ViolationCode


@blueprint.get("/statements/<int:statement_id>")
@requires(Permission.SEE_RESULTS)
def statement(statement_id: int) -> Any:
    """Where a statement came from, how it was worded, what was said of it."""
    return _show(statement_id, retyped=Retyped())


@blueprint.post("/statements/<int:statement_id>/wording")
@requires(Permission.FACILITATE)
def reword(statement_id: int) -> Any:
    """Change the wording; where somebody else did so meanwhile both are shown."""
    texts, reason = typed_texts(), request.form.get("reason", "")
    try:
        with transaction() as session:
            version = edit_wording(
                session,
                actor=current_actor(),
                statement_id=statement_id,
                text=LocalizedText(texts),
                seen=request.form.get("seen", ""),
                as_new_version="new_version" in request.form,
                reason=reason,
                now=clock.now(),
            )
    except RuleViolation as violation:
        is_clash = violation.code is ViolationCode.EDITED_MEANWHILE
        retyped = Retyped(texts=texts, reason=reason, problem=violation_sentence(violation), is_clash=is_clash)
        return _show(statement_id, retyped=retyped, status=409 if is_clash else 422)
    flash(gettext("Saved as version %(number)s.", number=version.number))
    return redirect(_back(statement_id), 303)


@blueprint.post("/statements/<int:statement_id>/parent")
@requires(Permission.FACILITATE)
def link(statement_id: int) -> Any:
    """Say what the statement hangs on."""
    with transaction() as session:
        link_statement(
            session,
            actor=current_actor(),
            statement_id=statement_id,
            parent_id=request.form.get("parent", type=int),
            now=clock.now(),
        )
    flash(gettext("Saved."))
    return redirect(_back(statement_id), 303)


@blueprint.post("/statements/<int:statement_id>/category")
@requires(Permission.FACILITATE)
def categorise(statement_id: int) -> Any:
    """Put the statement into a category, or into none."""
    with transaction() as session:
        categorise_statement(
            session,
            actor=current_actor(),
            task_force_id=current_subject().task_force_id or 0,
            statement_id=statement_id,
            category_id=request.form.get("category", type=int),
            now=clock.now(),
        )
    flash(gettext("Saved."))
    return redirect(_back(statement_id), 303)


def _back(statement_id: int) -> str:
    """The page the form was on: the desk with the statement in hand, or the statement's own."""
    if request.form.get("back") == "desk":
        task_force_id = current_subject().task_force_id
        return url_for("facilitator.synthesis", task_force_id=task_force_id, statement=statement_id)
    return url_for("facilitator.statement", statement_id=statement_id)


def _show(statement_id: int, *, retyped: Retyped, status: int = 200) -> Any:
    view = statement_page(reading_session(), statement_id=statement_id, actor=current_actor(), retyped=retyped)
    return render_template("facilitator/statement.html", view=view), status
