"""Taps and page loads of one expert's round 2 with 14 statements, counted by a script in front of the real pages.

`python -m benchmarks.walk`: no browser, an empty database in a temporary folder. Every radio, fold and button pressed
is a tap; a page and each redirect on the way to it is a request. Style sheet and script are not counted: they are
loaded once. Bytes are bodies as sent, compressed.
"""

import gzip
import re
import tempfile
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from delphi import create_app
from delphi.config import Settings
from delphi.database import Database
from surveys import migrations
from surveys.models import Rating
from tests.builders import a_rating_round_on, a_statement, a_study, invitation_path
from tests.conftest import SECRET_KEY

N_STATEMENTS = 14
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Walk:
    """Somebody on the way through the round."""

    client: FlaskClient
    taps: dict[str, int] = field(default_factory=dict)
    pages: list[tuple[str, int]] = field(default_factory=list)
    """Path and bytes of each page, as sent compressed."""
    redirects: list[str] = field(default_factory=list)
    path: str = ""
    page: str = ""

    def tap(self, what: str, times: int = 1) -> None:
        self.taps[what] = self.taps.get(what, 0) + times

    def open(self, address: str) -> None:
        self._arrive(self.client.get(address, headers={"Accept-Encoding": "gzip"}))

    def send(self, values: dict[str, str]) -> None:
        """Press the button of the form the page is about."""
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(self.page)}
        found = TOKEN.search(self.page)
        token = {"csrf_token": found.group(1) or found.group(2)} if found else {}
        headers = {"Accept-Encoding": "gzip", "Origin": "http://localhost"}
        self._arrive(self.client.post(self.path, data={**hidden, **token, **values}, headers=headers))

    def _arrive(self, response: TestResponse) -> None:
        while response.status_code in (302, 303):
            target = urlsplit(response.headers["Location"])
            address = target.path + (f"?{target.query}" if target.query else "")
            self.redirects.append(address)
            response = self.client.get(address, headers={"Accept-Encoding": "gzip"})
        if response.status_code != 200:
            raise SystemExit(f"{response.request.path}: {response.status_code}")
        self.path = response.request.path
        self.pages.append((self.path, len(response.get_data())))
        body = response.get_data()
        self.page = (gzip.decompress(body) if response.content_encoding == "gzip" else body).decode()


def prepared(folder: Path) -> tuple[FlaskClient, str, Database]:
    """An open round of rating on activities and obstacles, as a study has them, and an expert's link."""
    url = f"sqlite:///{folder / 'walk.sqlite'}"
    migrations.upgrade(Database(url, identity_key=SECRET_KEY).engine)
    settings = Settings(secret_key=SECRET_KEY, database_url=url, base_url="http://localhost", demo=False, testing=True)
    app = create_app(settings)
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        statements = [
            a_statement(session, task_force_id=small.task_force_id, number=number).id
            for number in range(1, N_STATEMENTS + 1)
        ]
        a_rating_round_on(session, small, statements=statements)
        path = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
    return app.test_client(), path, database


def walk(client: FlaskClient, path: str, *, n_criteria: int) -> Walk:
    """From the link in the mail to the receipt; the first `n_criteria` scales of each statement are answered."""
    going = Walk(client)
    going.tap("link in the mail")
    going.open(path)
    going.tap("button of the invitation")
    going.send({})
    while not going.path.endswith(("/check", "/receipt")):
        if "/rate/" not in going.path:
            link = next(href for href in re.findall(r'href="([^"]+)"', going.page) if re.search(r"/rounds/\d+/", href))
            going.tap("button on one's own page")
            going.open(link)
            continue
        fields = list(dict.fromkeys(re.findall(r'type="radio" name="(r-\d+-\d+)"', going.page)))
        by_statement: dict[str, list[str]] = {}
        for name in fields:
            by_statement.setdefault(name.split("-")[1], []).append(name)
        chosen = [name for names in by_statement.values() for name in names[:n_criteria]]
        going.tap("points of scales", len(chosen))
        is_last = 'name="then" value="send"' in going.page
        going.tap("send my answers" if is_last else "save and continue")
        going.send({**dict.fromkeys(chosen, "7"), "then": "send" if is_last else "next"})
    if going.path.endswith("/check"):
        going.tap("send with gaps")
        going.send({})
    return going


def main() -> None:
    for n_criteria in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            client, path, database = prepared(Path(folder))
            began = time.perf_counter()
            going = walk(client, path, n_criteria=n_criteria)
            seconds = time.perf_counter() - began
            with database.reading() as session:
                n_stored = len(session.exec(select(Rating)).all())
            database.engine.dispose()
        if n_stored != n_criteria * N_STATEMENTS or not going.path.endswith("/receipt"):
            raise SystemExit(f"the walk ended at {going.path} with {n_stored} answers stored")
        n_taps, n_bytes = sum(going.taps.values()), sum(size for _, size in going.pages)
        floor = n_criteria * N_STATEMENTS
        print(f"Round 2, {N_STATEMENTS} statements, answers to each: {n_criteria}. {n_taps} taps, ", end="")
        print(f"{len(going.pages)} pages, {len(going.redirects)} redirects, {n_bytes / 1000:.1f} kB;", end=" ")
        print(f"{seconds:.2f} s of server")
        for what, times in going.taps.items():
            print(f"  {times:3d} {what}")
        for address, size in going.pages:
            print(f"      {size / 1000:5.1f} kB {address if not address.startswith('/r/') else '/r/…'}")
        print(f"      redirects: {' '.join(going.redirects)}")
        print(f"  {n_taps - floor} taps are not answers; they could shrink by:")
        if more := going.taps.get("save and continue", 0):
            print(f"    {more} by putting all statements on one page (a page is at most 12 statements now)")
        if "send with gaps" in going.taps:
            print("    1 by leaving nothing blank: the last look comes first where something is")
        n_chained = len(going.redirects) - len(going.pages) + 1
        if n_chained > 0:
            print(f"    (no tap, but {n_chained} round trips, by redirecting to the last page at once)")
        print("    1 by a link that signs in by itself (refused: mail scanners open links)")


if __name__ == "__main__":
    main()
