"""How often somebody may be wrong: by account and place, by account, by place. Being right costs nothing.

A whole institute may sit behind one address: only wrong tries count there, and very many of them. Nobody is locked out
for good, because whoever knows an address could otherwise lock its owner out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from surveys.errors import RuleViolation
from surveys.models import FailedProof
from surveys.vocabulary import ViolationCode

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    n: int
    within: timedelta


FROM_ONE_PLACE = Limit(10, timedelta(minutes=15))
"""One account from one address."""
FROM_ANYWHERE = Limit(50, timedelta(hours=1))
"""One account from all addresses together."""
OF_ALL_ACCOUNTS = Limit(300, timedelta(minutes=15))
"""All accounts from one address."""


def ensure_may_try(session: Session, *, account: str, address: str, now: datetime) -> None:
    """Refuse a further try where too many were wrong. `account` and `address` are keyed hashes.

    Raises
    ------
    RuleViolation
        `too_many_tries` with the minutes to wait.
    """
    of_account, of_address = col(FailedProof.account) == account, col(FailedProof.address) == address
    for limit, condition in (
        (FROM_ONE_PLACE, of_account & of_address),
        (FROM_ANYWHERE, of_account),
        (OF_ALL_ACCOUNTS, of_address),
    ):
        n = session.exec(
            select(func.count()).select_from(FailedProof).where(condition, col(FailedProof.at) > now - limit.within)
        ).one()
        if n >= limit.n:
            raise RuleViolation(ViolationCode.TOO_MANY_TRIES, minutes=int(limit.within.total_seconds() // 60))


def note_wrong_try(session: Session, *, account: str, address: str, now: datetime) -> None:
    """Count one wrong try; forget those of yesterday."""
    session.exec(delete(FailedProof).where(col(FailedProof.at) < now - KEPT))
    session.add(FailedProof(account=account, address=address, at=now))
    session.flush()
