"""The data-protection desk: people and their rights, consent and retention, breaches, the log of the installation."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__, url_prefix="/data-protection")

from delphi.privacy.views import desk, people, records, studies  # noqa: E402,F401
