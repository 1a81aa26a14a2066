"""Who carries an activity, in words: types of facilities, and what documents and the framework say."""

from typing import Any

from flask_babel import lazy_gettext as _l

from surveys.vocabulary import FacilityType

FACILITY_TYPES: dict[FacilityType, Any] = {
    FacilityType.CORE: _l("Core Facility: the secretariat leads"),
    FacilityType.GLOBAL: _l("Global Facility: an alliance leads"),
}

DEFAULTS: dict[str, Any] = {
    "CF": _l("Core Facility"),
    "GF": _l("Global Facility"),
    "split": _l("split between Core and Global Facility"),
    "CF+GF": _l("split between Core and Global Facility"),
}
"""What the framework and the documents say of an objective."""


def documented(facility: str) -> str:
    """The words for what a document says; the document's own code where it is none of ours."""
    return str(DEFAULTS.get(facility, facility))
