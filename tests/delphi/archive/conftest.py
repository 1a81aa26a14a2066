"""A small study with everything an archive holds, published, and a bundle of it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session

from delphi.archive.bundling import make_bundle
from delphi.archive.sealing import pack, unpack
from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import Comment, IdeaPlacement, Panellist, QuestionAnswer, Round
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.vocabulary import (
    AnswerState,
    CommentReview,
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
    rate,
)
from tests.conftest import SECRET_KEY, an_app

FIRST = "9 8 2 . | 8 8 3 . | 8 9 2 9 | 9 7 9 . | 9 8 8 . | 8 8 7 5"
SECOND = "9 8 2 5 | 8 8 2 4 | 8 9 1 6 | 9 8 3 5 | 9 7 2 . | . . . ."
SECRETS = ("WITHHELD COMMENT", "Expert soil", "expert.soil", "@example.org", "Lukas", "Paula")


@dataclass
class Sealed:
    """`content` is a bundle of the study in `app`."""

    app: Flask
    small: SmallStudy
    content: bytes

    @property
    def files(self) -> dict[str, bytes]:
        return unpack(self.content)[0]

    def forged(self, changed: dict[str, bytes]) -> bytes:
        """The bundle with other files and checksums made to fit: what a careful forger would hand over."""
        return pack({**self.files, **changed}).content


def a_finished_study(session: Session) -> SmallStudy:
    """Round 1 with ideas, round 2 with ratings, comments and questions, round 3 without one of the six; published."""
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
    _questions(session, small, round_=round_)
    rate(session, small, round_id=round_.id, statements=statements, rows=FIRST)
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
    second = a_rating_round_on(session, small, statements=statements)
    rate(session, small, round_id=second.id, statements=statements, rows=SECOND)
    session.get_one(Panellist, small.panellists[-1]).status = MembershipStatus.LEFT
    close_round(session, actor=None, round_id=second.id, now=NOW + timedelta(days=7))
    publish_outcomes(session, actor=None, task_force_id=small.task_force_id, now=NOW + timedelta(days=8), notify=False)
    return small


def _questions(session: Session, small: SmallStudy, *, round_: Round) -> None:
    points = a_question(session, round_id=round_.id, kind=QuestionKind.POINTS, settings={"total": 100})
    text = a_question(session, round_id=round_.id, kind=QuestionKind.LONG_TEXT, options=())
    for number, panellist in enumerate(small.panellists[:5]):
        shared = {"points": {"o1": 50 + number, "o2": 50 - number, "o3": 0}}
        for question, answer in ((points, shared), (text, {"text": f"Words {number}"})):
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


@pytest.fixture(scope="session")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SmallStudy]:
    path = tmp_path_factory.mktemp("archive") / "finished.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    with database.writing() as session:
        small = a_finished_study(session)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path, small


@pytest.fixture
def archived(finished: tuple[Path, SmallStudy], tmp_path: Path) -> Iterator[Sealed]:
    path, small = finished
    shutil.copy(path, tmp_path / "archived.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'archived.sqlite'}", identity_key=SECRET_KEY)
    app = an_app(database)
    yield Sealed(app, small, bundle_of(app, small))
    app.extensions["delphi_database"].engine.dispose()


def bundle_of(app: Flask, small: SmallStudy) -> bytes:
    with app.test_request_context("/"), app.extensions["delphi_database"].reading() as session:
        return make_bundle(session, study_id=small.study_id, now=NOW).packed.content
