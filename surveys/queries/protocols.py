"""The protocol of a study with its whole history: what was locked, by whom, and every amendment since."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import Panellist, Person, Protocol, ProtocolAmendment, Round, TaskForce
from surveys.queries.frameworks import scales_of_study
from surveys.queries.participation import IN_PANEL
from surveys.rules.protocol import ProtocolSettings, canonical_digest
from surveys.rules.protocol_drafts import Change
from surveys.vocabulary import RoundStatus


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change after the lock. `author` is empty where the name was removed or nobody was signed in."""

    number: int
    changes: tuple[Change, ...]
    reason: str
    author: str
    made_at: datetime
    fingerprint: str
    """Of the protocol it made."""


@dataclass(frozen=True, slots=True)
class ProtocolRecord:
    """The protocol in force. `locked_at` is None while it is a draft; lock and fingerprint are those of version 1."""

    version: int
    settings: ProtocolSettings
    fingerprint: str
    locked_at: datetime | None
    locked_by: str
    first_fingerprint: str
    amendments: tuple[Amendment, ...]

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


def protocol_record(session: Session, *, study_id: int) -> ProtocolRecord:
    """The protocol of a study; LookupError where it has none."""
    versions = session.exec(
        select(Protocol, Person.name)
        .outerjoin(Person, col(Person.id) == Protocol.locked_by_id)
        .where(Protocol.study_id == study_id)
        .order_by(col(Protocol.version))
    ).all()
    if not versions:
        raise LookupError(f"study {study_id} has no protocol")
    (first, locked_by), (latest, _) = versions[0], versions[-1]
    return ProtocolRecord(
        version=latest.version,
        settings=ProtocolSettings.from_json(latest.settings),
        fingerprint=latest.fingerprint,
        locked_at=first.locked_at,
        locked_by=locked_by or "",
        first_fingerprint=first.fingerprint,
        amendments=amendments_of(session, study_id=study_id),
    )


def amendments_of(session: Session, *, study_id: int) -> tuple[Amendment, ...]:
    """Every amendment of a study's protocol, by number."""
    rows = session.exec(
        select(ProtocolAmendment, Person.name)
        .outerjoin(Person, col(Person.id) == ProtocolAmendment.author_id)
        .where(ProtocolAmendment.study_id == study_id)
        .order_by(col(ProtocolAmendment.number))
    ).all()
    return tuple(
        Amendment(
            number=row.number,
            changes=tuple(Change(**change) for change in row.changes),
            reason=row.reason,
            author=name or "",
            made_at=row.made_at,
            fingerprint=row.fingerprint_after,
        )
        for row, name in rows
    )


def protocol_fingerprint(session: Session, *, study_id: int) -> str:
    """SHA-256 of the protocol in force; empty while it is not locked."""
    record = protocol_record(session, study_id=study_id)
    return record.fingerprint if record.is_locked else ""


def instrument_digest(session: Session, *, study_id: int) -> str:
    """SHA-256 of what is asked and on which scales: criteria, questions, words, the kinds they are asked of."""
    return canonical_digest(
        [
            {
                "code": scale.code,
                "name": dict(scale.name),
                "question": dict(scale.question),
                "lower": scale.lower,
                "upper": scale.upper,
                "labels": {str(point): dict(words) for point, words in scale.labels.items()},
                "kinds": sorted(kinds),
            }
            for scale, kinds in scales_of_study(session, study_id=study_id)
        ]
    )


def panel_sizes(session: Session, *, study_id: int) -> dict[str, int]:
    """Task force code to the number of people who are invited or have joined."""
    sizes = dict.fromkeys(
        session.exec(select(TaskForce.code).where(TaskForce.study_id == study_id).order_by(col(TaskForce.code))).all(),
        0,
    )
    for code in session.exec(
        select(TaskForce.code)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .where(TaskForce.study_id == study_id, col(Panellist.status).in_(IN_PANEL))
    ).all():
        sizes[code] += 1
    return sizes


def has_opened_rounds(session: Session, *, study_id: int) -> bool:
    """Whether any round of the study was ever opened."""
    return (
        session.exec(
            select(Round.id)
            .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
            .where(TaskForce.study_id == study_id, Round.status != RoundStatus.PLANNED)
            .limit(1)
        ).first()
        is not None
    )
