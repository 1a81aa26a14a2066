"""The keys of a study, without the keys themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import ApiToken, Person
from surveys.vocabulary import ApiScope


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key as a list shows it; `hint` are its first characters."""

    id: int
    name: str
    hint: str
    scopes: tuple[ApiScope, ...]
    author: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_in_force: bool


def keys_of_study(session: Session, *, study_id: int, now: datetime) -> tuple[KeyLine, ...]:
    """Keys in force first, the newest of each kind before the older."""
    rows = session.exec(
        select(ApiToken, Person.name)
        .outerjoin(Person, col(Person.id) == ApiToken.created_by)
        .where(ApiToken.study_id == study_id)
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.id).desc())
    ).all()
    lines = [
        KeyLine(
            id=token.id,
            name=token.name,
            hint=token.hint,
            scopes=tuple(ApiScope(scope) for scope in token.scopes),
            author=name or "",
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
            is_in_force=token.revoked_at is None and token.expires_at > now,
        )
        for token, name in rows
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_in_force))
