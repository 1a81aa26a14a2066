"""The tables, one aggregate a file."""

from surveys.models.audit import AuditEvent
from surveys.models.base import metadata
from surveys.models.consultation import Consultation, ConsultationDocument, ConsultationMember, Vote
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
)
from surveys.models.question import (
    FrozenQuestionAnswer,
    Question,
    QuestionAnswer,
    QuestionAnswerChange,
    QuestionResult,
)
from surveys.models.result import FrozenRating, RoundResult, Snapshot
from surveys.models.revision import FrameworkVersion, ObjectiveRevision
from surveys.models.round import Round, RoundStatement
from surveys.models.statement import Idea, IdeaFlag, IdeaPlacement, Statement, StatementVersion
from surveys.models.study import Criterion, PlannedRound, Protocol, ProtocolAmendment, Scale, Study
from surveys.models.submission import Comment, Rating, RatingChange, Submission

__all__ = [
    "AuditEvent",
    "Category",
    "ColleagueSuggestion",
    "College",
    "Comment",
    "Consultation",
    "ConsultationDocument",
    "ConsultationMember",
    "Criterion",
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
    "IdeaPlacement",
    "Invitation",
    "Objective",
    "ObjectiveRevision",
    "ObjectiveVersion",
    "OutboxMessage",
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
    "Round",
    "RoundResult",
    "RoundStatement",
    "Scale",
    "SignIn",
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
    "Vote",
    "WorkerHeartbeat",
    "metadata",
]
