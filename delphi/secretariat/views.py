"""Pages of the secretariat."""

from typing import Any

from flask import render_template

from delphi.secretariat import blueprint
from delphi.security import requires
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.OVERSEE_SOME)
def home() -> Any:
    return render_template("secretariat/home.html")
