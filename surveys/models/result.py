"""What a closed round said, frozen: the copied answers, their digest, and every figure made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import RatingState


class Snapshot(Table, table=True):
    """One closing of a round. Reopening makes a further numbered snapshot and keeps this one."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    number: int
    taken_at: datetime = Field(sa_type=UtcDateTime)
    digest: str = Field(max_length=64)
    """SHA-256 of the canonical JSON of everything frozen: answers, wordings, rule."""
    rule: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    """The protocol settings that were applied, as plain JSON."""
    engine: dict[str, str] = Field(sa_type=JSON, default_factory=dict)
    audience: dict[str, list[Any]] = Field(sa_type=JSON, default_factory=dict)
    """Ids of who were asked (`eligible`), their `colleges` and `languages`, and the ids of those who `answered`."""
    n_eligible: int
    n_answered: int
    n_submitted: int
    n_ideas: int = 0
    concordance: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    """`importance:activity` (criterion and kind) to the concordance block of the report, Kendall's W and others."""


class FrozenRating(Table, table=True):
    """A copy of one answer as it stood at the closing; every screen and export reads this one."""

    __tablename__ = "frozen_rating"
    __table_args__ = (Index("ix_frozen_rating_panellist", "panellist_id", "snapshot_id"),)

    snapshot_id: int = Field(foreign_key="snapshot.id", primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", primary_key=True)
    criterion_id: int = Field(foreign_key="criterion.id", primary_key=True)
    panellist_id: int = Field(foreign_key="panellist.id", primary_key=True)
    state: RatingState = Field(sa_type=enum_type(RatingState))
    value: int | None = None


class RoundResult(Table, table=True):
    """The figures of one statement on one criterion in one snapshot."""

    __tablename__ = "round_result"
    __table_args__ = (UniqueConstraint("snapshot_id", "statement_id", "criterion_id", name="uq_round_result_cell"),)

    id: int = Field(default=None, primary_key=True)
    snapshot_id: int = Field(foreign_key="snapshot.id", index=True)
    statement_id: int = Field(foreign_key="statement.id", index=True)
    version_id: int = Field(foreign_key="statement_version.id")
    criterion_id: int = Field(foreign_key="criterion.id")
    n: int
    n_outside_expertise: int = 0
    frequency: list[int] = Field(sa_type=JSON)
    """Answers per scale point, from the lowest to the highest."""
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    iqr: float | None = None
    mean: float | None = None
    agreement_k: int = 0
    agreement_n: int = 0
    verdict: str = Field(max_length=16)
    consensus_class: str = Field(max_length=16)
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    report: dict[str, Any] = Field(sa_type=JSON)
    """The whole item report of `analysis`, under the keys of `delphi analyse --format json`."""
