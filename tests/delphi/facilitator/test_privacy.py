"""Everything a facilitator can open: no answer beside a name, no code from one round to the next, nothing of others."""

import re
from collections import Counter
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import Comment
from surveys.rules.answers import CommentAnswer
from surveys.services.comments import share_comment
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.walk_in import open_walk_in
from surveys.vocabulary import Stance, StatementKind
from tests.browser.looking import shape_of
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_rating_round_on,
    a_study,
    as_expert,
    as_facilitator,
    everybody,
    rate,
    said,
    staff_client,
)
from tests.conftest import SECRET_KEY

pytestmark = pytest.mark.slow

WORDS = [f"Unmistakable idea {number} of somebody" for number in range(6)]
REMARK = "Unmistakable remark of somebody"
CODE_OF_AN_EXPERT = re.compile(r"\bP-\d\d\b")
OF_EACH_SHAPE = 2
# People are named where they are invited, reminded and helped. No answer may stand there.
ABOUT_PEOPLE = re.compile(r"/task-forces/#$|/panel$|/panel/#$|/call-list\.csv$|/paper$|/paper/#$|/#\.pdf$")
# Codes of one round stand beside its ideas. They may stand nowhere else.
ABOUT_IDEAS = re.compile(r"/synthesis$|/second-coder$|/ideas/#$|/statements/#(/lineage)?$")
MUST_BE_SEEN = (
    "panel",
    "panel/#",
    "walk-in.svg",
    "monitor",
    "reminders",
    "call-list.csv",
    "close",
    "synthesis",
    "ideas/#",
    "lineage",
    "translations",
    "translations.xlsx",
    "board",
    "comments",
    "statements/#",
    "protocol",
    "log",
    "log.csv",
    "second-coder",
)


def a_study_in_full_course(session: Session, *, slug: str, code: str) -> SmallStudy:
    """Ideas placed, merged and set aside; a closed round with a shared remark; an open one; a walk-in link."""
    small = a_study(session, slug=slug, code=code)
    actor, task_force_id = as_facilitator(small), small.task_force_id
    written = [(number, StatementKind.ACTIVITY, words, "en") for number, words in enumerate(WORDS)]
    _, ideas = a_closed_ideas_round(session, small, ideas=written)
    about = {"actor": actor, "task_force_id": task_force_id, "now": NOW}
    statements = [
        place_as_new(session, idea_id=idea, text=said(f"Statement {idea}", f"Énoncé {idea}"), **about).id
        for idea in ideas[:4]
    ]
    merge_idea(session, idea_id=ideas[4], statement_id=statements[0], **about)
    park_idea(session, idea_id=ideas[5], reason="Not in this study", **about)
    round_ = a_rating_round_on(session, small, statements=statements)
    rows = "9 8 1 9 | 9 8 2 9 | 9 8 9 1 | 9 9 9 1 | 8 8 1 5 | 8 9 2 5"
    rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    save_ratings(
        session,
        actor=as_expert(small, small.experts[2]),
        round_id=round_.id,
        answers=[],
        comments=[CommentAnswer(statements[2], REMARK, Stance.FOR)],
        language="en",
        now=NOW,
    )
    close_round(session, actor=actor, round_id=round_.id, now=NOW)
    comment = session.exec(select(Comment).where(Comment.round_id == round_.id)).one()
    share_comment(session, actor=actor, round_id=round_.id, comment_id=comment.id, now=NOW)
    following = a_rating_round_on(session, small, statements=statements[2:])
    rate(session, small, round_id=following.id, statements=statements[2:], rows="1 9 | 2 9 | 9 1")
    open_walk_in(
        session, actor=actor, task_force_id=task_force_id, seats=30, renews=False, secret_key=SECRET_KEY, now=NOW
    )
    return small


def everything_linked(client: FlaskClient) -> dict[str, str]:
    """Address to text of the pages and files that links lead to; of one shape only some, for they are made alike."""
    waiting, found, counts = ["/facilitate/"], {}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        if address in found or counts[shape_of(address)] >= OF_EACH_SHAPE:
            continue
        counts[shape_of(address)] += 1
        got = client.get(address)
        assert got.status_code == 200, address
        found[address] = got.data.decode("utf-8", "replace")
        if got.mimetype == "text/html":
            links = [
                urljoin(address, one.replace("&amp;", "&")) for one in re.findall(r'href="([^"#]+)', found[address])
            ]
            waiting += [one for one in links if one.startswith("/facilitate/") and "language=" not in one]
    return found


def test_no_answer_stands_beside_a_name_and_no_code_leads_on(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study_in_full_course(session, slug="soil", code="A5")
        other = a_study_in_full_course(session, slug="other", code="B1")
    with database.reading() as session:
        people = [one for one in everybody(session) if one.id in (*small.experts, *other.experts)]
    pages = everything_linked(staff_client(app, small.facilitator_id))
    shapes = {shape_of(address) for address in pages}
    assert [one for one in MUST_BE_SEEN if not any(shape.endswith(f"/{one}") for shape in shapes)] == []
    for address, text in pages.items():
        named = [one.name for one in people if one.name in text or one.email in text]
        answers = [words for words in (*WORDS, REMARK) if words in text]
        coded = CODE_OF_AN_EXPERT.search(text)
        assert not (named and (answers or coded)), address
        assert not named or ABOUT_PEOPLE.search(shape_of(address)), address
        assert not coded or ABOUT_IDEAS.search(shape_of(address)), address
        if not ABOUT_PEOPLE.search(shape_of(address)):
            # What leads to a person's page, or says which row of the panel somebody is, would tie answers together.
            assert not re.search(r"/panel/\d+|panellist", text), address
    stranger = staff_client(app, other.facilitator_id)
    theirs = [one for one in pages if re.search(r"/\d+", one)]
    assert len(theirs) > 40
    assert {one: stranger.get(one).status_code for one in theirs} == dict.fromkeys(theirs, 404)
