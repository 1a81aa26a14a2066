"""Reminding every late panel at once: who would get a mail."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlmodel import Session

from delphi.secretariat.pages.study_head import StudyHead, study_head
from surveys.localized import LocalizedText
from surveys.queries.programme import programme_of
from surveys.rules.blockers import Blocker
from surveys.rules.protocol import canonical_digest


@dataclass(frozen=True, slots=True)
class LatePanel:
    round_id: int
    code: str
    title: LocalizedText
    n_unfinished: int
    n_asked: int


@dataclass(frozen=True, slots=True)
class RemindingPage:
    study: StudyHead
    panels: tuple[LatePanel, ...]
    n_people: int
    digest: str
    """Changes when a panel stops or starts being late, or somebody sends answers."""


def reminding_page(session: Session, *, study_id: int, now: datetime) -> RemindingPage:
    panels = tuple(
        LatePanel(
            round_id=row.round_.id,
            code=row.objective.code,
            title=row.objective.title,
            n_unfinished=row.n_asked - row.n_responded,
            n_asked=row.n_asked,
        )
        for row in programme_of(session, study_id=study_id, now=now)
        if row.round_ is not None and row.finding.blocker is Blocker.LATE_ANSWERS
    )
    return RemindingPage(
        study=study_head(session, study_id=study_id),
        panels=panels,
        n_people=sum(panel.n_unfinished for panel in panels),
        digest=canonical_digest([[panel.round_id, panel.n_unfinished] for panel in panels]),
    )


def skipped_sentence(code: str, reason: str) -> str:
    """Why one panel got no reminder."""
    return str(gettext("%(code)s was left out: %(reason)s", code=code, reason=reason))
