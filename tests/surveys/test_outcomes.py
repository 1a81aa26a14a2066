"""Publishing: status and rank from the latest frozen result, across the study once everybody has published."""

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, Goal, Outcome, Rating, Round, RoundStatement, TaskForce
from surveys.services.next_round import build_next_round
from surveys.services.outcomes import preview_outcomes, publish_outcomes
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.vocabulary import AuditAction, OutcomeStatus, RoundKind, ViolationCode
from tests.builders import (
    NOW,
    SmallStudy,
    a_statement,
    a_study,
    a_task_force,
    an_expert,
    an_open_rating_round,
    as_facilitator,
    rate,
)

AGREED_SPLIT_LOW_FEW = "9 1 1 9 | 9 1 2 . | 8 9 1 . | 8 9 1 . | 8 9 2 . | 9 1 1 ."
AGREED, UNRESOLVED, DROPPED, INSUFFICIENT = (
    OutcomeStatus.AGREED,
    OutcomeStatus.UNRESOLVED,
    OutcomeStatus.DROPPED,
    OutcomeStatus.INSUFFICIENT,
)


def after_round_2(session: Session) -> tuple[SmallStudy, Round, list[int]]:
    small = a_study(session)
    round_, statements = an_open_rating_round(session, small, n_statements=4)
    rate(session, small, round_id=round_.id, statements=statements, rows=AGREED_SPLIT_LOW_FEW)
    close_round(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
    return small, round_, statements


def publish(session: Session, small: SmallStudy, digest: str | None = None) -> list[Outcome]:
    return publish_outcomes(
        session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW, digest=digest
    )


def another_round(session: Session, small: SmallStudy, *, rows: str) -> Round:
    round_ = build_next_round(
        session, actor=as_facilitator(small), task_force_id=small.task_force_id, decisions={}, now=NOW
    )
    open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False)
    query = select(RoundStatement.statement_id).where(RoundStatement.round_id == round_.id)
    asked = sorted(session.exec(query).all())
    rate(session, small, round_id=round_.id, statements=asked, rows=rows)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return round_


def test_each_rated_statement_gets_its_outcome_and_rank(database: Database) -> None:
    with database.writing() as session:
        small, _, statements = after_round_2(session)
        outcomes = publish(session, small)
        assert [o.statement_id for o in outcomes] == statements
        assert [o.status for o in outcomes] == [AGREED, UNRESOLVED, DROPPED, INSUFFICIENT]
        assert [o.rank for o in outcomes] == [1, 2, 3, None]
        assert [o.overall_rank for o in outcomes] == [1, 2, 3, None], "the only task force completes the study"
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.OUTCOMES_PUBLISHED)).one()
        assert (event.details["n_statements"], event.details["completes_study"]) == (4, True)


def test_a_later_round_decides_only_what_it_asked(lite: Database) -> None:
    with lite.writing() as session:
        small, first, _ = after_round_2(session)
        publish(session, small)
        second = another_round(session, small, rows="9 9 | 9 9 | 9 9 | 9 9 | 9 9 | 9 9")
        outcomes = publish(session, small)
        assert len(session.exec(select(Outcome)).all()) == 4, "publishing again replaces"
        assert [o.status for o in outcomes] == [AGREED, AGREED, DROPPED, AGREED]
        assert [o.rank for o in outcomes] == [3, 1, 4, 1]
        assert (first.number, second.number) == (1, 2)


def test_the_study_is_ranked_when_the_last_task_force_publishes(lite: Database) -> None:
    with lite.writing() as session:
        small, _, _ = after_round_2(session)
        goal_id = session.exec(select(Goal.id)).one()
        other_id = a_task_force(session, study_id=small.study_id, goal_id=goal_id, code="A6")
        assert {o.overall_rank for o in publish(session, small)} == {None}
        other = SmallStudy(**{**vars(small), "task_force_id": other_id, "experts": [], "panellists": []})
        for number in range(5):
            person, _ = an_expert(session, task_force_id=other_id, slug=f"a6.{number}")
            other.experts.append(person.id)
        statement = a_statement(session, task_force_id=other_id)
        round_ = plan_round(
            session,
            actor=None,
            task_force=session.get_one(TaskForce, other_id),
            kind=RoundKind.RATING,
            statement_ids=(statement.id,),
            now=NOW,
        )
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)
        rate(session, other, round_id=round_.id, statements=[statement.id], rows="9 | 9 | 9 | 9 | 9")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        publish(session, other)
        ranks = session.exec(select(Outcome.rank, Outcome.overall_rank).order_by(col(Outcome.statement_id))).all()
        assert [tuple(row) for row in ranks] == [(1, 2), (2, 3), (3, 4), (None, None), (1, 1)]


def test_publishing_waits_for_the_open_round_and_for_a_rating_round(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        with pytest.raises(RuleViolation) as caught:
            publish(session, small)
        assert caught.value.code is ViolationCode.ROUND_NOT_CLOSED
        an_open_rating_round(session, small)
        with pytest.raises(RuleViolation) as caught:
            publish(session, small)
        assert caught.value.code is ViolationCode.ROUND_NOT_CLOSED


def test_what_was_previewed_is_what_is_published(lite: Database) -> None:
    with lite.writing() as session:
        small, _, _ = after_round_2(session)
        digest = preview_outcomes(session, task_force_id=small.task_force_id).digest
        another_round(session, small, rows="9 9 | 9 9 | 9 9 | 9 9 | 9 9 | 9 9")
        with pytest.raises(RuleViolation) as caught:
            publish(session, small, digest=digest)
        assert caught.value.code is ViolationCode.PREVIEW_OUTDATED
        assert session.exec(select(Outcome)).all() == []


def test_a_rating_changed_after_closing_changes_no_outcome(lite: Database) -> None:
    with lite.writing() as session:
        small, _, _ = after_round_2(session)
        before = preview_outcomes(session, task_force_id=small.task_force_id).digest
        session.connection().execute(update(Rating).values(value=5))
        assert preview_outcomes(session, task_force_id=small.task_force_id).digest == before
