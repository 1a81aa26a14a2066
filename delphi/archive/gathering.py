"""What goes into a bundle: frozen figures and answers, wordings, lineage and rules, with everybody under a code."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from delphi.archive.figures import concordance_cells, figure_cells
from delphi.archive.layout import Cell, Sheet, sheet_of
from delphi.archive.pseudonyms import Codes
from delphi.archive.written import both, when
from surveys.models import (
    Category,
    Criterion,
    Facility,
    FacilityDecision,
    FrozenRating,
    Outcome,
    Panellist,
    Reopening,
    Round,
    RoundResult,
    RoundStatement,
    Snapshot,
    Statement,
    StatementVersion,
    TaskForce,
)
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import MembershipStatus, RoundStatus

Rows = list[tuple[Cell, ...]]


@dataclass(slots=True)
class Gathering:
    """Lookups while a bundle is made; it dies with it."""

    session: Session
    study_id: int
    experts: Codes = field(default_factory=lambda: Codes("E"))
    ideas: Codes = field(default_factory=lambda: Codes("I"))
    task_forces: dict[int, str] = field(default_factory=dict)
    rounds: dict[int, tuple[str, int]] = field(default_factory=dict)
    snapshots: dict[int, int] = field(default_factory=dict)
    """Id of the newest snapshot of each closed round, to the round's id."""
    earlier: dict[int, Snapshot] = field(default_factory=dict)
    """Snapshots of these rounds that a later one replaced, by id."""
    statements: dict[int, str] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    criteria: dict[int, str] = field(default_factory=dict)

    def place(self, snapshot_id: int) -> tuple[str, int]:
        return self.rounds[self.snapshots[snapshot_id]]

    def all(self, table: type[Any], condition: Any) -> list[Any]:
        return list(self.session.exec(select(table).where(condition)).all())


def gathering_of(session: Session, *, study_id: int) -> Gathering:
    found = Gathering(session, study_id)
    found.task_forces = {one.id: one.code for one in found.all(TaskForce, TaskForce.study_id == study_id)}
    rounds = found.all(Round, col(Round.task_force_id).in_(list(found.task_forces)))
    closed = [one for one in rounds if one.status is RoundStatus.CLOSED]
    found.rounds = {one.id: (found.task_forces[one.task_force_id], one.number) for one in closed}
    newest: dict[int, Snapshot] = {}
    taken = found.all(Snapshot, col(Snapshot.round_id).in_(list(found.rounds)))
    for one in sorted(taken, key=lambda snapshot: int(snapshot.number)):
        if one.round_id in newest:
            found.earlier[newest[one.round_id].id] = newest[one.round_id]
        newest[one.round_id] = one
    found.snapshots = {snapshot.id: round_id for round_id, snapshot in newest.items()}
    statements = found.all(Statement, col(Statement.task_force_id).in_(list(found.task_forces)))
    found.statements = {one.id: one.code for one in statements}
    found.versions = {
        one.id: one.number
        for one in found.all(StatementVersion, col(StatementVersion.statement_id).in_(list(found.statements)))
    }
    found.criteria = {one.id: one.code for one in found.all(Criterion, Criterion.study_id == study_id)}
    return found


def figures_and_answers(found: Gathering) -> list[Sheet]:
    """Ratings, figures and what they are about, from the newest snapshot of each closed round."""
    return [
        sheet_of("members", _members(found)),
        *_rounds(found),
        *_earlier(found),
        sheet_of("statements", _statements(found)),
        sheet_of("wordings", _wordings(found)),
        sheet_of("questionnaires", _questionnaires(found)),
        sheet_of("ratings", _ratings(found)),
        sheet_of("results", _results(found)),
        sheet_of("outcomes", _outcomes(found)),
        sheet_of("facility_decisions", _decisions(found)),
    ]


def _members(found: Gathering) -> Rows:
    asked = {
        who
        for one in found.all(Snapshot, col(Snapshot.id).in_(list(found.snapshots)))
        for who in one.audience["eligible"]
    }
    return [
        (found.task_forces[one.task_force_id], found.experts.of(one.id), one.status.value)
        for one in found.all(Panellist, col(Panellist.task_force_id).in_(list(found.task_forces)))
        # Of a restored study: seats that hold texts without author were never anybody's.
        if one.id in asked or one.person_id is not None or one.status is not MembershipStatus.LEFT
    ]


def _rounds(found: Gathering) -> list[Sheet]:
    rows: Rows = []
    panel: Rows = []
    concordance: Rows = []
    rounds = {one.id: one for one in found.all(Round, col(Round.id).in_(list(found.rounds)))}
    for snapshot in found.all(Snapshot, col(Snapshot.id).in_(list(found.snapshots))):
        one, place = rounds[snapshot.round_id], found.place(snapshot.id)
        rows.append(
            (
                *place,
                one.kind.value,
                when(one.opened_at),
                when(one.closed_at),
                snapshot.number,
                snapshot.n_eligible,
                snapshot.n_answered,
                snapshot.n_submitted,
                one.min_group_size,
                one.shows_feedback,
                ProtocolSettings.from_json(snapshot.rule).fingerprint,
                snapshot.digest,
                snapshot.engine.get("rows", ""),
                snapshot.engine.get("numpy", ""),
                snapshot.engine.get("scipy", ""),
            )
        )
        answered = set(snapshot.audience["answered"])
        panel += [(*place, found.experts.of(who), who in answered) for who in snapshot.audience["eligible"]]
        for name, block in snapshot.concordance.items():
            criterion, _, kind = name.partition(":")
            concordance.append((*place, criterion, kind, *concordance_cells(block)))
    return [sheet_of("rounds", rows), sheet_of("panel", panel), sheet_of("concordance", concordance)]


