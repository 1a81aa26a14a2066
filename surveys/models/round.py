"""A round of one task force and the statements it asks about."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint, text
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import FeedbackKind, RoundKind, RoundStatus


class Round(Table, table=True):
    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("task_force_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("min_group_size BETWEEN 3 AND 10", name="min_group_size_range"),
        CheckConstraint("status <> 'closed' OR closed_at IS NOT NULL", name="closed_has_time"),
    )

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    number: int
    kind: RoundKind = Field(sa_type=enum_type(RoundKind))
    status: RoundStatus = Field(sa_type=enum_type(RoundStatus), default=RoundStatus.PLANNED)
    opened_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    deadline_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    grace_minutes: int = 0
    closed_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    min_group_size: int = 5
    """No figure about fewer people than this is shown to experts."""
    shows_feedback: bool = True
    """Whether experts see the group's answers of the previous round; a protocol setting, copied at opening."""
    asks_reason: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether who leaves the middle half is asked for a reason; a protocol setting, copied at planning."""
    feedback: FeedbackKind = Field(
        sa_type=enum_type(FeedbackKind),
        default=FeedbackKind.COUNTS_AND_COMMENTS,
        sa_column_kwargs={"server_default": FeedbackKind.COUNTS_AND_COMMENTS.value},
    )
    """What of the group's earlier answers experts see; a protocol setting, copied at planning."""
    order_seed: int = 0
    """Seed of the order of statements and of the display codes; logged, and the same after a reload."""
    opens_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When a planned round is to be opened by itself; its closing time stands beside."""
    mails_leave_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """Until this moment the launch can be undone, and no mail of it leaves."""
    minutes: int | None = None
    """How many minutes it takes, measured in a pilot; without one, invitations estimate."""
    trial_of_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    """The planned round that this round of a pilot tries out."""
    stale_since: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """A planned round whose questionnaire rests on results that were reopened since."""


class Reopening(Table, table=True):
    """A closed round was opened again. The snapshot that stood then stays; the next closing takes a further one."""

    __tablename__ = "reopening"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    snapshot_number: int
    """The snapshot in force until then."""
    reason: str = Field(max_length=2000)
    reopened_at: datetime = Field(sa_type=UtcDateTime)


class OutlookStep(Table, table=True):
    """The answers sent so far as counts, taken anew only when enough more people have sent: for the close advisor.

    In between it does not move, so that nobody's answer can be read off a difference.
    """

    __tablename__ = "outlook_step"
    __table_args__ = (UniqueConstraint("round_id", "n_submitted"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    n_submitted: int
    taken_at: datetime = Field(sa_type=UtcDateTime)
    counts: dict[str, dict[str, list[int]]] = Field(sa_type=JSON)
    """Criterion id to statement id to answers per scale point, from the lowest to the highest."""


class RoundStatement(Table, table=True):
    """A statement on a round's questionnaire, in the wording that is rated there."""

    __tablename__ = "round_statement"

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", primary_key=True)
    version_id: int = Field(foreign_key="statement_version.id")
    position: int = 0
