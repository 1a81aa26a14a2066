"""The worker: leases one mail after the other, sends it outside any transaction, and says that it lives.

Between mails it makes files, looks for similar ideas and plays rehearsals on, where somebody waits for that.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy.exc import OperationalError

from delphi import backups, clock
from delphi.config import Settings
from delphi.database import Database
from delphi.launches import launch_due
from delphi.mail.consultation import NoLongerDue
from delphi.mail.facts import ensure_due
from delphi.mail.outgoing import prepare
from delphi.mail.sender import Post, Refused
from delphi.rehearsals import play_on
from delphi.retention import keep_retention
from delphi.similar_ideas import seek_similar
from surveys.models import OutboxMessage
from surveys.services.outbox import beat, lease_next, mark_failed, mark_sent

BEAT_EVERY = timedelta(seconds=15)
POLL_SECONDS = 2.0
Deliver = Callable[[EmailMessage], None]
log = logging.getLogger(__name__)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


class Worker:
    """Sends what is due. At least once: a crash between sending and marking sends a second copy of one mail.

    `deliver` hands one message over; by default the SMTP server of the settings. Without one, mails stay queued.
    """

    def __init__(
        self,
        database: Database,
        *,
        settings: Settings,
        name: str,
        deliver: Deliver | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._name = name
        self._deliver = deliver or (Post(settings.smtp_url).deliver if settings.smtp_url else None)
        self._beaten_at: datetime | None = None

    def why_mail_waits(self) -> str:
        """One sentence where nothing is sent; empty where mails go out."""
        if self._deliver is None:
            return "No mail server is set (DELPHI_SMTP_URL): mails stay in the outbox."
        if backups.is_mail_held(self._settings):
            return "This is a restored copy: it sends no mail until `python -m delphi worker --release-mail`."
        return ""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. A database that is away for a while is waited for."""
        while not stop.is_set():
            try:
                self.beat_if_due()
                launch_due(self._database, now=clock.now())
                keep_retention(self._database, now=clock.now())
                is_busy = self.send_one() or self.make_file() or seek_similar(self._database) or play_on(self._database)
            except OperationalError:
                log.warning("the database did not answer; trying again", exc_info=True)
                is_busy = False
            if not is_busy:
                stop.wait(POLL_SECONDS)

    def beat_if_due(self) -> None:
        now = clock.now()
        if self._beaten_at is None or now - self._beaten_at >= BEAT_EVERY:
            with self._database.writing() as session:
                beat(session, name=self._name, now=now)
            self._drop_old_files()
            self._beaten_at = now

    def _drop_old_files(self) -> None:
        from delphi.exports.background import drop_old_files

        drop_old_files(self._database, settings=self._settings)

    def make_file(self) -> bool:
        """Make the next file that somebody asked for in the background. False where there is none."""
        # Imported here: a worker that only sends mails should not wait for what documents need.
        from delphi.exports.background import make_next_file

        return make_next_file(self._database, settings=self._settings)

    def send_due(self) -> int:
        """Handle every mail that is due now; how many."""
        count = 0
        while self.send_one():
            count += 1
        return count

    def send_one(self) -> bool:
        """Handle the next mail that is due: sent, put off or given up. False where there is none (or none may go)."""
        if self._deliver is None or self.why_mail_waits():
            return False
        with self._database.writing() as session:
            leased = lease_next(session, now=clock.now())
        if leased is None:
            return False
        try:
            self._send(leased.id, self._deliver)
        except Refused as refusal:
            self._give_up(leased.id, problem=str(refusal), permanent=refusal.is_permanent)
        except NoLongerDue as reason:
            self._give_up(leased.id, problem=f"Not sent: {reason}.", permanent=True)
        except OperationalError:
            raise
        except Exception as problem:
            log.exception("mail %s could not be made", leased.id)
            self._give_up(leased.id, problem=f"{type(problem).__name__}: {problem}", permanent=True)
        return True

    def _send(self, message_id: int, deliver: Deliver) -> None:
        with self._database.writing() as session:
            queued = session.get_one(OutboxMessage, message_id)
            ensure_due(session, message=queued, now=clock.now())
            message = prepare(session, queued=queued, settings=self._settings, now=clock.now())
        deliver(message)
        with self._database.writing() as session:
            mark_sent(session, message_id=message_id, now=clock.now())

    def _give_up(self, message_id: int, *, problem: str, permanent: bool) -> None:
        with self._database.writing() as session:
            mark_failed(session, message_id=message_id, problem=problem, permanent=permanent, now=clock.now())
