"""Pilots and rehearsals are apart: nothing of them is in the study, and discarding one leaves the study as it was."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import (
    Criterion,
    Idea,
    OutboxMessage,
    Outcome,
    Panellist,
    Person,
    Round,
    RoundResult,
    Statement,
    Study,
    TaskForce,
)
from surveys.queries.pilots import notes_of, pilot_round_of, readers_of
from surveys.queries.programme import programme_of
from surveys.queries.task_forces import states_of
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.rules.invented_experts import N_EXPERTS
from surveys.rules.permissions import Actor
from surveys.rules.pilot_timing import median_minutes, time_at_work
from surveys.services.audit_chain import check_chain
from surveys.services.outbox import lease_next
from surveys.services.pilot import ask_colleague, start_pilot, take_minutes
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings, submit_answers
from surveys.services.trial_copies import discard_copy
from surveys.vocabulary import (
    Audience,
    OutboxStatus,
    RatingState,
    RoundKind,
    RoundStatus,
    Stance,
    StudyKind,
    ViolationCode,
)
from tests.builders import (
    NOW,
    SmallStudy,
    a_planned_round,
    a_played_rehearsal,
    a_study,
    an_open_rating_round,
    as_facilitator,
    everything_stored,
    rate,
)


def colleague(session: Session, *, pilot: Round, number: int) -> Actor:
    person = session.exec(select(Person).where(Person.email == f"colleague{number}@example.org")).one()
    seat = session.exec(
        select(Panellist).where(Panellist.person_id == person.id, Panellist.task_force_id == pilot.task_force_id)
    ).one()
    seat.consented_at = NOW
    session.add(seat)
    session.flush()
    return Actor(person_id=person.id, audience=Audience.EXPERT, panels=frozenset({pilot.task_force_id}))


def answer(session: Session, *, small: SmallStudy, pilot: Round, number: int, minutes: int) -> None:
    copies = select(Statement).where(Statement.task_force_id == pilot.task_force_id)
    asked = session.exec(copies.order_by(col(Statement.id))).all()
    study_id = session.get_one(TaskForce, pilot.task_force_id).study_id
    importance = session.exec(
        select(Criterion.id).where(Criterion.study_id == study_id, Criterion.code == "importance")
    ).one()
    actor = colleague(session, pilot=pilot, number=number)
    save_ratings(
        session,
        actor=actor,
        round_id=pilot.id,
        answers=[RatingAnswer(one.id, importance, RatingState.RATED, 7) for one in asked],
        comments=[CommentAnswer(statement_id=asked[0].id, text="What does this mean?", stance=Stance.NEUTRAL)],
        language="en",
        now=NOW + timedelta(minutes=minutes / 2),
    )
    submit_answers(session, actor=actor, round_id=pilot.id, now=NOW + timedelta(minutes=minutes))


def test_a_pilot_measures_minutes_and_collects_notes(database: Database) -> None:
    with database.writing() as session:
        small, round_ = a_planned_round(session)
        actor = as_facilitator(small)
        pilot = start_pilot(session, actor=actor, round_id=round_.id, now=NOW)
        assert (pilot.status, pilot.trial_of_id) == (RoundStatus.OPEN, round_.id)
        assert start_pilot(session, actor=actor, round_id=round_.id, now=NOW).id == pilot.id
        with pytest.raises(RuleViolation) as caught:
            take_minutes(session, actor=actor, round_id=round_.id, now=NOW)
        assert caught.value.code is ViolationCode.NOT_MEASURED
        for number, minutes in ((1, 8), (2, 11), (3, 14)):
            ask_colleague(
                session,
                actor=actor,
                pilot_id=pilot.id,
                name=f"Colleague {number}",
                email=f"Colleague{number}@example.org",
                language="fr",
                now=NOW,
            )
            answer(session, small=small, pilot=pilot, number=number, minutes=minutes)
        assert take_minutes(session, actor=actor, round_id=round_.id, now=NOW) == 11
        assert session.get_one(Round, round_.id).minutes == 11
        readers = readers_of(session, round_id=pilot.id)
        assert [(one.name, one.has_finished) for one in readers] == [
            ("Lukas A5", False),
            ("Colleague 1", True),
            ("Colleague 2", True),
            ("Colleague 3", True),
        ]
        notes = notes_of(session, round_id=pilot.id)
        assert {(note.code, note.note) for note in notes} == {("A5-01", "What does this mean?")}


def test_a_pilot_of_an_open_round_comes_too_late(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        with pytest.raises(RuleViolation) as caught:
            start_pilot(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        assert caught.value.code is ViolationCode.ROUND_ALREADY_OPEN


def test_a_rehearsal_plays_the_whole_study_and_holds_its_mails(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        copy = a_played_rehearsal(session, small)
        rounds = session.exec(select(Round).where(Round.task_force_id == copy.id).order_by(col(Round.number))).all()
        assert [round_.status for round_ in rounds] == [RoundStatus.CLOSED] * len(rounds)
        assert (rounds[0].kind, len(rounds)) == (RoundKind.IDEAS, 3)
        assert session.exec(select(Outcome).where(Outcome.task_force_id == copy.id)).first() is not None
        mails = session.exec(select(OutboxMessage)).all()
        assert {mail.status for mail in mails} == {OutboxStatus.HELD}
        assert len(mails) >= 3 * N_EXPERTS
        assert lease_next(session, now=NOW + timedelta(days=365)) is None


def test_a_rehearsal_rates_the_statements_there_are(lite: Database) -> None:
    with lite.writing() as session:
        small, round_ = a_planned_round(session)
        copy = a_played_rehearsal(session, small)
        kinds = session.exec(select(Round.kind).where(Round.task_force_id == copy.id)).all()
        assert set(kinds) == {RoundKind.RATING}
        assert session.get_one(Round, round_.id).status is RoundStatus.PLANNED


def test_copies_never_enter_the_study(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 7")
        close_round(session, actor=None, round_id=round_.id, now=NOW)

        def seen() -> tuple[object, ...]:
            ids = session.exec(select(TaskForce.id).where(TaskForce.study_id == small.study_id)).all()
            return (
                programme_of(session, study_id=small.study_id, now=NOW),
                states_of(session, task_force_ids=ids),
                sorted(session.exec(select(Statement.id).where(col(Statement.task_force_id).in_(ids))).all()),
            )

        before = seen()
        copy = a_played_rehearsal(session, small)
        assert seen() == before
        study = session.get_one(Study, copy.study_id)
        assert (study.kind, study.id == small.study_id) == (StudyKind.REHEARSAL, False)
        assert study.name["fr"] == "Répétition\u00a0: Étude des sols"


def test_discarding_leaves_every_row_as_it_was(database: Database) -> None:
    with database.writing() as session:
        small, round_ = a_planned_round(session)
    before = everything_stored(database)
    with database.writing() as session:
        actor = as_facilitator(small)
        rehearsal = a_played_rehearsal(session, small).id
        pilot = start_pilot(session, actor=actor, round_id=round_.id, now=NOW).task_force_id
    with database.writing() as session:
        for copy in (rehearsal, pilot):
            assert discard_copy(session, actor=actor, task_force_id=copy, now=NOW) == small.task_force_id
        assert pilot_round_of(session, round_id=round_.id) is None
    with database.reading() as session:
        assert check_chain(session).kind is None, "the log is whole without what it said of the copies"
    after = everything_stored(database)
    events = after.pop("audit_event")
    assert len(events) == len(before.pop("audit_event")) + 4
    assert after == before


def test_a_real_study_is_never_discarded(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        with pytest.raises(RuleViolation) as caught:
            discard_copy(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
        assert caught.value.code is ViolationCode.NOT_A_COPY
        assert session.exec(select(Idea)).first() is None
        assert session.exec(select(RoundResult)).first() is None


def test_pauses_are_not_work() -> None:
    minutes = [0, 4, 9, 60, 63]
    moments = [NOW + timedelta(minutes=one) for one in minutes]
    assert time_at_work(moments) == timedelta(minutes=12)
    assert median_minutes([timedelta(minutes=12), timedelta(seconds=61)]) == 7
    assert median_minutes([]) is None
