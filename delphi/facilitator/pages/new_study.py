"""Setting up a study: templates and sources to choose from, then one form with objectives, names and dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext
from sqlmodel import Session

from delphi.facilitator.pages.dates import DatesForm, dates_form, typed_dates
from delphi.facilitator.pages.setup_sources import BUILT_IN, Gathered, LineProblem, visible_studies
from delphi.i18n import LANGUAGE_NAMES
from delphi.sentences.setup import finding_sentence
from surveys.framework_checks import Finding
from surveys.localized import LANGUAGES, LocalizedText
from surveys.rules.date_plan import proposed_dates
from surveys.rules.permissions import Actor
from surveys.services.study_setup import NewStudy
from surveys.study_files import ObjectiveEntry, StudyTexts
from surveys.study_templates import StudyTemplate, study_templates
from surveys.vocabulary import FrameworkFinding

NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SourceChoice:
    value: str
    name: LocalizedText


@dataclass(frozen=True, slots=True)
class StartPage:
    templates: tuple[StudyTemplate, ...]
    sources: tuple[SourceChoice, ...]
    """Studies whose objectives may be taken."""
    template: str
    source: str
    problem: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something a person should look at; `anchor` is the place on the page."""

    sentence: str
    anchor: str
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class ObjectiveChoice:
    entry: ObjectiveEntry
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class GoalChoices:
    code: str
    name: LocalizedText
    objectives: tuple[ObjectiveChoice, ...]


@dataclass(frozen=True, slots=True)
class NewStudyPage:
    template: StudyTemplate
    source: str
    document: str
    problems: tuple[tuple[str, str], ...]
    """Field and sentence each."""
    file_problems: tuple[LineProblem, ...]
    findings: tuple[FindingLine, ...]
    goals: tuple[GoalChoices, ...]
    n_ticked: int
    languages: tuple[tuple[str, str, bool], ...]
    values: Mapping[str, str]
    dates: DatesForm
    time_zones: tuple[str, ...]

    def problem_of(self, name: str) -> str:
        return dict(self.problems).get(name, "")


def start_page(session: Session, *, actor: Actor, template: str = "", source: str = "", problem: str = "") -> StartPage:
    """The first step: which template, and where the objectives come from."""
    studies = visible_studies(session, actor=actor)
    templates = tuple(study_templates().values())
    return StartPage(
        templates=templates,
        sources=tuple(SourceChoice(f"study-{study.id}", study.name) for study in studies),
        template=template or templates[0].key,
        source=source or (f"study-{studies[0].id}" if studies else BUILT_IN),
        problem=problem,
    )


def first_values(gathered: Gathered, *, today: date) -> dict[str, str]:
    """What the second step shows before anything was typed."""
    n_rounds = gathered.template.settings.max_rounds
    dates = dates_form(gathered.rounds[:n_rounds] or proposed_dates(today, n_rounds=n_rounds), today=today)
    values = {f"name-{language}": gathered.name.get(language, "") for language in LANGUAGES}
    values |= {"time_zone": "Europe/Paris"}
    for line in dates.lines:
        values |= {f"opens-{line.number}": line.opens, f"closes-{line.number}": line.closes}
    return values


def new_study_page(
    gathered: Gathered,
    *,
    values: Mapping[str, str],
    ticked: Sequence[str],
    languages: Sequence[str],
    today: date,
    problems: Sequence[tuple[str, str]] = (),
) -> NewStudyPage:
    """The second step, with what was typed and what is wrong with it."""
    framework = gathered.framework
    dates = typed_dates(values, n_rounds=gathered.template.settings.max_rounds)
    choices = [ObjectiveChoice(entry, entry.code in ticked) for entry in framework.objectives]
    return NewStudyPage(
        template=gathered.template,
        source=gathered.source,
        document=gathered.document,
        problems=tuple(problems),
        file_problems=gathered.problems,
        findings=tuple(finding_lines(gathered.findings)),
        goals=tuple(
            GoalChoices(goal.code, goal.name, tuple(one for one in choices if one.entry.goal == goal.code))
            for goal in framework.goals
        ),
        n_ticked=sum(one.is_ticked for one in choices),
        languages=tuple((code, LANGUAGE_NAMES[code], code in languages) for code in LANGUAGES),
        values=values,
        dates=dates_form(dates, today=today),
        time_zones=tuple(sorted(zone for zone in available_timezones() if zone.startswith(CONTINENTS))),
    )


CONTINENTS = ("Africa/", "America/", "Asia/", "Australia/", "Europe/", "Pacific/")


def finding_lines(findings: Sequence[Finding]) -> list[FindingLine]:
    """Findings as sentences, each with the place it is about."""
    return [
        FindingLine(
            sentence=finding_sentence(one),
            anchor=f"objective-{one.where}",
            is_blocking=one.code is FrameworkFinding.DUPLICATE_CODE,
        )
        for one in findings
    ]


def form_problems(
    gathered: Gathered, *, values: Mapping[str, str], ticked: Sequence[str], languages: Sequence[str]
) -> list[tuple[str, str]]:
    """What is wrong with the second step: field and sentence."""
    found = []
    if gathered.problems:
        found.append(("document", gettext("The file has problems: mend them below, or choose another file.")))
    if any(one.code is FrameworkFinding.DUPLICATE_CODE for one in gathered.findings):
        found.append(("objectives", gettext("A code is used twice: every goal and objective needs its own.")))
    if not set(ticked) & {entry.code for entry in gathered.framework.objectives}:
        found.append(("objectives", gettext("Please tick at least one objective.")))
    if not languages:
        found.append(("languages", gettext("Please tick at least one language.")))
    found += [
        (f"name-{code}", gettext("Please give the name in %(language)s.", language=LANGUAGE_NAMES[code]))
        for code in languages
        if not 0 < len(values.get(f"name-{code}", "").strip()) <= NAME_LIMIT
    ]
    if values.get("time_zone", "") not in available_timezones():
        found.append(("time_zone", gettext("This time zone is not known; write one like Europe/Paris.")))
    return found


def wanted_study(
    gathered: Gathered, *, values: Mapping[str, str], ticked: Sequence[str], languages: Sequence[str]
) -> NewStudy:
    """The choices as the service takes them; only after `form_problems` found nothing."""
    template = gathered.template
    spoken = tuple(code for code in LANGUAGES if code in languages)
    return NewStudy(
        texts=StudyTexts(
            languages=spoken,
            name=LocalizedText({code: values[f"name-{code}"].strip() for code in spoken}),
            purpose=gathered.purpose or template.purpose,
            consent=template.consent,
            perspective=template.perspective,
            scales=template.scales,
            glossary=gathered.glossary,
        ),
        framework=gathered.framework,
        objectives=tuple(ticked),
        settings=template.settings,
        dates=typed_dates(values, n_rounds=template.settings.max_rounds),
        time_zone=values["time_zone"],
        template=template.key,
    )


def today_in(time_zone: str, now: datetime) -> date:
    """Today's date where the study is; in UTC where the zone is not known yet."""
    zone = ZoneInfo(time_zone) if time_zone in available_timezones() else ZoneInfo("UTC")
    return now.astimezone(zone).date()
