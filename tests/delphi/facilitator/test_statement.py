"""A statement's page: its biography, and edits that never overwrite unseen."""

from sqlmodel import col, select

from surveys.models import Category, Statement, StatementVersion
from surveys.vocabulary import StatementKind
from tests.builders import a_statement, said, token_in
from tests.delphi.facilitator.closed_rounds import ClosedRound


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_the_biography_has_ratings_by_round_and_comments(closed: ClosedRound) -> None:
    page = closed.page(f"/facilitate/statements/{closed.statements[0]}")
    assert "6 of 6" in page
    assert "Who checks the buyers?" in page
    assert "It was not made from an idea of a round." in page


def test_rewording_after_a_round_makes_a_version_with_its_reason(closed: ClosedRound) -> None:
    statement_id = closed.statements[0]
    address = f"/facilitate/statements/{statement_id}"
    page = closed.page(address)
    assert "a change makes a new version" in page
    data = {"csrf_token": token_in(page), "seen": seen_in(page), "text-en": "Reworded", "text-fr": "Reformulé"}
    refused = closed.facilitator.post(f"{address}/wording", data=data)
    assert refused.status_code == 422
    assert ">Reworded</textarea>" in refused.text
    saved = closed.facilitator.post(f"{address}/wording", data={**data, "reason": "Two ideas in one"})
    assert saved.status_code == 303
    with closed.database.reading() as session:
        query = select(StatementVersion).where(StatementVersion.statement_id == statement_id)
        versions = session.exec(query.order_by(col(StatementVersion.number))).all()
        assert [(one.number, one.reason) for one in versions] == [(1, ""), (2, "Two ideas in one")]
    board = closed.page(f"/facilitate/rounds/{closed.round_id}/board")
    assert "Reworded" not in board
    assert "Train advisers in soil testing 1" in board
    assert "New wording, previous answers not compared." in closed.page(f"{closed.base}/next-round")


def test_the_second_of_two_editors_sees_both_versions(closed: ClosedRound) -> None:
    address = f"/facilitate/statements/{closed.statements[0]}"
    page = closed.page(address)
    data = {"csrf_token": token_in(page), "seen": seen_in(page), "text-fr": "Oui", "reason": "Clearer"}
    assert closed.facilitator.post(f"{address}/wording", data={**data, "text-en": "Hers"}).status_code == 303
    clash = closed.facilitator.post(f"{address}/wording", data={**data, "text-en": "Mine"})
    assert clash.status_code == 409
    assert "It reads now:" in clash.text
    assert '<p lang="en">Hers</p>' in clash.text
    assert ">Mine</textarea>" in clash.text
    again = closed.facilitator.post(f"{address}/wording", data={**data, "text-en": "Mine", "seen": seen_in(clash.text)})
    assert again.status_code == 303


def test_linking_and_categorising(closed: ClosedRound) -> None:
    with closed.database.writing() as session:
        obstacle = a_statement(session, task_force_id=closed.small.task_force_id, number=9, kind=StatementKind.OBSTACLE)
        category = Category(study_id=closed.small.study_id, code="training", name=said("Training", "Formation"))
        session.add(category)
        session.flush()
    address = f"/facilitate/statements/{obstacle.id}"
    token = token_in(closed.page(address))
    link = {"csrf_token": token, "parent": closed.statements[1]}
    assert closed.facilitator.post(f"{address}/parent", data=link).status_code == 303
    sort = {"csrf_token": token, "category": category.id}
    assert closed.facilitator.post(f"{address}/category", data=sort).status_code == 303
    with closed.database.reading() as session:
        stored = session.get_one(Statement, obstacle.id)
        assert (stored.parent_id, stored.category_id) == (closed.statements[1], category.id)
    assert "Obstacle: " in closed.page(f"/facilitate/statements/{closed.statements[1]}")
    foreign = ClosedRound(closed.app, slug="other", code="B1")
    wrong = closed.facilitator.post(f"{address}/parent", data={**link, "parent": foreign.statements[0]})
    assert wrong.status_code == 404


def test_the_secretariat_reads_and_does_not_edit(closed: ClosedRound) -> None:
    address = f"/facilitate/statements/{closed.statements[0]}"
    page = closed.secretary.get(address)
    assert page.status_code == 200
    assert "Save the wording" not in page.text
    data = {"csrf_token": token_in(page.text), "text-en": "Theirs"}
    assert closed.secretary.post(f"{address}/wording", data=data).status_code == 404
