"""Pages of the experts: their task forces, questionnaires, receipts and results."""

from flask import Blueprint

blueprint = Blueprint("expert", __name__, url_prefix="/my")

from delphi.expert.views import (  # noqa: E402,F401
    documents,
    field,
    home,
    ideas,
    keeping,
    leaving,
    membership,
    my_data,
    questions,
    rating,
    receipts,
    results,
    sending,
)
