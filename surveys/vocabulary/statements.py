"""What people said, what was made of it, and in which language it stands."""

from enum import StrEnum


class StatementKind(StrEnum):
    """Two linked chains: problem with cause and consequence; activity with obstacle and success factor."""

    PROBLEM = "problem"
    CAUSE = "cause"
    CONSEQUENCE = "consequence"
    ACTIVITY = "activity"
    OBSTACLE = "obstacle"
    SUCCESS_FACTOR = "success_factor"

    @property
    def parent_kind(self) -> "StatementKind | None":
        """The kind this one hangs on: a cause explains a problem, an obstacle hinders an activity."""
        return PARENT_KINDS.get(self)


class IdeaStatus(StrEnum):
    WAITING = "waiting"
    PLACED = "placed"
    PARKED = "parked"


class PlacementAction(StrEnum):
    """How an idea became (part of) a statement."""

    KEPT = "kept"
    EDITED = "edited"
    MERGED = "merged"
    SPLIT = "split"


class DeskStepKind(StrEnum):
    """What one step at the synthesis desk changed; each can be undone."""

    PLACED = "placed"
    TAKEN_OUT = "taken_out"
    PARKED = "parked"
    TAKEN_UP = "taken_up"
    REWORDED = "reworded"
    LINKED = "linked"
    CATEGORISED = "categorised"
    TAGGED = "tagged"
    UNTAGGED = "untagged"


class TranslationState(StrEnum):
    """How far one text in one language is."""

    MISSING = "missing"
    STALE = "stale"
    TO_CHECK = "to_check"
    APPROVED = "approved"


PARENT_KINDS = {
    StatementKind.CAUSE: StatementKind.PROBLEM,
    StatementKind.CONSEQUENCE: StatementKind.PROBLEM,
    StatementKind.ACTIVITY: StatementKind.PROBLEM,
    StatementKind.OBSTACLE: StatementKind.ACTIVITY,
    StatementKind.SUCCESS_FACTOR: StatementKind.ACTIVITY,
}


RATED_KINDS = (StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR)
