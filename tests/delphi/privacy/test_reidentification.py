"""An attempt to find out what one of five experts answered; docs/re-identification.md says what comes of it."""

from collections import Counter

import pytest
from flask import Flask
from sqlmodel import select

from surveys.models import FrozenRating, Person, Round
from surveys.rules.anonymity import Disclosure, disclosure, display_codes, groups_to_show
from tests.builders import SmallStudy, a_second_look, a_study, expert_client, staff_client


def five(app: Flask, *, rows: str) -> tuple[SmallStudy, int, int, int]:
    """Five experts, a closed round with their ratings of one statement, an open one; ids of both and the statement."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=5)
        closed_id, open_id, (statement,) = a_second_look(session, small, rows=rows)
    return small, closed_id, open_id, statement


def test_a_facilitator_sees_no_name_beside_an_answer(app: Flask) -> None:
    small, closed_id, open_id, statement = five(app, rows="9 | 8 | 7 | 2 | 9")
    client = staff_client(app, small.facilitator_id)
    with app.extensions["delphi_database"].reading() as session:
        people = [session.get_one(Person, one) for one in small.experts]
    pages = [
        client.get(path) for path in (f"/facilitate/rounds/{closed_id}/board", f"/facilitate/statements/{statement}")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    for page in pages:
        assert not [one for one in people if one.name in page.text or one.email in page.text]
    assert client.get(f"/facilitate/rounds/{open_id}/board").status_code != 500
    assert client.get("/data-protection/").status_code == 403


def test_codes_do_not_lead_from_round_to_round(app: Flask) -> None:
    small, closed_id, open_id, _ = five(app, rows="9 | 8 | 7 | 2 | 9")
    with app.extensions["delphi_database"].reading() as session:
        seeds = [session.get_one(Round, one).order_seed for one in (closed_id, open_id)]
    first, second = (display_codes(sorted(small.panellists), seed=seed) for seed in seeds)
    assert seeds[0] != seeds[1]
    assert first != second


def test_a_colleague_learns_the_others_as_a_group_and_all_of_them_where_they_agree(app: Flask) -> None:
    """The route that stays open, and that the consent tells of: own answer taken off the counts, or unanimity."""
    small, closed_id, _, _ = five(app, rows="9 | 8 | 7 | 2 | 9")
    with app.extensions["delphi_database"].reading() as session:
        values = session.exec(select(FrozenRating.value)).all()
    counts = Counter(values)
    counts[9] -= 1
    others = +counts
    assert sum(others.values()) == 4
    assert max(others.values()) == 1, "who answered 2 is one of four, not known"
    assert disclosure(5, min_group_size=5) is Disclosure.FULL
    unanimous = Counter([9] * 5)
    assert len(unanimous) == 1, "one point on the scale: everybody's answer is known"
    page = expert_client(app, small, small.experts[0]).get(f"/my/{small.task_force_id}/welcome").text
    assert "may still guess who wrote or rated something" in page
    assert closed_id


@pytest.mark.parametrize("sizes", [{"a": 4, "b": 1}, {"a": 3, "b": 2}, {"a": 1, "b": 1, "c": 3}])
def test_no_group_of_a_panel_of_five_is_shown(sizes: dict[str, int]) -> None:
    assert groups_to_show(sizes, n_total=5, min_group_size=5) == ()
