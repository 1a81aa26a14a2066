"""People, task forces and who sits where. Identity (person) and answers (panellist) are separate tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from surveys.identity import IdentityText
from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import Audience, MembershipStatus, Role


class College(Table, table=True):
    __tablename__ = "college"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=64)
    name: LocalizedText = Field(sa_type=LocalizedColumn)


class Region(Table, table=True):
    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=64)
    name: LocalizedText = Field(sa_type=LocalizedColumn)


class Person(Table, table=True):
    """Who somebody is. Answers never point here, only to a panellist."""

    __tablename__ = "person"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(sa_type=IdentityText)
    email: str = Field(sa_type=IdentityText, unique=True)
    language: str = Field(default="en", max_length=8)
    created_at: datetime = Field(sa_type=UtcDateTime)
    erased_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When name and address were overwritten; the row stays because the log points at it."""


class TaskForce(Table, table=True):
    """A panel of experts on one objective; rounds, statements and results belong to it."""

    __tablename__ = "task_force"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    objective_id: int = Field(foreign_key="objective.id", index=True)
    code: str = Field(max_length=16)
    copy_of_id: int | None = Field(default=None, foreign_key="task_force.id", index=True)
    """The task force that a pilot or a rehearsal was copied from; empty for a real one."""


class Panellist(Table, table=True):
    """An expert in one task force. `person_id` is emptied when the link to the person is destroyed."""

    __tablename__ = "panellist"
    __table_args__ = (UniqueConstraint("task_force_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    college_id: int | None = Field(default=None, foreign_key="college.id")
    region_id: int | None = Field(default=None, foreign_key="region.id")
    language: str = Field(default="en", max_length=8)
    status: MembershipStatus = Field(sa_type=enum_type(MembershipStatus), default=MembershipStatus.INVITED)
    consented_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    consent_version_id: int | None = Field(default=None, foreign_key="consent_version.id", index=True)
    """The wording they agreed to; empty for what was agreed before wordings were numbered."""
    consent_is_due: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    """The wording changed after they agreed: they are asked again before they can answer."""
    decline_reason: str = Field(default="", max_length=2000)
    reconfirmed_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When they last answered whether they stay for the implementation; `stays_on` says what."""
    stays_on: bool | None = None
    expertise: int | None = None
    interest: int | None = None
    """Both 1 (none) to 5 (much), as said by themselves or by a panel file; for the balance of the panel only."""
    walked_in_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When they registered themselves through the walk-in link."""


class WalkIn(Table, table=True):
    """The link by which people register themselves for a task force. Only the SHA-256 of its token is stored."""

    __tablename__ = "walk_in"
    __table_args__ = (CheckConstraint("seats >= 1", name="seats_positive"),)

    task_force_id: int = Field(foreign_key="task_force.id", primary_key=True)
    generation: int = 1
    token_hash: str = Field(unique=True, max_length=64)
    is_open: bool = True
    seats: int
    """How many registrations the link takes at most; each counts, also one that gives no new seat."""
    n_used: int = 0
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ColleagueSuggestion(Table, table=True):
    """Somebody whom a panellist named in their place: a task for the facilitator, never a mail by itself."""

    __tablename__ = "colleague_suggestion"

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    name: str = Field(sa_type=IdentityText)
    email: str = Field(sa_type=IdentityText)
    suggested_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class StaffRole(Table, table=True):
    """What a person may run: a facilitator one task force, the secretariat one study, an administrator all."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("person_id", "role", "study_id", "task_force_id"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_type=enum_type(Role))
    study_id: int | None = Field(default=None, foreign_key="study.id", index=True)
    task_force_id: int | None = Field(default=None, foreign_key="task_force.id", index=True)


class StaffPassword(Table, table=True):
    __tablename__ = "staff_password"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    password_hash: str = Field(max_length=300)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(Table, table=True):
    """The door of one person to one study. Only the SHA-256 of its token is stored."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("person_id", "study_id", "generation"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    generation: int = 1
    """Raised when the link is renewed: the older link then opens nothing."""
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class SignIn(Table, table=True):
    """A signed-in device. It lives on the server, so that signing out ends it everywhere."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_open", "person_id", "ended_at"),)

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    audience: Audience = Field(sa_type=enum_type(Audience))
    invitation_id: int | None = Field(default=None, foreign_key="invitation.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """Staff only, to some minutes: a device that rests too long is signed out."""
    proven_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """Staff only: when a password or second factor was last given on this device."""
    is_strong: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    """Whether a second factor was given on this device."""
    device: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    """Staff only: browser and system in a few words, to tell one's own devices apart."""
    ended_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
