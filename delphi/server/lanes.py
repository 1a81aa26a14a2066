"""Who is served next when many wait: staff who close a round do not stand behind a burst of five hundred answers.

Two lanes, from which is taken in turn: whoever floods one of them cannot keep the other waiting.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
SHORT_LANE = ("/facilitate/", "/secretariat/", "/healthz")
"""Beginnings of addresses that few people ask for, and for which many may be waiting."""


def is_for_short_lane(path: str) -> bool:
    return path.startswith(SHORT_LANE)


class Lanes(Generic[T]):
    """A queue of what waits. Its owner holds a lock around each call, as around a deque's."""

    def __init__(self, is_short: Callable[[T], bool]) -> None:
        self._is_short = is_short
        self._short: deque[T] = deque()
        self._long: deque[T] = deque()
        self._was_short = False

    def append(self, waiting: T) -> None:
        (self._short if self._is_short(waiting) else self._long).append(waiting)

    def popleft(self) -> T:
        """The next one. Raises IndexError where nobody waits."""
        self._was_short = bool(self._short) and not (self._was_short and self._long)
        return (self._short if self._was_short else self._long).popleft()

    def __len__(self) -> int:
        return len(self._short) + len(self._long)
