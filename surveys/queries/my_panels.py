"""All task forces of one person and where each stands: the same few statements for one panel or twenty-four."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Criterion,
    Idea,
    ObjectiveVersion,
    Outcome,
    Panellist,
    Rating,
    Round,
    RoundStatement,
    Statement,
    Study,
    Submission,
    TaskForce,
)
from surveys.queries.asked_round import takes_answers
from surveys.queries.questions import Progress, progress_in_rounds
from surveys.rules.effort import minutes_for_ideas, minutes_on_measure, minutes_to_answer, minutes_to_rate
from surveys.vocabulary import MembershipStatus, RoundKind, RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class MyRound:
    """One round of a panel and how far one panellist has come in it."""

    id: int
    number: int
    kind: RoundKind
    status: RoundStatus
    deadline_at: datetime | None
    closed_at: datetime | None
    grace_minutes: int
    has_feedback: bool
    n_statements: int
    n_done: int
    """Statements of which every question is answered."""
    n_answers_asked: int
    n_answers_given: int
    n_ideas: int
    idea_kinds: frozenset[StatementKind]
    """The kinds of which they have written an idea."""
    minutes: int | None
    """Measured in the pilot; None where there was none."""
    questions: Progress
    """How far they are with the questions beside ratings or ideas."""
    submitted_at: datetime | None

    def takes_answers(self, *, now: datetime) -> bool:
        return takes_answers(
            status=self.status, deadline_at=self.deadline_at, grace_minutes=self.grace_minutes, now=now
        )

    @property
    def has_begun(self) -> bool:
        return bool(self.n_answers_given or self.n_ideas or self.questions.n_done)

    @property
    def minutes_left(self) -> int:
        """Minutes that the unanswered part takes; 0 where there is none."""
        if self.kind is RoundKind.IDEAS:
            left, whole = minutes_for_ideas(self.idea_kinds), minutes_for_ideas(())
        else:
            left = self._minutes_to_rate(self.n_statements - self.n_done, self.n_answers_asked - self.n_answers_given)
            whole = self._minutes_to_rate(self.n_statements, self.n_answers_asked)
        return minutes_on_measure(
            left + minutes_to_answer(self.questions.n_asked - self.questions.n_done),
            whole=whole + minutes_to_answer(self.questions.n_asked),
            measured=self.minutes,
        )

    def _minutes_to_rate(self, n_statements: int, n_answers: int) -> int:
        return minutes_to_rate(n_statements=n_statements, n_answers=n_answers, with_feedback=self.has_feedback)


@dataclass(frozen=True, slots=True)
class MyPanel:
    panellist_id: int
    task_force_id: int
    code: str
    title: LocalizedText
    study_id: int
    study_name: LocalizedText
    time_zone: str
    contact_name: str
    contact_email: str
    membership: MembershipStatus
    has_consented: bool
    rounds: tuple[MyRound, ...]
    has_results: bool
    """Whether the final ranks of this task force are published."""


def my_panels(session: Session, *, person_id: int | None) -> list[MyPanel]:
    """Every task force this person was ever asked into, by code."""
    rows = session.exec(
        select(Panellist, TaskForce, Study)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .join(Study, col(Study.id) == TaskForce.study_id)
        .where(Panellist.person_id == person_id)
        .order_by(col(Study.id), col(TaskForce.code))
    ).all()
    panellist_of = {task_force.id: panellist.id for panellist, task_force, _ in rows}
    titles = {
        version.objective_id: version.title
        for version in session.exec(
            select(ObjectiveVersion)
            .where(col(ObjectiveVersion.objective_id).in_([task_force.objective_id for _, task_force, _ in rows]))
            .order_by(col(ObjectiveVersion.version))
        ).all()
    }
    published = set(
        session.exec(
            select(Outcome.task_force_id).where(col(Outcome.task_force_id).in_(list(panellist_of))).distinct()
        ).all()
    )
    rounds = _rounds(session, panellist_of=panellist_of, study_ids=sorted({study.id for _, _, study in rows}))
    return [
        MyPanel(
            panellist_id=panellist.id,
            task_force_id=task_force.id,
            code=task_force.code,
            title=titles[task_force.objective_id],
            study_id=study.id,
            study_name=study.name,
            time_zone=study.time_zone,
            contact_name=study.contact_name,
            contact_email=study.contact_email,
            membership=panellist.status,
            has_consented=panellist.consented_at is not None and not panellist.consent_is_due,
            rounds=tuple(rounds.get(task_force.id, ())),
            has_results=task_force.id in published,
        )
        for panellist, task_force, study in rows
    ]


def _rounds(session: Session, *, panellist_of: dict[int, int], study_ids: Sequence[int]) -> dict[int, list[MyRound]]:
    """Task force id to its rounds in order, with the progress of the panellist who sits there."""
    task_forces = list(panellist_of)
    mine = list(panellist_of.values())
    n_questions = Counter(
        (study_id, kind)
        for study_id, kinds in session.exec(
            select(Criterion.study_id, Criterion.kinds).where(col(Criterion.study_id).in_(study_ids))
        ).all()
        for kind in kinds
    )
    asked = session.exec(
        select(RoundStatement.round_id, Statement, TaskForce.study_id)
        .join(Statement, col(Statement.id) == RoundStatement.statement_id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(col(Statement.task_force_id).in_(task_forces))
    ).all()
    given = {
        (round_id, statement_id): count
        for round_id, statement_id, count in session.exec(
            select(Rating.round_id, Rating.statement_id, func.count())
            .where(col(Rating.panellist_id).in_(mine))
            .group_by(col(Rating.round_id), col(Rating.statement_id))
        ).all()
    }
    n_ideas: dict[int, dict[StatementKind, int]] = {}
    for round_id, kind, n in session.exec(
        select(Idea.round_id, Idea.kind, func.count())
        .where(col(Idea.panellist_id).in_(mine))
        .group_by(col(Idea.round_id), col(Idea.kind))
    ).all():
        n_ideas.setdefault(round_id, {})[StatementKind(kind)] = n
    submitted = dict(
        session.exec(
            select(Submission.round_id, Submission.submitted_at).where(col(Submission.panellist_id).in_(mine))
        ).all()
    )
    totals: dict[int, Counter[str]] = {}
    for round_id, statement, study_id in asked:
        questions, answers = n_questions[study_id, statement.kind.value], given.get((round_id, statement.id), 0)
        totals.setdefault(round_id, Counter()).update(
            statements=1, done=int(answers >= questions), asked=questions, given=answers
        )
    found: dict[int, list[MyRound]] = {}
    rounds = session.exec(
        select(Round).where(col(Round.task_force_id).in_(task_forces)).order_by(col(Round.number))
    ).all()
    progress = progress_in_rounds(
        session, panellist_of={round_.id: panellist_of[round_.task_force_id] for round_ in rounds}
    )
    for round_ in rounds:
        total, written = totals.get(round_.id, Counter()), n_ideas.get(round_.id, {})
        earlier = found.setdefault(round_.task_force_id, [])
        earlier.append(
            MyRound(
                id=round_.id,
                number=round_.number,
                kind=round_.kind,
                status=round_.status,
                deadline_at=round_.deadline_at,
                closed_at=round_.closed_at,
                grace_minutes=round_.grace_minutes,
                has_feedback=round_.shows_feedback and any(each.kind is RoundKind.RATING for each in earlier),
                n_statements=total["statements"],
                n_done=total["done"],
                n_answers_asked=total["asked"],
                n_answers_given=total["given"],
                n_ideas=sum(written.values()),
                idea_kinds=frozenset(written),
                minutes=round_.minutes,
                questions=progress.get(round_.id, Progress(0, 0)),
                submitted_at=submitted.get(round_.id),
            )
        )
    return found
