"""The paper twin: sheets to print for experts without a line, and keying in what comes back."""

from flask import Blueprint

blueprint = Blueprint("paper", __name__, url_prefix="/facilitate")

from delphi.paper import views  # noqa: E402,F401
