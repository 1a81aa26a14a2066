"""Pages of observers: what a study has published, and how far it is. Never answers, never names."""

from flask import Blueprint

blueprint = Blueprint("observer", __name__, url_prefix="/observe")

from delphi.observer import views  # noqa: E402,F401
