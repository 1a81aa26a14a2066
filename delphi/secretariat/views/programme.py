"""The secretariat's front page, the programme board of a study, and its log."""

from typing import Any

from flask import redirect, render_template, request, url_for

from delphi import clock
from delphi.database import reading_session
from delphi.secretariat import blueprint
from delphi.secretariat.pages.log import log_page
from delphi.secretariat.pages.programme import board_page
from delphi.secretariat.pages.study_head import overseen_studies
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission

NEEDS_ME = "needs-me"


@blueprint.get("/")
@requires(Permission.OVERSEE_SOME)
def home() -> Any:
    """The studies this person oversees; straight on where there is one."""
    studies = overseen_studies(reading_session(), actor=current_actor())
    if len(studies) == 1:
        return redirect(url_for("secretariat.board", study_id=studies[0].id))
    return render_template("secretariat/home.html", studies=studies)


@blueprint.get("/studies/<int:study_id>/")
@requires(Permission.OVERSEE)
def board(study_id: int) -> Any:
    """Every task force in one row."""
    only_needs_me = request.args.get("show") == NEEDS_ME
    board = board_page(reading_session(), study_id=study_id, now=clock.now(), only_needs_me=only_needs_me)
    return render_template("secretariat/board.html", board=board, study=board.study)


@blueprint.get("/studies/<int:study_id>/log")
@requires(Permission.OVERSEE)
def log(study_id: int) -> Any:
    """Who did what, newest first."""
    log = log_page(
        reading_session(),
        study_id=study_id,
        task_force=request.args.get("task_force", ""),
        before=request.args.get("before", type=int),
    )
    return render_template("secretariat/log.html", log=log, study=log.study)
