"""A copy of a study, and the dates of its rounds: what the two forms show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlmodel import Session

from delphi.facilitator.pages.dates import DatesForm, dates_form, typed_dates
from delphi.facilitator.pages.new_study import NAME_LIMIT, GoalChoices, ObjectiveChoice, today_in
from delphi.facilitator.pages.study_place import StudyPlace, study_place
from delphi.i18n import LANGUAGE_NAMES
from surveys.queries.frameworks import framework_of, objective_places
from surveys.queries.protocols import panel_sizes
from surveys.rules.date_plan import RoundDates, proposed_dates
from surveys.rules.permissions import Actor
from surveys.services.freezing import protocol_of


@dataclass(frozen=True, slots=True)
class CopyPage:
    place: StudyPlace
    languages: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    goals: tuple[GoalChoices, ...]
    n_people: int
    """Seats in all panels of the study."""
    dates: DatesForm
    problems: tuple[tuple[str, str], ...]

    def problem_of(self, name: str) -> str:
        return dict(self.problems).get(name, "")


@dataclass(frozen=True, slots=True)
class DatesPage:
    place: StudyPlace
    dates: DatesForm


def copy_page(
    session: Session,
    *,
    study_id: int,
    actor: Actor,
    values: Mapping[str, str],
    now: datetime,
    ticked: Sequence[str] | None = None,
    problems: Sequence[tuple[str, str]] = (),
) -> CopyPage:
    """The form of a copy; every objective that has a task force is ticked to begin with."""
    place = study_place(session, study_id=study_id, actor=actor)
    framework = framework_of(session, study_id=study_id)
    if ticked is None:
        places = objective_places(session, study_id=study_id)
        ticked = [code for code, where in places.items() if where.task_force_id is not None]
    choices = [ObjectiveChoice(entry, entry.code in ticked) for entry in framework.objectives]
    n_rounds = protocol_of(session, study_id=study_id).max_rounds
    return CopyPage(
        place=place,
        languages=tuple((code, LANGUAGE_NAMES.get(code, code)) for code in place.languages),
        values=values,
        goals=tuple(
            GoalChoices(goal.code, goal.name, tuple(one for one in choices if one.entry.goal == goal.code))
            for goal in framework.goals
        ),
        n_people=sum(panel_sizes(session, study_id=study_id).values()),
        dates=dates_form(typed_dates(values, n_rounds=n_rounds), today=today_in(place.time_zone, now)),
        problems=tuple(problems),
    )


def first_copy_values(session: Session, *, study_id: int, now: datetime) -> dict[str, str]:
    """Dates to start from; names are typed anew, so that two studies are told apart."""
    n_rounds = protocol_of(session, study_id=study_id).max_rounds
    today = today_in("UTC", now)
    proposed = dates_form(proposed_dates(today, n_rounds=n_rounds), today=today)
    values = {"people": "without"}
    for line in proposed.lines:
        values |= {f"opens-{line.number}": line.opens, f"closes-{line.number}": line.closes}
    return values


def copy_problems(view: CopyPage, *, values: Mapping[str, str], ticked: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with the form of a copy: field and sentence."""
    found = [
        (f"name-{code}", gettext("Please give the name in %(language)s.", language=language))
        for code, language in view.languages
        if not 0 < len(values.get(f"name-{code}", "").strip()) <= NAME_LIMIT
    ]
    if not set(ticked) & {one.entry.code for goal in view.goals for one in goal.objectives}:
        found.append(("objectives", gettext("Please tick at least one objective.")))
    return found


def dates_page(
    session: Session, *, study_id: int, actor: Actor, dates: Sequence[RoundDates], now: datetime
) -> DatesPage:
    """The dates of a study as they are or were typed."""
    place = study_place(session, study_id=study_id, actor=actor)
    return DatesPage(place=place, dates=dates_form(dates, today=today_in(place.time_zone, now)))
