"""From a statement back to its ideas, and from an idea on to what became of it."""

from typing import Any

from flask import render_template

from delphi.database import reading_session
from delphi.facilitator import blueprint
from delphi.facilitator.pages.lineage import idea_lineage_page, statement_lineage_page
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/statements/<int:statement_id>/lineage")
@requires(Permission.SEE_RESULTS)
def lineage(statement_id: int) -> Any:
    """Where a statement comes from and where it went."""
    view = statement_lineage_page(reading_session(), statement_id=statement_id, actor=current_actor())
    return render_template("facilitator/lineage.html", view=view)


@blueprint.get("/task-forces/<int:task_force_id>/ideas/<int:idea_id>")
@requires(Permission.FACILITATE)
def idea(task_force_id: int, idea_id: int) -> Any:
    """What became of an idea."""
    view = idea_lineage_page(reading_session(), task_force_id=task_force_id, idea_id=idea_id, actor=current_actor())
    return render_template("facilitator/lineage.html", view=view)
