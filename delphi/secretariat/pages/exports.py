"""The exports page: which files there are, what is in each, how much of it there is now."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.exports import FORMATS, file_name
from delphi.i18n import LANGUAGE_NAMES
from delphi.secretariat.pages.study_head import StudyHead, study_head
from surveys.models import Outcome, TaskForce
from surveys.queries.frozen_figures import sealed_rounds


@dataclass(frozen=True, slots=True)
class Download:
    address: str
    format: str
    language: str
    language_name: str
    file_name: str


@dataclass(frozen=True, slots=True)
class ExportFile:
    name: str
    contents: str
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class ExportsPage:
    study: StudyHead
    files: tuple[ExportFile, ...]
    n_published: int
    n_task_forces: int
    n_closed_rounds: int


def exports_page(session: Session, *, study_id: int) -> ExportsPage:
    study = study_head(session, study_id=study_id)
    task_forces = session.exec(select(TaskForce.id).where(TaskForce.study_id == study_id)).all()
    published = session.exec(
        select(func.count(func.distinct(Outcome.task_force_id))).where(col(Outcome.task_force_id).in_(task_forces))
    ).one()
    return ExportsPage(
        study=study,
        files=(
            ExportFile(
                gettext("Activity list"),
                gettext(
                    "Ranked activities with category, facility, obstacles and success factors, the figures that "
                    "decided and where they come from. The workbook adds statistics and definitions."
                ),
                _downloads(study, "activities", FORMATS),
            ),
            ExportFile(
                gettext("All data"),
                gettext(
                    "Every closed round: statistics of each statement, concordance, and the ratings under codes of "
                    "experts, without names. As CSV the statistics alone."
                ),
                _downloads(study, "data", FORMATS),
            ),
            ExportFile(
                gettext("Ratings"),
                gettext("The ratings of every closed round, one answer a line, under codes of experts."),
                _downloads(study, "ratings", ("csv",)),
            ),
        ),
        n_published=published,
        n_task_forces=len(task_forces),
        n_closed_rounds=len(sealed_rounds(session, task_force_ids=task_forces)),
    )


def _downloads(study: StudyHead, what: str, formats: tuple[str, ...]) -> tuple[Download, ...]:
    return tuple(
        Download(
            address=url_for("secretariat.download", study_id=study.id, what=what, format=format, in_language=code),
            format=format.upper(),
            language=code,
            language_name=name,
            file_name=file_name(what, study=study.slug, format=format, language=code),
        )
        for code, name in LANGUAGE_NAMES.items()
        for format in formats
    )
