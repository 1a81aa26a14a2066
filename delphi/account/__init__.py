"""Staff accounts and signing out."""

from flask import Blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account")

from delphi.account import views  # noqa: E402,F401
