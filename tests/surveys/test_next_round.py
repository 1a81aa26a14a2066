"""Building the next round from proposals and overrides."""

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import AuditEvent, Round, RoundStatement
from surveys.queries.proposals import proposals_of
from surveys.rules.settling import Decision, ProposalReason, RoundChoice
from surveys.services.next_round import build_next_round, plan_ideas_round
from surveys.services.rounds import close_round
from surveys.vocabulary import AuditAction, RoundStatus, StatementKind, ViolationCode
from tests.builders import NOW, SmallStudy, a_closed_ideas_round, a_study, an_open_rating_round, as_facilitator, rate

AGREED_SPLIT_LOW = "9 1 1 | 9 1 2 | 8 9 1 | 8 9 1 | 8 9 2 | 9 1 1"


def a_closed_rating_round(session: Session, rows: str = AGREED_SPLIT_LOW) -> tuple[SmallStudy, list[int]]:
    small = a_study(session)
    round_, statements = an_open_rating_round(session, small, n_statements=3)
    rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    close_round(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
    return small, statements


def build(session: Session, small: SmallStudy, decisions: dict[int, Decision] | None = None) -> Round:
    return build_next_round(
        session,
        actor=as_facilitator(small),
        task_force_id=small.task_force_id,
        decisions=decisions or {},
        now=NOW,
    )


def asked(session: Session, round_: Round) -> list[int]:
    query = select(RoundStatement.statement_id).where(RoundStatement.round_id == round_.id)
    return list(session.exec(query.order_by(col(RoundStatement.position))).all())


def test_settled_statements_leave_and_the_others_are_asked_again(database: Database) -> None:
    with database.writing() as session:
        small, (agreed, split, low) = a_closed_rating_round(session)
        reasons = {
            one.statement_id: one.proposal.reason for one in proposals_of(session, task_force_id=small.task_force_id)
        }
        assert reasons == {
            agreed: ProposalReason.AGREED,
            split: ProposalReason.NOT_AGREED,
            low: ProposalReason.DROPPED,
        }
        round_ = build(session, small)
        assert (round_.number, round_.status, asked(session, round_)) == (2, RoundStatus.PLANNED, [split])


def test_an_override_is_recorded_with_its_reason(lite: Database) -> None:
    with lite.writing() as session:
        small, (agreed, split, _) = a_closed_rating_round(session)
        round_ = build(session, small, {agreed: Decision(RoundChoice.ASK, "New evidence")})
        assert asked(session, round_) == [agreed, split]
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.PROPOSAL_OVERRIDDEN)).one()
    assert (event.subject, event.actor_id) == (f"statement:{agreed}", small.facilitator_id)
    assert event.details == {
        "statement": "A5-01",
        "proposed": "settle",
        "because": "agreed",
        "decided": "ask",
        "reason": "New evidence",
    }


def test_without_a_reason_nothing_is_planned(lite: Database) -> None:
    with lite.writing() as session:
        small, (agreed, _, _) = a_closed_rating_round(session)
    with pytest.raises(RuleViolation) as caught, lite.writing() as session:
        build(session, small, {agreed: Decision(RoundChoice.ASK)})
    assert caught.value.code is ViolationCode.REASON_MISSING
    with lite.reading() as session:
        assert session.exec(select(Round.number)).all() == [1]


def test_a_planned_round_is_laid_out_again(lite: Database) -> None:
    with lite.writing() as session:
        small, (agreed, split, low) = a_closed_rating_round(session)
        first = build(session, small)
        second = build(session, small, {low: Decision(RoundChoice.ASK, "Look again")})
        assert second.id == first.id
        assert asked(session, second) == [split, low]
        with pytest.raises(NotFound):
            build(session, small, {99: Decision(RoundChoice.ASK, "Elsewhere")})
        assert agreed not in asked(session, second)


def test_no_round_is_built_while_ideas_wait_or_a_round_is_open(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        a_closed_ideas_round(session, small, ideas=[(0, StatementKind.ACTIVITY, "Waiting", "en")])
        with pytest.raises(RuleViolation) as caught:
            build(session, small)
        assert (caught.value.code, caught.value.params) == (ViolationCode.IDEAS_WAITING, {"n": 1})
    with lite.writing() as session:
        other = a_study(session, slug="other", code="B1")
        an_open_rating_round(session, other)
        with pytest.raises(RuleViolation) as caught:
            build(session, other)
        assert caught.value.code is ViolationCode.ROUND_NOT_CLOSED
        with pytest.raises(RuleViolation) as caught:
            plan_ideas_round(session, actor=as_facilitator(other), task_force_id=other.task_force_id, now=NOW)
        assert caught.value.code is ViolationCode.PREVIOUS_ROUND_OPEN


def test_a_round_of_nothing_is_refused(lite: Database) -> None:
    everything_agreed = "9 9 9 | 9 9 9 | 9 9 9 | 9 9 9 | 9 9 9 | 9 9 9"
    with lite.writing() as session:
        small, _ = a_closed_rating_round(session, rows=everything_agreed)
        with pytest.raises(RuleViolation) as caught:
            build(session, small)
    assert caught.value.code is ViolationCode.NO_STATEMENTS
