"""compose.yaml as it would run: two web processes, two workers, PostgreSQL, nginx in front, and a mail server."""

import email
import email.policy
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.models import Rating, Round
from surveys.vocabulary import RoundStatus
from tests.builders import SmallStudy, a_study, an_open_rating_round
from tests.delphi.test_jobs import AtTheDoor
from tests.deploy.containers import PATIENCE_SECONDS, Containers, services_of_compose
from tests.deploy.far_client import NAME
from tests.journeys.visitor import Visitor

PASSWORD = "seven quiet herons over clay"
KEYS = {"DELPHI_SECRET_KEY": "s" * 48, "DELPHI_IDENTITY_KEY": "i" * 48}
LINK = re.compile(rf"https://{re.escape(NAME)}(/r/[\w-]+)")


@dataclass
class Mailbox:
    """A mail server that keeps what it is given."""

    mails: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = read.get_body(("plain",))
        self.mails += [(one, body.get_content() if body else "") for one in envelope.rcpt_tos]
        return "250 OK"

    def link_for(self, address: str) -> str:
        """The personal link in the mail to this address, waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for to, content in self.mails:
                if to == address and (found := LINK.search(content)):
                    return found.group(1)
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} in {self.mails}")


@dataclass(frozen=True)
class Site:
    containers: Containers
    database: Database
    small: SmallStudy
    round_id: int
    statements: list[int]
    mailbox: Mailbox

    def expert(self, number: int) -> Visitor:
        """Ask for one's link, open it from the mail, stand on the questions."""
        address = f"expert.soil.a5.{number}@example.org"
        Visitor(self.containers.visitor()).open("/link").send("Send me my link", {"email": address})
        browser = Visitor(self.containers.visitor()).open(self.mailbox.link_for(address)).send("Continue")
        return browser.open(f"/my/rounds/{self.round_id}/rate/1")

    def answer(self, browser: Visitor, value: int) -> None:
        browser.open(f"/my/rounds/{self.round_id}/rate/1").send("Save and continue", self.fields(value))

    def fields(self, value: int) -> dict[str, str | list[str]]:
        return {f"r-{statement}-{self.small.importance_id}": str(value) for statement in self.statements}

    def stored(self) -> dict[int, set[int | None]]:
        """Panellist to the values of their answers."""
        found: dict[int, set[int | None]] = {}
        with self.database.reading() as session:
            for rating in session.exec(select(Rating)).all():
                found.setdefault(rating.panellist_id, set()).add(rating.value)
        return found


@pytest.fixture
def site(own_postgresql_url: str, tmp_path: Path) -> Iterator[Site]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    mailbox = Mailbox()
    with ExitStack() as stack:
        door = stack.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        post = AtTheDoor(mailbox, door=door)
        post.start()
        stack.callback(post.stop)
        env_file = {
            **KEYS,
            "DELPHI_BASE_URL": f"https://{NAME}",
            "DELPHI_SMTP_URL": f"smtp://127.0.0.1:{post.port}",
            "DELPHI_TRUST_PROXY_HOPS": "1",
        }
        containers = Containers(tmp_path, env_file, own_postgresql_url, services_of_compose(), stack)
        assert "schema" in containers.migrate()
        database = Database(own_postgresql_url, identity_key=KEYS["DELPHI_IDENTITY_KEY"])
        stack.callback(database.engine.dispose)
        with database.writing() as session:
            small = a_study(session, n_experts=3)
            round_, statements = an_open_rating_round(session, small)
            site = Site(containers, database, small, round_.id, statements, mailbox)
        for _ in range(2):
            containers.start_web()
            containers.start_worker()
        containers.start_front(nginx)
        containers.wait_until_healthy()
        yield site


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_round_is_answered_and_closed_while_a_web_process_and_a_worker_die(site: Site) -> None:
    first, second = site.expert(1), site.expert(2)
    site.answer(first, 8)
    site.answer(second, 3)
    site.containers.kill("web")
    site.containers.kill("worker")
    for value in (4, 5, 6, 7):
        site.answer(first, value)
    third = site.expert(3)
    site.answer(third, 9)
    assert site.stored() == dict(zip(site.small.panellists, ({7}, {3}, {9}), strict=True))

    account = ("--role", "facilitator", "--task-force", "A5", "--email", "lukas.soil.a5@example.org")
    site.containers.command("account", *account, "--password-stdin", typed=f"{PASSWORD}\n")
    facilitator = Visitor(site.containers.visitor()).open("/account/sign-in")
    facilitator.send("Sign in", {"email": "lukas.soil.a5@example.org", "password": PASSWORD})
    facilitator.open(f"/facilitate/rounds/{site.round_id}/close").send("Close round 1")
    with site.database.reading() as session:
        assert session.exec(select(Round.status)).one() is RoundStatus.CLOSED
    assert "everything fits" in site.containers.command("verify")

    log = (site.containers.folder / "delphi.log").read_text()
    assert " GET /r/- " in log and "/r/" not in log.replace("/r/-", "")
    assert set(re.findall(r"(?:GET|POST) \S+ (\d+) ", log)) <= {"200", "302", "303"}
