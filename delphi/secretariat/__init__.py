"""Pages of the secretariat: all task forces, the activity list, categories, facilities, exports."""

from flask import Blueprint

blueprint = Blueprint("secretariat", __name__, url_prefix="/secretariat")

from delphi.secretariat.views import (  # noqa: E402,F401
    activities,
    archive,
    categories,
    consulting,
    exports,
    facilities,
    keys,
    methods,
    overlaps,
    programme,
    reminding,
    revising,
)
