"""One digest over everything a study says, without ids, dates and secrets: equal for equal content anywhere."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from surveys.models import (
    AnswerReview,
    Category,
    Comment,
    Criterion,
    Facility,
    FacilityDecision,
    Idea,
    IdeaPlacement,
    ObjectiveVersion,
    Outcome,
    Panellist,
    Person,
    Protocol,
    Question,
    QuestionAnswer,
    QuestionResult,
    Rating,
    Round,
    RoundResult,
    RoundStatement,
    Snapshot,
    Statement,
    StatementVersion,
    Study,
    Submission,
    TaskForce,
)
from surveys.rules.protocol import canonical_digest


def demo_digest(session: Session) -> str:
    """SHA-256 over the content of every study in the database."""
    return canonical_digest({name: sorted(map(_plain, rows)) for name, rows in _content(session).items()})


def _content(session: Session) -> dict[str, list[Any]]:
    parent = aliased(Statement)
    by_round = (TaskForce.code, Round.number)
    author = Person.email
    seats = _select(TaskForce.code, author, Panellist.status, col(Panellist.consented_at).is_not(None))
    queries: dict[str, Any] = {
        "studies": _select(Study.slug, Study.name, Study.purpose, Study.consent, Protocol.fingerprint).join(
            Protocol, col(Protocol.study_id) == Study.id
        ),
        "objectives": _select(ObjectiveVersion.title, ObjectiveVersion.target_2030, ObjectiveVersion.version),
        "people": _select(Person.name, Person.email, Person.language),
        "seats": seats.join(Panellist, col(Panellist.task_force_id) == TaskForce.id).join(
            Person, col(Person.id) == Panellist.person_id
        ),
        "rounds": _select(*by_round, Round.kind, Round.status).join(
            TaskForce, col(TaskForce.id) == Round.task_force_id
        ),
        "ideas": _of_panellist(
            _select(*by_round, author, Idea.slot, Idea.text, Idea.language, Idea.status, Idea.parked_reason), Idea
        ),
        "submissions": _of_panellist(_select(*by_round, author, col(Submission.submitted_at).is_(None)), Submission),
        "ratings": _of_panellist(
            _select(*by_round, author, Statement.code, Criterion.code, Rating.state, Rating.value), Rating
        )
        .join(Statement, col(Statement.id) == Rating.statement_id)
        .join(Criterion, col(Criterion.id) == Rating.criterion_id),
        "comments": _of_panellist(
            _select(*by_round, author, Statement.code, Comment.stance, Comment.text, Comment.review), Comment
        ).join(Statement, col(Statement.id) == Comment.statement_id),
        "questions": _select(*by_round, Question.position, Question.kind, Question.text)
        .join(Round, col(Round.id) == Question.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id),
        "question answers": _of_panellist(
            _select(*by_round, author, Question.position, QuestionAnswer.state, QuestionAnswer.answer), QuestionAnswer
        ).join(Question, col(Question.id) == QuestionAnswer.question_id),
        "question results": _select(*by_round, Question.position, QuestionResult.n, QuestionResult.summary)
        .join(Question, col(Question.id) == QuestionResult.question_id)
        .join(Round, col(Round.id) == Question.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id),
        "answer reviews": _select(*by_round, Question.position, AnswerReview.words, AnswerReview.review)
        .join(Question, col(Question.id) == AnswerReview.question_id)
        .join(Round, col(Round.id) == Question.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id),
        "statements": _select(Statement.code, Statement.kind, parent.code, Category.code, StatementVersion.text)
        .join(StatementVersion, col(StatementVersion.statement_id) == Statement.id)
        .outerjoin(parent, col(parent.id) == Statement.parent_id)
        .outerjoin(Category, col(Category.id) == Statement.category_id),
        "placements": _select(Statement.code, Idea.text, IdeaPlacement.action)
        .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
        .join(Idea, col(Idea.id) == IdeaPlacement.idea_id),
        "questionnaires": _select(*by_round, Statement.code, RoundStatement.position)
        .join(Round, col(Round.id) == RoundStatement.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .join(Statement, col(Statement.id) == RoundStatement.statement_id),
        "results": _select(*by_round, Statement.code, Criterion.code, RoundResult.verdict, RoundResult.frequency)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id),
        "outcomes": _select(Statement.code, Outcome.status, Outcome.rank, Outcome.overall_rank).join(
            Statement, col(Statement.id) == Outcome.statement_id
        ),
        "facilities": _select(
            Statement.code, Facility.code, FacilityDecision.source, col(FacilityDecision.superseded_at).is_(None)
        )
        .join(Statement, col(Statement.id) == FacilityDecision.statement_id)
        .join(Facility, col(Facility.id) == FacilityDecision.facility_id),
    }
    return {name: list(session.connection().execute(query).all()) for name, query in queries.items()}


def _select(*columns: Any) -> Any:
    return select(*columns)


def _of_panellist(query: Any, table: Any) -> Any:
    """`query` about the rows of one table of answers, joined to round, task force and author."""
    return (
        query.select_from(table)
        .join(Round, Round.id == table.round_id)
        .join(TaskForce, TaskForce.id == Round.task_force_id)
        .join(Panellist, Panellist.id == table.panellist_id)
        .outerjoin(Person, Person.id == Panellist.person_id)
    )


def _plain(row: Any) -> list[str]:
    """A row as texts, which sort and serialise alike on every database."""
    return [repr(dict(cell)) if hasattr(cell, "in_language") else str(cell) for cell in row]
