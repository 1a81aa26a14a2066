"""A crawler signed in as one expert finds no mark by which another person could be known again."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table
from sqlmodel import Session, select

from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import Comment, Idea, IdeaFlag, Panellist, Person, Submission
from surveys.models.base import metadata
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.rules.tokens import walk_in_token
from surveys.services.comments import mark_objection, share_comment
from surveys.services.idea_flags import flag_idea
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings, submit_answers
from surveys.services.synthesis import merge_idea, place_as_new
from surveys.services.walk_in import open_walk_in
from surveys.vocabulary import RatingState, Stance, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_rating_round_on,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
    rate,
    said,
)
from tests.conftest import SECRET_KEY

OBJECTION = 4
"""The number of the expert whose comment is carried as a principled objection."""
FIRST_IDS = {"person": 71_000_001, "panellist": 72_000_001, "submission": 73_000_001, "comment": 74_000_001}
FIRST_IDS |= {"idea": 75_000_001, "invitation": 76_000_001, "sign_in": 77_000_001}
"""Eight digits that stand for nothing else: found on a page, they are an id."""


def _placeholder(table: Table, first: int) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in table.columns:
        if column.name == "id":
            row["id"] = first
        elif not column.nullable:
            row[column.name] = 0 if "INT" in str(column.type) else "2026-05-04 09:00:00.000000"
    return row


def start_ids_high(database: Database) -> None:
    """SQLite numbers on from the largest id: a row to be removed again after the first real ones."""
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for name, first in FIRST_IDS.items():
            row = _placeholder(metadata.tables[name], first)
            places = ", ".join(f":{column}" for column in row)
            connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})", row)


def remove_placeholders(database: Database) -> None:
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as connection:
        for name, first in FIRST_IDS.items():
            connection.execute(f"DELETE FROM {name} WHERE id = ?", (first,))


def rate_and_send(session: Session, small: SmallStudy, *, round_id: int, statement: int) -> None:
    for number, person_id in enumerate(small.experts):
        actor = as_expert(small, person_id)
        comments = [CommentAnswer(statement, f"Reason {'ABCDEF'[number]}", list(Stance)[number % 3])]
        answers = [RatingAnswer(statement, small.importance_id, RatingState.RATED, 1 + number)]
        save_ratings(
            session, actor=actor, round_id=round_id, answers=answers, comments=comments, language="en", now=NOW
        )
        submit_answers(session, actor=actor, round_id=round_id, now=NOW)


@pytest.fixture
def studied(app: Flask) -> tuple[Flask, SmallStudy, int, str]:
    """Ideas of three people in one statement, each with a remark; a round with shared reasons, an open one, a door."""
    database: Database = app.extensions["delphi_database"]
    start_ids_high(database)
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        _, ideas = a_closed_ideas_round(
            session, small, ideas=[(number, StatementKind.ACTIVITY, f"Idea {number}", "en") for number in range(3)]
        )
        step = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        statement = place_as_new(session, idea_id=ideas[1], text=said("Map the soils"), **step).id
        for idea in (ideas[0], ideas[2]):
            merge_idea(session, idea_id=idea, statement_id=statement, **step)
        first = a_rating_round_on(session, small, statements=[statement])
        rate_and_send(session, small, round_id=first.id, statement=statement)
        close_round(session, actor=None, round_id=first.id, now=NOW)
        for number, comment in enumerate(session.exec(select(Comment).where(Comment.round_id == first.id)).all()):
            paraphrase = LocalizedText(en=f"In other words {number}", fr=f"Autrement dit {number}")
            share_comment(
                session,
                actor=as_facilitator(small),
                round_id=first.id,
                comment_id=comment.id,
                paraphrase=paraphrase if number % 2 else None,
                now=NOW,
            )
            if number == OBJECTION:
                mark_objection(
                    session,
                    actor=as_facilitator(small),
                    round_id=first.id,
                    comment_id=comment.id,
                    is_objection=True,
                    now=NOW,
                )
        for number in range(3):
            flag_idea(
                session,
                actor=as_expert(small, small.experts[number]),
                task_force_id=small.task_force_id,
                idea_id=ideas[number],
                text=f"Remark {number}",
                now=NOW,
            )
        door = _walk_in(session, small)
        second_id = a_rating_round_on(session, small, statements=[statement]).id
    remove_placeholders(database)
    return app, small, second_id, door


def _walk_in(session: Session, small: SmallStudy) -> str:
    """The address at which people register themselves."""
    opened = open_walk_in(
        session,
        actor=as_facilitator(small),
        task_force_id=small.task_force_id,
        seats=5,
        renews=False,
        secret_key=SECRET_KEY,
        now=NOW,
    )
    return f"/w/{walk_in_token(secret_key=SECRET_KEY, task_force_id=small.task_force_id, generation=opened.generation)}"


def crawled(client: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Every answer to GET that links and forms lead to from `start`: its address, and its headers with its body."""
    waiting, known = [start], {start}
    while waiting:
        address = waiting.pop(0)
        response = client.get(address)
        body = response.get_data().decode("utf-8", errors="replace")
        yield address, f"{response.headers}\n{unescape(body)}"
        found = re.findall(r'(?:href|action|src|data-[a-z-]*url)="([^"]+)"', body)
        for target in [*found, response.headers.get("Location", "")]:
            parts = urlsplit(urljoin(f"http://localhost{address}", unescape(target)))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc == "localhost" and path not in known and not path.startswith("/static/"):
                known.add(path)
                waiting.append(path)


