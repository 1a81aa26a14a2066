"""What the experts' pages cost: bytes on a slow line, statements to the database, and never a change by looking."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from surveys.models import Panellist
from tests.architecture.checks import ROOT
from tests.builders import (
    a_second_look,
    a_study,
    an_open_ideas_round,
    everything_stored,
    expert_client,
)
from tests.delphi.expert.answering import Study

FIRST_LOAD = 50_000
LATER_LOAD = 25_000


def an_expert_with_everything(
    app: Flask, *, n_experts: int = 6, n_statements: int = 12, slug: str = "soil"
) -> tuple[FlaskClient, list[str]]:
    """A browser, and the address of every page its owner can open, in a panel that is in its second look."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=n_experts, slug=slug)
        row = " ".join(str(1 + number % 9) for number in range(n_statements))
        closed_id, open_id, _ = a_second_look(session, small, rows=" | ".join([row] * n_experts))
        other = a_study(session, n_experts=1, slug=f"{slug}-ideas")
        ideas_id = an_open_ideas_round(session, other).id
        session.get_one(Panellist, other.panellists[0]).person_id = small.experts[0]
    task_force = small.task_force_id
    addresses = [
        "/my/?all=1",
        f"/my/{task_force}/",
        f"/my/{task_force}/welcome",
        f"/my/{task_force}/decline",
        f"/my/{task_force}/leave",
        f"/my/{task_force}/results",
        f"/my/{task_force}/ideas",
        f"/my/studies/{small.study_id}/leave",
        f"/my/rounds/{closed_id}/receipts",
        "/my/data",
        *(f"/my/rounds/{open_id}/{page}" for page in ("", "rate/1", "check", "receipt", "answers")),
        *(f"/my/rounds/{closed_id}/{page}" for page in ("", "rate/1", "check", "receipt", "answers")),
        *(f"/my/rounds/{ideas_id}/{page}" for page in ("", "ideas/problems", "ideas/proposals", "check", "answers")),
    ]
    return expert_client(app, small, small.experts[0]), addresses


def in_french(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}language=fr"


def test_looking_changes_no_row(app_on_each: Flask) -> None:
    client, addresses = an_expert_with_everything(app_on_each, n_statements=3)
    database = app_on_each.extensions["delphi_database"]
    before = everything_stored(database)
    for address in addresses:
        for response in (
            client.get(address),
            client.head(address),
            client.get(in_french(address)),
        ):
            assert response.status_code in (200, 303), address
    assert everything_stored(database) == before


def compressed_size(client: FlaskClient, address: str) -> int:
    with client.get(address) as response:
        return len(gzip.compress(response.get_data()))


def test_pages_are_light_and_load_nothing_from_elsewhere(app: Flask) -> None:
    client, addresses = an_expert_with_everything(app)
    for address in addresses:
        page = client.get(address, follow_redirects=True).get_data(as_text=True)
        parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        static = sum(compressed_size(client, part.replace("&amp;", "&")) for part in parts)
        own = len(gzip.compress(page.encode()))
        assert own + static <= FIRST_LOAD, address
        assert own <= LATER_LOAD, address
        loaded = re.findall(r'(?:src|<link[^>]* href|action)="([^"]+)"', page)
        assert all(each.startswith("/") for each in loaded), address
        assert " style=" not in page, "the content security policy drops it"
        assert "<style" not in page
        assert "onclick" not in page


def test_the_script_that_saves_is_small() -> None:
    assert len((ROOT / "delphi/static/expert.js").read_bytes()) <= 6_300


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    engine = app.extensions["delphi_database"].engine
    seen: list[str] = []

    def remember(connection: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", remember)


def count_statements(app: Flask, client: FlaskClient, address: str) -> int:
    with statements_of(app) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.slow
def test_statement_counts_do_not_grow_with_experts_or_statements(app: Flask) -> None:
    small_client, small = an_expert_with_everything(app, n_experts=3, n_statements=12)
    many_client, many = an_expert_with_everything(app, n_experts=126, n_statements=12, slug="many")
    long_client, long = an_expert_with_everything(app, n_experts=3, n_statements=162, slug="long")
    compared = 0
    for first, second, third in zip(small, many, long, strict=True):
        if small_client.get(first).status_code != 200:
            continue
        counts = {
            count_statements(app, small_client, first),
            count_statements(app, many_client, second),
            count_statements(app, long_client, third),
        }
        assert len(counts) == 1, f"{first}: {counts}"
        compared += 1
    assert compared >= 12


def test_saving_a_page_costs_the_same_for_every_number_of_experts(app: Flask) -> None:
    counts = []
    for n_experts in (1, 20):
        study = Study(app, n_experts=n_experts, slug=f"panel-{n_experts}")
        with statements_of(app) as seen:
            response = study.send({study.field(index): "7" for index in range(3)})
        assert response.status_code == 303
        counts.append(len(seen))
    assert counts[0] == counts[1]
