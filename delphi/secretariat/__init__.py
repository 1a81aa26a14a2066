"""Pages of the secretariat: all task forces, the activity list, categories, facilities, exports."""

from flask import Blueprint

blueprint = Blueprint("secretariat", __name__, url_prefix="/secretariat")

from delphi.secretariat import views  # noqa: E402,F401
