"""The close advisor: it looks at what was sent in steps of enough people, and says how many verdicts can still change.

An open round shows no results to anyone. So the answers are counted only when at least as many more people have sent
as the smallest group that may be shown, and nothing but numbers of verdicts is told.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from analysis.types import Scale
from surveys.models import OutlookStep, Rating, Round, Submission
from surveys.queries.participation import eligible_panellists
from surveys.queries.questionnaire import questionnaire_of
from surveys.rules.close_advice import CloseAdvice, SentAnswers, advise_on_closing
from surveys.services.bulk import upsert
from surveys.services.freezing import protocol_of, study_of_round
from surveys.vocabulary import RoundKind


def advance_outlook(session: Session, *, round_: Round, now: datetime) -> None:
    """Take a further step if enough more people have sent; to be called when somebody sends for the first time."""
    if round_.kind is not RoundKind.RATING:
        return
    last = session.exec(select(func.max(OutlookStep.n_submitted)).where(OutlookStep.round_id == round_.id)).one() or 0
    submitters = _submitters(session, round_id=round_.id)
    if len(submitters) - last < round_.min_group_size:
        return
    counts = _counts(session, round_id=round_.id, panellist_ids=submitters)
    row = {"round_id": round_.id, "n_submitted": len(submitters), "taken_at": now, "counts": counts}
    # Two who send at the same moment may both reach the step: one of them takes it.
    upsert(session, OutlookStep, [row], key=("round_id", "n_submitted"), replace=("taken_at", "counts"))


def advice_of(session: Session, *, round_: Round) -> CloseAdvice | None:
    """The advice of the latest step; None before the first, for a round of ideas, and with few verdicts."""
    step = session.exec(
        select(OutlookStep).where(OutlookStep.round_id == round_.id).order_by(col(OutlookStep.n_submitted).desc())
    ).first()
    if step is None:
        return None
    settings = protocol_of(session, study_id=study_of_round(session, round_=round_).id)
    questionnaire = questionnaire_of(session, round_id=round_.id)
    sent = []
    for criterion in questionnaire.criteria:
        asked = sorted(statement.id for statement in questionnaire.of_criterion(criterion))
        if not asked:
            continue
        found = step.counts.get(str(criterion.id), {})
        blank = [0] * len(criterion.points)
        counts = np.array([found.get(str(statement_id), blank) for statement_id in asked], dtype=np.int64)
        scale = Scale(criterion.lower, criterion.upper)
        sent.append(SentAnswers(counts=counts, rule=settings.rule_for(criterion.code), scale=scale))
    eligible = {
        *eligible_panellists(session, task_force_id=round_.task_force_id),
        *_submitters(session, round_id=round_.id),
    }
    return advise_on_closing(
        sent, n_submitted=step.n_submitted, n_eligible=len(eligible), min_verdicts=round_.min_group_size
    )


def _submitters(session: Session, *, round_id: int) -> list[int]:
    query = select(Submission.panellist_id).where(
        Submission.round_id == round_id, col(Submission.submitted_at).is_not(None)
    )
    return sorted(session.exec(query).all())


def _counts(session: Session, *, round_id: int, panellist_ids: Sequence[int]) -> dict[str, dict[str, list[int]]]:
    lower_upper = {
        criterion.id: (criterion.lower, len(criterion.points))
        for criterion in questionnaire_of(session, round_id=round_id).criteria
    }
    counts: dict[str, dict[str, list[int]]] = {}
    rows = session.exec(
        select(Rating.criterion_id, Rating.statement_id, Rating.value, func.count())
        .where(
            Rating.round_id == round_id,
            col(Rating.panellist_id).in_(panellist_ids),
            col(Rating.value).is_not(None),
        )
        .group_by(col(Rating.criterion_id), col(Rating.statement_id), col(Rating.value))
    ).all()
    for criterion_id, statement_id, value, n in rows:
        lower, n_points = lower_upper[criterion_id]
        of_criterion = counts.setdefault(str(criterion_id), {})
        row = of_criterion.setdefault(str(statement_id), [0] * n_points)
        if value is not None:
            row[value - lower] += n
    return counts
