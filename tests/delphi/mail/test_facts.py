"""From the queue to the words: what a mail says is read from the study at the moment it is sent."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from delphi.config import Settings
from delphi.database import Database
from delphi.mail.facts import gather_facts
from delphi.mail.messages import Mail, compose
from surveys.models import OutboxMessage, Person, PlannedRound, TaskForce
from surveys.queries.next_rounds import later_closings
from surveys.services.outbox import queue_message
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.vocabulary import MessageKind, RoundKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_study,
    an_expert,
    an_open_ideas_round,
    an_open_rating_round,
    rate,
)
from tests.conftest import SECRET_KEY

SETTINGS = Settings(secret_key=SECRET_KEY, base_url="https://delphi.example.org", testing=True)


def mail_of(session: Session, message: OutboxMessage) -> Mail:
    return compose(message.kind, gather_facts(session, message=message, settings=SETTINGS, now=NOW))


def open_second(session: Session, small: SmallStudy, *, rows: str) -> list[OutboxMessage]:
    """A first rating round with these ratings, then a second one on the first statement only; the mails it queued."""
    first, statements = an_open_rating_round(session, small, n_statements=3)
    rate(session, small, round_id=first.id, statements=statements, rows=rows)
    close_round(session, actor=None, round_id=first.id, now=NOW)
    second = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, small.task_force_id),
        kind=RoundKind.RATING,
        statement_ids=(statements[0],),
        now=NOW,
    )
    deadline_at = datetime.now(UTC) + timedelta(days=14)
    open_round(session, actor=None, round_=second, deadline_at=deadline_at, languages=("en", "fr"), now=NOW)
    return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all())  # type: ignore[arg-type]


def test_the_next_round_brings_the_results_of_the_one_before_by_mail(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        queued = open_second(session, small, rows="7 7 7 | 8 8 8 | 9 9 9 | 1 1 1 | 2 2 2 | 3 3 3")
        assert [(one.kind, one.person_id) for one in queued] == [
            (MessageKind.ROUND_RESULTS, person_id) for person_id in small.experts
        ]
        said = mail_of(session, queued[0]).text
        assert "Round 1 of task force A5" in said and "6 people answered" in said
        assert "2 statements are not asked again. Round 2 asks about 1 statement." in said


def test_how_few_answered_is_not_told(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        queued = open_second(session, small, rows="7 7 7 | 8 8 8 | 9 9 9 | 1 1 1 | . . . | . . .")
        assert "is counted. 2 statements" in mail_of(session, queued[0]).text


def test_who_joined_later_reads_the_same_mail(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=5)
        late, _ = an_expert(session, task_force_id=small.task_force_id, slug="late", language="fr")
        queued = open_second(session, small, rows="7 7 7 | 8 8 8 | 9 9 9 | 1 1 1 | 2 2 2")
        said = next(mail_of(session, one) for one in queued if one.person_id == late.id)
        assert said.subject.startswith("A5\u00a0: résultats du tour 1, et tour 2")


def test_who_never_began_a_round_of_ideas_reads_its_first_question(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=5)
        round_ = an_open_ideas_round(session, small)
        awa, _ = an_expert(session, task_force_id=small.task_force_id, slug="awa", language="fr")
        queue_message(
            session,
            kind=MessageKind.REMINDER,
            person=awa,
            study_id=small.study_id,
            params={"round_id": round_.id},
            now=NOW,
        )
        session.flush()
        (queued,) = session.exec(select(OutboxMessage)).all()
        said = mail_of(session, queued).text
        assert "Commencez par une seule question\u00a0: Quel problème empêche cet objectif d’avancer\u00a0?" in said


def test_an_invitation_names_the_planned_days_that_are_still_to_come(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=5)
        round_ = an_open_ideas_round(session, small)
        assert round_.deadline_at is not None
        for number, days in ((2, -1), (3, 20)):
            closes_at = round_.deadline_at + timedelta(days=days)
            opens_at = closes_at - timedelta(days=9)
            session.add(PlannedRound(study_id=small.study_id, number=number, opens_at=opens_at, closes_at=closes_at))
        queue_message(
            session,
            kind=MessageKind.INVITATION,
            person=session.get_one(Person, small.experts[0]),
            study_id=small.study_id,
            params={"round_id": round_.id},
            now=NOW,
        )
        session.flush()
        assert later_closings(session, study_id=small.study_id, round_=round_) == (
            round_.deadline_at + timedelta(days=20),
        )
        (queued,) = session.exec(select(OutboxMessage)).all()
        assert "The later ones are planned to close on " in mail_of(session, queued).text
