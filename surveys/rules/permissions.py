"""Who may do what: one table, default deny."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from surveys.vocabulary import ApiScope, Audience, Permission, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and where they have a say. The default is a stranger."""

    person_id: int | None = None
    name: str = ""
    language: str | None = None
    audience: Audience | None = None
    sign_in_id: int | None = None
    panels: frozenset[int] = field(default_factory=frozenset)
    """Task forces in which this person is a panellist; filled only for somebody who came by an expert's link."""
    facilitates: frozenset[int] = field(default_factory=frozenset)
    """Task forces this person runs."""
    takes_part_in: frozenset[int] = field(default_factory=frozenset)
    """Studies in which this person runs a task force."""
    runs: frozenset[int] = field(default_factory=frozenset)
    """Studies of which this person runs every task force."""
    oversees: frozenset[int] = field(default_factory=frozenset)
    """Studies of which this person is the secretariat."""
    observes: frozenset[int] = field(default_factory=frozenset)
    """Studies this person may follow: what is published, never answers or names."""
    administers: bool = False
    reads: frozenset[tuple[int, ApiScope]] = field(default_factory=frozenset)
    """Study and scope that a program's key opens; a program is no person and has nothing else."""
    key_id: int | None = None
    proven_at: datetime | None = None
    """Staff: when a password or second factor was last given on this device."""
    is_strong: bool = False
    """Staff: whether a second factor was given on this device."""
    rests_since: datetime | None = None
    """Staff: when this device was last seen, to some minutes."""

    @property
    def is_stranger(self) -> bool:
        return self.person_id is None and not self.reads

    @property
    def roles(self) -> frozenset[Role]:
        held = {
            Role.EXPERT: bool(self.panels),
            Role.FACILITATOR: bool(self.facilitates),
            Role.OBSERVER: bool(self.observes),
            Role.SECRETARIAT: bool(self.oversees),
            Role.ADMINISTRATOR: self.administers,
        }
        return frozenset(role for role, has in held.items() if has)


STRANGER = Actor()


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a study, perhaps one of its task forces. Empty where a page is about neither."""

    study_id: int | None = None
    task_force_id: int | None = None


Predicate = Callable[[Actor, Subject], bool]


def _facilitates(actor: Actor, subject: Subject) -> bool:
    return subject.task_force_id is not None and subject.task_force_id in actor.facilitates


def _oversees(actor: Actor, subject: Subject) -> bool:
    return subject.study_id is not None and subject.study_id in actor.oversees


def _reads(scope: ApiScope) -> Predicate:
    return lambda actor, subject: (subject.study_id, scope) in actor.reads


PERMISSIONS: dict[Permission, Predicate] = {
    Permission.PUBLIC: lambda actor, subject: True,
    Permission.SIGN_OUT: lambda actor, subject: not actor.is_stranger,
    Permission.HAVE_ACCOUNT: lambda actor, subject: actor.audience is Audience.STAFF,
    Permission.SEE_OWN_PANELS: lambda actor, subject: actor.audience is Audience.EXPERT,
    Permission.ANSWER: lambda actor, subject: subject.task_force_id in actor.panels,
    Permission.FACILITATE_SOME: lambda actor, subject: bool(actor.facilitates),
    Permission.FACILITATE: _facilitates,
    Permission.CREATE_STUDY: lambda actor, subject: bool(actor.facilitates or actor.oversees) or actor.administers,
    Permission.SEE_STUDY: lambda actor, subject: subject.study_id in actor.takes_part_in or _oversees(actor, subject),
    Permission.SET_UP_STUDY: lambda actor, subject: subject.study_id in actor.runs or _oversees(actor, subject),
    Permission.SEE_RESULTS: lambda actor, subject: _facilitates(actor, subject) or _oversees(actor, subject),
    Permission.OVERSEE_SOME: lambda actor, subject: bool(actor.oversees),
    Permission.OVERSEE: _oversees,
    Permission.OBSERVE_SOME: lambda actor, subject: bool(actor.observes),
    Permission.OBSERVE: lambda actor, subject: subject.study_id in actor.observes,
    Permission.MANAGE_STAFF: lambda actor, subject: actor.administers or bool(actor.oversees),
    Permission.LOOK_UP_NAMES: lambda actor, subject: (
        _oversees(actor, subject) or (actor.administers and subject.study_id is not None)
    ),
    Permission.PROTECT_DATA: lambda actor, subject: actor.administers or bool(actor.oversees),
    Permission.ADMINISTER: lambda actor, subject: actor.administers,
    Permission.READ_SOME: lambda actor, subject: bool(actor.reads),
    Permission.READ_STUDY: _reads(ApiScope.STUDY),
    Permission.READ_OBJECTIVES: _reads(ApiScope.OBJECTIVES),
    Permission.READ_ACTIVITIES: _reads(ApiScope.ACTIVITIES),
    Permission.READ_STATEMENTS: _reads(ApiScope.STATEMENTS),
    Permission.READ_RESULTS: _reads(ApiScope.RESULTS),
}


def is_allowed(permission: Permission, *, actor: Actor, subject: Subject) -> bool:
    """Whether `actor` has `permission` on `subject`; False for a permission that is not in the table."""
    predicate = PERMISSIONS.get(permission)
    return predicate is not None and predicate(actor, subject)
