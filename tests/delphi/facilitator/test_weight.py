"""Pages ask the database as much for many people, statements, ideas and task forces as for few."""

import pytest
from flask import Flask
from sqlalchemy import event
from sqlmodel import col, select

from surveys.models import Goal, Idea, StaffRole
from surveys.services.desk_sorting import tag_idea
from surveys.services.rounds import close_round
from surveys.services.synthesis import place_as_new
from surveys.vocabulary import Role, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_rating_round_on,
    a_study,
    a_task_force,
    an_open_rating_round,
    as_facilitator,
    rate,
    said,
    staff_client,
)


def statements_sent(app: Flask, small: SmallStudy, address: str) -> int:
    """How many statements one page of the facilitator sends to the database."""
    client = staff_client(app, small.facilitator_id)
    sent: list[str] = []

    def remember(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    engine = app.extensions["delphi_database"].engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    return len(sent)


def after_a_closed_round(app: Flask, *, slug: str, n_experts: int, n_statements: int) -> list[int]:
    """Statements sent by the board, the next round, publishing and the overview."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, slug=slug, n_experts=n_experts)
        round_, statements = an_open_rating_round(session, small, n_statements=n_statements)
        row = " ".join(["7"] * n_statements)
        rate(session, small, round_id=round_.id, statements=statements, rows="|".join([row] * n_experts))
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    base = f"/facilitate/task-forces/{small.task_force_id}"
    addresses = (f"/facilitate/rounds/{round_.id}/board", f"{base}/next-round", f"{base}/publish", base)
    return [statements_sent(app, small, address) for address in addresses]


def test_pages_after_closing_weigh_the_same_for_more_experts_and_statements(app: Flask) -> None:
    few = after_a_closed_round(app, slug="few", n_experts=6, n_statements=2)
    assert after_a_closed_round(app, slug="statements", n_experts=6, n_statements=20) == few
    assert after_a_closed_round(app, slug="experts", n_experts=18, n_statements=2) == few


LOOKS = ("board", "answers", "map", "comparison", "convergence", "what-if", "charts/answers/activity.csv")


def looks_at_a_closed_round(app: Flask, *, slug: str, n_statements: int) -> list[int]:
    """Statements sent by every way to look at the second of two closed rounds, and by a statement's page."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, slug=slug)
        round_, statements = an_open_rating_round(session, small, n_statements=n_statements)
        halves = [" ".join([value] * n_statements) for value in ("9", "9", "9", "2", "2", "2")]
        for _ in range(2):
            rate(session, small, round_id=round_.id, statements=statements, rows="|".join(halves))
            close_round(session, actor=None, round_id=round_.id, now=NOW)
            if round_.number == 1:
                round_ = a_rating_round_on(session, small, statements=statements)
    addresses = [f"/facilitate/rounds/{round_.id}/{look}" for look in LOOKS]
    addresses += [
        f"/facilitate/statements/{statements[0]}",
        f"/facilitate/task-forces/{small.task_force_id}/next-round",
    ]
    return [statements_sent(app, small, address) for address in addresses]


@pytest.mark.slow
def test_every_look_at_a_round_weighs_the_same_for_12_and_162_statements(app: Flask) -> None:
    few = looks_at_a_closed_round(app, slug="few", n_statements=12)
    assert looks_at_a_closed_round(app, slug="many", n_statements=162) == few


def desk_with(app: Flask, *, slug: str, n_ideas: int) -> list[int]:
    """Statements sent by the desk, a statement edited on it, translations, the second coder and a lineage."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, slug=slug)
        ideas = [(n % 6, StatementKind.ACTIVITY, f"Idea number {n}", "en") for n in range(n_ideas)]
        a_closed_ideas_round(session, small, ideas=ideas)
        at = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        placed = session.exec(select(Idea.id).order_by(col(Idea.id).desc()).limit(n_ideas // 2)).all()
        for idea_id in placed:
            statement = place_as_new(session, idea_id=idea_id, text=said(f"Statement of {idea_id}"), **at)
            tag_idea(session, idea_id=idea_id, tag="soil", **at)
    base = f"/facilitate/task-forces/{small.task_force_id}"
    paths = ("synthesis", f"synthesis?statement={statement.id}", "translations?to=fr&show=all", "second-coder")
    return [statements_sent(app, small, f"{base}/{path}") for path in paths] + [
        statements_sent(app, small, f"/facilitate/statements/{statement.id}/lineage")
    ]


def test_the_desks_weigh_the_same_for_more_ideas_and_statements(app: Flask) -> None:
    assert desk_with(app, slug="few", n_ideas=4) == desk_with(app, slug="many", n_ideas=40)


def home_with(app: Flask, *, slug: str, n_task_forces: int) -> int:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, slug=slug)
        goal = Goal(study_id=small.study_id, code="Z", name=said("Goal"))
        session.add(goal)
        session.flush()
        for number in range(1, n_task_forces):
            other = a_task_force(session, study_id=small.study_id, goal_id=goal.id, code=f"Z{number}")
            session.add(StaffRole(person_id=small.facilitator_id, role=Role.FACILITATOR, task_force_id=other))
        an_open_rating_round(session, small)
    return statements_sent(app, small, "/facilitate/")


def test_the_front_page_weighs_the_same_for_more_task_forces(app: Flask) -> None:
    assert home_with(app, slug="one", n_task_forces=1) == home_with(app, slug="six", n_task_forces=6)
