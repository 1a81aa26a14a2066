"""The exports page: which files there are, the choices of each, and the files being made in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.exports import BOTH, FORMATS_OF, Wanted, What
from delphi.exports.wanted import SINGLE
from delphi.i18n import LANGUAGE_NAMES, language, number
from delphi.plan.chapters import Chapters
from delphi.questions.results import left_out_words
from delphi.secretariat.pages.study_head import StudyHead, study_head
from surveys.models import ExportJob, Outcome, TaskForce
from surveys.queries.answer_reviews import n_unread_in_study
from surveys.queries.frozen_figures import sealed_rounds
from surveys.rules.permissions import Actor
from surveys.services.export_jobs import own_jobs
from surveys.vocabulary import JobStatus

Remembered = Mapping[str, str]

NAMES = {
    What.PLAN: _l("Implementation plan"),
    What.ACTIVITIES: _l("Activity list"),
    What.FACTORS: _l("Obstacles and success factors"),
    What.DATA: _l("All data"),
    What.RATINGS: _l("Ratings"),
    What.DRAWINGS: _l("Charts as pictures"),
    What.PUBLISHED: _l("Published results for programs"),
    What.DEFINITIONS: _l("Definitions"),
}
CONTENTS = {
    What.PLAN: _l(
        "The document for the meeting: chapters by facility or by goal, obstacles and success factors beside the "
        "activities, charts, notes where documents disagree, definitions. Numbered alike in every language."
    ),
    What.ACTIVITIES: _l(
        "Ranked activities with category, facility, owner, obstacles and success factors, the figures that decided and "
        "where they come from. The workbook adds statistics, the trace to the ideas as written, and definitions."
    ),
    What.FACTORS: _l("Two ranked lists as a document, with the activity each one concerns."),
    What.DATA: _l(
        "Every closed round: statistics of each statement, concordance, and the ratings under codes of experts, "
        "without names. As CSV the statistics alone."
    ),
    What.RATINGS: _l("The ratings of every closed round, one answer a line, under codes of experts."),
    What.DRAWINGS: _l("Every chart of the plan and the ratings of each statement, as SVG and PNG, with their words."),
    What.PUBLISHED: _l("What the interface for programs gives, in one file; and the schema that describes it."),
    What.DEFINITIONS: _l("What every word and figure means: rules, quartile formula, fingerprint of the protocol."),
}
FORMATS = {"schema.json": _l("JSON Schema"), "zip": _l("ZIP with SVG and PNG")}
STATUSES = {
    JobStatus.QUEUED: _l("Waiting for the worker"),
    JobStatus.RUNNING: _l("Being made"),
    JobStatus.DONE: _l("Ready"),
    JobStatus.FAILED: _l("Failed: please try again, or tell the administrator"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ExportFile:
    what: str
    name: str
    contents: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class JobRow:
    name: str
    status: str
    progress: str
    address: str
    """Empty until it is ready."""
    asked_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportsPage:
    study: StudyHead
    files: tuple[ExportFile, ...]
    jobs: tuple[JobRow, ...]
    is_waiting: bool
    """Whether a file is still being made: the page then asks again by itself."""
    n_published: int
    n_task_forces: int
    n_closed_rounds: int
    left_out: tuple[str, ...]
    """Written answers that no file holds yet: a sentence each."""


def exports_page(
    session: Session, *, study_id: int, actor: Actor, remembered: Remembered, now: datetime
) -> ExportsPage:
    study = study_head(session, study_id=study_id)
    task_forces = session.exec(select(TaskForce.id).where(TaskForce.study_id == study_id)).all()
    published = session.exec(
        select(func.count(func.distinct(Outcome.task_force_id))).where(col(Outcome.task_force_id).in_(task_forces))
    ).one()
    jobs = own_jobs(session, actor=actor, study_id=study_id, now=now)
    return ExportsPage(
        study=study,
        files=tuple(
            ExportFile(what.value, str(NAMES[what]), str(CONTENTS[what]), _choices(what, remembered)) for what in NAMES
        ),
        jobs=tuple(_job(job, study=study) for job in jobs),
        is_waiting=any(job.status in (JobStatus.QUEUED, JobStatus.RUNNING) for job in jobs),
        n_published=published,
        n_task_forces=len(task_forces),
        n_closed_rounds=len(sealed_rounds(session, task_force_ids=task_forces)),
        left_out=left_out_words(n_unread=n_unread_in_study(session, study_id=study_id), n_withheld=0),
    )


def wanted_from(form: Mapping[str, str]) -> Wanted:
    """The file that a form or an address asks for. ValueError for a choice that does not exist."""
    what = What(form.get("what", ""))
    return Wanted(
        what=what,
        format=form.get("format", FORMATS_OF[what][0]),
        language=form.get("in_language", "en"),
        chapters=Chapters(form.get("chapters", Chapters.FACILITY.value)),
        separator=form.get("separator", ","),
        mark=form.get("mark", "yes") != "no",
        with_ratings=form.get("ratings", "yes") != "no",
    )


def address_of(wanted: Wanted, *, study_id: int) -> str:
    """The address that gives this very file."""
    further: dict[str, Any] = {}
    if wanted.what is What.PLAN:
        further["chapters"] = wanted.chapters.value
    if wanted.format == "csv" and wanted.separator != ",":
        further["separator"] = wanted.separator
    if wanted.format == "csv" and not wanted.mark:
        further["mark"] = "no"
    if wanted.what is What.DATA and not wanted.with_ratings:
        further["ratings"] = "no"
    return url_for(
        "secretariat.download",
        study_id=study_id,
        what=wanted.what.value,
        in_language=wanted.language,
        format=wanted.format,
        **further,
    )


def _choices(what: What, remembered: Remembered) -> tuple[Choice, ...]:
    languages = {**LANGUAGE_NAMES, BOTH: gettext("both languages")}
    if what in SINGLE:
        languages.pop(BOTH)
    found = [("format", gettext("Format"), {one: str(FORMATS.get(one, one.upper())) for one in FORMATS_OF[what]})]
    if what is not What.PUBLISHED:
        found.append(("in_language", gettext("Language"), languages))
    if what is What.PLAN:
        by = {Chapters.FACILITY.value: gettext("by facility"), Chapters.GOAL.value: gettext("by goal")}
        found.append(("chapters", gettext("Chapters"), by))
    if what is What.DATA:
        privacy = {"yes": gettext("with ratings under codes"), "no": gettext("figures only")}
        found.append(("ratings", gettext("Single ratings"), privacy))
    if "csv" in FORMATS_OF[what]:
        separators = {",": gettext("comma"), ";": gettext("semicolon, as French spreadsheets expect")}
        found.append(("separator", gettext("CSV: between cells"), separators))
        marks = {"yes": gettext("with the UTF-8 mark, for Excel"), "no": gettext("plain UTF-8")}
        found.append(("mark", gettext("CSV: letters"), marks))
    usual = {"in_language": language()}
    return tuple(
        Choice(
            name,
            label,
            tuple(
                Option(value, words, value == remembered.get(f"{what}.{name}", usual.get(name, next(iter(options)))))
                for value, words in options.items()
            ),
        )
        for name, label, options in found
    )


def _job(job: ExportJob, *, study: StudyHead) -> JobRow:
    is_ready = job.status is JobStatus.DONE
    progress = ""
    if job.status is JobStatus.RUNNING:
        progress = gettext("step %(k)s of %(n)s", k=job.n_done + 1, n=job.n_steps + 1)
    elif is_ready:
        progress = gettext("%(n)s kB", n=number(job.size / 1000, 0))
    return JobRow(
        name=job.file_name,
        status=str(STATUSES[job.status]),
        progress=progress,
        address=url_for("secretariat.finished_file", study_id=study.id, job_id=job.id) if is_ready else "",
        asked_at=job.created_at,
        expires_at=job.expires_at,
    )
