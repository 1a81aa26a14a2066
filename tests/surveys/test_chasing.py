"""Reminders go to the unfinished only, as often as the protocol says; time is only ever added."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from analysis.types import Scale
from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, OutboxMessage, Panellist, Round
from surveys.rules.protocol import default_settings
from surveys.services.chasing import extend_deadline, queue_reminders
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.vocabulary import AuditAction, MembershipStatus, MessageKind, ViolationCode
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_expert, as_facilitator

DEADLINE = NOW + timedelta(days=14)


def an_open_round(session: Session, *, reminders: int = 3) -> tuple[SmallStudy, Round]:
    nine = Scale(1, 9)
    settings = replace(default_settings({"importance": nine, "feasibility": nine}), reminders_at_most=reminders)
    small = a_study(session, n_experts=4, settings=settings)
    round_, _ = an_open_rating_round(session, small, deadline_at=DEADLINE)
    return small, round_


def reminded(session: Session) -> list[int]:
    query = select(OutboxMessage.person_id).where(OutboxMessage.kind == MessageKind.REMINDER)
    return list(session.exec(query.order_by(col(OutboxMessage.person_id))).all())


def test_only_the_unfinished_are_reminded(database: Database) -> None:
    with database.writing() as session:
        small, round_ = an_open_round(session)
        submit_answers(session, actor=as_expert(small, small.experts[0]), round_id=round_.id, now=NOW)
        session.get_one(Panellist, small.panellists[1]).status = MembershipStatus.LEFT
        n = queue_reminders(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        assert n == 2
        assert reminded(session) == small.experts[2:]
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.REMINDERS_QUEUED)).one()
        assert (event.details["n"], event.actor_id) == (2, small.facilitator_id)


def test_reminders_end_with_the_protocols_number(lite: Database) -> None:
    with lite.writing() as session:
        small, round_ = an_open_round(session, reminders=2)
        actor = as_facilitator(small)
        queue_reminders(session, actor=actor, round_id=round_.id, now=NOW)
        with pytest.raises(RuleViolation) as caught:
            queue_reminders(session, actor=actor, round_id=round_.id, now=NOW + timedelta(hours=23))
        assert caught.value.code is ViolationCode.REMINDER_TOO_SOON
        assert caught.value.params["at"] == NOW + timedelta(hours=24)
        queue_reminders(session, actor=actor, round_id=round_.id, now=NOW + timedelta(hours=24))
        with pytest.raises(RuleViolation) as caught:
            queue_reminders(session, actor=actor, round_id=round_.id, now=NOW + timedelta(days=5))
        assert (caught.value.code, caught.value.params) == (ViolationCode.REMINDERS_USED_UP, {"limit": 2})
        assert len(reminded(session)) == 8


def test_nobody_is_reminded_when_everybody_finished_or_the_round_is_closed(lite: Database) -> None:
    with lite.writing() as session:
        small, round_ = an_open_round(session)
        for person_id in small.experts:
            submit_answers(session, actor=as_expert(small, person_id), round_id=round_.id, now=NOW)
        with pytest.raises(RuleViolation) as caught:
            queue_reminders(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        assert caught.value.code is ViolationCode.EVERYBODY_FINISHED
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        with pytest.raises(RuleViolation) as caught:
            queue_reminders(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        assert caught.value.code is ViolationCode.ROUND_NOT_OPEN
        assert reminded(session) == []


@pytest.mark.parametrize(
    ("deadline", "now", "code"),
    [
        (DEADLINE, NOW, ViolationCode.DEADLINE_EARLIER),
        (DEADLINE - timedelta(days=1), NOW, ViolationCode.DEADLINE_EARLIER),
        (DEADLINE + timedelta(days=1), DEADLINE + timedelta(days=1), ViolationCode.DEADLINE_PAST),
    ],
)
def test_promised_time_is_not_taken_away(lite: Database, deadline: object, now: object, code: ViolationCode) -> None:
    with lite.writing() as session:
        small, round_ = an_open_round(session)
        with pytest.raises(RuleViolation) as caught:
            extend_deadline(
                session,
                actor=as_facilitator(small),
                round_id=round_.id,
                deadline_at=deadline,  # type: ignore[arg-type]
                now=now,  # type: ignore[arg-type]
            )
        assert caught.value.code is code
        assert round_.deadline_at == DEADLINE


def test_more_time_is_given_even_after_the_deadline(lite: Database) -> None:
    later = DEADLINE + timedelta(days=3)
    with lite.writing() as session:
        small, round_ = an_open_round(session)
        extend_deadline(
            session,
            actor=as_facilitator(small),
            round_id=round_.id,
            deadline_at=later,
            now=DEADLINE + timedelta(hours=1),
        )
    with lite.reading() as session:
        assert session.get_one(Round, round_.id).deadline_at == later
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.DEADLINE_EXTENDED)).one()
        assert (event.details["before"], event.details["after"]) == (DEADLINE.isoformat(), later.isoformat())
