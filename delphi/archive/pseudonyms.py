"""Codes drawn at random for one bundle and forgotten: two bundles cannot be laid side by side, none can be undone."""

import secrets
from collections.abc import Iterable


class Codes:
    """A code for each thing it is asked about, always the same within one bundle."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._given: dict[int, str] = {}
        self._taken: set[str] = set()

    def of(self, thing: int) -> str:
        if thing not in self._given:
            self._given[thing] = self.fresh()
        return self._given[thing]

    def all_of(self, things: Iterable[int]) -> list[str]:
        return [self.of(thing) for thing in things]

    def fresh(self) -> str:
        """A code for something that must not be linked with anything else."""
        code = f"{self._prefix}-{secrets.token_hex(5).upper()}"
        while code in self._taken:
            code = f"{self._prefix}-{secrets.token_hex(5).upper()}"
        self._taken.add(code)
        return code
