"""Closing against submitting: what was acknowledged before the close is in the snapshot, what came after is refused."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import FrozenRating, Rating
from surveys.rules.answers import RatingAnswer
from surveys.services.rounds import close_round, preview_close
from surveys.services.submissions import save_ratings
from surveys.vocabulary import RatingState, ViolationCode
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_expert

TRIALS = 15
SUBMITTERS = 6
PAUSE_BEFORE_CLOSE_S = 0.03
"""Once everybody has sent something, until the round closes in the middle of the next ones."""
LONGEST_S = 300

Cells = dict[tuple[int, int], int]
"""(statement id, panellist id) to the value that was acknowledged last."""


def submit_until_refused(
    database: Database, *, small: SmallStudy, seat: int, round_id: int, statements: list[int], first: threading.Barrier
) -> tuple[Cells, list[ViolationCode]]:
    """Send one answer after the other. What was acknowledged, and with which code the round refused."""
    acknowledged: Cells = {}
    for turn in range(10_000):
        statement_id, value = statements[turn % len(statements)], 1 + (turn + seat) % 9
        answer = RatingAnswer(statement_id, small.importance_id, RatingState.RATED, value)
        try:
            with database.writing() as session:
                save_ratings(
                    session,
                    actor=as_expert(small, small.experts[seat]),
                    round_id=round_id,
                    answers=[answer],
                    language="en",
                    now=NOW,
                )
        except RuleViolation as violation:
            return acknowledged, [violation.code]
        acknowledged[statement_id, small.panellists[seat]] = value
        if turn == 0:
            first.wait(LONGEST_S)
    return acknowledged, []


def close_while_others_submit(database: Database, *, trial: int) -> tuple[Cells, Cells, Cells, list[ViolationCode]]:
    """One race. The answers acknowledged, those frozen, those stored in the end, and the refusals."""
    with database.writing() as session:
        small = a_study(session, n_experts=SUBMITTERS, slug=f"race-{trial}")
        round_, statements = an_open_rating_round(session, small, n_statements=4)
        round_id = round_.id
        shown = preview_close(session, round_=round_).digest
    first = threading.Barrier(SUBMITTERS + 1)
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        running = [
            pool.submit(
                submit_until_refused,
                database,
                small=small,
                seat=seat,
                round_id=round_id,
                statements=statements,
                first=first,
            )
            for seat in range(SUBMITTERS)
        ]
        first.wait(LONGEST_S)
        time.sleep(PAUSE_BEFORE_CLOSE_S)
        with database.writing() as session:
            # The preview is from before the storm, as on the page of whoever presses the button in the middle of it.
            snapshot_id = close_round(session, actor=None, round_id=round_id, now=NOW, digest=shown).id
        ended = [future.result(timeout=LONGEST_S) for future in running]
    acknowledged = {cell: value for cells, _ in ended for cell, value in cells.items()}
    with database.reading() as session:
        frozen = session.exec(select(FrozenRating).where(FrozenRating.snapshot_id == snapshot_id)).all()
        stored = session.exec(select(Rating).where(Rating.round_id == round_id)).all()
        return (
            acknowledged,
            {(row.statement_id, row.panellist_id): row.value or 0 for row in frozen},
            {(row.statement_id, row.panellist_id): row.value or 0 for row in stored},
            [code for _, codes in ended for code in codes],
        )


@pytest.mark.slow
def test_no_answer_is_lost_and_none_slips_in_when_a_round_closes(database: Database) -> None:
    for trial in range(TRIALS):
        acknowledged, frozen, stored, refusals = close_while_others_submit(database, trial=trial)
        assert len({panellist for _, panellist in acknowledged}) == SUBMITTERS
        assert refusals == [ViolationCode.ROUND_CLOSED] * SUBMITTERS
        assert {cell: frozen.get(cell) for cell in acknowledged} == acknowledged, "acknowledged before, missing"
        assert frozen == acknowledged, "in the snapshot, but never acknowledged"
        assert stored == frozen, "arrived after the snapshot"
