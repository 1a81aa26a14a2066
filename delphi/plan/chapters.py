"""The chapters of the plan: by facility or by goal, numbered alike in every language."""

from collections.abc import Iterator
from enum import StrEnum

from flask_babel import gettext, ngettext

from delphi.documents.blocks import (
    Block,
    Grid,
    Heading,
    Line,
    Look,
    Note,
    PageBreak,
    Paragraph,
    Run,
    plain,
    soft,
    strong,
)
from delphi.documents.blocks import Column as GridColumn
from delphi.plan.contents import FacilityOfPlan, GoalOfPlan, PlanContents
from delphi.plan.rows import activities_grid, apart_grid
from delphi.plan.typography import said
from delphi.sentences import OBJECTIVE_FIELDS
from delphi.sentences.facility import FACILITY_TYPES, documented
from surveys.queries.activities import RankedStatement
from surveys.queries.objectives import ObjectiveTitle
from surveys.vocabulary import FacilityType, ObjectiveField


class Chapters(StrEnum):
    """How the plan is cut."""

    FACILITY = "facility"
    GOAL = "goal"


def chapters(plan: PlanContents, *, by: Chapters, first: int) -> Iterator[Block]:
    """The chapters from number `first` on, then what is set apart."""
    number = first
    if by is Chapters.FACILITY:
        for type_ in FacilityType:
            yield from _facilities(plan, type_, number=number)
            number += 1
        yield from _unassigned(plan, number=number)
        number += 1
    else:
        for goal in plan.goals:
            yield from _goal(plan, goal, number=number)
            number += 1
    yield from _apart(plan, number=number)


def n_chapters(plan: PlanContents, *, by: Chapters) -> int:
    return (len(FacilityType) + 1 if by is Chapters.FACILITY else len(plan.goals)) + 1


def _facilities(plan: PlanContents, type_: FacilityType, *, number: int) -> Iterator[Block]:
    names = {FacilityType.CORE: gettext("Core Facilities"), FacilityType.GLOBAL: gettext("Global Facilities")}
    yield PageBreak()
    yield Heading(1, str(number), plain(names[type_]))
    yield Paragraph(plain(f"{FACILITY_TYPES[type_]}."))
    facilities = [one for one in plan.facilities if one.type is type_]
    for place, facility in enumerate(facilities, start=1):
        yield from _facility(plan, facility, number=f"{number}.{place}")


def _facility(plan: PlanContents, facility: FacilityOfPlan, *, number: str) -> Iterator[Block]:
    rows = [row for row in plan.carried if facility.code in {choice.code for choice in row.facilities}]
    yield Heading(2, number, (Run(f"{facility.code} "), *said(facility.name)))
    if facility.objectives:
        yield Paragraph(_codes(gettext("Main objectives:"), facility.objectives))
    if facility.also_concerns:
        yield Paragraph(_codes(gettext("Also concerns:"), facility.also_concerns))
    if not rows:
        yield Paragraph(plain(gettext("No activity was given to this facility.")))
        return
    for objective in _objectives_of(rows):
        if objective.documents_disagree:
            yield conflict(objective)
    caption = ngettext(
        "%(num)s activity of %(code)s.", "%(num)s activities of %(code)s.", len(rows), code=facility.code
    )
    yield activities_grid(rows, by_facility=True, caption=caption)


def _unassigned(plan: PlanContents, *, number: int) -> Iterator[Block]:
    rows = plan.unassigned
    if rows:
        yield PageBreak()
    yield Heading(1, str(number), plain(gettext("Activities without a facility")))
    if not rows:
        yield Paragraph(plain(gettext("Every activity of this plan was given to a facility.")))
        return
    yield Paragraph(plain(gettext("Who carries these is still to be decided; the plan is not final before.")))
    for objective in _objectives_of(rows):
        if objective.documents_disagree:
            yield conflict(objective)
    yield activities_grid(
        rows,
        by_facility=True,
        caption=ngettext("%(num)s activity without a facility.", "%(num)s activities without a facility.", len(rows)),
    )


def _goal(plan: PlanContents, goal: GoalOfPlan, *, number: int) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, str(number), (Run(gettext("Goal %(code)s:", code=goal.code) + " "), *said(goal.name)))
    if len(goal.gist):
        yield Paragraph(said(goal.gist))
    objectives = [one for one in plan.objectives if one.goal_code == goal.code]
    for place, objective in enumerate(objectives, start=1):
        yield from _objective(plan, objective, number=f"{number}.{place}")


def _objective(plan: PlanContents, objective: ObjectiveTitle, *, number: str) -> Iterator[Block]:
    yield Heading(2, number, (Run(f"{objective.code} "), *said(objective.title)))
    texts = plan.texts.get(objective.id)
    if texts is not None:
        yield Paragraph(said(texts.texts[ObjectiveField.DESCRIPTION]) or soft(gettext("No description.")))
        aims = (ObjectiveField.BASELINE_2020, ObjectiveField.TARGET_2030, ObjectiveField.TARGET_2050)
        yield Grid(
            caption=(),
            columns=tuple(GridColumn(plain(str(OBJECTIVE_FIELDS[field])), 1) for field in aims),
            rows=(tuple(((said(texts.texts[field]) or plain("–")),) for field in aims),),
        )
    if objective.documents_disagree:
        yield conflict(objective)
    rows = [row for row in plan.carried if row.objective.id == objective.id]
    if not rows:
        yield Paragraph(plain(gettext("No activity of this objective stands in the plan.")))
        return
    caption = ngettext(
        "%(num)s activity of %(code)s in rank order.",
        "%(num)s activities of %(code)s in rank order.",
        len(rows),
        code=objective.code,
    )
    yield activities_grid(rows, by_facility=False, caption=caption)


def _apart(plan: PlanContents, *, number: int) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, str(number), plain(gettext("Set apart")))
    rows = plan.set_apart
    if not rows:
        yield Paragraph(plain(gettext("No activity was agreed to be dropped, and none had too few answers.")))
        return
    yield Paragraph(
        plain(
            gettext(
                "The panels agreed to drop these activities, or too few experts could judge them. The latter are "
                "neither good nor bad; they stand apart, not last."
            )
        )
    )
    caption = ngettext("%(num)s activity set apart.", "%(num)s activities set apart.", len(rows))
    yield apart_grid(rows, caption=caption)


def conflict(objective: ObjectiveTitle) -> Note:
    """What each document says of an objective on which they disagree."""
    lines: list[Line] = [
        (
            Run(gettext("%(label)s:", label=one.source) + " ", Look.STRONG),
            Run(documented(one.facility)),
            Run(f". {one.note}" if one.note else "."),
        )
        for one in objective.documents
    ]
    lines.append(soft(gettext("Each activity is decided by itself; nothing said in a document is overwritten.")))
    return Note(strong(gettext("%(code)s: the documents disagree", code=objective.code)), tuple(lines))


def _objectives_of(rows: list[RankedStatement]) -> list[ObjectiveTitle]:
    return list({row.objective.id: row.objective for row in rows}.values())


def _codes(words: str, codes: tuple[str, ...]) -> Line:
    return (Run(f"{words} ", Look.SOFT), Run(", ".join(codes)))
