"""A small study with everything an archive or a report holds, published; and a copy of it for each test."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlmodel import Session

from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import Comment, Idea, IdeaPlacement, Panellist, QuestionAnswer, Round
from surveys.queries.answer_reviews import written_answers
from surveys.services.answer_reviews import share_answer, withhold_answer
from surveys.services.freezing import protocol_of
from surveys.services.outcomes import publish_outcomes
from surveys.services.protocol import amend_protocol
from surveys.services.reopening import reopen_round
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.vocabulary import (
    AnswerState,
    CommentReview,
    IdeaStatus,
    MembershipStatus,
    PlacementAction,
    QuestionKind,
    Stance,
    StatementKind,
)
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_question,
    a_rating_round_on,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    as_secretary,
    rate,
)
from tests.conftest import SECRET_KEY, an_app

Made = TypeVar("Made")
EARLIER = "9 8 2 . | 8 8 3 . | 8 9 2 9 | 9 7 9 . | 9 8 8 . | 8 8 . 5"
FIRST = "9 8 2 . | 8 8 3 . | 8 9 2 9 | 9 7 9 . | 9 8 8 . | 8 8 7 5"
TEXTS = ("Words 0", "Words 1", "PARAPHRASED 2", "WITHHELD 3", "UNREAD 4")
SECOND = "9 8 2 5 | 8 8 2 4 | 8 9 1 6 | 9 8 3 5 | 9 7 2 . | . . . ."


def a_finished_study(session: Session) -> SmallStudy:
    """Round 1 with ideas, round 2 with ratings, comments and questions, round 3 without one of the six; published.

    Round 2 was opened again once, and the rules were amended before round 3.
    """
    small = a_study(session)
    _, ideas = a_closed_ideas_round(
        session,
        small,
        ideas=[
            (0, StatementKind.ACTIVITY, "Former les conseillers", "fr"),
            (1, StatementKind.PROBLEM, "No money", "en"),
        ],
    )
    round_, statements = an_open_rating_round(session, small, n_statements=4)
    session.add(
        IdeaPlacement(idea_id=ideas[0], statement_id=statements[0], action=PlacementAction.EDITED, placed_at=NOW)
    )
    session.get_one(Idea, ideas[0]).status = IdeaStatus.PLACED
    parked = session.get_one(Idea, ideas[1])
    parked.status, parked.parked_reason = IdeaStatus.PARKED, "Not about soils"
    _questions(session, small, round_=round_)
    rate(session, small, round_id=round_.id, statements=statements, rows=EARLIER)
    reviewed = (("Shared comment", CommentReview.SHARED), ("WITHHELD COMMENT", CommentReview.WITHHELD))
    for number, (text, review) in enumerate(reviewed):
        session.add(
            Comment(
                round_id=round_.id,
                statement_id=statements[number],
                panellist_id=small.panellists[0],
                stance=Stance.FOR,
                text=text,
                language="en",
                review=review,
                shared_text=LocalizedText(),
            )
        )
    for person_id in small.experts[:4]:
        submit_answers(session, actor=as_expert(small, person_id), round_id=round_.id, now=NOW)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    _reopen(session, small, round_=round_, statements=statements)
    _read_over(session, small, round_=round_)
    _amend(session, small)
    second = a_rating_round_on(session, small, statements=statements)
    rate(session, small, round_id=second.id, statements=statements, rows=SECOND)
    session.get_one(Panellist, small.panellists[-1]).status = MembershipStatus.LEFT
    close_round(session, actor=None, round_id=second.id, now=NOW + timedelta(days=7))
    publish_outcomes(session, actor=None, task_force_id=small.task_force_id, now=NOW + timedelta(days=8), notify=False)
    return small


def _reopen(session: Session, small: SmallStudy, *, round_: Round, statements: list[int]) -> None:
    """One expert's answer came late and made the third statement agreed."""
    reopen_round(
        session,
        actor=as_facilitator(small),
        round_id=round_.id,
        reason="A mail was late",
        deadline_at=NOW + timedelta(hours=20),
        now=NOW + timedelta(hours=1),
    )
    rate(session, small, round_id=round_.id, statements=statements, rows=FIRST, now=NOW + timedelta(hours=2))
    close_round(session, actor=None, round_id=round_.id, now=NOW + timedelta(hours=3))


def _amend(session: Session, small: SmallStudy) -> None:
    amend_protocol(
        session,
        study_id=small.study_id,
        settings=replace(protocol_of(session, study_id=small.study_id), reminders_at_most=2),
        reason="Three mails were too many",
        actor=as_secretary(small),
        now=NOW + timedelta(days=1),
    )


def _questions(session: Session, small: SmallStudy, *, round_: Round) -> None:
    points = a_question(session, round_id=round_.id, kind=QuestionKind.POINTS, settings={"total": 100})
    text = a_question(session, round_id=round_.id, kind=QuestionKind.LONG_TEXT, options=())
    for number, panellist in enumerate(small.panellists[:5]):
        shared = {"points": {"o1": 50 + number, "o2": 50 - number, "o3": 0}}
        for question, answer in ((points, shared), (text, {"text": TEXTS[number]})):
            session.add(
                QuestionAnswer(
                    question_id=question,
                    panellist_id=panellist,
                    round_id=round_.id,
                    state=AnswerState.ANSWERED,
                    answer=answer,
                    language="en",
                )
            )
    session.flush()


def _read_over(session: Session, small: SmallStudy, *, round_: Round) -> None:
    """Of the five texts two are shared as written, one paraphrased, one withheld; one nobody has read."""
    ((_, answers),) = written_answers(session, round_id=round_.id)
    ids = {one.text: one.id for one in answers}
    about: dict[str, Any] = {"actor": as_facilitator(small), "round_id": round_.id, "now": NOW + timedelta(hours=4)}
    for text in ("Words 0", "Words 1"):
        share_answer(session, answer_id=ids[text], **about)
    share_answer(
        session, answer_id=ids["PARAPHRASED 2"], paraphrase=LocalizedText(en="In short", fr="En bref"), **about
    )
    withhold_answer(session, answer_id=ids["WITHHELD 3"], reason="It names a colleague", **about)


def filled_once(template: Path, target: Path, fill: Callable[[Session], Made]) -> Made:
    """A copy of the empty database at `target`, filled and closed, to be copied for each test; what `fill` gave."""
    shutil.copy(template, target)
    database = Database(f"sqlite:///{target}", identity_key=SECRET_KEY)
    with database.writing() as session:
        made = fill(session)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return made


def put_into(database: Database, filled: Path) -> None:
    """What a filled database holds, copied into an empty one."""
    path = str(database.engine.url.database)
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


@contextmanager
def served(filled: Path, target: Path) -> Iterator[Flask]:
    """The application on a copy of a filled database."""
    shutil.copy(filled, target)
    app = an_app(Database(f"sqlite:///{target}", identity_key=SECRET_KEY))
    yield app
    app.extensions["delphi_database"].engine.dispose()
