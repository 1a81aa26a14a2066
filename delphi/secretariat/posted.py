"""What the secretariat's forms send: lists of ticked statements, a target, source and reason."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from werkzeug.datastructures import MultiDict

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.queries.sorting import SortingRow
from surveys.services.facilities import Part
from surveys.vocabulary import ViolationCode

NO_CATEGORY = "none"
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class FacilityInput:
    """As typed; shown again where something was wrong."""

    facility: str = ""
    source: str = ""
    reason: str = ""
    leader: str = ""
    partners: str = ""
    part: str = ""
    second_facility: str = ""
    second_part: str = ""

    @classmethod
    def from_form(cls, form: Form) -> "FacilityInput":
        return cls(**{field.name: form.get(field.name, "") for field in fields(cls)})

    def parts(self) -> tuple[Part, ...]:
        """The facility for the whole, or two with their parts; `target_missing` where none was chosen."""
        if not self.second_facility:
            return (Part(_chosen(self.facility)),)
        return (Part(_chosen(self.facility), self.part), Part(_chosen(self.second_facility), self.second_part))


def chosen_category(form: Form) -> int | None:
    """The id of the chosen category, None for "without a category"; `target_missing` where nothing was chosen."""
    value = form.get("category", "")
    return None if value == NO_CATEGORY else _chosen(value)


def ticked(form: Form, *, shown: Iterable[SortingRow]) -> list[int]:
    """Ids of the ticked statements, and of all that are shown of a ticked objective."""
    objectives = set(form.getlist("whole_objective"))
    whole = [row.statement_id for row in shown if row.objective.code in objectives]
    single = [int(value) for value in form.getlist("statement") if value.isdecimal()]
    return sorted({*whole, *single})


def typed_name(form: Form, *, languages: Iterable[str]) -> LocalizedText:
    return LocalizedText({language: form.get(f"name_{language}", "") for language in languages})


def _chosen(value: str) -> int:
    if not value.isdecimal():
        raise RuleViolation(ViolationCode.TARGET_MISSING)
    return int(value)
