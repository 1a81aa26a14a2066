"""What programs read: published things of one study, as JSON, with a key, and nothing that could be changed."""

from flask import Blueprint

from delphi.security import PROGRAMS

PREFIX = "/api/v1"
blueprint = Blueprint(PROGRAMS, __name__, url_prefix=PREFIX)

from delphi.api import reference, views  # noqa: E402,F401
