"""Who is behind a signed-in device or a program's key, read anew at each request: a revocation works at once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from surveys.models import ApiToken, Invitation, Panellist, Person, Round, SignIn, StaffRole, TaskForce
from surveys.models.base import UtcDateTime
from surveys.queries.prepared import Prepared
from surveys.rules.permissions import STRANGER, Actor, Subject
from surveys.rules.tokens import token_hash
from surveys.vocabulary import ApiScope, Audience, MembershipStatus, Role

STAFF_MAY_REST = timedelta(hours=12)
"""A member of staff's device that asks for nothing this long is signed out."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, and what the round they ask about belongs to; None where they name none, or one that is not there."""

    actor: Actor
    of_round: Subject | None = None


# Asked at every request of everybody who is signed in: the statement is built once, and one is enough for an expert.
OF_ROUND = aliased(TaskForce)
SIGN_IN = Prepared(
    sa_select(
        col(SignIn.id),
        col(SignIn.audience),
        col(SignIn.seen_at),
        col(SignIn.proven_at),
        col(SignIn.is_strong),
        col(Person.id),
        col(Person.name),
        col(Person.language),
        col(OF_ROUND.study_id),
        col(OF_ROUND.id),
        col(Panellist.task_force_id),
    )
    .join(Person, col(Person.id) == SignIn.person_id)
    .outerjoin(Invitation, col(Invitation.id) == SignIn.invitation_id)
    .outerjoin(
        Panellist,
        (col(Panellist.person_id) == SignIn.person_id)
        & (col(SignIn.audience) == Audience.EXPERT)
        & or_(col(Panellist.status) == MembershipStatus.INVITED, col(Panellist.status) == MembershipStatus.JOINED),
    )
    .outerjoin(Round, col(Round.id) == bindparam("round_id"))
    .outerjoin(OF_ROUND, col(OF_ROUND.id) == Round.task_force_id)
    .where(
        col(SignIn.token_hash) == bindparam("token_hash"),
        col(SignIn.ended_at).is_(None),
        col(SignIn.expires_at) > bindparam("now", type_=UtcDateTime),
        or_(col(Invitation.id).is_(None), col(Invitation.revoked_at).is_(None)),
        or_(col(SignIn.audience) != Audience.STAFF, col(SignIn.seen_at) > bindparam("awake_since", type_=UtcDateTime)),
    )
)


def visit_of_sign_in(session: Session, *, token: str, round_id: int | None, now: datetime) -> Visit:
    """The actor of a sign-in token: a stranger where it is unknown, ended, expired or its link was revoked.

    `round_id` is the round that the page is about, where it is about one.
    """
    rows = SIGN_IN.rows(
        session, token_hash=token_hash(token), now=now, awake_since=now - STAFF_MAY_REST, round_id=round_id
    )
    if not rows:
        return Visit(STRANGER)
    *of_sign_in, person_id, name, language, study_id, task_force_id, _ = rows[0]
    sign_in_id, audience, seen_at, proven_at, is_strong = of_sign_in
    of_round = None if task_force_id is None else Subject(study_id=study_id, task_force_id=task_force_id)
    panels = frozenset(row[-1] for row in rows if row[-1] is not None)
    person = Actor(person_id, name, language, audience, sign_in_id, panels)
    if audience is Audience.EXPERT:
        return Visit(person, of_round)
    staff = _with_roles(session, replace(person, proven_at=proven_at, is_strong=is_strong, rests_since=seen_at))
    return Visit(staff, of_round)


def _with_roles(session: Session, person: Actor) -> Actor:
    """A member of staff with what they may do where."""
    roles = session.exec(select(StaffRole).where(StaffRole.person_id == person.person_id)).all()
    facilitates = frozenset(r.task_force_id for r in roles if r.role is Role.FACILITATOR and r.task_force_id)
    studies = _task_forces_by_study(session, task_force_ids=facilitates)
    return replace(
        person,
        facilitates=facilitates,
        takes_part_in=frozenset(studies),
        runs=frozenset(study_id for study_id, task_forces in studies.items() if task_forces <= facilitates),
        oversees=frozenset(r.study_id for r in roles if r.role is Role.SECRETARIAT and r.study_id),
        observes=frozenset(r.study_id for r in roles if r.role is Role.OBSERVER and r.study_id),
        administers=any(r.role is Role.ADMINISTRATOR for r in roles),
    )


def actor_of_key(session: Session, *, key: str, now: datetime) -> Actor:
    """The actor of a program's key: a stranger where it is unknown, expired or revoked."""
    found = session.exec(
        select(ApiToken).where(
            ApiToken.token_hash == token_hash(key), col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > now
        )
    ).first()
    if found is None:
        return STRANGER
    return Actor(reads=frozenset((found.study_id, ApiScope(scope)) for scope in found.scopes), key_id=found.id)


def _task_forces_by_study(session: Session, *, task_force_ids: frozenset[int]) -> dict[int, set[int]]:
    """Every study of these task forces, with all the task forces it has."""
    if not task_force_ids:
        return {}
    of_them = sa_select(col(TaskForce.study_id)).where(col(TaskForce.id).in_(task_force_ids))
    found: dict[int, set[int]] = {}
    for study_id, task_force_id in session.exec(
        select(TaskForce.study_id, TaskForce.id).where(col(TaskForce.study_id).in_(of_them))
    ).all():
        found.setdefault(study_id, set()).add(task_force_id)
    return found
