"""The consensus board of a closed round."""

from typing import Any

from flask import render_template, request

from delphi.database import reading_session
from delphi.facilitator import blueprint
from delphi.facilitator.pages.board import board_page
from delphi.facilitator.pages.questions import question_results
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/board")
@requires(Permission.SEE_RESULTS)
def board(round_id: int) -> Any:
    """What a closed round says; an open one is refused."""
    view = board_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        shown=request.args.get("class", ""),
        sort=request.args.get("sort", "rank"),
    )
    questions = question_results(reading_session(), round_id=round_id)
    return render_template("facilitator/board.html", view=view, questions=questions)
