"""Task forces with closed rounds, for the pages that show results."""

from copy import copy

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import Round, RoundStatement
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.services.next_round import build_next_round
from surveys.services.rounds import close_round, open_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import RatingState, Stance
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_expert, as_facilitator, rate, staff_client

ROWS = "9 1 1 9 | 9 1 2 . | 8 9 1 . | 8 9 1 . | 8 9 2 . | 9 1 1 ."
"""Six people on four activities: agreed, two camps, agreed to drop, too few answers."""
CLASSES = ("agreed_high", "two_camps", "agreed_low", "too_few")


class ClosedRound:
    """One closed rating round with a comment, and browsers of its staff."""

    def __init__(self, app: Flask, *, slug: str = "soil", code: str = "A5") -> None:
        database: Database = app.extensions["delphi_database"]
        with database.writing() as session:
            self.small: SmallStudy = a_study(session, slug=slug, code=code)
            round_, self.statements = an_open_rating_round(session, self.small, n_statements=4)
            self.round_id = round_.id
            rate(session, self.small, round_id=round_.id, statements=self.statements, rows=ROWS)
            feasible = RatingAnswer(self.statements[0], self.small.feasibility_id, RatingState.RATED, 6)
            for number, text in enumerate(["It pays for itself", "Who checks the buyers?"]):
                save_ratings(
                    session,
                    actor=as_expert(self.small, self.small.experts[number]),
                    round_id=round_.id,
                    answers=[feasible],
                    comments=[CommentAnswer(statement_id=self.statements[0], text=text, stance=Stance.FOR)],
                    language="en",
                    now=NOW,
                )
            close_round(session, actor=as_facilitator(self.small), round_id=round_.id, now=NOW)
        self._sign_in(app)

    def copied_to(self, app: Flask) -> "ClosedRound":
        """The same round behind another application, on a copy of the database."""
        copied = copy(self)
        copied._sign_in(app)
        return copied

    def _sign_in(self, app: Flask) -> None:
        self.app = app
        self.database: Database = app.extensions["delphi_database"]
        self.facilitator: FlaskClient = staff_client(app, self.small.facilitator_id)
        self.secretary: FlaskClient = staff_client(app, self.small.secretary_id)

    @property
    def base(self) -> str:
        return f"/facilitate/task-forces/{self.small.task_force_id}"

    def page(self, address: str) -> str:
        response = self.facilitator.get(address)
        assert response.status_code == 200, response.text
        return response.text

    def another_round(self, rows: str) -> int:
        """A further round as the rule proposes it, rated and closed; its id."""
        with self.database.writing() as session:
            round_ = build_next_round(
                session,
                actor=as_facilitator(self.small),
                task_force_id=self.small.task_force_id,
                decisions={},
                now=NOW,
            )
            languages = ("en", "fr")
            open_round(session, actor=None, round_=round_, deadline_at=None, languages=languages, now=NOW, notify=False)
            rate(session, self.small, round_id=round_.id, statements=self.asked(session, round_), rows=rows)
            close_round(session, actor=as_facilitator(self.small), round_id=round_.id, now=NOW)
            return round_.id

    def asked(self, session: Session, round_: Round) -> list[int]:
        query = select(RoundStatement.statement_id).where(RoundStatement.round_id == round_.id)
        return sorted(session.exec(query).all())
