"""What comes out of a study."""

from enum import StrEnum


class OutcomeStatus(StrEnum):
    AGREED = "agreed"
    DROPPED = "dropped"
    UNRESOLVED = "unresolved"
    INSUFFICIENT = "insufficient"


class FacilityType(StrEnum):
    CORE = "CF"
    GLOBAL = "GF"


class LinkKind(StrEnum):
    """How two activities of different objectives belong together; dismissed: looked at, they do not."""

    DUPLICATE = "duplicate"
    ALSO_CONCERNS = "also_concerns"
    CONFLICT = "conflict"
    DISMISSED = "dismissed"


class ObjectiveField(StrEnum):
    """The texts of an objective, each with versions of its own."""

    TITLE = "title"
    DESCRIPTION = "description"
    BASELINE_2020 = "baseline_2020"
    TARGET_2030 = "target_2030"
    TARGET_2050 = "target_2050"


class RevisionState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"


class VoteChoice(StrEnum):
    APPROVE = "approve"
    APPROVE_WITH_COMMENT = "approve_with_comment"
    OBJECT = "object"
    ABSTAIN = "abstain"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Guideline(StrEnum):
    """Published guidelines for reporting a study of this kind."""

    DELPHISTAR = "delphistar"
    ACCORD = "accord"
    CREDES = "credes"
