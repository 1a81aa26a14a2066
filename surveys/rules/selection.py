"""What to show of a list of statements: one value for each property, an empty one shows all."""

from dataclasses import dataclass

from surveys.vocabulary import StatementKind

NONE = "none"
"""Stands for "no category" and "no decision on a facility"."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The properties of one statement that lists are filtered by, as codes."""

    kind: StatementKind
    objective: str
    goal: str
    category: str = NONE
    facility: str = NONE
    outcome: str = ""
    further_facilities: tuple[str, ...] = ()
    """Of an activity that is split between facilities."""


@dataclass(frozen=True, slots=True)
class Selection:
    kind: StatementKind | None = None
    objective: str = ""
    goal: str = ""
    category: str = ""
    facility: str = ""
    outcome: str = ""

    def admits(self, facts: Facts) -> bool:
        """Whether a statement with these properties is shown."""
        wanted = (
            (self.objective, facts.objective),
            (self.goal, facts.goal),
            (self.category, facts.category),
            (self.outcome, facts.outcome),
        )
        is_carried = self.facility in ("", facts.facility, *facts.further_facilities)
        is_kind = self.kind in (None, facts.kind)
        return is_kind and is_carried and all(value in ("", found) for value, found in wanted)
