"""What proves that somebody is a member of staff, beside the password; and names looked up behind a code."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from surveys.identity import IdentityText
from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import AccountLinkKind


class AccountLink(Table, table=True):
    """A link in a mail that lets its reader set a password once. Only the SHA-256 of its token is stored."""

    __tablename__ = "account_link"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: AccountLinkKind = Field(sa_type=enum_type(AccountLinkKind))
    nonce: str = Field(max_length=64)
    """Random; with the secret key it gives the token, which is made when the mail is sent."""
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class Authenticator(Table, table=True):
    """An app that shows a new code every thirty seconds (RFC 6238)."""

    __tablename__ = "authenticator"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    secret: str = Field(sa_type=IdentityText)
    """Encrypted as names are: the code can be worked out from it."""
    last_step: int = 0
    """The newest thirty-second step whose code was used; it and all before it are used up."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class RecoveryCode(Table, table=True):
    """Opens once where the second factor is lost. Only the SHA-256 of the random code is stored."""

    __tablename__ = "recovery_code"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class Passkey(Table, table=True):
    """A key pair of which only the public half is here (W3C Web Authentication, level 2)."""

    __tablename__ = "passkey"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    credential_id: str = Field(unique=True, max_length=1400)
    """Base64url, as the browser names it."""
    public_key: str = Field(max_length=2000)
    """Base64url of the COSE key."""
    sign_count: int = 0
    name: str = Field(max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class FailedProof(Table, table=True):
    """One wrong password or code. Account and address are keyed hashes, and the row goes after a day."""

    __tablename__ = "failed_proof"
    __table_args__ = (Index("ix_failed_proof_at", "at"),)

    id: int = Field(default=None, primary_key=True)
    account: str = Field(max_length=64, index=True)
    address: str = Field(max_length=64, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class NameLookup(Table, table=True):
    """A name behind a code: asked for with a reason, allowed by a second person, shown to the first."""

    __tablename__ = "name_lookup"

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    code: str = Field(max_length=16)
    """As it was asked for; codes are drawn anew for each round."""
    reason: str = Field(max_length=2000)
    asked_by_id: int = Field(foreign_key="person.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    is_allowed: bool | None = None
    shown_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
