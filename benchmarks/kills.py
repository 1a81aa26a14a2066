"""kill -9 while people answer, and while mails go out; PostgreSQL restarted: `python -m benchmarks.kills [--kills 20]`.

`answers`: 24 experts change one answer after the other; the server is killed every 1.5 seconds or later and started
again. Each acknowledged answer must be in the stored history, in its order; the service must be back within 3 seconds.
On SQLite (waitress) and on PostgreSQL (gunicorn with two processes; the server is killed, PostgreSQL lives).

`mails`: 350 mails through two workers to a real SMTP server (aiosmtpd), which takes 0.05 seconds for each; a worker is
killed 20 times. None may be lost, and at most one may come twice for each kill. A lease lasts five minutes; so that
nobody waits as long, the harness lets the leases of the killed worker run out.

`restarts`: PostgreSQL itself is restarted five times while 20 experts answer, see `benchmarks.restarts`.

Exit code 1 where anything was lost, doubled more often than killed, or slow to come back.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update
from sqlmodel import col, func, select

from benchmarks.load_places import Place, Process, a_database, free_port, gunicorn, prepare, waitress, worker
from benchmarks.restarts import N_EXPERTS, SteadyClient, histories_at_the_end, restart_while_they_answer
from surveys.models import OutboxMessage, Person
from surveys.services.outbox import queue_message
from surveys.vocabulary import MessageKind, OutboxStatus
from tests.delphi.test_durability import Client, Traffic, is_in_order

N_CLIENTS = 24
MIN_ACKNOWLEDGED = 5_000
MAX_SECONDS_AWAY = 3.0
N_MAILS = 350
C = TypeVar("C", bound=Client)
MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)


def clients_of(place: Place, server: Process, *, kind: type[C]) -> list[C]:
    """One client an expert of the place."""
    traffic = Traffic(address=f"http://127.0.0.1:{server.port}")
    return [
        kind(
            traffic=traffic,
            panellist_id=panellist,
            door=door,
            page=f"/my/rounds/{place.round_id}/rate/1",
            criterion_id=place.criteria[0],
            statements=place.statements,
        )
        for panellist, door in zip(place.panellists, place.doors, strict=True)
    ]


def kill_while_they_answer(place: Place, server: Process, *, n_kills: int, n_wanted: int) -> bool:
    """Prints one line; whether everything was kept."""
    clients = clients_of(place, server, kind=Client)
    traffic = clients[0].traffic
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    away = []
    server.start().wait_until_it_answers()
    for thread in threads:
        thread.start()
    for kill in range(n_kills + 1):
        before = _count(traffic)
        until = time.monotonic() + 120
        time.sleep(1.5)
        while _count(traffic) - before < n_wanted / (n_kills + 1) and time.monotonic() < until:
            time.sleep(0.05)
        if kill < n_kills:
            server.kill()
            began = time.monotonic()
            server.start().wait_until_it_answers()
            away.append(time.monotonic() - began)
    histories = histories_at_the_end(place, server, traffic, threads)
    lost = [
        cell for cell, values in traffic.acknowledged.items() if not is_in_order(values, within=histories.get(cell, []))
    ]
    sound = _integrity(place)
    n, longest = _count(traffic), max(away, default=0.0)
    print(
        f"answers on {place.url.partition(':')[0]}: {n_kills} kills, {n:,} acknowledged, {len(lost)} lost or altered, "
        f"{len(traffic.refused)} refused, integrity {sound}, back after {longest:.1f} s at most",
        flush=True,
    )
    is_kept = not lost and not traffic.refused and sound == "ok" and n >= n_wanted
    return is_kept and longest <= MAX_SECONDS_AWAY


def _count(traffic: Traffic) -> int:
    return sum(len(values) for values in list(traffic.acknowledged.values()))


def _integrity(place: Place) -> str:
    if not place.url.startswith("sqlite"):
        return "ok"
    with sqlite3.connect(place.url.removeprefix("sqlite:///")) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


class SlowMailbox:
    """Counts the copies of each mail by its Message-ID; taking one needs a moment, as over a real line."""

    def __init__(self) -> None:
        self.copies: Counter[bytes] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        found = MESSAGE_ID.search(envelope.content if isinstance(envelope.content, bytes) else b"")
        assert found is not None
        self.copies[found[1]] += 1
        # The mail counts as arrived; a worker killed now has sent it without being able to note it.
        await asyncio.sleep(0.05)
        return "250 OK"


def kill_while_mails_go_out(place: Place, *, n_kills: int) -> bool:
    """Prints one line; whether nothing was lost and nothing doubled more often than killed."""
    database = place.database()
    now = datetime.now(UTC)
    with database.writing() as session:
        for index in range(N_MAILS):
            person = session.get_one(Person, place.people[index % len(place.people)])
            queue_message(
                session,
                kind=MessageKind.INVITATION,
                person=person,
                study_id=place.study_id,
                params={"round_id": place.round_id},
                now=now - timedelta(minutes=1),
            )
    box = SlowMailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = {
        "DELPHI_SMTP_URL": f"smtp://127.0.0.1:{controller.port}",
        "DELPHI_MAIL_SENDER": "Delphi <d@example.org>",
    }
    workers = [worker(place, **settings).start() for _ in range(2)]
    chance, began, n_done = random.Random(1), time.monotonic(), 0
    while n_done < n_kills and sum(box.copies.values()) < N_MAILS:
        before, until = sum(box.copies.values()), time.monotonic() + 30
        wanted = min(N_MAILS // (n_kills + 2), 15)
        while sum(box.copies.values()) - before < wanted and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.1)
        victim = workers[n_done % 2]
        victim.kill()
        n_done += 1
        _let_leases_run_out(place)
        victim.start()
    while _n_waiting(place) and time.monotonic() - began < 300:
        time.sleep(0.5)
        _let_leases_run_out(place)
    for process in workers:
        process.stop()
    controller.stop()
    database = place.database()
    with database.reading() as session:
        rows = session.exec(select(OutboxMessage.message_id, OutboxMessage.status)).all()
    database.engine.dispose()
    n_lost = sum(box.copies[f"<{message_id}>".encode()] == 0 for message_id, _ in rows)
    n_unsent = sum(status is not OutboxStatus.SENT for _, status in rows)
    n_double = sum(count - 1 for count in box.copies.values())
    print(
        f"mails on {place.url.partition(':')[0]}: {len(rows)} mails, {n_done} kills, {n_lost} lost, {n_unsent} not "
        f"marked as sent, {n_double} second copies (same Message-ID), {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return n_lost == n_unsent == 0 and n_double <= n_done and n_done == n_kills


def _let_leases_run_out(place: Place) -> None:
    """As if five minutes had passed for the mails that a killed worker holds.

    Which lease is whose is not stored: one older than three seconds belongs to a worker that is gone, for a mail takes
    0.05 seconds.
    """
    database = place.database()
    full = timedelta(minutes=5)
    with database.writing() as session:
        session.connection().execute(
            update(OutboxMessage)
            .where(
                col(OutboxMessage.status) == OutboxStatus.LEASED,
                col(OutboxMessage.leased_until) < datetime.now(UTC) + full - timedelta(seconds=3),
            )
            .values(leased_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    database.engine.dispose()


def _n_waiting(place: Place) -> int:
    database = place.database()
    with database.reading() as session:
        found = session.exec(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.status != OutboxStatus.SENT)
        ).one()
    database.engine.dispose()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--answers", type=int, default=MIN_ACKNOWLEDGED, help="how many must be acknowledged")
    parser.add_argument("--restarts", type=int, default=5, help="of PostgreSQL")
    parts = ("answers", "mails", "restarts")
    parser.add_argument("--part", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    is_kept = True
    for part in arguments.part:
        for kind in [kind for kind in arguments.on if part != "restarts" or kind == "postgresql"]:
            with tempfile.TemporaryDirectory() as name, a_database(kind, folder=Path(name)) as url:
                place = prepare(url, folder=Path(name), n_experts=N_EXPERTS if part == "restarts" else N_CLIENTS)
                server = waitress(place) if kind == "sqlite" else gunicorn(place, processes=2)
                if part == "answers":
                    is_kept &= kill_while_they_answer(
                        place, server, n_kills=arguments.kills, n_wanted=arguments.answers
                    )
                elif part == "restarts":
                    clients = clients_of(place, server, kind=SteadyClient)
                    is_kept &= restart_while_they_answer(place, server, clients, n_restarts=arguments.restarts)
                else:
                    is_kept &= kill_while_mails_go_out(place, n_kills=arguments.kills)
    return 0 if is_kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
