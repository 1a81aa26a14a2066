"""The place from which one expert answers: the open round, held, and the panellist's own row in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.errors import RuleViolation
from surveys.models import Panellist, Round, Submission
from surveys.queries.prepared import Prepared
from surveys.rules.answers import ensure_answerable
from surveys.rules.permissions import Actor
from surveys.services.bulk import upsert_one
from surveys.services.round_locks import share_round
from surveys.vocabulary import MembershipStatus, RoundKind, ViolationCode

AWAY = (MembershipStatus.DECLINED, MembershipStatus.LEFT, MembershipStatus.REMOVED)


@dataclass(frozen=True, slots=True)
class Seat:
    round_id: int
    round_kind: RoundKind
    panellist_id: int


SEAT = Prepared(
    sa_select(
        col(Round.status),
        col(Round.deadline_at),
        col(Round.grace_minutes),
        col(Round.closed_at),
        col(Round.kind),
        col(Panellist.id),
        col(Panellist.status),
        col(Panellist.consented_at),
        col(Panellist.consent_is_due),
    )
    .outerjoin(
        Panellist,
        (col(Panellist.task_force_id) == Round.task_force_id) & (col(Panellist.person_id) == bindparam("person_id")),
    )
    .where(col(Round.id) == bindparam("round_id"))
    .with_for_update(read=True, of=Round)
)


def take_seat(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Seat:
    """The actor's seat in a round that takes answers; the round cannot be closed before this transaction ends.

    Two statements at most, without mapped objects: this runs at each change of each field.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`.
    """
    share_round(session, round_id=round_id)
    (row,) = SEAT.rows(session, round_id=round_id, person_id=actor.person_id)
    status, deadline_at, grace_minutes, closed_at, kind, panellist_id, membership, consented_at, is_due = row
    ensure_answerable(status=status, deadline_at=deadline_at, grace_minutes=grace_minutes, closed_at=closed_at, now=now)
    if panellist_id is None or membership in AWAY:
        raise RuleViolation(ViolationCode.NOT_A_PANELLIST)
    if consented_at is None or is_due:
        raise RuleViolation(ViolationCode.CONSENT_MISSING)
    return Seat(round_id=round_id, round_kind=kind, panellist_id=panellist_id)


def touch_seat(session: Session, *, seat: Seat, now: datetime) -> None:
    """Note that answers are saved now. On PostgreSQL pages of one expert write one after the other from here on."""
    note_saving(session, round_id=seat.round_id, panellist_id=seat.panellist_id, now=now)


def note_saving(session: Session, *, round_id: int, panellist_id: int, now: datetime) -> None:
    row = {
        "round_id": round_id,
        "panellist_id": panellist_id,
        "started_at": now,
        "saved_at": now,
        "receipt": "",
        "nonce": "",
        "digest": "",
        "entered_on_behalf_by": None,
    }
    # What was keyed in from paper is theirs from here on: the facilitator who keyed it in sees it no longer.
    replace = ("saved_at", "entered_on_behalf_by")
    upsert_one(session, Submission, row, key=("round_id", "panellist_id"), replace=replace)
