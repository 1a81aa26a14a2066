"""Freezing a round: the answers are copied, analysed once, and sealed with a digest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy
import scipy
from sqlalchemy import insert, literal
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from analysis.report_types import RoundReport
from analysis.round_report import analyse_round, report_as_dict
from analysis.types import Quantile
from surveys.models import FrozenRating, Protocol, Rating, Round, RoundResult, Snapshot, Study, TaskForce
from surveys.queries.participation import (
    colleges_of,
    eligible_panellists,
    languages_of,
    panellists_who_answered,
    participation_of,
)
from surveys.queries.questionnaire import AskedCriterion, AskedStatement, Questionnaire, questionnaire_of
from surveys.queries.rating_matrix import Cell, frozen_cells, in_canonical_order, matrix_of
from surveys.rules.protocol import ProtocolSettings, canonical_digest
from surveys.services.question_freezing import (
    FrozenQuestions,
    copy_question_answers,
    frozen_questions_of,
    list_written_answers,
    store_question_results,
)
from surveys.vocabulary import StatementKind

SEED = 20240101
CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What there is to freeze of one round, gathered in one moment."""

    questionnaire: Questionnaire
    settings: ProtocolSettings
    eligible: tuple[int, ...]
    answered: tuple[int, ...]
    colleges: tuple[str | None, ...]
    """The college of each eligible panellist, in the order of `eligible`."""
    languages: tuple[str, ...]
    """Their languages in the same order; empty in snapshots taken before languages were frozen."""
    cells: tuple[Cell, ...]
    questions: FrozenQuestions
    has_canonical_rows: bool = False
    """Whether simulations saw the experts sorted by their answers; earlier snapshots had them by id."""

    @property
    def digest(self) -> str:
        """SHA-256 of everything the figures depend on: answers, wordings, who was asked, the rule."""
        return canonical_digest(
            {
                "cells": [[s, c, p, state.value, value] for s, c, p, state, value in self.cells],
                "wordings": sorted([s.id, s.version_id, dict(s.text)] for s in self.questionnaire.statements),
                "eligible": self.eligible,
                "answered": self.answered,
                "colleges": self.colleges,
                **({"languages": self.languages} if self.languages else {}),
                "settings": self.settings.as_json(),
                **self.questions.as_json(),
            }
        )


def protocol_of(session: Session, *, study_id: int) -> ProtocolSettings:
    """The protocol in force: its latest version."""
    protocol = session.exec(
        select(Protocol).where(Protocol.study_id == study_id).order_by(col(Protocol.version).desc())
    ).first()
    if protocol is None:
        raise LookupError(f"study {study_id} has no protocol")
    return ProtocolSettings.from_json(protocol.settings)


def study_of_round(session: Session, *, round_: Round) -> Study:
    return session.exec(
        select(Study).join(TaskForce, col(TaskForce.study_id) == Study.id).where(TaskForce.id == round_.task_force_id)
    ).one()


def freeze_round(session: Session, *, round_: Round, now: datetime) -> Snapshot:
    """Copy the round's answers into a new snapshot, compute its results from the copy, and store both.

    Earlier snapshots of the round are left as they are.
    """
    study = study_of_round(session, round_=round_)
    settings = protocol_of(session, study_id=study.id)
    eligible = eligible_panellists(session, task_force_id=round_.task_force_id)
    answered = panellists_who_answered(session, round_id=round_.id)
    earlier = session.exec(select(Snapshot.number).where(Snapshot.round_id == round_.id)).all()
    participation = participation_of(session, round_=round_)
    snapshot = Snapshot(
        round_id=round_.id,
        number=max(earlier, default=0) + 1,
        taken_at=now,
        digest="",
        n_eligible=len(eligible),
        n_answered=len(answered),
        n_submitted=participation.n_submitted,
    )
    session.add(snapshot)
    session.flush()
    _copy_ratings(session, snapshot=snapshot)
    copy_question_answers(session, snapshot=snapshot)
    everybody = sorted({*eligible, *answered})
    snapshot.rule = settings.as_json()
    # Sorted by answers, the figures follow from the answers alone: whoever has them without ids can recompute all.
    snapshot.engine = {"numpy": numpy.__version__, "scipy": scipy.__version__, "rows": CANONICAL}
    snapshot.audience = {
        "eligible": everybody,
        "answered": answered,
        "colleges": colleges_of(session, panellist_ids=everybody),
        "languages": languages_of(session, panellist_ids=everybody),
    }
    seal_snapshot(session, snapshot=snapshot)
    return snapshot


