"""The worker against a real SMTP server: nothing lost, nothing doubled without a crash, refusals told apart."""

import socket
import threading
from asyncio import AbstractServer
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select

from delphi import backups
from delphi.config import ConfigurationProblem, Settings
from delphi.database import Database
from delphi.jobs import Worker
from delphi.mail.sender import Post, Refused
from surveys.models import OutboxMessage, Panellist, Person, WorkerHeartbeat
from surveys.queries.questionnaire import questionnaire_of
from surveys.services.outbox import BACK_OFF, LEASE, queue_message
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.vocabulary import MembershipStatus, MessageKind, OutboxStatus
from tests.builders import SmallStudy, a_study, an_open_rating_round, as_expert, rate
from tests.conftest import SECRET_KEY

MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class Mailbox:
    """Keeps what arrives; answers each recipient with the code set for it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=default_policy))  # type: ignore[arg-type]
        return "250 OK"


class AtTheDoor(Controller):
    """Listens on a socket that is bound already: a port that is only looked up may be taken by another process."""

    def __init__(self, box: Mailbox, *, door: socket.socket) -> None:
        super().__init__(box, hostname="127.0.0.1", port=door.getsockname()[1], ready_timeout=60)
        self.door = door

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.door)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        controller = AtTheDoor(box, door=door)
        controller.start()
        yield box, f"smtp://127.0.0.1:{controller.port}"
        controller.stop()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def the_settings(tmp_path: Path, smtp_url: str = "") -> Settings:
    return Settings(
        secret_key=SECRET_KEY,
        base_url="https://delphi.example.org",
        smtp_url=smtp_url,
        mail_sender="Delphi <delphi@delphi.example.org>",
        instance=tmp_path,
    )


def a_worker(database: Database, settings: Settings, **options: Any) -> Worker:
    return Worker(database, settings=settings, name="test", **options)


def an_open_round_with_mail(
    database: Database, *, kind: MessageKind = MessageKind.INVITATION
) -> tuple[SmallStudy, int]:
    with database.writing() as session:
        small = a_study(session, n_experts=3)
        round_, _ = an_open_rating_round(session, small, n_statements=2, deadline_at=MONDAY + timedelta(days=8))
        for person_id in small.experts:
            queue_message(
                session,
                kind=kind,
                person=session.get_one(Person, person_id),
                study_id=small.study_id,
                params={"round_id": round_.id},
                now=MONDAY,
            )
        return small, round_.id


def states(database: Database) -> list[tuple[OutboxStatus, int]]:
    with database.reading() as session:
        return list(session.exec(select(OutboxMessage.status, OutboxMessage.attempts).order_by(OutboxMessage.id)).all())


def test_every_mail_is_sent_once(
    database: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(database)
    worker = a_worker(database, the_settings(tmp_path, url))
    assert worker.send_due() == 3
    assert worker.send_due() == 0
    assert states(database) == [(OutboxStatus.SENT, 1)] * 3
    assert len({message["Message-ID"] for message in box.messages}) == len(box.messages) == 3


def test_the_mail_has_the_headers_that_people_and_filters_look_for(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(lite)
    a_worker(lite, the_settings(tmp_path, url)).send_due()
    message = box.messages[0]
    assert message["From"] == "Lukas A5 <delphi@delphi.example.org>"
    assert message["Reply-To"] == "Lukas A5 <lukas.soil.a5@example.org>"
    assert message["To"] == '"Expert soil.a5.1" <expert.soil.a5.1@example.org>'
    assert message["Subject"] == "A5: your view by 12 May (2 minutes)"
    assert "mailto:lukas.soil.a5@example.org" in message["List-Unsubscribe"]
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None and html is not None
    assert (
        "https://delphi.example.org/r/" in text.get_content() and "https://delphi.example.org/r/" in html.get_content()
    )


def test_the_link_in_the_mail_opens_the_door(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    from surveys.services.sign_in import find_invitation

    box, url = mailbox
    small, _ = an_open_round_with_mail(lite)
    a_worker(lite, the_settings(tmp_path, url)).send_due()
    body = box.messages[0].get_body(("plain",))
    assert body is not None
    token = body.get_content().partition("https://delphi.example.org/r/")[2].split()[0]
    with lite.reading() as session:
        invitation, person = find_invitation(session, token=token)
        assert (person.id, invitation.study_id) == (small.experts[0], small.study_id)


def test_without_a_mail_server_mails_stay_in_the_outbox(lite: Database, tmp_path: Path) -> None:
    an_open_round_with_mail(lite)
    worker = a_worker(lite, the_settings(tmp_path))
    assert worker.send_due() == 0
    assert states(lite) == [(OutboxStatus.QUEUED, 0)] * 3
    assert "DELPHI_SMTP_URL" in worker.why_mail_waits()


def test_a_temporary_refusal_is_tried_again_later_and_a_permanent_one_is_not(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(lite)
    box.answers = {
        "expert.soil.a5.1@example.org": "451 try again later",
        "expert.soil.a5.2@example.org": "550 no such user",
    }
    worker = a_worker(lite, the_settings(tmp_path, url))
    worker.send_due()
    assert states(lite) == [(OutboxStatus.QUEUED, 1), (OutboxStatus.FAILED, 1), (OutboxStatus.SENT, 1)]
    with lite.reading() as session:
        problems = session.exec(select(OutboxMessage.problem).order_by(OutboxMessage.id)).all()
        assert problems == ["451 try again later", "550 no such user", ""]
    assert worker.send_due() == 0
    box.answers = {}
    clock.shift(BACK_OFF[0])
    assert worker.send_due() == 1
    assert states(lite)[0] == (OutboxStatus.SENT, 2)


def test_a_refusal_that_never_ends_is_given_up_visibly(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(lite)
    box.answers = {"expert.soil.a5.1@example.org": "451 never"}
    worker = a_worker(lite, the_settings(tmp_path, url))
    for _ in range(len(BACK_OFF) + 3):
        worker.send_due()
        clock.shift(BACK_OFF[-1])
    assert states(lite)[0] == (OutboxStatus.FAILED, len(BACK_OFF) + 1)


def test_a_server_that_is_away_loses_nothing(lite: Database, tmp_path: Path, clock: time_machine.Traveller) -> None:
    an_open_round_with_mail(lite)
    worker = a_worker(lite, the_settings(tmp_path, "smtp://127.0.0.1:1"))
    worker.send_due()
    assert states(lite) == [(OutboxStatus.QUEUED, 1)] * 3


def test_a_mail_whose_worker_died_is_sent_again_with_the_same_message_id_and_link(
    database: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(database)
    settings = the_settings(tmp_path, url)
    deliver = Post(url).deliver

    def die_after_sending(message: EmailMessage) -> None:
        deliver(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_worker(database, settings, deliver=die_after_sending).send_due()
    successor = a_worker(database, settings)
    assert successor.send_due() == 2
    clock.shift(LEASE)
    assert successor.send_due() == 1
    first, again = box.messages[0], box.messages[-1]
    assert first["Message-ID"] == again["Message-ID"] and first["Date"] == again["Date"]
    assert first.get_body(("plain",)).get_content() == again.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert len(box.messages) == 4


def test_two_workers_share_the_mails(database: Database, tmp_path: Path, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    with database.writing() as session:
        small = a_study(session, n_experts=12)
        round_, _ = an_open_rating_round(session, small, n_statements=2)
        for person_id in small.experts:
            queue_message(
                session,
                kind=MessageKind.INVITATION,
                person=session.get_one(Person, person_id),
                study_id=small.study_id,
                params={"round_id": round_.id},
                now=MONDAY - timedelta(days=400),
            )
    settings = the_settings(tmp_path, url)
    threads = [threading.Thread(target=a_worker(database, settings).send_due) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(database) == [(OutboxStatus.SENT, 1)] * 12
    assert len({message["Message-ID"] for message in box.messages}) == len(box.messages) == 12


def test_a_mail_that_lost_its_reason_is_not_sent(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    small, round_id = an_open_round_with_mail(lite, kind=MessageKind.REMINDER)
    with lite.writing() as session:
        statements = [asked.id for asked in questionnaire_of(session, round_id=round_id).statements]
        rate(session, small, round_id=round_id, statements=statements, rows="9 8", now=MONDAY)
        submit_answers(session, actor=as_expert(small, small.experts[0]), round_id=round_id, now=MONDAY)
        panellist = session.get_one(Panellist, small.panellists[1])
        panellist.status = MembershipStatus.DECLINED
    a_worker(lite, the_settings(tmp_path, url)).send_due()
    assert [message["To"].addresses[0].addr_spec for message in box.messages] == ["expert.soil.a5.3@example.org"]
    with lite.reading() as session:
        problems = session.exec(select(OutboxMessage.problem).order_by(OutboxMessage.id)).all()
    assert problems == [
        "Not sent: the answers were sent in meanwhile.",
        "Not sent: the person is no longer in this panel.",
        "",
    ]


def test_no_reminder_leaves_after_the_close(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    _, round_id = an_open_round_with_mail(lite, kind=MessageKind.REMINDER)
    with lite.writing() as session:
        close_round(session, actor=None, round_id=round_id, now=MONDAY)
    a_worker(lite, the_settings(tmp_path, url)).send_due()
    assert box.messages == []
    assert states(lite) == [(OutboxStatus.FAILED, 1)] * 3


def test_a_restored_copy_sends_no_mail_until_it_is_released(
    lite: Database, tmp_path: Path, mailbox: tuple[Mailbox, str], clock: time_machine.Traveller
) -> None:
    box, url = mailbox
    an_open_round_with_mail(lite)
    settings = the_settings(tmp_path, url)
    backups.hold_mail(settings)
    worker = a_worker(lite, settings)
    assert (worker.send_due(), box.messages) == (0, [])
    backups.release_mail(settings)
    assert worker.send_due() == 3


def test_the_worker_says_that_it_lives_and_stops_when_asked(lite: Database, tmp_path: Path) -> None:
    stop = threading.Event()
    started = datetime.now(UTC)
    thread = threading.Thread(target=a_worker(lite, the_settings(tmp_path)).run, args=(stop,))
    thread.start()
    try:
        beaten: list[datetime] = []
        while not beaten and thread.is_alive():
            with lite.reading() as session:
                beaten = list(session.exec(select(WorkerHeartbeat.beaten_at)).all())
    finally:
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive()
    assert started <= beaten[0] <= datetime.now(UTC)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "smtp://mail.example.org:port"])
def test_an_unusable_mail_server_is_refused_by_name(url: str) -> None:
    with pytest.raises(ConfigurationProblem, match="DELPHI_SMTP_URL"):
        Post(url)


def test_no_password_is_sent_without_encryption(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    message = EmailMessage()
    message["From"], message["To"] = "a@example.org", "b@example.org"
    with pytest.raises(Refused, match="no encryption") as caught:
        Post(url.replace("smtp://", "smtp://user:secret@")).deliver(message)
    assert not caught.value.is_permanent and box.messages == []
