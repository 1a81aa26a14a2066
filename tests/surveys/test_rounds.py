"""Rounds open, take answers, close once, and are frozen."""

from datetime import timedelta

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import FrozenRating, Panellist, Rating, Round, RoundResult, Snapshot
from surveys.services.rounds import close_round, preview_close
from surveys.vocabulary import MembershipStatus, RoundStatus, ViolationCode
from tests.builders import NOW, a_study, an_open_rating_round, as_facilitator, rate


def test_close_round_freezes_answers_and_results(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=3)
        rate(
            session,
            small,
            round_id=round_.id,
            statements=statements,
            rows="9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 . | 8 . 1",
        )
    with database.writing() as session:
        preview = preview_close(session, round_=session.get_one(Round, round_.id))
        close_round(session, actor=as_facilitator(small), round_id=round_.id, now=NOW, digest=preview.digest)
    with database.reading() as session:
        results = session.exec(select(RoundResult).order_by(RoundResult.statement_id, RoundResult.criterion_id)).all()
        importance = [result for result in results if result.criterion_id == small.importance_id]
        assert [(r.n, r.median, r.verdict) for r in importance] == [(6, 8.0, "in"), (5, 8.0, "in"), (5, 2.0, "none")]
        assert importance[0].frequency == [0, 0, 0, 0, 0, 0, 1, 3, 2]
        assert len(session.exec(select(FrozenRating)).all()) == len(session.exec(select(Rating)).all()) == 16
        assert session.exec(select(Round.status)).one() is RoundStatus.CLOSED
        assert len(session.exec(select(Snapshot.digest)).one()) == 64


def test_a_close_is_not_held_up_by_answers_that_arrive_after_its_preview(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small, n_statements=1)
        digest = preview_close(session, round_=round_).digest
        rate(session, small, round_id=round_.id, statements=statements, rows="9")
    with lite.writing() as session:
        snapshot = close_round(session, actor=None, round_id=round_.id, now=NOW, digest=digest)
    assert snapshot.n_answered == 1


@pytest.mark.parametrize("change", ["answer gone", "deadline", "panel", "made up", ""])
def test_a_close_is_refused_when_something_else_than_was_shown_would_be_closed(lite: Database, change: str) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small, n_statements=1)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 | 8")
        digest = preview_close(session, round_=round_).digest
        if change == "answer gone":
            session.delete(session.exec(select(Rating)).first())
        elif change == "deadline":
            round_.deadline_at = NOW + timedelta(days=30)
        elif change == "panel":
            session.get_one(Panellist, small.panellists[-1]).status = MembershipStatus.LEFT
        else:
            digest = digest.replace("-2-", "-²-") if change else change
    with pytest.raises(RuleViolation) as caught, lite.writing() as session:
        close_round(session, actor=None, round_id=round_.id, now=NOW, digest=digest)
    assert caught.value.code is ViolationCode.PREVIEW_OUTDATED


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, True), (0, False), (1, False)])
def test_answers_are_taken_until_the_second_of_the_deadline(lite: Database, seconds: int, accepted: bool) -> None:
    deadline = NOW + timedelta(days=7)
    with lite.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small, n_statements=1, deadline_at=deadline)
    moment = deadline + timedelta(seconds=seconds)
    if accepted:
        with lite.writing() as session:
            rate(session, small, round_id=round_.id, statements=statements, rows="5", now=moment)
        return
    with pytest.raises(RuleViolation) as caught, lite.writing() as session:
        rate(session, small, round_id=round_.id, statements=statements, rows="5", now=moment)
    assert caught.value.code is ViolationCode.ROUND_CLOSED
