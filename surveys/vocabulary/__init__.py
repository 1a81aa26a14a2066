"""The closed sets of the domain: every status, kind, role and code, by the field's standard terms."""

from surveys.vocabulary.answers import AnswerState, CommentReview, QuestionKind, RatingState, Stance
from surveys.vocabulary.log import REPLACES_A_VALUE, AuditAction
from surveys.vocabulary.mails import MessageKind, OutboxStatus
from surveys.vocabulary.people import AccountLinkKind, ApiScope, Audience, MembershipStatus, Permission, Role
from surveys.vocabulary.products import (
    FacilityType,
    Guideline,
    JobStatus,
    LinkKind,
    ObjectiveField,
    OutcomeStatus,
    RevisionState,
    VoteChoice,
)
from surveys.vocabulary.statements import (
    PARENT_KINDS,
    RATED_KINDS,
    DeskStepKind,
    IdeaStatus,
    PlacementAction,
    StatementKind,
    TranslationState,
)
from surveys.vocabulary.studies import FeedbackKind, FrameworkFinding, RoundKind, RoundStatus, StopRule, StudyKind
from surveys.vocabulary.violations import ViolationCode

__all__ = [
    "AccountLinkKind",
    "AnswerState",
    "ApiScope",
    "Audience",
    "AuditAction",
    "CommentReview",
    "DeskStepKind",
    "FacilityType",
    "FeedbackKind",
    "FrameworkFinding",
    "Guideline",
    "IdeaStatus",
    "JobStatus",
    "LinkKind",
    "MembershipStatus",
    "MessageKind",
    "ObjectiveField",
    "OutboxStatus",
    "OutcomeStatus",
    "PARENT_KINDS",
    "Permission",
    "PlacementAction",
    "QuestionKind",
    "RATED_KINDS",
    "REPLACES_A_VALUE",
    "RatingState",
    "RevisionState",
    "Role",
    "RoundKind",
    "RoundStatus",
    "Stance",
    "StatementKind",
    "StopRule",
    "StudyKind",
    "TranslationState",
    "ViolationCode",
    "VoteChoice",
]
