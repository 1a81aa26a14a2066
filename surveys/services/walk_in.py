"""Open panels: a link by which people register themselves, with a number of places, to be closed at any time."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import College, Panellist, Person, Region, TaskForce, WalkIn
from surveys.queries.participation import IN_PANEL
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.rules.texts import NAME_LIMIT, require_text
from surveys.rules.tokens import token_hash, walk_in_token
from surveys.services.audit import record
from surveys.services.outbox import queue_message
from surveys.services.panel_changes import invite_newcomers
from surveys.vocabulary import AuditAction, MessageKind, ViolationCode

MOST_SEATS = 500


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody says of themselves; `college` and `region` are codes of the study or empty."""

    name: str
    email: str
    language: str
    agrees: bool
    college: str = ""
    region: str = ""
    expertise: int | None = None
    interest: int | None = None


def open_walk_in(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    seats: int,
    renews: bool,
    secret_key: str,
    now: datetime,
) -> WalkIn:
    """Switch the walk-in link on, or change its number of places; with `renews` the earlier link opens nothing.

    Raises
    ------
    RuleViolation
        `setting_out_of_range` for a number of places that is not 1 to 500.
    """
    if not 1 <= seats <= MOST_SEATS:
        raise RuleViolation(ViolationCode.SETTING_OUT_OF_RANGE, lower=1, upper=MOST_SEATS)
    walk_in = session.exec(select(WalkIn).where(WalkIn.task_force_id == task_force_id).with_for_update()).first()
    generation = 1 if walk_in is None else walk_in.generation + renews
    token = walk_in_token(secret_key=secret_key, task_force_id=task_force_id, generation=generation)
    before = _as_json(walk_in)
    if walk_in is None:
        walk_in = WalkIn(task_force_id=task_force_id, token_hash="", seats=seats, changed_at=now)
    walk_in.generation, walk_in.token_hash = generation, token_hash(token)
    walk_in.is_open, walk_in.seats, walk_in.changed_at = True, seats, now
    session.add(walk_in)
    change = "renewed" if renews else "opened"
    _log(session, walk_in, change=change, before=before, actor=actor, now=now)
    return walk_in


def close_walk_in(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> None:
    """Switch the walk-in link off; who came by it stays. Nothing happens where it is off."""
    walk_in = session.exec(select(WalkIn).where(WalkIn.task_force_id == task_force_id).with_for_update()).first()
    if walk_in is None or not walk_in.is_open:
        return
    before = _as_json(walk_in)
    walk_in.is_open, walk_in.changed_at = False, now
    session.add(walk_in)
    _log(session, walk_in, change="closed", before=before, actor=actor, now=now)


def find_walk_in(session: Session, *, token: str) -> WalkIn:
    """The walk-in behind a link, whether it takes people or not. Raises `link_unknown`."""
    walk_in = session.exec(select(WalkIn).where(WalkIn.token_hash == token_hash(token))).first()
    if walk_in is None:
        raise RuleViolation(ViolationCode.LINK_UNKNOWN)
    return walk_in


def faults(said: Registration) -> dict[str, RuleViolation]:
    """What is missing or wrong in what somebody wrote, by field and all of it at once."""
    found = {}
    try:
        require_text(said.name, limit=NAME_LIMIT)
    except RuleViolation as violation:
        found["name"] = violation
    try:
        clean_address(said.email)
    except RuleViolation as violation:
        found["email"] = violation
    if not said.agrees:
        found["agree"] = RuleViolation(ViolationCode.CONSENT_MISSING)
    return found


def register(session: Session, *, token: str, said: Registration, now: datetime) -> None:
    """Give somebody a seat, and mail the personal link to the address they wrote; what is behind it asks for consent.

    Whoever has the address reads the mail, so nobody can answer for another. An address that sits on the panel
    already gets its own link again; one that left or was taken out gets nothing. The caller is told none of this.

    Raises
    ------
    RuleViolation
        `link_unknown`, `walk_in_closed`, `walk_in_full`; the first of `faults`: `text_empty` or `text_too_long` (the
        name), `address_missing`, `consent_missing`; `unknown_option` for a college or region the study does not have.
    """
    walk_in = find_walk_in(session, token=token)
    if not walk_in.is_open:
        raise RuleViolation(ViolationCode.WALK_IN_CLOSED)
    # Held so that two who come at once do not share the last place.
    walk_in = session.exec(
        select(WalkIn)
        .where(WalkIn.task_force_id == walk_in.task_force_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if walk_in.n_used >= walk_in.seats:
        raise RuleViolation(ViolationCode.WALK_IN_FULL)
    task_force = session.get_one(TaskForce, walk_in.task_force_id)
    for violation in faults(said).values():
        raise violation
    name, address = require_text(said.name, limit=NAME_LIMIT), clean_address(said.email)
    college_id = _place(session, College, study_id=task_force.study_id, code=said.college)
    region_id = _place(session, Region, study_id=task_force.study_id, code=said.region)
    # Each registration counts, whether it gives a seat or not: else the last place would tell who is on the panel.
    walk_in.n_used += 1
    session.add(walk_in)
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None:
        person = Person(name=name, email=address, language=said.language, created_at=now)
        session.add(person)
        session.flush()
    seat = session.exec(
        select(Panellist).where(Panellist.task_force_id == task_force.id, Panellist.person_id == person.id)
    ).first()
    if seat is not None:
        if seat.status in IN_PANEL:
            queue_message(
                session, kind=MessageKind.NEW_LINK, person=person, study_id=task_force.study_id, params={}, now=now
            )
        return
    session.add(
        Panellist(
            task_force_id=task_force.id,
            person_id=person.id,
            college_id=college_id,
            region_id=region_id,
            language=person.language,
            expertise=said.expertise,
            interest=said.interest,
            walked_in_at=now,
        )
    )
    session.flush()
    if not invite_newcomers(session, task_force_id=task_force.id, person_ids=[person.id], now=now):
        queue_message(
            session, kind=MessageKind.NEW_LINK, person=person, study_id=task_force.study_id, params={}, now=now
        )
    record(
        session,
        AuditAction.WALKED_IN,
        actor=None,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
    )
    session.flush()


def _place(session: Session, table: type[College] | type[Region], *, study_id: int, code: str) -> int | None:
    if not code:
        return None
    found = session.exec(select(table.id).where(table.study_id == study_id, table.code == code)).first()
    if found is None:
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    return found


def _as_json(walk_in: WalkIn | None) -> dict[str, int | bool] | None:
    """What the log keeps of it; the number of the link tells links apart and opens nothing."""
    if walk_in is None:
        return None
    return {"is_open": walk_in.is_open, "seats": walk_in.seats, "link": walk_in.generation}


def _log(
    session: Session,
    walk_in: WalkIn,
    *,
    change: str,
    before: dict[str, int | bool] | None,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        AuditAction.WALK_IN_CHANGED,
        actor=actor,
        now=now,
        study_id=session.get_one(TaskForce, walk_in.task_force_id).study_id,
        task_force_id=walk_in.task_force_id,
        seats=walk_in.seats,
        change=change,
        before=before,
        after=_as_json(walk_in),
    )
    session.flush()
