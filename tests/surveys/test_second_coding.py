"""A second coder: blind, somebody else, compared by Cohen's kappa with what could not be compared counted."""

from typing import Any

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import SecondCode, StaffRole
from surveys.queries.second_coding import codings_of, compare_codings
from surveys.rules.permissions import Actor
from surveys.services.second_coding import finish_coding, ideas_to_code, save_codes
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.vocabulary import Audience, Role, StatementKind, ViolationCode
from tests.builders import NOW, a_closed_ideas_round, a_person, a_study, as_facilitator, said

ACTIVITY, OBSTACLE = StatementKind.ACTIVITY, StatementKind.OBSTACLE
IDEAS = [
    (0, ACTIVITY, "Word for word", "en"),
    (1, ACTIVITY, "prices one", "en"),
    (2, ACTIVITY, "prices two", "en"),
    (3, ACTIVITY, "prices three", "en"),
    (4, ACTIVITY, "advice and money", "en"),
    (5, ACTIVITY, "asdf", "en"),
    (0, OBSTACLE, "costs", "en"),
]


class TwoCoders:
    def __init__(self, session: Session) -> None:
        self.session, self.small = session, a_study(session)
        _, ideas = a_closed_ideas_round(session, self.small, ideas=IDEAS)
        self.ideas = ideas
        at: dict[str, Any] = {"task_force_id": self.small.task_force_id, "now": NOW}
        self.first = {"actor": as_facilitator(self.small), **at}
        marie = a_person(session, name="Marie", email="marie@example.org")
        session.add(StaffRole(person_id=marie.id, role=Role.FACILITATOR, task_force_id=self.small.task_force_id))
        actor = Actor(person_id=marie.id, audience=Audience.STAFF, facilitates=frozenset({self.small.task_force_id}))
        self.second = {"actor": actor, **at}
        kept = place_as_new(session, idea_id=ideas[0], text=said("Word for word"), **self.first)
        prices = place_as_new(session, idea_id=ideas[1], text=said("Prices"), **self.first)
        merge_idea(session, idea_id=ideas[2], statement_id=prices.id, **self.first)
        merge_idea(session, idea_id=ideas[3], statement_id=kept.id, **self.first)
        place_as_new(session, idea_id=ideas[4], text=said("Advice"), **self.first)
        merge_idea(session, idea_id=ideas[4], statement_id=prices.id, is_split=True, **self.first)
        park_idea(session, idea_id=ideas[5], reason="Noise", **self.first)
        costs = place_as_new(session, idea_id=ideas[6], text=said("Costs"), **self.first)
        self.kept, self.prices, self.costs = str(kept.id), str(prices.id), str(costs.id)


def test_both_codings_are_compared_once_the_second_is_finished(database: Database) -> None:
    with database.writing() as session:
        two = TwoCoders(session)
        at = two.small.task_force_id
        assert ideas_to_code(session, task_force_id=at) == set(two.ideas[1:])
        choices = dict(zip(two.ideas[1:4], (two.prices, two.prices, two.prices), strict=True))
        save_codes(session, choices=choices, **two.second)
        with pytest.raises(RuleViolation) as caught:
            finish_coding(session, **two.second)
        assert (caught.value.code, caught.value.params) == (ViolationCode.IDEAS_UNCODED, {"n": 3})
        save_codes(
            session, choices={two.ideas[4]: "none", two.ideas[5]: "aside", two.ideas[6]: two.costs}, **two.second
        )
        finish_coding(session, **two.second)
        coding = codings_of(session, task_force_id=at)[0]
        found = compare_codings(session, task_force_id=at, coding=coding)
        assert (found.n_kept, found.n_split, found.n_waiting) == (1, 1, 0)
        assert found.kappa.n == 5
        assert found.kappa.observed == pytest.approx(4 / 5)
        # prices 2 and 3, kept 1 and 0, aside 1 and 1, costs 1 and 1: expected (6 + 0 + 1 + 1) / 25
        assert found.kappa.value == pytest.approx((20 - 8) / (25 - 8))
        assert [(one.kind, one.kappa.n, one.kappa.reason) for one in found.kinds] == [
            (ACTIVITY, 4, None),
            (OBSTACLE, 1, "one_category"),
        ]
        (apart,) = found.disagreements
        assert (apart.idea.id, str(apart.first.id), str(apart.second.id)) == (two.ideas[3], two.kept, two.prices)  # type: ignore[union-attr]
        with pytest.raises(RuleViolation) as caught:
            save_codes(session, choices=choices, **two.second)
        assert caught.value.code is ViolationCode.CODING_FINISHED


def test_who_placed_ideas_cannot_be_the_second_coder(lite: Database) -> None:
    with lite.writing() as session:
        two = TwoCoders(session)
        with pytest.raises(RuleViolation) as caught:
            save_codes(session, choices={two.ideas[1]: two.prices}, **two.first)
        assert caught.value.code is ViolationCode.CODED_BY_THE_SAME


def test_a_choice_is_of_this_desk_and_kind_and_may_be_changed_until_the_end(lite: Database) -> None:
    with lite.writing() as session:
        two = TwoCoders(session)
        for choices in ({two.ideas[1]: two.costs}, {two.ideas[1]: "999"}, {999: two.prices}, {two.ideas[1]: "x"}):
            with pytest.raises(NotFound), session.begin_nested():
                save_codes(session, choices=choices, **two.second)
        save_codes(session, choices={two.ideas[1]: two.prices}, **two.second)
        save_codes(session, choices={two.ideas[1]: "aside", two.ideas[2]: ""}, **two.second)
        assert [(one.is_aside, one.statement_id) for one in session.exec(select(SecondCode)).all()] == [(True, None)]
