"""Pages of the facilitators: rounds, synthesis, consensus board, outcomes."""

from flask import Blueprint

blueprint = Blueprint("facilitator", __name__, url_prefix="/facilitate")

from delphi.facilitator import views  # noqa: E402,F401
