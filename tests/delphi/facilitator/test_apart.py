"""Nothing of a pilot or a rehearsal is on any page or in any file of the real study: every one reads as before."""

import re
from io import BytesIO
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from delphi.database import Database
from surveys.models import Round, TaskForce
from surveys.services.next_round import build_next_round
from surveys.services.outcomes import publish_outcomes
from surveys.services.pilot import start_pilot
from surveys.services.rounds import close_round
from tests.builders import NOW, a_played_rehearsal, a_study, an_open_rating_round, as_facilitator, rate, staff_client

pytestmark = pytest.mark.slow

MOST_PAGES = 150
CHANGING = re.compile(rb'name="csrf_token"[^>]*>|value="[^"]*"|\?v=[0-9a-f]+|\d{1,2}:\d{2}(:\d{2})?')


def text_of(data: bytes) -> bytes:
    """What a file says: of a word processor document its text, because the package around it carries the time."""
    if not data.startswith(b"PK"):
        return data
    with ZipFile(BytesIO(data)) as package:
        names = package.namelist()
        return package.read("word/document.xml") if "word/document.xml" in names else data


def everything_reached(client: FlaskClient, *, start: str, but: str) -> dict[str, bytes]:
    """Address to content of all that links lead to, without what changes at each look; `but` is skipped."""
    waiting, found = [start], {}
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        if address in found or re.search(but, address):
            continue
        response = client.get(address)
        if response.status_code != 200:
            found[address] = str(response.status_code).encode()
            target = response.headers.get("Location")
            waiting += [urlsplit(target).path] if target else []
            continue
        found[address] = CHANGING.sub(b"", text_of(response.data))
        if response.mimetype == "text/html":
            links = re.findall(r'href="([^"#]+)', response.text)
            local = (urljoin(address, link.replace("&amp;", "&")) for link in links)
            waiting += [
                one for one in local if one.startswith("/") and "/static/" not in one and "language=" not in one
            ]
    return found


def test_every_page_and_file_of_the_study_reads_as_before(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 7")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        publish_outcomes(session, actor=None, task_force_id=small.task_force_id, now=NOW)
        planned = build_next_round(
            session, actor=as_facilitator(small), task_force_id=small.task_force_id, decisions={}, now=NOW
        )
    secretary = staff_client(app, small.secretary_id)
    # The log says that a pilot was started, and it should.
    before = everything_reached(secretary, start="/", but=r"/log|log\.")
    assert len(before) > 10
    assert any(address.rpartition(".")[2] in ("csv", "xlsx", "json") for address in before), sorted(before)
    with database.writing() as session:
        actor = as_facilitator(small)
        a_played_rehearsal(session, small)
        start_pilot(session, actor=actor, round_id=planned.id, now=NOW)
        copies = session.exec(select(TaskForce.id).where(col(TaskForce.copy_of_id).is_not(None))).all()
        assert len(copies) == 2
        rounds = session.exec(select(Round.id).where(col(Round.task_force_id).in_(copies))).all()
    after = everything_reached(secretary, start="/", but=r"/log|log\.")
    assert sorted(after) == sorted(before)
    assert [address for address in before if after[address] != before[address]] == []
    for round_id in rounds:
        assert secretary.get(f"/facilitate/rounds/{round_id}/board").status_code == 404
