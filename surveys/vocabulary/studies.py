"""Studies, their rounds and the rules these follow."""

from enum import StrEnum


class StudyKind(StrEnum):
    """A real study, or a copy to try it on. Copies are studies of their own: nothing of them can enter results."""

    STUDY = "study"
    PILOT = "pilot"
    REHEARSAL = "rehearsal"


class RoundKind(StrEnum):
    IDEAS = "ideas"
    RATING = "rating"


class RoundStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class FeedbackKind(StrEnum):
    """What experts see of the group's earlier answers: a choice of the protocol."""

    COUNTS = "counts"
    COUNTS_AND_COMMENTS = "counts_and_comments"
    BY_COLLEGE = "by_college"
    NONE = "none"


class StopRule(StrEnum):
    """When a statement leaves the questionnaire: with its verdict, or with the same one in two rounds running."""

    VERDICT = "verdict"
    STABLE = "stable"


class FrameworkFinding(StrEnum):
    """What can look wrong in a framework; nothing of it stops an import but a code used twice."""

    DUPLICATE_CODE = "duplicate_code"
    LANGUAGE_MISSING = "language_missing"
    TARGET_IS_BASELINE = "target_is_baseline"
    UNKNOWN_ACRONYM = "unknown_acronym"
    FACILITY_DISAGREES = "facility_disagrees"
