"""An attempt to find out what one of five experts answered; docs/re-identification.md says what comes of it."""

import csv
import io
import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from flask import Flask

from surveys.models import Comment, Person, Round, TextReview
from surveys.queries.feedback import earlier_round
from surveys.rules.anonymity import display_codes, groups_to_show
from surveys.rules.feedback import GroupView, group_view
from surveys.services.rounds import close_round
from surveys.vocabulary import Stance
from tests.builders import NOW, SmallStudy, a_second_look, a_study, expert_client, staff_client
from tests.delphi.exports.files import export_ratings
from tests.delphi.facilitator.test_apart import everything_reached

NAMED = {
    "/facilitate/task-forces/N",
    "/facilitate/task-forces/N/panel",
    "/facilitate/task-forces/N/panel/N",
    "/facilitate/rounds/N/call-list.csv",
    "/facilitate/rounds/N/paper",
    "/facilitate/rounds/N/paper/N",
}
"""Where people are asked, reminded, or answer on paper; what was answered online is on none of these."""


def five(app: Flask, *, rows: str) -> tuple[SmallStudy, int, int, int]:
    """Five experts, a closed round with their ratings of one statement, an open one; ids of both and the statement."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=5)
        closed_id, open_id, (statement,) = a_second_look(session, small, rows=rows)
    return small, closed_id, open_id, statement


@pytest.mark.slow
def test_a_facilitator_sees_no_name_beside_an_answer(app: Flask) -> None:
    """Every page and file that links lead to: names stand where people are asked and reminded, nowhere else."""
    small, closed_id, _, statement = five(app, rows="9 | 8 | 7 | 2 | 9")
    client = staff_client(app, small.facilitator_id)
    with app.extensions["delphi_database"].reading() as session:
        people = [session.get_one(Person, one) for one in small.experts]
    found = everything_reached(client, start=f"/facilitate/task-forces/{small.task_force_id}", but="sign-out|/account/")
    assert {f"/facilitate/rounds/{closed_id}/board", f"/facilitate/statements/{statement}"} <= set(found)
    named = {
        re.sub(r"\d+", "N", urlsplit(address).path)
        for address, content in found.items()
        if any(one.name.encode() in content or one.email.encode() in content for one in people)
    }
    assert named == NAMED
    assert client.get("/data-protection/").status_code == 403


def test_codes_do_not_lead_from_round_to_round(app: Flask) -> None:
    small, closed_id, open_id, _ = five(app, rows="9 | 8 | 7 | 2 | 9")
    with app.extensions["delphi_database"].reading() as session:
        seeds = [session.get_one(Round, one).order_seed for one in (closed_id, open_id)]
    first, second = (display_codes(sorted(small.panellists), seed=seed) for seed in seeds)
    assert seeds[0] != seeds[1]
    assert first != second


def others_answers(app: Flask, small: SmallStudy, *, open_id: int, own: int) -> tuple[GroupView, set[int]]:
    """What an expert is shown of the round before, and what one named colleague may have answered then."""
    with app.extensions["delphi_database"].reading() as session:
        number = session.get_one(Round, open_id).number
        found = earlier_round(
            session,
            task_force_id=small.task_force_id,
            before_number=number,
            panellist_id=small.panellists[0],
        )
        assert found is not None
        (result,) = [one for (_, criterion), one in found.results.items() if criterion == small.importance_id]
        view = group_view(
            frequency=result.frequency,
            median=result.median,
            lower=1,
            min_group_size=session.get_one(Round, open_id).min_group_size,
        )
    if not view.counts:
        return view, set(range(view.lowest or 1, (view.highest or 9) + 1))
    left = list(view.counts)
    left[own - 1] -= 1
    return view, {point for point, count in enumerate(left, start=1) if count}


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ("9 | 8 | 7 | 2 | 9", {9, 8, 7, 2}),
        ("9 | 9 | 9 | 9 | 9", {9}),
        ("9 | 8 | 8 | 8 | 8", {8}),
        ("9 | 8 | 7 | 2 | .", {2, 3, 4, 5, 6, 7, 8, 9}),
        ("9 | 8 | . | . | .", {1, 2, 3, 4, 5, 6, 7, 8, 9}),
    ],
    ids=["differ", "all agree", "all others agree", "four answers", "two answers"],
)
def test_what_a_colleague_can_tell_of_another_from_feedback_and_own_answer(
    app: Flask, rows: str, possible: set[int]
) -> None:
    """Where the others agree their answers are known: the route that stays open, and that people are told of."""
    small, _, open_id, _ = five(app, rows=rows)
    view, found = others_answers(app, small, open_id=open_id, own=9)
    assert found == possible
    assert bool(view.counts) is (rows.count(".") == 0)
    page = expert_client(app, small, small.experts[0]).get(f"/my/{small.task_force_id}/welcome").text
    assert "may still guess who wrote or rated something" in page


def test_a_file_of_ratings_has_one_code_through_all_rounds_and_no_way_back_to_a_seat(app: Flask) -> None:
    """The thread stays: who knows one answer of somebody finds their others. So the file is the secretariat's alone."""
    small, _, open_id, _ = five(app, rows="9 | 8 | 7 | 2 | 9")
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        close_round(session, actor=None, round_id=open_id, now=NOW)
    with app.app_context(), database.reading() as session:
        people = [session.get_one(Person, one) for one in small.experts]
        text = export_ratings(session, study_id=small.study_id, language="en").decode("utf-8-sig")
    _, *rows = csv.reader(io.StringIO(text))
    codes = [code for row in rows for code in row if re.fullmatch(r"E-[A-Z2-7]{10}", code)]
    assert len(codes) == len(rows)
    assert len(set(codes)) == 5
    assert codes == sorted(codes), "in the order of the codes, not of the seats"
    assert not set(codes) & ({f"P-0{n}" for n in range(1, 6)} | {str(one) for one in small.panellists})
    assert not [one for one in people if one.name in text or one.email in text]
    facilitator = staff_client(app, small.facilitator_id)
    assert facilitator.get(f"/secretariat/studies/{small.study_id}/exports").status_code == 404


def test_texts_to_read_over_are_not_in_the_order_of_their_authors(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=4)
        closed_id, _, statements = a_second_look(session, small, rows=" | ".join(["9 8 7 6 5 4 3 2 1 9"] * 4))
        for number in range(40):
            comment = Comment(
                panellist_id=small.panellists[number // 10],
                statement_id=statements[number % 10],
                round_id=closed_id,
                stance=Stance.FOR,
                text=f"Text {number + 1}",
                language="en",
            )
            session.add(comment)
            session.flush()
            session.add(TextReview(study_id=small.study_id, kind="comment", row_id=comment.id, listed_at=NOW))
    page = staff_client(app, small.secretary_id).get("/data-protection/texts").text
    shown = [int(number) for number in re.findall(r"Text (\d+)", page)]
    assert sorted(shown) == list(range(1, 41))
    neighbours = sum((a - 1) // 10 == (b - 1) // 10 for a, b in pairwise(shown))
    assert neighbours < 20, "about ten of thirty-nine by chance, thirty-six in the order of the authors"


@pytest.mark.parametrize("sizes", [{"a": 4, "b": 1}, {"a": 3, "b": 2}, {"a": 1, "b": 1, "c": 3}])
def test_no_group_of_a_panel_of_five_is_shown(sizes: dict[str, int]) -> None:
    assert groups_to_show(sizes, n_total=5, min_group_size=5) == ()
