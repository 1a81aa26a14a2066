"""Two open rounds of one expert behind a real socket, and what is stored of them."""

from typing import Any

from flask import Flask
from sqlmodel import select

from surveys.models import Comment, Rating
from tests.builders import a_study, an_open_ideas_round, an_open_rating_round, invitation_path


class Served:
    """The application behind a real socket, with an open round for each of two kinds, and its first expert."""

    def __init__(self, app: Flask, *, address: str) -> None:
        self.address = address
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            small = a_study(session, n_experts=1)
            round_, self.statements = an_open_rating_round(session, small, n_statements=3)
            self.round_id = round_.id
            self.importance_id, self.feasibility_id = small.importance_id, small.feasibility_id
            self.link = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
            cards = a_study(session, n_experts=1, slug="cards", code="B1")
            self.ideas_id = an_open_ideas_round(session, cards).id
            self.ideas_link = invitation_path(session, person_id=cards.experts[0], study_id=cards.study_id)

    def field(self, index: int = 0) -> str:
        return f"r-{self.statements[index]}-{self.importance_id}"

    def comment(self, index: int = 0) -> str:
        return f"c-{self.statements[index]}"

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)).all())

    def values(self) -> dict[str, int | None]:
        return {f"r-{row.statement_id}-{row.criterion_id}": row.value for row in self.rows(Rating)}

    def texts(self) -> list[str]:
        return [row.text for row in self.rows(Comment)]