def marks(session: Session, *, person_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """What names the reader, and what names anybody else: mark to what it is. Staff sign with their names."""
    mine: dict[str, str] = {}
    others: dict[str, str] = {}
    owner = {panellist.id: panellist.person_id for panellist in session.exec(select(Panellist)).all()}
    for person in session.exec(select(Person).where(Person.id.in_(owner.values()))).all():  # type: ignore[attr-defined]
        found = mine if person.id == person_id else others
        found |= {person.name: "name", person.email: "address", str(person.id): "person id"}
    for panellist, person in owner.items():
        (mine if person == person_id else others)[str(panellist)] = "panellist id"
    for submission in session.exec(select(Submission)).all():
        found = mine if owner[submission.panellist_id] == person_id else others
        found |= {str(submission.id): "submission id"}
        found |= {part: "receipt" for part in (submission.receipt, submission.digest) if part}
        found |= {submission.nonce: "nonce"} if submission.nonce else {}
    for comment in session.exec(select(Comment)).all():
        (mine if owner[comment.panellist_id] == person_id else others)[str(comment.id)] = "comment id"
    for idea in session.exec(select(Idea)).all():
        found = mine if owner[idea.panellist_id] == person_id else others
        found |= {str(idea.id): "idea id", idea.text: "idea"}
    for remark in session.exec(select(IdeaFlag)).all():
        is_mine = str(remark.idea_id) in mine
        (mine if is_mine else others)[remark.text] = "remark"
    return mine, others


@pytest.mark.slow
def test_nobody_else_can_be_known_again_on_any_page_an_expert_reaches(
    studied: tuple[Flask, SmallStudy, int, str],
) -> None:
    app, small, second_id, door = studied
    database: Database = app.extensions["delphi_database"]
    reader = small.experts[0]
    client = expert_client(app, small, reader)
    own_addresses = [f"/my/{small.task_force_id}/{page}" for page in ("", "results", "ideas", "welcome", "leave")]
    own_addresses += ["/my/data", "/my/data.json", f"/my/rounds/{second_id}/rate/1", door]
    seen: list[tuple[str, str]] = []
    for address in ("/my/?all=1", *own_addresses):
        seen += crawled(client, address)
    with database.writing() as session:
        statement = session.exec(select(Comment)).all()[0].statement_id
        rate_and_send(session, small, round_id=second_id, statement=statement)
        close_round(session, actor=None, round_id=second_id, now=NOW)
        publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    for address in ("/my/?all=1", *own_addresses, "/my/?all=1&language=fr"):
        seen += crawled(client, address)
    with database.reading() as session:
        mine, others = marks(session, person_id=reader)
    assert all(int(mark) > 70_000_000 for mark in others if mark.isdigit()), "ids must not look like other numbers"
    assert len(others) >= 5 * 6
    assert {what for mark, what in mine.items() if any(mark in page for _, page in seen)} >= {
        "name",
        "receipt",
        "idea",
    }, "the crawler must find the reader's own marks, or it would find nobody's"
    everything = "".join(page for _, page in seen)
    assert all(words in everything for words in ("In other words", "Principled objection", "Remark 0", "Take part"))
    found = {(address, what, mark) for address, page in seen for mark, what in others.items() if mark in page}
    # The list of receipts is published when a round closes; each is new in every round and names nobody.
    listed = {(address, what, mark) for address, what, mark in found if "/receipts" in address}
    assert {what for _, what, _ in listed} == {"receipt"}
    remaining = found - listed
    assert not remaining
    codes = {(address, code) for address, page in seen for code in re.findall(r"\bP-\d\d\b", page)}
    assert not codes


@pytest.mark.slow
@pytest.mark.parametrize("reader_language", ["en", "fr"])
@pytest.mark.parametrize("n_french", [1, 2, 3])
@pytest.mark.parametrize("paraphrased", [False, True])
def test_a_lone_language_does_not_show(app: Flask, reader_language: str, n_french: int, paraphrased: bool) -> None:
    """Below three writers of a language a comment is read in the reader's language, or not at all."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=8)
        first, (statement,) = an_open_rating_round(session, small, n_statements=1)
        rate(session, small, round_id=first.id, statements=[statement], rows=" | ".join("12345678"))
        for number, person_id in enumerate(small.experts[1:]):
            language = "fr" if number < n_french else "en"
            save_ratings(
                session,
                actor=as_expert(small, person_id),
                round_id=first.id,
                answers=[],
                comments=[CommentAnswer(statement, f"Trop cher {number}" if language == "fr" else f"Dear {number}")],
                language=language,
                now=NOW,
            )
        close_round(session, actor=None, round_id=first.id, now=NOW)
        for comment in session.exec(select(Comment)).all():
            share_comment(
                session,
                actor=as_facilitator(small),
                round_id=first.id,
                comment_id=comment.id,
                paraphrase=said("It costs much", "Cela coûte") if paraphrased and comment.language == "fr" else None,
                now=NOW,
            )
            if comment.text == "Trop cher 0":
                mark = {"comment_id": comment.id, "is_objection": True, "now": NOW}
                mark_objection(session, actor=as_facilitator(small), round_id=first.id, **mark)
        second_id = a_rating_round_on(session, small, statements=[statement]).id
    client = expert_client(app, small, small.experts[0])
    page = client.get(f"/my/rounds/{second_id}/rate/1?language={reader_language}").get_data(as_text=True)
    items = re.findall(r"<li([^>]*)>([^<]*)</li>", page.partition('class="sides"')[2].partition("</details>")[0])
    english = [(attributes, words) for attributes, words in items if words.startswith("Dear")]
    french = [(attributes, words) for attributes, words in items if not words.startswith("Dear")]
    assert len(english) == 7 - n_french
    if paraphrased:
        expected = "It costs much" if reader_language == "en" else "Cela coûte"
        assert french == [("", expected)] * n_french
    elif n_french < 3:
        assert french == []
        assert "Trop cher" not in page
    else:
        attributes = ' lang="fr"' if reader_language == "en" else ""
        assert sorted(french) == [(attributes, f"Trop cher {number}") for number in range(3)]
    with app.extensions["delphi_database"].writing() as session:
        rate(session, small, round_id=second_id, statements=[statement], rows=" | ".join("12345678"))
        close_round(session, actor=None, round_id=second_id, now=NOW)
        publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    results = client.get(f"/my/{small.task_force_id}/results?language={reader_language}").get_data(as_text=True)
    objections = re.findall(r"<b>[^<]*</b> <q([^>]*)>([^<]*)</q>", results)
    assert objections == [one for one in sorted(french) if paraphrased or one[1] == "Trop cher 0"][:1]
    assert french or "Trop cher" not in results
