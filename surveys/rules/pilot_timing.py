"""How long somebody worked on a questionnaire, from the moments at which something was stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

LONGEST_PAUSE = timedelta(minutes=10)
"""A longer gap is a pause and counts as nothing: who comes back after lunch has not worked through it."""


def time_at_work(moments: Iterable[datetime]) -> timedelta:
    """The sum of the gaps between moments, without pauses; zero for fewer than two moments."""
    known = sorted(moments)
    gaps = (later - earlier for earlier, later in pairwise(known))
    return sum((gap for gap in gaps if gap <= LONGEST_PAUSE), timedelta())


def median_minutes(times: Sequence[timedelta]) -> int | None:
    """The middle one in whole minutes, rounded up, at least 1; None without any."""
    if not times:
        return None
    return max(1, ceil(median(one.total_seconds() for one in times) / 60))
