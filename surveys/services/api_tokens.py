"""Keys for programs: made, shown once, used, revoked."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import ApiToken
from surveys.rules.permissions import Actor
from surveys.rules.tokens import API_KEY_PREFIX, new_api_key, token_hash
from surveys.services.audit import record
from surveys.vocabulary import ApiScope, AuditAction, ViolationCode

NAME_LIMIT = 80
DAYS_AT_LEAST, DAYS_AT_MOST = 1, 366
HINT_LENGTH = 4
NOTED_EVERY = timedelta(hours=1)


def make_token(
    session: Session,
    *,
    actor: Actor,
    study_id: int,
    name: str,
    scopes: Collection[ApiScope],
    days: int,
    now: datetime,
) -> str:
    """Store a new key of a study and return it: the only moment at which anybody sees it.

    Raises
    ------
    RuleViolation
        `text_empty`, `text_too_long`, `nothing_chosen` (no scope), `token_life_out_of_range`, or `token_name_taken`
        by a key that is in force; so a page that is sent twice makes one key.
    """
    name = " ".join(name.split())
    if not name:
        raise RuleViolation(ViolationCode.TEXT_EMPTY)
    if len(name) > NAME_LIMIT:
        raise RuleViolation(ViolationCode.TEXT_TOO_LONG, over=len(name) - NAME_LIMIT, limit=NAME_LIMIT)
    if not scopes:
        raise RuleViolation(ViolationCode.NOTHING_CHOSEN)
    if not DAYS_AT_LEAST <= days <= DAYS_AT_MOST:
        raise RuleViolation(ViolationCode.TOKEN_LIFE_OUT_OF_RANGE, lower=DAYS_AT_LEAST, upper=DAYS_AT_MOST)
    taken = select(ApiToken.id).where(
        ApiToken.study_id == study_id,
        ApiToken.name == name,
        col(ApiToken.revoked_at).is_(None),
        col(ApiToken.expires_at) > now,
    )
    if session.exec(taken).first() is not None:
        raise RuleViolation(ViolationCode.TOKEN_NAME_TAKEN, name=name)
    key = new_api_key()
    expires_at = now + timedelta(days=days)
    token = ApiToken(
        study_id=study_id,
        name=name,
        hint=key.removeprefix(API_KEY_PREFIX)[:HINT_LENGTH],
        token_hash=token_hash(key),
        scopes=[scope.value for scope in ApiScope if scope in scopes],
        created_by=actor.person_id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    record(
        session,
        AuditAction.API_TOKEN_MADE,
        actor=actor,
        now=now,
        study_id=study_id,
        subject=f"api_token:{token.id}",
        name=name,
        scopes=token.scopes,
        expires=expires_at.date().isoformat(),
    )
    return key


def revoke_token(session: Session, *, actor: Actor, study_id: int, token_id: int, now: datetime) -> ApiToken:
    """End a key at once; one that is revoked already stays as it is.

    Raises
    ------
    NotFound
        Where the study has no such key.
    """
    token = session.get(ApiToken, token_id)
    if token is None or token.study_id != study_id:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = now, actor.person_id
        session.add(token)
        session.flush()
        record(
            session,
            AuditAction.API_TOKEN_REVOKED,
            actor=actor,
            now=now,
            study_id=study_id,
            subject=f"api_token:{token.id}",
            name=token.name,
        )
    return token


def is_use_to_note(session: Session, *, token_id: int, now: datetime) -> bool:
    """Whether the last noted use lies an hour back: reading must not write every time."""
    last = session.exec(select(ApiToken.last_used_at).where(ApiToken.id == token_id)).first()
    return last is None or now - last >= NOTED_EVERY


def note_use(session: Session, *, token_id: int, now: datetime) -> None:
    token = session.get_one(ApiToken, token_id)
    token.last_used_at = now
    session.add(token)
    session.flush()
