"""Exploring another rule on the results of a closed round."""

from typing import Any

from flask import render_template, request

from delphi.database import reading_session
from delphi.facilitator import blueprint
from delphi.facilitator.pages.what_if import WhatIfForm, what_if_page
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/what-if")
@requires(Permission.SEE_RESULTS)
def what_if(round_id: int) -> Any:
    """Which verdicts would change; the rule that is tried stands in the address and nowhere else."""
    is_asked = "agreement" in request.args
    form = WhatIfForm(formdata=request.args if is_asked else None)
    is_wrong = is_asked and not form.validate()
    view = what_if_page(reading_session(), round_id=round_id, actor=current_actor(), form=form, is_asked=is_asked)
    return render_template("facilitator/what_if.html", view=view), 422 if is_wrong else 200
