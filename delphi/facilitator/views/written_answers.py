"""Reading over the written answers of a closed round."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.written_answers import Refused, written_answers_page
from delphi.facilitator.views.synthesis import typed_texts
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.answer_reviews import share_answer, take_back_decision, withhold_answer
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/written-answers")
@requires(Permission.FACILITATE)
def written_answers(round_id: int) -> Any:
    """Every text of the round's further questions."""
    return _show(round_id, refused=Refused())


@blueprint.post("/rounds/<int:round_id>/written-answers/<int:answer_id>")
@requires(Permission.FACILITATE)
def read_over(round_id: int, answer_id: int) -> Any:
    """Share as written, share the paraphrase that was typed, withhold with a reason, or undo any of these."""
    decision, texts, reason = request.form.get("decision", ""), typed_texts(), request.form.get("reason", "")
    try:
        with transaction() as session:
            about: dict[str, Any] = {
                "actor": current_actor(),
                "round_id": round_id,
                "answer_id": answer_id,
                "now": clock.now(),
            }
            match decision:
                case "share":
                    share_answer(session, **about)
                case "paraphrase":
                    share_answer(session, paraphrase=LocalizedText(texts), **about)
                case "withhold":
                    withhold_answer(session, reason=reason, **about)
                case "undo":
                    take_back_decision(session, **about)
                case _:
                    abort(400)
    except RuleViolation as violation:
        problem = violation_sentence(violation)
        return _show(round_id, refused=Refused(answer_id, decision, texts, reason, problem), status=422)
    said = {"withhold": gettext("Withheld."), "undo": gettext("Undone: the answer waits to be read over again.")}
    flash(said.get(decision) or gettext("Shared."))
    return redirect(url_for("facilitator.written_answers", round_id=round_id), 303)


def _show(round_id: int, *, refused: Refused, status: int = 200) -> Any:
    view = written_answers_page(reading_session(), round_id=round_id, actor=current_actor(), refused=refused)
    return render_template("facilitator/written_answers.html", view=view), status
