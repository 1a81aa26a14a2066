"""How many will have sent by the deadline, if people go on as in the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKS_BACK = timedelta(days=3)
SHORTEST_LOOK = timedelta(hours=12)
"""A round that is younger has no pace yet."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected` of `n_invited` people; no promise: at least those who have sent, at most everybody."""

    expected: int
    n_invited: int
    per_day: float


def forecast(
    sent_at: Sequence[datetime],
    *,
    n_invited: int,
    opened_at: datetime | None,
    deadline_at: datetime | None,
    now: datetime,
) -> Forecast | None:
    """The pace of the last three days (or since the opening) carried on to the deadline.

    None without a deadline ahead, and in the first twelve hours.
    """
    if opened_at is None or deadline_at is None or now >= deadline_at or now - opened_at < SHORTEST_LOOK:
        return None
    since = max(opened_at, now - LOOKS_BACK)
    days = (now - since) / timedelta(days=1)
    per_day = sum(since < at <= now for at in sent_at) / days
    more = int(per_day * ((deadline_at - now) / timedelta(days=1)))
    return Forecast(expected=min(n_invited, len(sent_at) + more), n_invited=n_invited, per_day=per_day)
