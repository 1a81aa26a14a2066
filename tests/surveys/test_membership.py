"""Joining, saying no, leaving: what it does to seats and answers."""

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, Comment, FrozenRating, Idea, Panellist, Rating, RatingChange, Submission
from surveys.rules.answers import CommentAnswer, IdeaAnswer, RatingAnswer
from surveys.services.ideas import save_ideas
from surveys.services.membership import decline, give_consent, leave
from surveys.services.submissions import save_ratings
from surveys.vocabulary import AuditAction, MembershipStatus, RatingState, StatementKind, ViolationCode
from tests.builders import NOW, a_second_look, a_study, an_expert, an_open_ideas_round, as_expert


def test_give_consent_needs_the_tick_and_counts_once(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=0)
        person, panellist = an_expert(session, task_force_id=small.task_force_id, slug="new", consented=False)
        actor = as_expert(small, person.id)
        with pytest.raises(RuleViolation) as caught:
            give_consent(session, actor=actor, task_force_id=small.task_force_id, agrees=False, now=NOW)
        assert caught.value.code is ViolationCode.CONSENT_MISSING
        for _ in range(2):
            give_consent(session, actor=actor, task_force_id=small.task_force_id, agrees=True, now=NOW)
        stored = session.get_one(Panellist, panellist.id)
        assert (stored.status, stored.consented_at) == (MembershipStatus.JOINED, NOW)
        events = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.CONSENT_GIVEN)).all()
        assert [event.actor_id for event in events] == [None]


def test_decline_keeps_the_reason_and_ends_the_seat(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session, n_experts=1)
        actor = as_expert(small, small.experts[0])
        decline(session, actor=actor, task_force_id=small.task_force_id, reason=" Ask Ana ", now=NOW)
        stored = session.get_one(Panellist, small.panellists[0])
        assert (stored.status, stored.decline_reason) == (MembershipStatus.DECLINED, "Ask Ana")
        with pytest.raises(RuleViolation) as caught:
            give_consent(session, actor=actor, task_force_id=small.task_force_id, agrees=True, now=NOW)
        assert caught.value.code is ViolationCode.NOT_A_PANELLIST


@pytest.mark.parametrize("removes", [True, False])
def test_leave_removes_open_answers_only_when_asked(database: Database, removes: bool) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        _, open_id, (statement,) = a_second_look(session, small, rows="9 | 8")
        for person_id in small.experts:
            for value in (5, 6):
                save_ratings(
                    session,
                    actor=as_expert(small, person_id),
                    round_id=open_id,
                    answers=[RatingAnswer(statement, small.importance_id, RatingState.RATED, value)],
                    comments=[CommentAnswer(statement, "why")],
                    language="en",
                    now=NOW,
                )
        leave(
            session,
            actor=as_expert(small, small.experts[0]),
            task_force_id=small.task_force_id,
            reason="",
            removes_answers=removes,
            now=NOW,
        )
    left, stays = small.panellists
    with database.reading() as session:
        for table in (Rating, RatingChange, Comment, Submission):
            rows = session.exec(select(table.panellist_id).where(table.round_id == open_id)).all()
            assert sorted(rows) == ([stays] if removes else [left, stays]), table
        assert sorted(session.exec(select(FrozenRating.panellist_id)).all()) == [left, stays]
        assert session.get_one(Panellist, left).status is MembershipStatus.LEFT


def test_leave_removes_linked_ideas(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session, n_experts=1)
        round_ = an_open_ideas_round(session, small)
        actor = as_expert(small, small.experts[0])
        ideas = [
            IdeaAnswer("problem-1", StatementKind.PROBLEM, "Erosion"),
            IdeaAnswer("cause-1", StatementKind.CAUSE, "Ploughing", "problem-1"),
        ]
        save_ideas(session, actor=actor, round_id=round_.id, ideas=ideas, language="en", now=NOW)
        leave(session, actor=actor, task_force_id=small.task_force_id, reason="", removes_answers=True, now=NOW)
        assert session.exec(select(Idea)).all() == []
