"""The log of a task force: a page with filters in its address, and the same lines as a file."""

from datetime import date
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext

from delphi.database import reading_session
from delphi.exports.tables import Column, table_of
from delphi.exports.writers import as_csv
from delphi.facilitator import blueprint
from delphi.facilitator.pages.log import LogFilter, LogLine, log_lines, log_page
from delphi.i18n import language
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/task-forces/<int:task_force_id>/log")
@requires(Permission.FACILITATE)
def log(task_force_id: int) -> Any:
    """Who did what, newest first."""
    view = log_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        chosen=_chosen(),
        before=request.args.get("before", type=int),
    )
    return render_template("facilitator/log.html", view=view)


@blueprint.get("/task-forces/<int:task_force_id>/log.csv")
@requires(Permission.FACILITATE)
def log_file(task_force_id: int) -> Any:
    """Every line that the filters in the address let through."""
    lines = log_lines(reading_session(), task_force_id=task_force_id, actor=current_actor(), chosen=_chosen())
    columns = [
        Column[LogLine]("at", gettext("When (UTC)"), lambda line: line.at.strftime("%Y-%m-%d %H:%M:%S"), 20),
        Column[LogLine]("who", gettext("Who"), lambda line: line.who, 24),
        Column[LogLine]("what", gettext("About"), lambda line: line.what, 16),
        Column[LogLine]("sentence", gettext("What"), lambda line: line.sentence, 80),
    ]
    content = as_csv(table_of("log", gettext("Log"), columns, lines))
    name = f'attachment; filename="log-{language()}.csv"'
    return Response(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _chosen() -> LogFilter:
    """What the address asks for; what cannot be read asks for nothing."""
    return LogFilter(
        what=request.args.get("what", ""),
        who=request.args.get("who", type=int),
        first=request.args.get("from", type=date.fromisoformat),
        last=request.args.get("to", type=date.fromisoformat),
    )
