"""One next act for every state of a task force."""

from dataclasses import replace
from datetime import timedelta

import pytest

from surveys.rules.next_act import NextAct, Standing, is_due, next_act
from surveys.vocabulary import RoundKind, RoundStatus
from tests.builders import NOW

OPEN = Standing(number=2, kind=RoundKind.RATING, status=RoundStatus.OPEN, n_asked=5, n_finished=3)
CLOSED_IDEAS = Standing(number=1, kind=RoundKind.IDEAS, status=RoundStatus.CLOSED, n_ideas=9, n_to_ask=4)
CLOSED_RATING = Standing(number=2, kind=RoundKind.RATING, status=RoundStatus.CLOSED, n_to_ask=4, max_rounds=3)


@pytest.mark.parametrize(
    ("standing", "act"),
    [
        (Standing(), NextAct.PLAN_IDEAS),
        (replace(OPEN, status=RoundStatus.PLANNED), NextAct.OPEN_ROUND),
        (OPEN, NextAct.WAIT),
        (replace(OPEN, deadline_at=NOW + timedelta(seconds=1)), NextAct.WAIT),
        (replace(OPEN, deadline_at=NOW), NextAct.CLOSE_ROUND),
        (replace(OPEN, n_finished=5), NextAct.CLOSE_ROUND),
        (replace(OPEN, n_asked=0, n_finished=0), NextAct.WAIT),
        (replace(CLOSED_IDEAS, n_ideas_waiting=1), NextAct.SYNTHESISE),
        (replace(CLOSED_IDEAS, n_ideas_waiting=1, n_answers_unread=1), NextAct.SYNTHESISE),
        (replace(CLOSED_IDEAS, n_answers_unread=1), NextAct.READ_ANSWERS),
        (CLOSED_IDEAS, NextAct.BUILD_ROUND),
        (replace(CLOSED_RATING, n_comments_waiting=2), NextAct.REVIEW_COMMENTS),
        (replace(CLOSED_RATING, n_answers_unread=2), NextAct.READ_ANSWERS),
        (replace(CLOSED_RATING, n_answers_unread=2, n_comments_waiting=1), NextAct.REVIEW_COMMENTS),
        (CLOSED_RATING, NextAct.BUILD_ROUND),
        (replace(CLOSED_RATING, n_to_ask=0), NextAct.PUBLISH),
        (replace(CLOSED_RATING, number=3), NextAct.PUBLISH),
        (replace(CLOSED_RATING, is_published=True, n_comments_waiting=2), NextAct.DONE),
    ],
)
def test_the_next_act_follows_from_the_standing(standing: Standing, act: NextAct) -> None:
    assert next_act(standing, now=NOW) is act
    assert is_due(act) is (act not in (NextAct.WAIT, NextAct.DONE))
