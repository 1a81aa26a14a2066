"""The answers drawn for the demo: believable, reproducible, and nobody answers who has left."""

from statistics import median

import pytest

from analysis.simulation import PanelShape
from analysis.types import Scale
from delphi.demo.authorship import WrittenIdea, write_ideas
from delphi.demo.content import ObjectiveContent, demo_content
from delphi.demo.opinions import Opinions, draw_opinions, generator
from surveys.vocabulary import RatingState

LANGUAGES = ["fr", "en", "fr", "en", "fr", "en", "en", "fr", "en"]


def drawn(content: ObjectiveContent, *, seed: int = 1, n_experts: int = 9) -> Opinions:
    return draw_opinions(
        content,
        n_experts=n_experts,
        stays=frozenset({0}),
        absent=frozenset({n_experts - 1}),
        scale=Scale(1, 9),
        seed=seed,
    )


def written(content: ObjectiveContent) -> tuple[WrittenIdea, ...]:
    return write_ideas(content, languages=LANGUAGES, writers=range(8), rng=generator(1, content.code, "ideas"))


@pytest.mark.parametrize("code", ["A1", "C3", "E1"])
def test_the_same_seed_draws_the_same_answers_and_another_seed_others(code: str) -> None:
    content = demo_content()[code]
    assert drawn(content) == drawn(content)
    assert drawn(content) != drawn(content, seed=2)


def test_who_stays_answers_every_round_and_who_is_absent_none() -> None:
    present = drawn(demo_content()["A1"]).present
    assert all(0 in present[number] and 8 not in present[number] for number in (1, 2, 3))
    assert set(present[3]) <= set(present[2]) <= set(present[1])


def test_people_leave_only_while_five_are_left() -> None:
    rounds = [drawn(content, n_experts=7).present for content in demo_content().values()]
    assert min(len(present[3]) for present in rounds) == 5
    assert any(len(present[3]) < len(present[1]) for present in rounds)


def test_some_things_lie_outside_somebodys_expertise_but_five_can_always_judge() -> None:
    content = demo_content()["A1"]
    opinions = drawn(content)
    states = [[row[at][0] for at in opinions.present[number]] for (number, _, _), row in opinions.answers.items()]
    assert any(RatingState.OUTSIDE_EXPERTISE in row for row in states)
    assert min(row.count(RatingState.RATED) for row in states) >= 5


def test_shapes_can_be_told_apart_by_their_medians() -> None:
    medians: dict[PanelShape, list[float]] = {shape: [] for shape in PanelShape}
    for content in demo_content().values():
        opinions = drawn(content)
        for statement in content.statements:
            if statement.importance is not None:
                row = opinions.answers[2, statement.key, "importance"]
                medians[statement.importance].append(median(row[at][1] or 5 for at in opinions.present[2]))
    assert median(medians[PanelShape.HIGH]) >= 8
    assert median(medians[PanelShape.LOW]) <= 3
    assert 4 <= median(medians[PanelShape.RISING]) <= 6


def test_every_idea_has_a_slot_of_its_own_and_hangs_on_an_idea_of_the_same_author() -> None:
    for content in demo_content().values():
        ideas = written(content)
        slots = {(idea.author, idea.slot): idea for idea in ideas}
        assert len(slots) == len(ideas)
        for idea in ideas:
            if idea.parent_slot is not None:
                assert slots[idea.author, idea.parent_slot].kind is idea.kind.parent_kind


def test_a_statement_has_different_authors_who_speak_its_language() -> None:
    for content in demo_content().values():
        by_statement: dict[str | None, list[WrittenIdea]] = {}
        for idea in written(content):
            by_statement.setdefault(idea.statement, []).append(idea)
        for statement in content.statements:
            authors = [idea.author for idea in by_statement[statement.key]]
            assert len(set(authors)) == len(authors)
    speaking = [LANGUAGES[idea.author] == idea.language for one in demo_content().values() for idea in written(one)]
    assert sum(speaking) == len(speaking)
