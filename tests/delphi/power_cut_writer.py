"""The program under the power cut: saves one answer a transaction, and says so once it is committed.

`python -m tests.delphi.power_cut_writer FULL URL PERSON TASK_FORCE ROUND CRITERION STATEMENT ...`; the first word is
SQLite's level of synchronisation, FULL being what the product sets itself.
"""

import os
import sys

from sqlalchemy import event

from delphi.database import Database
from surveys.rules.permissions import Actor
from surveys.services.submissions import RatingAnswer, save_ratings
from surveys.vocabulary import Audience, RatingState
from tests.builders import NOW

TURNS = 4


def run(level: str, url: str, numbers: list[int]) -> None:
    """Every statement rated in turn; the value tells the turn."""
    person_id, task_force_id, round_id, criterion_id, *statements = numbers
    database = Database(url)
    if level != "FULL":
        event.listen(
            database.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA synchronous={level}")
        )
    actor = Actor(person_id=person_id, audience=Audience.EXPERT, panels=frozenset({task_force_id}))
    for turn in range(1, TURNS + 1):
        for statement_id in statements:
            answer = RatingAnswer(statement_id, criterion_id, RatingState.RATED, turn)
            with database.writing() as session:
                save_ratings(session, actor=actor, round_id=round_id, answers=[answer], language="en", now=NOW)
            os.write(1, f"{statement_id} {turn}\n".encode())


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], [int(number) for number in sys.argv[3:]])
