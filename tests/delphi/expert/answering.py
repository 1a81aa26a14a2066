"""An expert with an open rating round in a browser, for the tests of these pages."""

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from surveys.models import Rating
from tests.builders import SmallStudy, a_study, an_open_rating_round, expert_client, token_in


class Study:
    """A study with an open rating round, and a browser of its first expert."""

    def __init__(self, app: Flask, *, n_experts: int = 1, n_statements: int = 3, slug: str = "soil") -> None:
        self.app = app
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session, n_experts=n_experts, slug=slug)
            round_, self.statements = an_open_rating_round(session, self.small, n_statements=n_statements)
            self.round_id = round_.id
        self.client: FlaskClient = expert_client(app, self.small, self.small.experts[0])
        self.address = f"/my/rounds/{self.round_id}/rate/1"

    def page(self) -> str:
        return self.client.get(self.address).get_data(as_text=True)

    def field(self, index: int = 0, *, criterion: str = "importance") -> str:
        criterion_id = self.small.importance_id if criterion == "importance" else self.small.feasibility_id
        return f"r-{self.statements[index]}-{criterion_id}"

    def send(self, fields: dict[str, str]) -> TestResponse:
        return self.client.post(self.address, data={"csrf_token": token_in(self.page()), **fields})

    def stored(self) -> dict[str, str | int | None]:
        with self.database.reading() as session:
            return {
                f"r-{rating.statement_id}-{rating.criterion_id}": rating.value or rating.state.value
                for rating in session.exec(select(Rating)).all()
            }