def _earlier(found: Gathering) -> list[Sheet]:
    """Closings whose rounds were opened again. Of a restored study only when and why: the rest is in its archive."""
    snapshots = {(one.round_id, one.number): one for one in found.earlier.values()}
    closings: Rows = []
    for one in found.all(Reopening, col(Reopening.round_id).in_(list(found.rounds))):
        key = (*found.rounds[one.round_id], one.snapshot_number)
        told = when(one.reopened_at), one.reason
        was = snapshots.get((one.round_id, one.snapshot_number))
        if was is None:
            closings.append((*key, "", None, None, None, "", "", *told))
            continue
        counts = was.n_eligible, was.n_answered, was.n_submitted
        rule = ProtocolSettings.from_json(was.rule).fingerprint
        closings.append((*key, when(was.taken_at), *counts, rule, was.digest, *told))
    verdicts: Rows = [
        (
            *found.rounds[found.earlier[one.snapshot_id].round_id],
            found.earlier[one.snapshot_id].number,
            found.statements[one.statement_id],
            found.criteria[one.criterion_id],
            found.versions[one.version_id],
            one.verdict,
            one.consensus_class,
        )
        for one in found.all(RoundResult, col(RoundResult.snapshot_id).in_(list(found.earlier)))
    ]
    return [sheet_of("earlier_closings", closings), sheet_of("earlier_verdicts", verdicts)]


def _statements(found: Gathering) -> Rows:
    categories = {one.id: one.code for one in found.all(Category, Category.study_id == found.study_id)}
    rows = sorted(found.all(Statement, col(Statement.id).in_(list(found.statements))), key=lambda one: one.id)
    made: dict[int, int] = {}
    lines: Rows = []
    for one in rows:
        made[one.task_force_id] = made.get(one.task_force_id, 0) + 1
        lines.append(
            (
                found.task_forces[one.task_force_id],
                made[one.task_force_id],
                one.code,
                one.kind.value,
                found.statements.get(one.parent_id, ""),
                categories.get(one.category_id, ""),
                one.retired_at is not None,
                when(one.created_at),
            )
        )
    return lines


def _wordings(found: Gathering) -> Rows:
    return [
        (found.statements[one.statement_id], one.number, *both(one.text), one.reason, when(one.created_at))
        for one in found.all(StatementVersion, col(StatementVersion.statement_id).in_(list(found.statements)))
    ]


def _questionnaires(found: Gathering) -> Rows:
    asked = found.all(RoundStatement, col(RoundStatement.round_id).in_(list(found.rounds)))
    ordered = sorted(asked, key=lambda one: (one.round_id, one.position, one.statement_id))
    places: dict[int, int] = {}
    rows: Rows = []
    for one in ordered:
        places[one.round_id] = places.get(one.round_id, 0) + 1
        code, version = found.statements[one.statement_id], found.versions[one.version_id]
        rows.append((*found.rounds[one.round_id], places[one.round_id], code, version))
    return rows


def _ratings(found: Gathering) -> Rows:
    return [
        (
            *found.place(one.snapshot_id),
            found.statements[one.statement_id],
            found.criteria[one.criterion_id],
            found.experts.of(one.panellist_id),
            one.state.value,
            one.value,
        )
        for one in found.all(FrozenRating, col(FrozenRating.snapshot_id).in_(list(found.snapshots)))
    ]


def _results(found: Gathering) -> Rows:
    return [
        (
            *found.place(one.snapshot_id),
            found.statements[one.statement_id],
            found.criteria[one.criterion_id],
            found.versions[one.version_id],
            *figure_cells({**one.report, "consensus_class": one.consensus_class, "verdict": one.verdict}),
        )
        for one in found.all(RoundResult, col(RoundResult.snapshot_id).in_(list(found.snapshots)))
    ]


def _outcomes(found: Gathering) -> Rows:
    rows = found.session.exec(
        select(Outcome, RoundResult, Snapshot)
        .join(RoundResult, col(RoundResult.id) == Outcome.result_id)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .where(col(Outcome.task_force_id).in_(list(found.task_forces)))
    ).all()
    return [
        (
            found.statements[outcome.statement_id],
            *found.rounds[snapshot.round_id],
            found.criteria[result.criterion_id],
            outcome.status.value,
            outcome.rank,
            outcome.overall_rank,
            when(outcome.published_at),
        )
        for outcome, result, snapshot in rows
        if snapshot.id in found.snapshots
    ]


def _decisions(found: Gathering) -> Rows:
    facilities = {one.id: one.code for one in found.all(Facility, Facility.study_id == found.study_id)}
    return [
        (
            found.statements[one.statement_id],
            when(one.decided_at),
            facilities[one.facility_id],
            one.part,
            one.source,
            one.reason,
            when(one.superseded_at),
        )
        for one in found.all(FacilityDecision, col(FacilityDecision.statement_id).in_(list(found.statements)))
    ]
