"""The page of keys for programs: which there are, what each opens, and the form for another one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from delphi.secretariat.pages.study_head import StudyHead, day, study_head
from surveys.queries.api_tokens import KeyLine, keys_of_study
from surveys.services.api_tokens import DAYS_AT_LEAST, DAYS_AT_MOST
from surveys.vocabulary import ApiScope

SCOPES: dict[ApiScope, Any] = {
    ApiScope.STUDY: _l("the study with its protocol"),
    ApiScope.OBJECTIVES: _l("objectives"),
    ApiScope.ACTIVITIES: _l("ranked activities"),
    ApiScope.STATEMENTS: _l("statements"),
    ApiScope.RESULTS: _l("results"),
}
DAYS = 90


@dataclass(frozen=True, slots=True)
class KeyInput:
    """As typed; shown again where something was wrong."""

    name: str = ""
    days: str = str(DAYS)
    scopes: frozenset[ApiScope] = field(default_factory=lambda: frozenset(ApiScope))

    @classmethod
    def from_form(cls, form: MultiDict[str, str]) -> "KeyInput":
        known = {scope.value: scope for scope in ApiScope}
        chosen = frozenset(known[value] for value in form.getlist("scope") if value in known)
        return cls(form.get("name", ""), form.get("days", ""), chosen)

    @property
    def n_days(self) -> int:
        """The number of days; 0, which is out of range, where none can be read."""
        typed = self.days.strip()
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 6 else 0


@dataclass(frozen=True, slots=True)
class KeyRow:
    line: KeyLine
    scopes: str
    created: str
    expires: str
    revoked: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    study: StudyHead
    rows: tuple[KeyRow, ...]
    scopes: tuple[tuple[str, Any], ...]
    limits: tuple[int, int]


def keys_page(session: Session, *, study_id: int, now: datetime) -> KeysPage:
    study = study_head(session, study_id=study_id)
    return KeysPage(
        study=study,
        rows=tuple(
            KeyRow(
                line=line,
                scopes=", ".join(str(SCOPES[scope]) for scope in line.scopes),
                created=day(line.created_at, time_zone=study.time_zone),
                expires=day(line.expires_at, time_zone=study.time_zone),
                revoked=day(line.revoked_at, time_zone=study.time_zone),
            )
            for line in keys_of_study(session, study_id=study_id, now=now)
        ),
        scopes=tuple((scope.value, words) for scope, words in SCOPES.items()),
        limits=(DAYS_AT_LEAST, DAYS_AT_MOST),
    )
