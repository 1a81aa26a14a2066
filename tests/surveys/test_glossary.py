"""Which terms a text uses: whole words, acronyms as written, each in its own language."""

import pytest

from surveys.localized import LocalizedText
from surveys.rules.glossary import Term, terms_in, terms_of

STORED = [
    {"term_en": "SOC", "term_fr": "COS", "en": "Soil organic carbon.", "fr": "Carbone organique des sols."},
    {"term_en": "soil health", "term_fr": "santé des sols", "en": "How well a soil works.", "fr": "Sa capacité."},
]
SOC, HEALTH = terms_of(STORED)


def test_a_stored_glossary_has_terms_and_meanings() -> None:
    assert (
        Term(
            LocalizedText(en="SOC", fr="COS"),
            LocalizedText(en="Soil organic carbon.", fr="Carbone organique des sols."),
        )
        == SOC
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LocalizedText(en="Measure SOC stocks."), (SOC,)),
        (LocalizedText(en="Measure SOCs."), (SOC,)),
        (LocalizedText(en="Tell society.", fr="Mesurer le COS."), (SOC,)),
        (LocalizedText(en="Tell society and Socrates."), ()),
        (LocalizedText(en="soc"), ()),
        (LocalizedText(en="Soil health matters for SOC"), (SOC, HEALTH)),
        (LocalizedText(fr="Mesurer SOC"), ()),
        (LocalizedText(), ()),
    ],
)
def test_terms_are_found_as_whole_words(text: LocalizedText, found: tuple[Term, ...]) -> None:
    assert terms_in((SOC, HEALTH), text) == found


def test_an_empty_glossary_explains_nothing() -> None:
    assert terms_in(terms_of([]), LocalizedText(en="SOC")) == ()
