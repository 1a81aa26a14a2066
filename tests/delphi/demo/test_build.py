"""The demo study at each of its stages."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.demo.build import build_demo
from delphi.demo.digest import demo_digest
from delphi.demo.stages import DemoStage
from surveys.errors import RuleViolation
from surveys.models import (
    AuditEvent,
    Comment,
    FacilityDecision,
    Idea,
    IdeaPlacement,
    OutboxMessage,
    Outcome,
    Panellist,
    Protocol,
    Rating,
    Round,
    RoundStatement,
    Statement,
    Submission,
    TaskForce,
)
from surveys.services.receipts import is_receipt_current
from surveys.services.sign_in import find_invitation
from surveys.vocabulary import (
    IdeaStatus,
    MembershipStatus,
    OutboxStatus,
    OutcomeStatus,
    PlacementAction,
    RatingState,
    RoundStatus,
    Stance,
    StatementKind,
    ViolationCode,
)
from tests.conftest import SECRET_KEY
from tests.delphi.demo.conftest import DEMO_NOW, BuiltDemo

pytestmark = pytest.mark.slow

DemoAt = Callable[[str], BuiltDemo]
DEFAULT = "round-3-open"


def count(session: Session, table: type[object]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def rounds(session: Session) -> dict[str, dict[int, RoundStatus]]:
    """Task force code to the status of its rounds by number."""
    found: dict[str, dict[int, RoundStatus]] = {code: {} for code in session.exec(select(TaskForce.code)).all()}
    for code, number, status in session.exec(
        select(TaskForce.code, Round.number, Round.status).join(Round, col(Round.task_force_id) == TaskForce.id)
    ).all():
        found[code][number] = status
    return found


def standing_in(session: Session, *last: tuple[int, RoundStatus]) -> set[str]:
    """Task forces whose last round is one of `last`."""
    return {code for code, own in rounds(session).items() if own and max(own.items()) in last}


@pytest.mark.parametrize(
    ("stage", "number", "status"),
    [
        ("round-1-open", 1, RoundStatus.OPEN),
        ("round-1-closed", 1, RoundStatus.CLOSED),
        ("round-2-open", 2, RoundStatus.OPEN),
        ("round-2-closed", 2, RoundStatus.CLOSED),
        ("plan", 3, RoundStatus.CLOSED),
    ],
)
def test_each_stage_has_every_task_force_in_its_phase(
    demo_at: DemoAt, stage: str, number: int, status: RoundStatus
) -> None:
    with demo_at(stage).database.reading() as session:
        assert len(standing_in(session, (number, status))) == 24


def test_setup_has_people_and_a_locked_protocol_but_no_round(demo_at: DemoAt) -> None:
    with demo_at("setup").database.reading() as session:
        assert (count(session, Round), count(session, TaskForce)) == (0, 24)
        assert len(session.exec(select(Panellist.person_id).distinct()).all()) == 126
        protocol = session.exec(select(Protocol)).one()
        assert protocol.locked_at is not None
        assert len(protocol.fingerprint) == 64


def test_default_stage_has_every_state_somewhere(demo_at: DemoAt) -> None:
    with demo_at(DEFAULT).database.reading() as session:
        assert standing_in(session, (1, RoundStatus.CLOSED)) == {"A2"}
        assert standing_in(session, (2, RoundStatus.CLOSED)) == {"B3"}
        assert standing_in(session, (3, RoundStatus.CLOSED)) == {"A1", "B2", "C4", "D2", "E1"}
        assert len(standing_in(session, (3, RoundStatus.OPEN))) == 17
        published = session.exec(
            select(TaskForce.code).join(Outcome, col(Outcome.task_force_id) == TaskForce.id).distinct()
        ).all()
        assert set(published) == {"A1", "B2", "C4", "D2", "E1"}


def test_a_third_of_the_ideas_of_a2_still_wait_on_the_desk(demo_at: DemoAt) -> None:
    with demo_at(DEFAULT).database.reading() as session:
        statuses = Counter(
            session.exec(
                select(Idea.status)
                .join(Round, col(Round.id) == Idea.round_id)
                .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
                .where(TaskForce.code == "A2")
            ).all()
        )
        assert statuses[IdeaStatus.WAITING] == round(sum(statuses.values()) / 3)
        assert statuses[IdeaStatus.PARKED] >= 1


def test_the_visiting_expert_has_two_open_rounds_and_half_an_answer_at_most(demo_at: DemoAt) -> None:
    demo = demo_at(DEFAULT)
    with demo.database.reading() as session:
        open_rounds = session.exec(
            select(TaskForce.code, Round.id, Panellist.id)
            .join(Round, col(Round.task_force_id) == TaskForce.id)
            .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
            .where(Panellist.person_id == demo.links.expert_person_id, Round.status == RoundStatus.OPEN)
        ).all()
        assert {code for code, _, _ in open_rounds} == {"A5", "C2"}
        answered = {}
        for code, round_id, panellist_id in open_rounds:
            asked = session.exec(select(RoundStatement).where(RoundStatement.round_id == round_id)).all()
            own = session.exec(
                select(Rating.statement_id).where(Rating.round_id == round_id, Rating.panellist_id == panellist_id)
            ).all()
            answered[code] = len(set(own)) / len(asked)
        assert 0 < answered["A5"] <= 0.5
        assert answered["C2"] == 0


def test_everybody_else_in_c2_has_sent_the_third_round(demo_at: DemoAt) -> None:
    with demo_at(DEFAULT).database.reading() as session:
        task_force = session.exec(select(TaskForce).where(TaskForce.code == "C2")).one()
        round_ = session.exec(select(Round).where(Round.task_force_id == task_force.id, Round.number == 3)).one()
        members = session.exec(select(Panellist).where(Panellist.task_force_id == task_force.id)).all()
        sent = session.exec(
            select(Submission).where(Submission.round_id == round_.id, col(Submission.submitted_at).is_not(None))
        ).all()
        assert len(sent) == len(members) - 1


@pytest.mark.parametrize("stage", [DEFAULT, "plan"])
def test_more_than_four_thousand_answers_are_stored(demo_at: DemoAt, stage: str) -> None:
    with demo_at(stage).database.reading() as session:
        assert count(session, Idea) + count(session, Rating) + count(session, Comment) > 4000
        states = Counter(session.exec(select(Rating.state)).all())
        assert states[RatingState.OUTSIDE_EXPERTISE] > 50


def test_the_plan_has_162_ranked_or_unrankable_activities_each_with_category_and_facility(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        rows = session.exec(
            select(Statement, Outcome)
            .join(Outcome, col(Outcome.statement_id) == Statement.id)
            .where(Statement.kind == StatementKind.ACTIVITY)
        ).all()
        assert len(rows) == 162
        assert [statement.code for statement, _ in rows if statement.category_id is None] == []
        for _, outcome in rows:
            assert (outcome.overall_rank is None) == (outcome.status is OutcomeStatus.INSUFFICIENT)
        assert {outcome.status for _, outcome in rows} == set(OutcomeStatus)
        in_force = session.exec(
            select(FacilityDecision.statement_id).where(col(FacilityDecision.superseded_at).is_(None))
        ).all()
        assert sorted(in_force) == sorted(statement.id for statement, _ in rows)
        replaced = session.exec(select(FacilityDecision).where(col(FacilityDecision.superseded_at).is_not(None))).all()
        assert len(replaced) == 23


def test_codes_count_up_within_a_task_force(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        codes = session.exec(
            select(Statement.code)
            .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
            .where(TaskForce.code == "A5")
            .order_by(col(Statement.id))
        ).all()
    assert list(codes) == [f"A5-{number:02d}" for number in range(1, len(codes) + 1)]


def test_every_idea_of_a_finished_study_has_a_place_or_a_reason(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        ideas = session.exec(select(Idea)).all()
        assert {idea.status for idea in ideas} == {IdeaStatus.PLACED, IdeaStatus.PARKED}
        assert [idea.text for idea in ideas if idea.status is IdeaStatus.PARKED and not idea.parked_reason] == []
        actions = Counter(session.exec(select(IdeaPlacement.action)).all())
        assert min(actions[action] for action in (PlacementAction.KEPT, PlacementAction.EDITED)) > 100
        assert actions[PlacementAction.MERGED] > 100


N_OBJECTIONS = 8


def test_shared_comments_read_in_both_languages(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        comments = session.exec(select(Comment)).all()
        assert len(comments) > 300
        assert [comment.id for comment in comments if set(comment.shared_text) != {"en", "fr"}] == []
        assert [comment.id for comment in comments if comment.shared_text[comment.language] != comment.text] == []
        objections = [comment for comment in comments if comment.is_objection]
        assert len(objections) == N_OBJECTIONS
        assert {comment.stance for comment in objections} == {Stance.AGAINST}


def test_some_people_drop_out_decline_or_never_come(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        statuses = Counter(session.exec(select(Panellist.status)).all())
        assert statuses[MembershipStatus.DECLINED] == 1
        assert statuses[MembershipStatus.INVITED] == 2
        sent = dict(
            session.exec(
                select(Round.number, func.count(col(Submission.id)))
                .join(Submission, col(Submission.round_id) == Round.id)
                .group_by(col(Round.number))
            ).all()
        )
    assert sent[1] > sent[2] > sent[3]


def test_every_receipt_proves_what_is_stored(demo_at: DemoAt) -> None:
    with demo_at(DEFAULT).database.reading() as session:
        submissions = session.exec(select(Submission).where(col(Submission.submitted_at).is_not(None))).all()
        assert len(submissions) > 300
        assert [one.id for one in submissions if not is_receipt_current(session, submission=one)] == []


def test_nothing_happened_in_the_future_and_open_rounds_close_in_some_days(demo_at: DemoAt) -> None:
    for stage in (DEFAULT, "plan"):
        with demo_at(stage).database.reading() as session:
            assert session.exec(select(func.max(AuditEvent.at))).one() <= DEMO_NOW
            assert (session.exec(select(func.max(Submission.saved_at))).one()) <= DEMO_NOW
            deadlines = session.exec(select(Round.deadline_at).where(Round.status == RoundStatus.OPEN)).all()
            soonest, latest = DEMO_NOW + timedelta(days=3), DEMO_NOW + timedelta(days=14)
            assert [deadline for deadline in deadlines if deadline is None or not soonest < deadline < latest] == []


def test_no_mail_waits_to_be_sent_to_people_who_do_not_exist(demo_at: DemoAt) -> None:
    with demo_at(DEFAULT).database.reading() as session:
        assert set(session.exec(select(OutboxMessage.status)).all()) == {OutboxStatus.SENT}


def test_the_printed_link_opens_the_experts_door(demo_at: DemoAt) -> None:
    demo = demo_at(DEFAULT)
    with demo.database.reading() as session:
        invitation, person = find_invitation(session, token=demo.links.expert_token)
    assert (person.name, person.id) == ("Awa Diarra", demo.links.expert_person_id)
    assert invitation.study_id == demo.links.study_id


def test_the_same_seed_gives_the_same_digest_whenever_it_is_built(
    demo_at: DemoAt, build_stage: Callable[..., BuiltDemo]
) -> None:
    later = build_stage(DEFAULT, now=DEMO_NOW + timedelta(days=100, hours=5))
    with demo_at(DEFAULT).database.reading() as first, later.database.reading() as second:
        assert demo_digest(first) == demo_digest(second)


def test_another_seed_gives_another_digest(demo_at: DemoAt, build_stage: Callable[..., BuiltDemo]) -> None:
    other = build_stage("round-1-closed", seed=2)
    with demo_at("round-1-closed").database.reading() as first, other.database.reading() as second:
        assert demo_digest(first) != demo_digest(second)


def test_the_demo_is_not_built_twice_into_one_database(build_stage: Callable[..., BuiltDemo]) -> None:
    demo = build_stage("setup")
    with pytest.raises(RuleViolation) as refused:
        build_demo(demo.database, stage=DemoStage.SETUP, seed=1, secret_key=SECRET_KEY, now=DEMO_NOW)
    assert refused.value.code is ViolationCode.STUDY_EXISTS
