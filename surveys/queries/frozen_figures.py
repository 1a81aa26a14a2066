"""The figures of frozen results as values: pages and exports show these and compute none of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Criterion, Round, RoundResult, Scale, Snapshot
from surveys.rules.median_class import MedianClass, median_class
from surveys.rules.protocol import CriterionRule, ProtocolSettings

FLAGS = ("flips_if_one_leaves", "quantile_sensitive", "polarised")
"""Keys of the item report that are shown as flags."""


@dataclass(frozen=True, slots=True)
class SealedRound:
    """One closed round as it was frozen: its newest snapshot."""

    snapshot_id: int
    round_id: int
    task_force_id: int
    number: int
    closed_at: datetime | None
    taken_at: datetime
    digest: str
    n_eligible: int
    n_returned: int
    """Panellists with at least one answer in the round."""
    settings: ProtocolSettings
    fingerprint: str
    """Of the rule that was applied, which an amendment may have changed since."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One statement on one criterion in one sealed round. Counts of people; medians and spreads in scale units."""

    result_id: int
    statement_id: int
    version_id: int
    criterion_id: int
    criterion_code: str
    criterion_name: LocalizedText
    is_primary: bool
    scale: tuple[int, int]
    rule: CriterionRule
    sealed: SealedRound
    n: int
    n_returned: int
    """Those who returned the round and did not abstain here: rated, said they cannot judge, or left it blank."""
    n_outside_expertise: int
    frequency: tuple[int, ...]
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    mean: float | None
    sd: float | None
    agreement_k: int
    agreement_n: int
    verdict: str
    consensus_class: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    flags: tuple[str, ...]
    iqr_within: bool

    @property
    def response_rate(self) -> float | None:
        """Share (0 to 1) of those who returned the round that rated this statement."""
        return self.n / self.n_returned if self.n_returned else None

    @property
    def iqr_within_third(self) -> bool:
        """Whether the middle half spans at most a third of the scale's points (3 of 9), whatever the study's rule."""
        lower, upper = self.scale
        return self.iqr is not None and 3 * self.iqr <= upper - lower + 1

    @property
    def agreement(self) -> float | None:
        """Share (0 to 1) of the ratings inside the box of agreement."""
        return self.agreement_k / self.agreement_n if self.agreement_n else None

    @property
    def lowest(self) -> int | None:
        """The lowest scale point that was used."""
        return next((self.scale[0] + at for at, count in enumerate(self.frequency) if count), None)

    @property
    def highest(self) -> int | None:
        """The highest scale point that was used."""
        last = len(self.frequency) - 1
        return next((self.scale[0] + last - at for at, count in enumerate(reversed(self.frequency)) if count), None)

    @property
    def median_class(self) -> MedianClass:
        return median_class(self.median, box=(self.rule.agree_from, self.rule.agree_to), scale=self.scale)


def sealed_rounds(session: Session, *, task_force_ids: Sequence[int]) -> list[SealedRound]:
    """The newest snapshot of every closed round of these task forces, by task force and round number."""
    newest = (
        select(Snapshot.round_id, func.max(Snapshot.number).label("number")).group_by(col(Snapshot.round_id)).subquery()
    )
    rows = session.exec(
        select(Snapshot, Round)
        .join(newest, (newest.c.round_id == Snapshot.round_id) & (newest.c.number == Snapshot.number))
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(col(Round.task_force_id).in_(task_force_ids))
        .order_by(col(Round.task_force_id), col(Round.number))
    ).all()
    return [_sealed(snapshot, round_) for snapshot, round_ in rows]


def figures_of_rounds(session: Session, *, sealed: Sequence[SealedRound]) -> list[Figures]:
    """Every frozen result of these rounds, by snapshot, criterion and statement."""
    snapshot_ids = [one.snapshot_id for one in sealed]
    return _figures(session, col(RoundResult.snapshot_id).in_(snapshot_ids), sealed=sealed)


def figures_of_results(session: Session, *, result_ids: Sequence[int]) -> list[Figures]:
    """The frozen results of these ids, and beside each the other criteria of its statement in the same snapshot.

    Results are taken from the snapshot they name, also where a later snapshot of the round exists.
    """
    rows = session.exec(
        select(Snapshot, Round)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(col(Snapshot.id).in_(select(RoundResult.snapshot_id).where(col(RoundResult.id).in_(result_ids))))
    ).all()
    named = select(RoundResult.snapshot_id, RoundResult.statement_id).where(col(RoundResult.id).in_(result_ids))
    pairs = named.subquery()
    same_cell = (
        select(pairs.c.snapshot_id)
        .where(pairs.c.snapshot_id == RoundResult.snapshot_id, pairs.c.statement_id == RoundResult.statement_id)
        .exists()
    )
    return _figures(session, same_cell, sealed=[_sealed(snapshot, round_) for snapshot, round_ in rows])


def _figures(session: Session, condition: ColumnElement[bool], *, sealed: Sequence[SealedRound]) -> list[Figures]:
    by_snapshot = {one.snapshot_id: one for one in sealed}
    rows = session.exec(
        select(RoundResult, Criterion, Scale)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .join(Scale, col(Scale.id) == Criterion.scale_id)
        .where(condition)
        .order_by(
            col(RoundResult.snapshot_id), col(Criterion.position), col(Criterion.id), col(RoundResult.statement_id)
        )
    ).all()
    return [
        Figures(
            result_id=result.id,
            statement_id=result.statement_id,
            version_id=result.version_id,
            criterion_id=criterion.id,
            criterion_code=criterion.code,
            criterion_name=criterion.name,
            is_primary=criterion.is_primary,
            scale=(scale.lower, scale.upper),
            rule=by_snapshot[result.snapshot_id].settings.criteria[criterion.code],
            sealed=by_snapshot[result.snapshot_id],
            n=result.n,
            n_returned=result.n + result.report["n_dont_know"] + result.report["n_missing"],
            n_outside_expertise=result.n_outside_expertise,
            frequency=tuple(result.frequency),
            median=result.median,
            q1=result.q1,
            q3=result.q3,
            iqr=result.iqr,
            mean=result.mean,
            sd=result.report.get("sd"),
            agreement_k=result.agreement_k,
            agreement_n=result.agreement_n,
            verdict=result.verdict,
            consensus_class=result.consensus_class,
            rank=result.rank,
            rank_low=result.rank_low,
            rank_high=result.rank_high,
            flags=tuple(flag for flag in FLAGS if result.report.get(flag)),
            iqr_within=bool(result.report.get("criteria", {}).get("iqr")),
        )
        for result, criterion, scale in rows
    ]


def _sealed(snapshot: Snapshot, round_: Round) -> SealedRound:
    settings = ProtocolSettings.from_json(snapshot.rule)
    return SealedRound(
        snapshot_id=snapshot.id,
        round_id=round_.id,
        task_force_id=round_.task_force_id,
        number=round_.number,
        closed_at=round_.closed_at,
        taken_at=snapshot.taken_at,
        digest=snapshot.digest,
        n_eligible=snapshot.n_eligible,
        n_returned=snapshot.n_answered,
        settings=settings,
        fingerprint=settings.fingerprint,
    )
