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
# Enough for every submitter to be in the middle of something when the round closes.
PAUSE_BEFORE_CLOSE = 0.08

Cells = dict[tuple[int, int], int]
"""(statement id, panellist id) to the value that was acknowledged last."""


def submit_until_refused(
    database: Database, *, small: SmallStudy, seat: int, round_id: int, statements: list[int], start: threading.Barrier
) -> tuple[Cells, list[ViolationCode]]:
    """Send one answer after the other. What was acknowledged, and with which code the round refused."""
    acknowledged: Cells = {}
    start.wait()
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
    return acknowledged, []


def close_while_others_submit(database: Database, *, trial: int) -> tuple[Cells, Cells, Cells, list[ViolationCode]]:
    """One race. The answers acknowledged, those frozen, those stored in the end, and the refusals."""
    with database.writing() as session:
        small = a_study(session, n_experts=SUBMITTERS, slug=f"race-{trial}")
        round_, statements = an_open_rating_round(session, small, n_statements=4)
        round_id = round_.id
        shown = preview_close(session, round_=round_).digest
    start = threading.Barrier(SUBMITTERS + 1)
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        running = [
            pool.submit(
                submit_until_refused,
                database,
                small=small,
                seat=seat,
                round_id=round_id,
                statements=statements,
                start=start,
            )
            for seat in range(SUBMITTERS)
        ]
        start.wait()
        time.sleep(PAUSE_BEFORE_CLOSE)
        with database.writing() as session:
            # The preview is from before the storm, as on the page of whoever presses the button in the middle of it.
            snapshot_id = close_round(session, actor=None, round_id=round_id, now=NOW, digest=shown).id
        ended = [future.result(timeout=60) for future in running]
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
    n_acknowledged = 0
    for trial in range(TRIALS):
        acknowledged, frozen, stored, refusals = close_while_others_submit(database, trial=trial)
        assert acknowledged, "nothing was acknowledged before the close: the trial shows nothing"
        assert refusals == [ViolationCode.ROUND_CLOSED] * SUBMITTERS
        assert {cell: frozen.get(cell) for cell in acknowledged} == acknowledged, "acknowledged before, missing"
        assert frozen == acknowledged, "in the snapshot, but never acknowledged"
        assert stored == frozen, "arrived after the snapshot"
        n_acknowledged += len(acknowledged)
    assert n_acknowledged >= TRIALS * SUBMITTERS
