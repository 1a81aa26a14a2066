"""Guessing personal links: unknown ones are counted by address, in the memory of one server process.

A known link is answered however many were guessed from the same address: a whole institute may sit behind it.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

TRIES = 15
WITHIN = timedelta(minutes=10)
MOST_ADDRESSES = 10_000


class Guesses:
    """How many unknown links each address opened in the last ten minutes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def is_too_many(self, address: str, *, now: datetime) -> bool:
        """Count one unknown link of this address; whether there were too many before it."""
        with self._lock:
            count, since = self._counts.pop(address, (0, now))
            if now - since >= WITHIN:
                count, since = 0, now
            self._counts[address] = (count + 1, since)
            if len(self._counts) > MOST_ADDRESSES:
                self._counts.popitem(last=False)
        return count >= TRIES
