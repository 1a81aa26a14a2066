"""Pages of the facilitator."""

from typing import Any

from flask import render_template

from delphi.facilitator import blueprint
from delphi.security import requires
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.FACILITATE_SOME)
def home() -> Any:
    return render_template("facilitator/home.html")
