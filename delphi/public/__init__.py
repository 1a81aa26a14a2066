"""Pages for everybody: the front door, personal links, the state of the service."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from delphi.public import health, views, walk_in  # noqa: E402,F401
