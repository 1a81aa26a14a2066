"""After answering: remarks on ideas, colleagues, who stays, leaving a study, and everything stored about a person."""

import json

import pytest
from sqlmodel import col, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import (
    AuditEvent,
    ColleagueSuggestion,
    IdeaFlag,
    Invitation,
    OutboxMessage,
    Panellist,
    Rating,
    metadata,
)
from surveys.queries.after import colleagues_to_ask, stayers
from surveys.queries.idea_flags import remarks_of_task_force, remarks_on
from surveys.queries.my_data import STAFF_ACTS, everything_about
from surveys.services.colleagues import settle_colleague, suggest_colleague
from surveys.services.idea_flags import answer_flag, flag_idea
from surveys.services.membership import leave_study
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.staying import reconfirm
from surveys.vocabulary import MembershipStatus, MessageKind, StatementKind, ViolationCode
from tests.builders import (
    NOW,
    a_closed_ideas_round,
    a_study,
    a_task_force,
    an_expert,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    invitation_path,
    rate,
)

IDEAS = [(0, StatementKind.PROBLEM, "Soils wear out", "en"), (1, StatementKind.PROBLEM, "Prices fall", "en")]
ROWS = "9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 9 | 8 7 1"


def test_a_remark_is_made_answered_and_read(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        _, (mine, theirs) = a_closed_ideas_round(session, small, ideas=IDEAS)
        actor, place = as_expert(small, small.experts[0]), small.task_force_id
        for text in ("I meant clay", "I meant clay soils"):
            flag_idea(session, actor=actor, task_force_id=place, idea_id=mine, text=text, now=NOW)
        (remark,) = remarks_of_task_force(session, task_force_id=place)
        assert (remark.text, remark.resolved_at) == ("I meant clay soils", None)
        with pytest.raises(RuleViolation) as refused:
            flag_idea(session, actor=actor, task_force_id=place, idea_id=theirs, text="Not mine", now=NOW)
        assert refused.value.code is ViolationCode.NOT_A_PANELLIST
        with pytest.raises(RuleViolation) as refused:
            flag_idea(session, actor=actor, task_force_id=place, idea_id=mine, text=" \n", now=NOW)
        assert refused.value.code is ViolationCode.TEXT_EMPTY
        answer_flag(
            session,
            actor=as_facilitator(small),
            task_force_id=place,
            flag_id=remark.id,
            resolution="Reworded",
            now=NOW,
        )
        assert [one.resolution for one in remarks_on(session, idea_ids=[mine, theirs])[mine]] == ["Reworded"]
        with pytest.raises(RuleViolation) as refused:
            answer_flag(
                session, actor=as_facilitator(small), task_force_id=place, flag_id=remark.id, resolution="X", now=NOW
            )
        assert refused.value.code is ViolationCode.FLAG_SETTLED
        flag_idea(session, actor=actor, task_force_id=place, idea_id=mine, text="Still not it", now=NOW)
        assert [one.resolution for one in remarks_on(session, idea_ids=[mine])[mine]] == ["Reworded", ""]


def test_a_remark_of_another_task_force_cannot_be_answered(lite: Database) -> None:
    with lite.writing() as session:
        small, other = a_study(session), a_study(session, slug="other", code="B1")
        _, (mine, _) = a_closed_ideas_round(session, small, ideas=IDEAS)
        flag = flag_idea(
            session,
            actor=as_expert(small, small.experts[0]),
            task_force_id=small.task_force_id,
            idea_id=mine,
            text="X",
            now=NOW,
        )
        with pytest.raises(RuleViolation):
            answer_flag(
                session,
                actor=as_facilitator(other),
                task_force_id=other.task_force_id,
                flag_id=flag.id,
                resolution="No",
                now=NOW,
            )
        assert session.exec(select(IdeaFlag)).one().resolution == ""


def test_the_log_names_no_expert_for_a_remark_or_an_answer_to_staying(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        _, (mine, _) = a_closed_ideas_round(session, small, ideas=IDEAS)
        actor = as_expert(small, small.experts[0])
        flag_idea(session, actor=actor, task_force_id=small.task_force_id, idea_id=mine, text="X", now=NOW)
        suggest_colleague(
            session, actor=actor, task_force_id=small.task_force_id, name="Ben", email="b@example.org", now=NOW
        )
        events = session.exec(select(AuditEvent)).all()
        assert {event.actor_id for event in events} == {None}
        assert "b@example.org" not in json.dumps([event.details for event in events])


def test_a_colleague_becomes_a_task_and_no_mail(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        actor, place = as_expert(small, small.experts[0]), small.task_force_id
        suggest_colleague(session, actor=actor, task_force_id=place, name="", email=" ", now=NOW)
        assert session.exec(select(ColleagueSuggestion)).all() == []
        suggest_colleague(
            session, actor=actor, task_force_id=place, name=" Binta Sow ", email="Binta@Example.org", now=NOW
        )
        (task,) = colleagues_to_ask(session, task_force_id=place)
        assert (task.name, task.email, task.suggested_by) == ("Binta Sow", "binta@example.org", "Expert soil.a5.1")
        assert session.exec(select(OutboxMessage)).all() == []
        settle_colleague(session, actor=as_facilitator(small), task_force_id=place, suggestion_id=task.id, now=NOW)
        assert colleagues_to_ask(session, task_force_id=place) == []


@pytest.mark.parametrize(
    ("name", "email", "code"),
    [
        ("", "binta@example.org", ViolationCode.COLLEAGUE_NAME_MISSING),
        ("Binta", "binta", ViolationCode.ADDRESS_MISSING),
        ("Binta", "", ViolationCode.ADDRESS_MISSING),
    ],
)
def test_half_a_colleague_is_refused(lite: Database, name: str, email: str, code: ViolationCode) -> None:
    with lite.writing() as session:
        small = a_study(session)
        with pytest.raises(RuleViolation) as refused:
            suggest_colleague(
                session,
                actor=as_expert(small, small.experts[0]),
                task_force_id=small.task_force_id,
                name=name,
                email=email,
                now=NOW,
            )
        assert refused.value.code is code


def test_publishing_thanks_everybody_once_and_then_asks_who_stays(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows=ROWS)
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        actor = as_expert(small, small.experts[0])
        with pytest.raises(RuleViolation) as refused:
            reconfirm(session, actor=actor, task_force_id=small.task_force_id, stays_on=True, now=NOW)
        assert refused.value.code is ViolationCode.RESULTS_NOT_PUBLISHED
        session.get_one(Panellist, small.panellists[5]).status = MembershipStatus.LEFT
        for _ in range(2):
            publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
        mails = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
        assert [(mail.kind, mail.person_id, mail.params) for mail in mails] == [
            (MessageKind.THANKS, person, {"round_id": round_.id}) for person in small.experts[:5]
        ]
        for stays_on in (True, False):
            reconfirm(session, actor=actor, task_force_id=small.task_force_id, stays_on=stays_on, now=NOW)
        assert [(one.name, one.stays_on) for one in stayers(session, task_force_id=small.task_force_id)] == [
            ("Expert soil.a5.1", False)
        ]
        with pytest.raises(RuleViolation) as refused:
            reconfirm(session, actor=actor, task_force_id=small.task_force_id, stays_on=None, now=NOW)
        assert refused.value.code is ViolationCode.CHOICE_MISSING


@pytest.mark.parametrize("removes", [True, False])
def test_leaving_a_study_leaves_all_its_task_forces(lite: Database, removes: bool) -> None:
    with lite.writing() as session:
        small = a_study(session, n_experts=2)
        second = a_task_force(session, study_id=small.study_id, goal_id=1, code="A6")
        person_id = small.experts[0]
        _, there = an_expert(session, task_force_id=second, slug="there")
        there.person_id = person_id
        session.add(there)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2")
        actor = as_expert(small, person_id)
        arguments = {"actor": actor, "study_id": small.study_id, "reason": "", "removes_answers": removes, "now": NOW}
        assert leave_study(session, **arguments) == 2
        statuses = session.exec(select(Panellist.status).where(Panellist.person_id == person_id)).all()
        assert set(statuses) == {MembershipStatus.LEFT}
        left = session.exec(select(Rating).where(Rating.panellist_id == small.panellists[0])).all()
        assert len(left) == (0 if removes else 3)
        with pytest.raises(RuleViolation):
            leave_study(session, **arguments)


def test_my_data_holds_every_row_of_mine_and_none_of_others(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        _, (mine, theirs) = a_closed_ideas_round(session, small, ideas=IDEAS)
        for expert, idea in ((0, mine), (1, theirs)):
            actor = as_expert(small, small.experts[expert])
            flag_idea(
                session,
                actor=actor,
                task_force_id=small.task_force_id,
                idea_id=idea,
                text=f"Remark {expert}",
                now=NOW,
            )
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows=ROWS)
        invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
        data = everything_about(session, person_id=small.experts[0])
        token = session.exec(select(Invitation.token_hash)).one()
    assert [row["email"] for row in data["person"]] == ["expert.soil.a5.1@example.org"]
    assert [row["value"] for row in data["rating"]] == [9, 8, 1]
    assert [row["text"] for row in data["idea"]] == ["Soils wear out"]
    assert [row["text"] for row in data["idea_flag"]] == ["Remark 0"]
    assert [row["code"] for row in data["statement_names"]] == ["A5-01", "A5-02", "A5-03"]
    whole = json.dumps(data)
    assert "Prices fall" not in whole and "Remark 1" not in whole and "soil.a5.2" not in whole
    assert token not in whole


def test_every_table_about_people_is_given_out_or_named_as_a_staff_act() -> None:
    to_people = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    given = {
        "account_link.person_id",
        "authenticator.person_id",
        "consultation_member.person_id",
        "erasure_request.person_id",
        "export_job.person_id",
        "invitation.person_id",
        "outbox_message.person_id",
        "panellist.person_id",
        "passkey.person_id",
        "recovery_code.person_id",
        "sign_in.person_id",
        "staff_password.person_id",
        "staff_role.person_id",
    }
    assert to_people == given | STAFF_ACTS