def seal_snapshot(session: Session, *, snapshot: Snapshot) -> None:
    """Compute digest and results of a snapshot from what it holds already: rule, audience, copied answers."""
    frozen = frozen_of(session, snapshot=snapshot)
    snapshot.digest = frozen.digest
    reports = reports_of(frozen)
    snapshot.concordance = {
        f"{criterion.code}:{asked[0].kind}": report_as_dict(report)["concordance"]
        for criterion, asked, report in reports
    }
    rows = [row for report in reports for row in result_rows(report, snapshot_id=snapshot.id)]
    if rows:
        session.connection().execute(insert(RoundResult), rows)
    quantile = Quantile(frozen.settings.quantile)
    store_question_results(session, snapshot=snapshot, frozen=frozen.questions, quantile=quantile)
    list_written_answers(session, frozen=frozen.questions)
    session.flush()


def frozen_of(session: Session, *, snapshot: Snapshot) -> Frozen:
    """What a snapshot holds, read back from its frozen copy; its digest must equal the stored one."""
    return Frozen(
        questionnaire=questionnaire_of(session, round_id=snapshot.round_id),
        settings=ProtocolSettings.from_json(snapshot.rule),
        eligible=tuple(snapshot.audience["eligible"]),
        answered=tuple(snapshot.audience["answered"]),
        colleges=tuple(snapshot.audience["colleges"]),
        languages=tuple(snapshot.audience.get("languages", ())),
        cells=tuple(frozen_cells(session, snapshot_id=snapshot.id)),
        questions=frozen_questions_of(session, snapshot=snapshot),
        has_canonical_rows=snapshot.engine.get("rows") == CANONICAL,
    )


Reported = tuple[AskedCriterion, tuple[AskedStatement, ...], RoundReport]


def reports_of(frozen: Frozen) -> list[Reported]:
    """The analysis of each criterion and kind of statement, columns in order of statement id.

    Kinds are analysed apart: an activity is ranked among activities, an obstacle among obstacles.
    """
    reports: list[Reported] = []
    for criterion in frozen.questionnaire.criteria:
        for kind in StatementKind:
            asked = tuple(
                sorted(
                    (s for s in frozen.questionnaire.of_criterion(criterion) if s.kind is kind),
                    key=lambda statement: statement.id,
                )
            )
            if not asked:
                continue
            matrix = matrix_of(
                frozen.cells,
                criterion=criterion,
                statement_ids=[statement.id for statement in asked],
                eligible=frozen.eligible,
                answered=frozen.answered,
            )
            ratings, colleges = matrix.ratings, frozen.colleges
            if frozen.has_canonical_rows:
                ratings, colleges = in_canonical_order(ratings, groups=colleges)
            report = analyse_round(ratings, rule=frozen.settings.rule_for(criterion.code), groups=colleges, seed=SEED)
            reports.append((criterion, asked, report))
    return reports


def result_rows(reported: Reported, *, snapshot_id: int) -> list[dict[str, Any]]:
    """One row of `round_result` a statement."""
    criterion, asked, report = reported
    rows = []
    for statement, item, details in zip(asked, report.items, report_as_dict(report)["items"], strict=True):
        rows.append(
            {
                "snapshot_id": snapshot_id,
                "statement_id": statement.id,
                "version_id": statement.version_id,
                "criterion_id": criterion.id,
                "n": item.n,
                "n_outside_expertise": item.n_dont_know,
                "frequency": [int(count) for count in item.frequency],
                "median": item.median,
                "q1": item.q1,
                "q3": item.q3,
                "iqr": item.iqr,
                "mean": item.mean,
                "agreement_k": item.agreement.k,
                "agreement_n": item.agreement.n,
                "verdict": item.verdict.value,
                "consensus_class": item.consensus_class.value,
                "rank": item.rank.rank,
                "rank_low": item.rank.low,
                "rank_high": item.rank.high,
                "report": {
                    **details,
                    "consensus_class": item.consensus_class.value,
                    "strength": None
                    if item.strength is None
                    else {"code": item.strength.code, "params": dict(item.strength.params)},
                },
            }
        )
    return rows


def _copy_ratings(session: Session, *, snapshot: Snapshot) -> None:
    source = sa_select(
        literal(snapshot.id),
        col(Rating.statement_id),
        col(Rating.criterion_id),
        col(Rating.panellist_id),
        col(Rating.state),
        col(Rating.value),
    ).where(col(Rating.round_id) == snapshot.round_id)
    columns = ["snapshot_id", "statement_id", "criterion_id", "panellist_id", "state", "value"]
    session.connection().execute(insert(FrozenRating).from_select(columns, source))
