"""Pages and figures for those who keep the installation running."""

from flask import Blueprint

blueprint = Blueprint("operations", __name__)

from delphi.operations import metrics, views  # noqa: E402,F401
