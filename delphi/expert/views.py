"""Pages of the expert."""

from typing import Any

from flask import render_template

from delphi.expert import blueprint
from delphi.security import requires
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.SEE_OWN_PANELS)
def home() -> Any:
    return render_template("expert/home.html")
