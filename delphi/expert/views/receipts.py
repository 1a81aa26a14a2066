"""The list of receipts of a closed round, in which everybody can find their own."""

from typing import Any

from flask import redirect, render_template, url_for

from delphi.database import reading_session
from delphi.expert import blueprint
from delphi.expert.sitting import sit_down
from delphi.security import requires
from surveys.queries.receipts import receipts_of_round
from surveys.services.submissions import receipt_code
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/receipts")
@requires(Permission.ANSWER)
def receipts(round_id: int) -> Any:
    """Published at the closing; before, there is nothing to look at."""
    sitting = sit_down(round_id)
    found = receipts_of_round(reading_session(), round_id=round_id, panellist_id=sitting.seat.panellist_id)
    if found is None:
        return redirect(url_for("expert.panel", task_force_id=sitting.asked.panel.task_force_id), 303)
    lines = [(receipt_code(digest), digest, digest == found.own) for digest in found.digests]
    return render_template(
        "expert/receipts.html", sitting=sitting, lines=lines, own=receipt_code(found.own) if found.own else ""
    )
