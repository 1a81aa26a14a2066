"""The filters of a list: what can be chosen, what is chosen, all of it in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext

from delphi.i18n import in_language
from delphi.sentences import OUTCOMES
from surveys.queries.assignments import FacilityName
from surveys.queries.objectives import ObjectiveTitle
from surveys.queries.sorting import CategoryRow
from surveys.rules.selection import NONE, Selection
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What a study has to choose from."""

    objectives: tuple[ObjectiveTitle, ...]
    categories: tuple[CategoryRow, ...]
    facilities: tuple[FacilityName, ...]


def selection_from(arguments: Mapping[str, str], *, kind: StatementKind | None) -> Selection:
    """The selection that an address asks for; `kind` where it says nothing of kinds, every kind where it is empty."""
    known = {one.value: one for one in StatementKind}
    return Selection(
        kind=known.get(arguments["kind"]) if "kind" in arguments else kind,
        objective=arguments.get("objective", ""),
        goal=arguments.get("goal", ""),
        category=arguments.get("category", ""),
        facility=arguments.get("facility", ""),
        outcome=arguments.get("outcome", ""),
    )


def objective_facet(options: Options, selection: Selection) -> Facet:
    found = ((one.code, f"{one.code} {in_language(one.title)}") for one in options.objectives)
    return facet("objective", gettext("Objective"), found, chosen=selection.objective)


def goal_facet(options: Options, selection: Selection) -> Facet:
    found = {one.goal_code: f"{one.goal_code} {in_language(one.goal_name)}" for one in options.objectives}
    return facet("goal", gettext("Goal"), found.items(), chosen=selection.goal)


def category_facet(options: Options, selection: Selection) -> Facet:
    named = [(one.code, in_language(one.name)) for one in options.categories if one.merged_into is None]
    return facet(
        "category", gettext("Category"), [(NONE, gettext("without a category")), *named], chosen=selection.category
    )


def facility_facet(options: Options, selection: Selection) -> Facet:
    named = [(one.code, f"{one.code} {in_language(one.name)}") for one in options.facilities]
    return facet(
        "facility", gettext("Facility"), [(NONE, gettext("not decided yet")), *named], chosen=selection.facility
    )


def outcome_facet(selection: Selection) -> Facet:
    found = ((status.value, str(label)) for status, label in OUTCOMES.items())
    return facet("outcome", gettext("Outcome"), found, chosen=selection.outcome)


def facet(name: str, label: str, found: Iterable[tuple[str, str]], *, chosen: str) -> Facet:
    """A filter with "all" in front."""
    choices = [("", gettext("all")), *found]
    return Facet(name, label, tuple(Choice(value, text, value == chosen) for value, text in choices))
