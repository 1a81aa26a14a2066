"""The tables, one aggregate a file."""

from surveys.models.account import AccountLink, Authenticator, FailedProof, NameLookup, Passkey, RecoveryCode
from surveys.models.api_token import ApiToken
from surveys.models.audit import AuditEvent
from surveys.models.base import metadata
from surveys.models.consultation import Consultation, ConsultationDocument, ConsultationMember, Vote
from surveys.models.desk import (
    DeskPresence,
    DeskStep,
    IdeaPair,
    IdeaTag,
    SecondCode,
    SecondCoding,
    SimilarityRun,
    TextEmbedding,
)
from surveys.models.draft import Draft, FieldWrite, TextChange
from surveys.models.export_job import ExportJob
from surveys.models.link import StatementLink
from surveys.models.objective import FacilityStatement, Goal, Objective, ObjectiveVersion
from surveys.models.outbox import OutboxMessage, WorkerHeartbeat
from surveys.models.outcome import Category, Facility, FacilityDecision, Outcome
from surveys.models.panel import (
    ColleagueSuggestion,
    College,
    Invitation,
    Panellist,
    Person,
    Region,
    SignIn,
    StaffPassword,
    StaffRole,
    TaskForce,
    WalkIn,
)
from surveys.models.privacy import Breach, ConsentVersion, ErasureRequest, TextReview
from surveys.models.question import (
    AnswerReview,
    FrozenQuestionAnswer,
    Question,
    QuestionAnswer,
    QuestionAnswerChange,
    QuestionResult,
)
from surveys.models.record import ArchiveBundle, ArchiveFile, ReportEntry
from surveys.models.result import FrozenRating, RoundResult, Snapshot
from surveys.models.revision import FrameworkVersion, ObjectiveRevision
from surveys.models.round import OutlookStep, Reopening, Round, RoundStatement
from surveys.models.statement import Idea, IdeaFlag, IdeaPlacement, Statement, StatementVersion
from surveys.models.study import Criterion, PlannedRound, Protocol, ProtocolAmendment, Scale, Study
from surveys.models.submission import Comment, Rating, RatingChange, Submission
from surveys.models.translation import Translation

__all__ = [
    "AnswerReview",
    "Breach",
    "ConsentVersion",
    "ErasureRequest",
    "TextReview",
    "AccountLink",
    "Authenticator",
    "FailedProof",
    "NameLookup",
    "Passkey",
    "RecoveryCode",
    "ApiToken",
    "ArchiveBundle",
    "ArchiveFile",
    "AuditEvent",
    "Category",
    "ColleagueSuggestion",
    "College",
    "Comment",
    "Consultation",
    "ConsultationDocument",
    "ConsultationMember",
    "Criterion",
    "DeskPresence",
    "DeskStep",
    "Draft",
    "ExportJob",
    "Facility",
    "FacilityDecision",
    "FacilityStatement",
    "FieldWrite",
    "FrameworkVersion",
    "FrozenQuestionAnswer",
    "FrozenRating",
    "Goal",
    "Idea",
    "IdeaFlag",
    "IdeaPair",
    "IdeaPlacement",
    "IdeaTag",
    "Invitation",
    "Objective",
    "ObjectiveRevision",
    "ObjectiveVersion",
    "OutboxMessage",
    "OutlookStep",
    "Outcome",
    "Panellist",
    "Person",
    "PlannedRound",
    "Protocol",
    "ProtocolAmendment",
    "Question",
    "QuestionAnswer",
    "QuestionAnswerChange",
    "QuestionResult",
    "Rating",
    "RatingChange",
    "Region",
    "Reopening",
    "ReportEntry",
    "Round",
    "RoundResult",
    "RoundStatement",
    "Scale",
    "SecondCode",
    "SecondCoding",
    "SignIn",
    "SimilarityRun",
    "Snapshot",
    "StaffPassword",
    "StaffRole",
    "Statement",
    "StatementLink",
    "StatementVersion",
    "Study",
    "Submission",
    "TaskForce",
    "TextChange",
    "TextEmbedding",
    "Translation",
    "Vote",
    "WalkIn",
    "WorkerHeartbeat",
    "metadata",
]
