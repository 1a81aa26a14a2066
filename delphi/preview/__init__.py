"""A rating round as an expert will meet it, shown to its facilitator before it opens; nobody's answers are in it."""

from flask import Blueprint

blueprint = Blueprint("preview", __name__, url_prefix="/facilitate")

from delphi.preview import views  # noqa: E402,F401
