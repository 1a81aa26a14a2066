"""How often a key may ask: a bucket of requests that fills again, kept in the memory of one server process."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from threading import Lock

PER_MINUTE = 120


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after this request; `wait` in whole seconds, 0 where the request may pass."""

    limit: int
    remaining: int
    wait: int


class Buckets:
    """One bucket a key; it holds a minute's requests and fills evenly."""

    def __init__(self, *, per_minute: int = PER_MINUTE) -> None:
        self.per_minute = per_minute
        self._lock = Lock()
        self._levels: dict[int, tuple[float, datetime]] = {}

    def take(self, key_id: int, *, now: datetime) -> Allowance:
        """Take one request out of the key's bucket, or say how long to wait."""
        with self._lock:
            level, since = self._levels.get(key_id, (float(self.per_minute), now))
            filled = max(0.0, (now - since).total_seconds()) * self.per_minute / 60
            level = min(float(self.per_minute), level + filled)
            has_one = level >= 1
            level -= 1 if has_one else 0
            self._levels[key_id] = (level, now)
        wait = 0 if has_one else ceil((1 - level) * 60 / self.per_minute)
        return Allowance(limit=self.per_minute, remaining=int(level), wait=wait)
