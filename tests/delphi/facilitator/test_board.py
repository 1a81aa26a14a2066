"""The board shows what was frozen: no more, no less, and nothing that changed since."""

import re

from sqlalchemy import update
from sqlmodel import select

from delphi.i18n import number
from surveys.models import Rating, RoundResult
from tests.builders import everybody, staff_client
from tests.delphi.facilitator.closed_rounds import CLASSES, ClosedRound

ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
PATHS = ("board", "comments")


def rows_of(page: str) -> dict[str, str]:
    """Statement code to its row on the board."""
    rows = {}
    for row in ROW.findall(page):
        code = re.search(r"A5-\d\d", row)
        if code:
            rows[code.group()] = row
    return rows


def cells_of(row: str) -> list[str]:
    """The figures of a row, by column, without their markup."""
    found = re.findall(r'<td class="num">(.*?)</td>', row, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in found]


def test_every_figure_on_the_board_is_the_frozen_one(closed: ClosedRound) -> None:
    page = closed.page(f"/facilitate/rounds/{closed.round_id}/board")
    rows = rows_of(page)
    with closed.database.reading() as session, closed.app.test_request_context():
        results = session.exec(select(RoundResult).where(RoundResult.criterion_id == closed.small.importance_id)).all()
        assert len(results) == len(rows) == 4
        for result in results:
            row = rows[f"A5-{closed.statements.index(result.statement_id) + 1:02d}"]
            rank, agree, median, spread = cells_of(row)
            limits = "" if result.rank_low == result.rank_high else f"{result.rank_low}–{result.rank_high}"
            assert rank == (f"{result.rank}{limits}" if result.rank is not None else "–")
            assert agree == f"{result.agreement_k} of {result.agreement_n}"
            assert (median, spread) == (number(result.median), number(result.iqr))
            assert f'class="tag {result.consensus_class}"' in row
            counts = "; ".join(f"{point}: {n}" for point, n in enumerate(result.frequency, start=1) if n)
            assert counts in row
    assert "<h1>1 of 4 statements is agreed, 1 is agreed to drop</h1>" in page


def test_the_classes_are_those_of_the_answers_and_filter_the_rows(closed: ClosedRound) -> None:
    address = f"/facilitate/rounds/{closed.round_id}/board"
    for position, name in enumerate(CLASSES, start=1):
        assert list(rows_of(closed.page(f"{address}?class={name}"))) == [f"A5-{position:02d}"]
    assert rows_of(closed.page(f"{address}?class=leaning")) == {}
    assert len(rows_of(closed.page(f"{address}?class=nonsense&sort=nonsense"))) == 4
    by_spread = list(rows_of(closed.page(f"{address}?sort=spread")))
    assert (by_spread[0], by_spread[-1]) == ("A5-02", "A5-04")


def test_feasibility_stands_beside_importance(closed: ClosedRound) -> None:
    row = rows_of(closed.page(f"/facilitate/rounds/{closed.round_id}/board"))["A5-01"]
    assert "median 6, 0 of 2 agree" in row
    assert row.count('<svg class="distribution"') == 2


def test_the_head_gives_the_rule_the_concordance_and_the_chance(closed: ClosedRound) -> None:
    page = closed.page(f"/facilitate/rounds/{closed.round_id}/board")
    assert (
        "at least 75\u00a0% rate it 7 to 9 and the middle half spans at most 2 points, with at least 5 answers" in page
    )
    assert "6 of 6 people answered" in page
    with closed.database.reading() as session, closed.app.test_request_context():
        chances = [
            r.report["false_consensus_chance"]
            for r in session.exec(
                select(RoundResult).where(RoundResult.criterion_id == closed.small.importance_id)
            ).all()
        ]
        expected = number(sum(chance for chance in chances if chance is not None), digits=1)
    assert f"expect {expected} false agreements in this list of 4." in page
    assert "Kendall" in page


def test_a_rating_changed_after_closing_changes_nothing_shown(closed: ClosedRound) -> None:
    addresses = [
        f"/facilitate/rounds/{closed.round_id}/board",
        *(f"/facilitate/statements/{statement}" for statement in closed.statements),
        f"{closed.base}/next-round",
        f"{closed.base}/publish",
    ]
    before = [without_token(closed.page(address)) for address in addresses]
    with closed.database.writing() as session:
        changed = session.connection().execute(update(Rating).where(Rating.value == 9).values(value=1))
        assert changed.rowcount > 3
    assert [without_token(closed.page(address)) for address in addresses] == before


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*>|value="[^"]*" name="csrf_token"', "", page)


def test_no_expert_is_named_on_any_page_of_results(closed: ClosedRound) -> None:
    pages = [closed.page(f"/facilitate/rounds/{closed.round_id}/{path}") for path in PATHS]
    pages += [closed.page(f"/facilitate/statements/{statement}") for statement in closed.statements]
    with closed.database.reading() as session:
        experts = [person for person in everybody(session) if person.id in closed.small.experts]
    assert len(experts) == 6
    for page in pages:
        assert "@" not in page
        assert not [person.name for person in experts if person.name in page]


def test_a_later_round_shows_the_change_on_the_same_wording(closed: ClosedRound) -> None:
    round_id = closed.another_round("9 9 | 9 9 | 9 9 | 8 . | 8 . | 8 .")
    rows = rows_of(closed.page(f"/facilitate/rounds/{round_id}/board"))
    assert list(rows) == ["A5-02", "A5-04"]
    assert "Up from 3 of 6." in rows["A5-02"]


def test_the_secretariat_reads_the_board_and_a_foreigner_finds_nothing(closed: ClosedRound) -> None:
    address = f"/facilitate/rounds/{closed.round_id}/board"
    page = closed.secretary.get(address)
    assert page.status_code == 200
    assert "next-round" not in page.text
    other = ClosedRound(closed.app, slug="other", code="B1")
    assert other.facilitator.get(address).status_code == 404
    assert other.secretary.get(address).status_code == 404
    assert staff_client(closed.app, closed.small.facilitator_id).get(address).status_code == 200
