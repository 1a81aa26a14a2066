"""Reviewing the comments of a closed round."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.comments import Paraphrase, comments_page
from delphi.facilitator.views.synthesis import typed_texts
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.comments import mark_objection, share_comment, withhold_comment
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/comments")
@requires(Permission.FACILITATE)
def comments(round_id: int) -> Any:
    """Every comment of the round, by statement."""
    return _show(round_id, typed=Paraphrase())


@blueprint.post("/rounds/<int:round_id>/comments/<int:comment_id>")
@requires(Permission.FACILITATE)
def review(round_id: int, comment_id: int) -> Any:
    """Share as written, share the paraphrase that was typed, or withhold."""
    decision, texts = request.form.get("decision", ""), typed_texts()
    if decision not in ("share", "paraphrase", "withhold"):
        abort(400)
    try:
        with transaction() as session:
            if decision == "withhold":
                withhold_comment(
                    session, actor=current_actor(), round_id=round_id, comment_id=comment_id, now=clock.now()
                )
            else:
                share_comment(
                    session,
                    actor=current_actor(),
                    round_id=round_id,
                    comment_id=comment_id,
                    paraphrase=LocalizedText(texts) if decision == "paraphrase" else None,
                    now=clock.now(),
                )
    except RuleViolation as violation:
        refused = Paraphrase(comment_id=comment_id, texts=texts, problem=violation_sentence(violation))
        return _show(round_id, typed=refused, status=422)
    flash(gettext("Withheld.") if decision == "withhold" else gettext("Shared."))
    return redirect(url_for("facilitator.comments", round_id=round_id), 303)


@blueprint.post("/rounds/<int:round_id>/comments/<int:comment_id>/objection")
@requires(Permission.FACILITATE)
def objection(round_id: int, comment_id: int) -> Any:
    """Carry a shared comment on as a principled objection, or no longer."""
    is_objection = bool(request.form.get("is_objection"))
    try:
        with transaction() as session:
            mark_objection(
                session,
                actor=current_actor(),
                round_id=round_id,
                comment_id=comment_id,
                is_objection=is_objection,
                now=clock.now(),
            )
    except RuleViolation as violation:
        refused = Paraphrase(comment_id=comment_id, problem=violation_sentence(violation))
        return _show(round_id, typed=refused, status=422)
    flash(gettext("Marked as a principled objection.") if is_objection else gettext("No longer marked."))
    return redirect(url_for("facilitator.comments", round_id=round_id), 303)


def _show(round_id: int, *, typed: Paraphrase, status: int = 200) -> Any:
    view = comments_page(reading_session(), round_id=round_id, actor=current_actor(), typed=typed)
    return render_template("facilitator/comments.html", view=view), status
