"""The facilitator's heavy pages and background work: `python -m benchmarks.desk [--ideas N]`.

First byte of the synthesis desk with 400 ideas and of the board and the translation desk with 162 statements, behind
waitress, beside the number of statements each sends to the database; then the look for similar ideas in a task force
with 4,000 ideas, as the worker does it. Without the optional sentence encoder that is by words alone.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import threading
import time
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import event
from sqlmodel import select
from waitress import create_server

from delphi import clock, create_app
from delphi.config import Settings
from delphi.database import Database
from delphi.demo.content import demo_content
from delphi.similar_ideas import seek_similar
from surveys import migrations
from surveys.models import Idea, SimilarityRun
from surveys.services.next_round import plan_ideas_round
from surveys.services.rounds import close_round, open_round
from surveys.services.sign_in import sign_in_staff
from surveys.services.synthesis import merge_idea, place_as_new
from surveys.vocabulary import StatementKind
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_facilitator, rate, said
from tests.conftest import SECRET_KEY

N_STATEMENTS, N_ON_DESK, TIMES = 162, 400, 9


def words(n: int) -> list[tuple[StatementKind, str, str]]:
    """Ideas of the demo put together two by two, so that they are as long and as mixed as real ones."""
    chance = Random(1)
    pool = [
        (statement.kind, idea.text, idea.language)
        for objective in demo_content().values()
        for statement in objective.statements
        for idea in statement.ideas
    ]
    made = []
    for _ in range(n):
        kind, first, language = chance.choice(pool)
        made.append((kind, f"{first} {chance.choice(pool)[1]}", language))
    return made


def a_desk(database: Database, *, slug: str, n: int) -> tuple[SmallStudy, list[int]]:
    """A task force whose round of ideas is closed with `n` ideas in it."""
    with database.writing() as session:
        small = a_study(session, slug=slug, n_experts=24)
        actor = as_facilitator(small)
        round_ = plan_ideas_round(session, actor=actor, task_force_id=small.task_force_id, now=NOW)
        languages = ("en", "fr")
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=languages, now=NOW, notify=False)
        session.add_all(
            Idea(
                round_id=round_.id,
                panellist_id=small.panellists[at % len(small.panellists)],
                slot=f"{kind.value}-{at}",
                kind=kind,
                text=text,
                language=language,
                saved_at=NOW,
            )
            for at, (kind, text, language) in enumerate(words(n))
        )
        session.flush()
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        ideas = list(session.exec(select(Idea.id).where(Idea.round_id == round_.id)).all())
    return small, ideas


def place_most(database: Database, small: SmallStudy, ideas: list[int]) -> None:
    """162 statements of the first ideas, every second of the others merged: a desk half-way."""
    who = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
    with database.writing() as session:
        made: dict[StatementKind, list[int]] = {}
        for number, idea_id in enumerate(ideas):
            kind = session.get_one(Idea, idea_id).kind
            if number < N_STATEMENTS:
                statement = place_as_new(session, idea_id=idea_id, text=said(f"Statement {number} of the desk"), **who)
                made.setdefault(kind, []).append(statement.id)
            elif number % 2 and kind in made:
                merge_idea(session, idea_id=idea_id, statement_id=made[kind][number % len(made[kind])], **who)


def a_board(database: Database) -> tuple[SmallStudy, int]:
    """A closed round on 162 activities, rated by 24."""
    with database.writing() as session:
        small = a_study(session, slug="board", n_experts=24)
        round_, statements = an_open_rating_round(session, small, n_statements=N_STATEMENTS)
        chance = Random(2)
        rows = "|".join(" ".join(str(chance.randint(1, 9)) for _ in statements) for _ in small.experts)
        rate(session, small, round_id=round_.id, statements=statements, rows=rows)
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    return small, round_.id


def first_bytes(app: Flask, port: int, *, person_id: int, path: str) -> tuple[list[float], float, int, int]:
    """Seconds to the first byte, one after the other; processor seconds, bytes and database statements of a page."""
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        token = sign_in_staff(session, person_id=person_id, now=clock.now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    name = app.config["SESSION_COOKIE_NAME"]
    value = client.get_cookie(name)
    assert value is not None
    headers = {"Cookie": f"{name}={value.value}"}
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits, size, worked = [], 0, 0.0
    for number in range(TIMES + 1):
        if number == 1:
            worked = time.process_time()
        start = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        waits.append(time.perf_counter() - start)
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    return waits[1:], (time.process_time() - worked) / TIMES, size, len(sent) // (TIMES + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ideas", type=int, default=4000, help="ideas for the look for similar ones")
    n = parser.parse_args().ideas
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'desk.sqlite'}"
        migrations.upgrade(Database(url, identity_key=SECRET_KEY).engine)
        app = create_app(Settings(secret_key=SECRET_KEY, database_url=url, base_url="http://localhost", testing=True))
        database: Database = app.extensions["delphi_database"]
        small, ideas = a_desk(database, slug="desk", n=N_ON_DESK)
        place_most(database, small, ideas)
        board, round_id = a_board(database)
        server = create_server(app, host="127.0.0.1", port=0)
        threading.Thread(target=server.run, daemon=True).start()
        port = int(server.effective_port)
        base, other = (f"/facilitate/task-forces/{one.task_force_id}" for one in (small, board))
        pages = (
            (f"synthesis desk, {N_ON_DESK} ideas, {N_STATEMENTS} statements", small, f"{base}/synthesis"),
            (f"translation desk, {N_STATEMENTS} statements", board, f"{other}/translations"),
            (f"board, {N_STATEMENTS} statements", board, f"/facilitate/rounds/{round_id}/board"),
        )
        for name, study, path in pages:
            waits, work, size, n_sent = first_bytes(app, port, person_id=study.facilitator_id, path=path)
            middle = statistics.median(waits) * 1000
            print(
                f"{name}: first byte {middle:.0f} ms (median of {TIMES}), {work * 1000:.0f} ms of processor time, "
                f"{size / 1000:.0f} kB, {n_sent} statements to the database"
            )
        while seek_similar(database):
            pass
        large, _ = a_desk(database, slug="large", n=n)
        start = time.perf_counter()
        seek_similar(database)
        seconds = time.perf_counter() - start
        with database.reading() as session:
            run = session.exec(select(SimilarityRun).where(SimilarityRun.task_force_id == large.task_force_id)).one()
        way = f"with {run.encoder}, {run.n_done:,} texts encoded" if run.encoder else "by words alone"
        print(f"similar ideas among {n:,}: {seconds:.1f} s in the background, {run.n_pairs:,} pairs, {way}")
        server.close()


if __name__ == "__main__":
    main()
