"""Two programs that show a page of ratings and store it: ours, and the barest one can write. Both behind waitress."""

from __future__ import annotations

import html
import logging
import sqlite3
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask, redirect, request, session
from waitress.server import create_server

from delphi.server.serving import CONNECTIONS, THREADS

CRITERIA = (1, 2)
POINTS = range(1, 10)
WORDS = {1: "1, not at all", 9: "9, essential"}
STANCES = (("for", "for it"), ("against", "against it"), ("neutral", "neither"))
WAYS_OUT = (("outside", "Outside my expertise"), ("information", "I need more information"), ("none", "No answer"))


@dataclass(frozen=True, slots=True)
class Ready:
    """A server that answers: its port, how each expert signs in, and the pages with their statements."""

    port: int
    sign_in: list[tuple[str, str]]
    """(method, path) of each expert."""
    pages: dict[int, str]
    """Number of statements on the page to its path."""


def serve(app: Flask) -> int:
    """Serve in a thread of this process; returns the port."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, connection_limit=CONNECTIONS, ident="")
    threading.Thread(target=server.run, daemon=True).start()
    return int(server.effective_port)


def ours(folder: str, sizes: list[int], n_experts: int, pipe: Connection) -> None:
    """The application with one open round a size; sections are switched off, so that each round is one page."""
    from delphi import create_app
    from delphi.config import Settings
    from delphi.database import Database
    from delphi.server.starting import loading
    from surveys import migrations
    from surveys.rules import sections
    from tests.builders import SECRET_KEY, a_study, an_open_rating_round, invitation_path

    sections.SECTION_AT_MOST = 10_000
    database = Database(f"sqlite:///{folder}/ours.sqlite", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    pages, links = {}, {}
    with database.writing() as writing:
        for size in sizes:
            small = a_study(writing, n_experts=n_experts, slug=f"size-{size}")
            round_, _ = an_open_rating_round(writing, small, n_statements=size)
            pages[size] = f"/my/rounds/{round_.id}/rate/1"
            links[size] = [
                invitation_path(writing, person_id=person, study_id=small.study_id) for person in small.experts
            ]
    database.engine.dispose()
    settings = Settings(
        secret_key=SECRET_KEY, database_url=f"sqlite:///{folder}/ours.sqlite", base_url="http://localhost", testing=True
    )
    with loading():  # as `delphi serve` starts
        app = create_app(settings)
    port = serve(app)
    for size in sizes:
        pipe.send(Ready(port, [("POST", link) for link in links[size]], {size: pages[size]}))
    pipe.recv()


def bare(folder: str, sizes: list[int], n_experts: int, pipe: Connection) -> None:
    """Flask, sqlite3 and strings: no accounts, no tokens, no history, one table. The same markup in its form."""
    path = Path(folder) / "bare.sqlite"
    local = threading.local()
    turn = threading.Lock()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None, timeout=20)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = local.connection
        return found

    database().executescript(
        "CREATE TABLE statement (size INTEGER, number INTEGER, text TEXT, PRIMARY KEY (size, number));"
        "CREATE TABLE rating (size INTEGER, number INTEGER, criterion INTEGER, expert INTEGER, value TEXT,"
        " PRIMARY KEY (size, number, criterion, expert)) WITHOUT ROWID;"
    )
    texts = [(size, number, f"Train advisers in soil testing {number}") for size in sizes for number in range(size)]
    database().executemany("INSERT INTO statement VALUES (?, ?, ?)", texts)
    app = Flask(__name__)
    app.secret_key = "only for measuring: not a secret"

    @app.get("/as/<int:expert>")
    def sign_in(expert: int) -> str:
        session["expert"] = expert
        return "signed in"

    @app.get("/rate/<int:size>")
    def rate(size: int) -> str:
        found = database().execute(
            "SELECT number, criterion, value FROM rating WHERE size = ? AND expert = ?", (size, session["expert"])
        )
        own = {(number, criterion): value for number, criterion, value in found}
        rows = database().execute("SELECT number, text FROM statement WHERE size = ? ORDER BY number", (size,))
        blocks = "".join(_block(number, text, own) for number, text in rows)
        return f"<!doctype html><title>Rate</title><form method=post>{blocks}<button>Save</button></form>"

    @app.post("/rate/<int:size>")
    def keep(size: int) -> object:
        rows = [
            (size, *map(int, name[2:].split("-")), session["expert"], value)
            for name, value in request.form.items()
            if name.startswith("r-")
        ]
        with turn:
            database().execute("BEGIN IMMEDIATE")
            database().executemany("INSERT OR REPLACE INTO rating VALUES (?, ?, ?, ?, ?)", rows)
            database().execute("COMMIT")
        return redirect(f"/rate/{size}", 303)

    port = serve(app)
    for size in sizes:
        pipe.send(Ready(port, [("GET", f"/as/{expert}") for expert in range(n_experts)], {size: f"/rate/{size}"}))
    pipe.recv()


def _block(number: int, text: str, own: dict[tuple[int, int], str]) -> str:
    questions = "".join(_question(number, criterion, own.get((number, criterion))) for criterion in CRITERIA)
    stances = "".join(
        f'<label class="check"><input type="radio" name="s-{number}" value="{value}"> {words}</label>'
        for value, words in STANCES
    )
    return (
        f'<fieldset class="block" id="statement-{number}"><legend><span class="kind">Activity · {number}</span>'
        f'<h2 class="statement">{html.escape(text)}</h2></legend>{questions}'
        '<details class="comment"><summary>Comment (others read it without your name)</summary>'
        f'<textarea name="c-{number}" id="c-{number}" rows="2" aria-label="Your comment"></textarea>'
        f'<fieldset class="others"><legend class="small soft">My comment speaks</legend>{stances}</fieldset>'
        "</details></fieldset>"
    )


def _question(number: int, criterion: int, chosen: str | None) -> str:
    name = f"r-{number}-{criterion}"
    points = "".join(
        f'<label class="point"><input type="radio" name="{name}" value="{point}" aria-label="{WORDS.get(point, point)}"'
        f'{" checked" if str(point) == chosen else ""}><span class="face">{point}</span></label>\n    '
        for point in POINTS
    )
    others = "".join(
        f'<label class="check"><input type="radio" name="{name}" value="{value}"'
        f"{' checked' if value == chosen else ''}> {words}</label>\n    "
        for value, words in WAYS_OUT
    )
    return (
        f'<fieldset class="question" id="{name}"><legend>How important is this?</legend>'
        f'<div class="scale of-9">{points}'
        '</div><p class="ends" aria-hidden="true"><span>not at all</span><span class="middle"></span>'
        f'<span>essential</span></p><div class="others">{others}</div></fieldset>'
    )
