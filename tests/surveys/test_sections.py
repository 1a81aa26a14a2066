"""Order and sections of a questionnaire, and the minutes it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.effort import minutes_by_part, minutes_for_ideas, minutes_on_measure, minutes_to_rate
from surveys.rules.sections import SECTION_AT_MOST, Orderable, sections_for
from surveys.vocabulary import StatementKind

ACTIVITY, OBSTACLE, FACTOR = StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR


def statements(*counts: tuple[StatementKind, int]) -> list[Orderable]:
    found: list[Orderable] = []
    for kind, n in counts:
        found += [Orderable(len(found) + number, kind, f"category {number % 3}") for number in range(1, n + 1)]
    return found


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 30), st.integers(0, 10**9))
def test_sections_hold_every_statement_once_and_are_short_enough(a: int, o: int, f: int, seed: int) -> None:
    asked = statements((ACTIVITY, a), (OBSTACLE, o), (FACTOR, f))
    sections = sections_for(asked, order_seed=seed, panellist_id=4)
    assert sorted(id_ for section in sections for id_ in section) == [each.statement_id for each in asked]
    assert all(1 <= len(section) <= SECTION_AT_MOST for section in sections)
    if sections:
        assert len(sections[0]) == min(map(len, sections))
    assert sections == sections_for(asked, order_seed=seed, panellist_id=4)


def test_sections_differ_between_people_and_do_not_follow_the_stored_order() -> None:
    asked = statements((ACTIVITY, 12))
    orders = {sections_for(asked, order_seed=1, panellist_id=person) for person in range(30)}
    assert len(orders) >= 29
    assert sections_for(asked[::-1], order_seed=1, panellist_id=3) == sections_for(asked, order_seed=1, panellist_id=3)


def test_sections_keep_categories_together() -> None:
    asked = statements((ACTIVITY, 12))
    cluster = {each.statement_id: each.cluster for each in asked}
    (section,) = sections_for(asked, order_seed=5, panellist_id=9)
    seen = [cluster[statement_id] for statement_id in section]
    assert seen == [name for name in dict.fromkeys(seen) for _ in range(4)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([(ACTIVITY, 3), (OBSTACLE, 1), (FACTOR, 1)], [5]),
        ([(ACTIVITY, 7), (OBSTACLE, 5), (FACTOR, 5)], [7, 10]),
        ([(ACTIVITY, 13)], [6, 7]),
        ([(ACTIVITY, 7), (OBSTACLE, 2)], [9]),
    ],
)
def test_short_kinds_share_a_page(counts: list[tuple[StatementKind, int]], expected: list[int]) -> None:
    assert [len(each) for each in sections_for(statements(*counts), order_seed=2, panellist_id=2)] == expected


@pytest.mark.parametrize(
    ("n_statements", "n_answers", "with_feedback", "minutes"),
    [(0, 0, False, 0), (1, 1, False, 1), (14, 28, False, 10), (5, 5, True, 5)],
)
def test_minutes_are_those_of_the_questions_left(
    n_statements: int, n_answers: int, with_feedback: bool, minutes: int
) -> None:
    assert minutes_to_rate(n_statements=n_statements, n_answers=n_answers, with_feedback=with_feedback) == minutes


@given(st.lists(st.integers(0, 900), min_size=1, max_size=8), st.integers(0, 60))
def test_minutes_by_part_add_up_and_stay_within_one_of_the_exact_share(efforts: list[int], total: int) -> None:
    parts = minutes_by_part(efforts, total=total)
    whole = sum(efforts)
    assert sum(parts) == (total if whole else 0)
    for effort, minutes in zip(efforts, parts, strict=True):
        assert abs(minutes * whole - effort * total) < max(whole, 1)
        assert minutes == 0 or effort > 0


def test_minutes_by_part_round_the_largest_remainders_up() -> None:
    assert minutes_by_part([280, 270], total=10) == (5, 5)
    assert minutes_by_part([70, 70, 70], total=4) == (2, 1, 1)
    assert minutes_by_part([600, 30], total=11) == (10, 1)
    assert minutes_by_part([600, 10], total=10) == (10, 0)


def test_minutes_of_a_pilot_go_before_the_estimate_in_the_share_that_is_left() -> None:
    assert minutes_on_measure(10, whole=10, measured=None) == 10
    assert minutes_on_measure(10, whole=10, measured=14) == 14
    assert minutes_on_measure(5, whole=10, measured=13) == 7
    assert minutes_on_measure(1, whole=10, measured=2) == 1
    assert minutes_on_measure(0, whole=10, measured=14) == 0


def test_minutes_for_ideas_leave_out_a_part_that_is_begun() -> None:
    kinds = [(), (StatementKind.CAUSE,), (FACTOR,), (StatementKind.PROBLEM, ACTIVITY)]
    assert [minutes_for_ideas(each) for each in kinds] == [12, 5, 7, 0]
