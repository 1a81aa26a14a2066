"""The demo's texts: complete in both languages, linked, typeset."""

import re
from collections import Counter

from delphi.demo.content import demo_content, demo_framework, demo_texts
from delphi.demo.people import address_of, demo_people
from delphi.demo.typography import NO_BREAK, french, typeset_all
from surveys.localized import LocalizedText
from surveys.vocabulary import RATED_KINDS, Role, StatementKind


def test_twenty_four_objectives_have_162_activities() -> None:
    content = demo_content()
    assert list(content) == [objective.code for objective in demo_framework().objectives]
    assert len(content) == 24
    kinds = Counter(statement.kind for one in content.values() for statement in one.statements)
    assert kinds[StatementKind.ACTIVITY] == 162
    assert min(kinds[kind] for kind in StatementKind) >= 60


def test_every_statement_is_in_both_languages_and_no_text_comes_twice() -> None:
    texts = [statement.text for one in demo_content().values() for statement in one.statements]
    assert [text for text in texts if set(text) != {"en", "fr"}] == []
    for language in ("en", "fr"):
        assert len({text[language] for text in texts}) == len(texts)


def test_every_link_leads_to_a_statement_of_the_right_kind() -> None:
    for one in demo_content().values():
        kinds = {statement.key: statement.kind for statement in one.statements}
        for statement in one.statements:
            if statement.parent is not None:
                assert kinds[statement.parent] is statement.kind.parent_kind, (one.code, statement.key)


def test_what_is_rated_has_a_shape_and_activities_a_known_category_and_facility() -> None:
    categories = {entry.code for entry in demo_framework().categories}
    assert len(categories) == 12
    for one in demo_content().values():
        for statement in one.statements:
            assert (statement.importance is not None) == (statement.kind in RATED_KINDS)
            if statement.kind is StatementKind.ACTIVITY:
                assert statement.category in categories
                assert statement.facility in ("CF", "GF", "split")
                assert set(statement.shapes) == {"importance", "feasibility"}


def test_no_french_text_keeps_a_breaking_space_or_a_straight_apostrophe() -> None:
    wrong = re.compile(r" [;:?!%»]|« |\w'\w|\w[;?!»]")
    french_texts = [
        *(statement.text["fr"] for one in demo_content().values() for statement in one.statements),
        *(
            comment.in_both()["fr"]
            for one in demo_content().values()
            for statement in one.statements
            for comment in statement.comments
        ),
        *(objective.description["fr"] for objective in demo_framework().objectives),
        demo_texts().purpose["fr"],
    ]
    assert [text for text in french_texts if wrong.search(text)] == []


def test_french_typography() -> None:
    typed = "C'est « bien » : 20 % de 1 200 ; à 10:30, http://x.org ? «Non ? »!"
    n = NO_BREAK
    assert (
        french(typed) == f"C’est «{n}bien{n}»{n}: 20{n}% de 1{n}200{n}; à 10:30, http://x.org{n}? «{n}Non{n}?{n}»{n}!"
    )
    assert french(french(typed)) == french(typed)


def test_english_is_left_as_it_was_typed() -> None:
    assert typeset_all(LocalizedText(en="Why : 20 % ?", fr="Quoi ?")) == {
        "en": "Why : 20 % ?",
        "fr": f"Quoi{NO_BREAK}?",
    }


def test_the_panel_has_126_experts_each_with_an_address_of_their_own() -> None:
    people = demo_people().panel.people
    experts = [person for person in people if person.role is Role.EXPERT]
    assert len(experts) == 126
    assert len({person.email for person in people}) == len(people)
    assert any(len(person.task_forces) == 3 for person in experts)
    assert {code for person in experts for code in person.task_forces} == set(demo_content())


def test_an_address_is_plain_ascii() -> None:
    assert address_of("Mira Kovalčíková") == "mira.kovalcikova@example.org"
    assert address_of("Søren Łuk-O'Neil") == "soren.luk.oneil@example.org"
