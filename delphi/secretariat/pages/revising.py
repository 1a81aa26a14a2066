"""Revising objectives: the list of all, one with its texts side by side and its evidence, the next version."""

from dataclasses import dataclass

from flask_babel import gettext
from sqlmodel import Session

from delphi.i18n import LANGUAGE_NAMES
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import OBJECTIVE_FIELDS
from surveys.errors import NotFound
from surveys.localized import LocalizedText
from surveys.models import Objective
from surveys.queries.activities import RankedStatement, of_kind, ranked_statements
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.queries.revisions import RevisedField, RevisedObjective, Wording, revised_objectives
from surveys.rules.revision import Piece, word_changes
from surveys.services.revisions import FrameworkPreview, preview_framework
from surveys.vocabulary import ObjectiveField, OutcomeStatus, RevisionState, StatementKind


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    id: int
    code: str
    title: LocalizedText
    version: int
    n_drafts: int
    n_approved: int
    stale: tuple[str, ...]
    """Names of languages that have not followed a change."""


@dataclass(frozen=True, slots=True)
class ObjectivesPage:
    study: StudyHead
    rows: tuple[ObjectiveRow, ...]
    n_approved: int
    next_number: int


@dataclass(frozen=True, slots=True)
class Side:
    """One language of a field: the text as proposed now, and what changed in it."""

    language: str
    name: str
    text: str
    before: str
    pieces: tuple[Piece, ...]
    is_stale: bool


@dataclass(frozen=True, slots=True)
class FieldSheet:
    field: str
    label: str
    rows: int
    sides: tuple[Side, ...]
    number: int
    """Of the newest revision; 0 before the first."""
    is_proposed: bool
    state: str
    reason: str
    evidence: frozenset[int]
    can_approve: bool
    history: tuple[Wording, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class RevisingPage:
    study: StudyHead
    objective: ObjectiveTitle
    version: int
    fields: tuple[FieldSheet, ...]
    evidence: tuple[RankedStatement, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent and refused, to be shown again."""

    field: ObjectiveField
    text: LocalizedText
    reason: str
    evidence: frozenset[int]
    problem: str


def objectives_page(session: Session, *, study_id: int) -> ObjectivesPage:
    titles = objective_titles(session, study_id=study_id)
    revised = revised_objectives(session, study_id=study_id)
    preview = preview_framework(session, study_id=study_id)
    return ObjectivesPage(
        study=study_head(session, study_id=study_id),
        rows=tuple(_row(titles[one.objective_id], one) for one in _ordered(titles, revised)),
        n_approved=sum(len(one.approved) for one in revised.values()),
        next_number=preview.number,
    )


def revising_page(session: Session, *, objective_id: int, typed: Typed | None = None) -> RevisingPage:
    objective = session.get_one(Objective, objective_id)
    study = study_head(session, study_id=objective.study_id)
    revised = revised_objectives(session, study_id=study.id).get(objective_id)
    if revised is None:
        raise NotFound(f"texts of objective {objective_id}")
    activities = of_kind(ranked_statements(session, study_id=study.id), StatementKind.ACTIVITY)
    return RevisingPage(
        study=study,
        objective=objective_titles(session, study_id=study.id)[objective_id],
        version=revised.version,
        fields=tuple(_sheet(one, languages=study.languages, typed=typed) for one in revised.fields),
        evidence=tuple(
            row for row in activities if row.objective.id == objective_id and row.status is OutcomeStatus.AGREED
        ),
    )


def framework_page(
    session: Session, *, study_id: int
) -> tuple[StudyHead, FrameworkPreview, tuple[tuple[str, tuple[FieldSheet, ...]], ...]]:
    """The preview of the next version: each changed objective with its approved fields."""
    study = study_head(session, study_id=study_id)
    preview = preview_framework(session, study_id=study_id)
    sheets = tuple(
        (one.code, tuple(_sheet(sheet, languages=study.languages, typed=None) for sheet in one.approved))
        for one in preview.changed
    )
    return study, preview, sheets


def _ordered(titles: dict[int, ObjectiveTitle], revised: dict[int, RevisedObjective]) -> list[RevisedObjective]:
    return [revised[objective_id] for objective_id in titles if objective_id in revised]


def _row(title: ObjectiveTitle, one: RevisedObjective) -> ObjectiveRow:
    latest = [sheet.latest for sheet in one.proposed if sheet.latest is not None]
    stale = dict.fromkeys(code for wording in latest for code in wording.stale)
    return ObjectiveRow(
        id=one.objective_id,
        code=one.code,
        title=title.title,
        version=one.version,
        n_drafts=sum(wording.state is RevisionState.DRAFT for wording in latest),
        n_approved=len(one.approved),
        stale=tuple(LANGUAGE_NAMES.get(code, code) for code in stale),
    )


def _sheet(one: RevisedField, *, languages: tuple[str, ...], typed: Typed | None) -> FieldSheet:
    latest = one.latest
    own = typed if typed is not None and typed.field is one.field else None
    text = one.now if own is None else own.text
    state = ""
    if latest is not None:
        state = gettext("approved") if latest.state is RevisionState.APPROVED else gettext("draft")
    return FieldSheet(
        field=one.field.value,
        label=str(OBJECTIVE_FIELDS[one.field]),
        rows=2 if one.field is ObjectiveField.TITLE else 5,
        sides=tuple(
            Side(
                language=code,
                name=LANGUAGE_NAMES.get(code, code),
                text=text.get(code, ""),
                before=one.before.get(code, ""),
                pieces=word_changes(one.before.get(code, ""), one.now.get(code, "")),
                is_stale=latest is not None and code in latest.stale,
            )
            for code in languages
        ),
        number=one.history[0].number if one.history else 0,
        is_proposed=latest is not None,
        state=state,
        reason=own.reason if own is not None else ("" if latest is None else latest.reason),
        evidence=own.evidence if own is not None else frozenset(() if latest is None else latest.evidence),
        can_approve=latest is not None and latest.state is RevisionState.DRAFT and not latest.stale,
        history=one.history,
        problem="" if own is None else own.problem,
    )
