"""Rounds 2 and 3 of a task force: the rule says what is asked, answers come in, the round closes."""

from collections import defaultdict
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from delphi.demo.comments import write_comments
from delphi.demo.panels import DemoPanel, Turnout
from delphi.demo.questions import answer_questions, ask_questions
from delphi.demo.receipts import add_submissions
from surveys.models import Comment, Rating, Statement
from surveys.queries.questionnaire import Questionnaire, questionnaire_of
from surveys.rules.sections import Orderable, sections_for
from surveys.services.next_round import build_next_round
from surveys.services.rounds import close_round, open_round

HALF_WAY = 1 / 3
"""Share of the statements that somebody who is half-way has answered: less than half, in that expert's own order."""


def play_rating_round(
    session: Session, panel: DemoPanel, *, number: int, is_open: bool, statements: dict[str, Statement]
) -> int:
    """The id of the round; it is left open, in part answered, or closed and frozen."""
    opened, deadline = panel.calendar.opened(number), panel.calendar.deadline(number)
    round_ = build_next_round(
        session, actor=panel.facilitator, task_force_id=panel.task_force_id, decisions={}, now=opened
    )
    ask_questions(session, panel, round_id=round_.id, number=number, now=opened)
    open_round(
        session, actor=panel.facilitator, round_=round_, deadline_at=deadline, languages=("en", "fr"), now=opened
    )
    turnout = panel.turnout(number, is_open=is_open)
    questionnaire = questionnaire_of(session, round_id=round_.id)
    ratings = _ratings(
        panel,
        number=number,
        turnout=turnout,
        questionnaire=questionnaire,
        order_seed=round_.order_seed,
        keys={statement.id: key for key, statement in statements.items()},
    )
    comments = (
        write_comments(panel, turnout=turnout, number=number, questionnaire=questionnaire, statements=statements)
        if number == 2
        else {}
    )
    _store(session, panel, round_id=round_.id, ratings=ratings, comments=comments)
    answers = answer_questions(session, panel, round_id=round_.id, number=number, turnout=turnout)
    contents = {
        at: {
            "ratings": [[r["statement_id"], r["criterion_id"], str(r["state"]), r["value"]] for r in rows],
            "comments": [[c["statement_id"], str(c["stance"]), c["text"]] for c in comments.get(at, [])],
            "questions": [list(stored) for stored in answers.get(at, [])],
        }
        for at, rows in ratings.items()
    }
    add_submissions(session, panel, round_id=round_.id, number=number, turnout=turnout, contents=contents)
    if not is_open:
        close_round(session, actor=panel.facilitator, round_id=round_.id, now=deadline)
    return round_.id


Rows = dict[int, list[dict[str, Any]]]
"""Position in the panel to the rows of that expert."""


def _ratings(
    panel: DemoPanel,
    *,
    number: int,
    turnout: Turnout,
    questionnaire: Questionnaire,
    order_seed: int,
    keys: dict[int, str],
) -> Rows:
    rows: Rows = defaultdict(list)
    for at in turnout.answering:
        answered = None if at in turnout.submitted else _first_third(panel, at, questionnaire, order_seed=order_seed)
        for statement in questionnaire.statements:
            if answered is not None and statement.id not in answered:
                continue
            for criterion in questionnaire.criteria_of(statement.kind):
                state, value = panel.opinions.answers[number, keys[statement.id], criterion.code][at]
                rows[at].append(
                    {
                        "statement_id": statement.id,
                        "criterion_id": criterion.id,
                        "panellist_id": panel.members[at].panellist_id,
                        "state": state,
                        "value": value,
                    }
                )
    return rows


def _first_third(panel: DemoPanel, at: int, questionnaire: Questionnaire, *, order_seed: int) -> frozenset[int]:
    sections = sections_for(
        [
            Orderable(each.id, each.kind, str(each.category) if each.category else "")
            for each in questionnaire.statements
        ],
        order_seed=order_seed,
        panellist_id=panel.members[at].panellist_id,
    )
    in_order = [statement_id for section in sections for statement_id in section]
    return frozenset(in_order[: max(1, int(HALF_WAY * len(in_order)))])


def _store(session: Session, panel: DemoPanel, *, round_id: int, ratings: Rows, comments: Rows) -> None:
    connection = session.connection()
    for table, rows in ((Rating, ratings), (Comment, comments)):
        flat = [{"round_id": round_id, **row} for own in rows.values() for row in own]
        if flat:
            connection.execute(insert(table), flat)
