"""The member's side of an electronic consultation: one page behind a personal link, no account."""

from flask import Blueprint

blueprint = Blueprint("voting", __name__)

from delphi.voting import views  # noqa: E402,F401
