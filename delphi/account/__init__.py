"""Staff accounts: signing in and out, passwords, second factors, devices, roles, names looked up."""

from flask import Blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account")

from delphi.account import views  # noqa: E402,F401
