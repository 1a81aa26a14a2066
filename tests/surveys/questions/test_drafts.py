"""What a facilitator types for a question: read once, with every problem, and shown again as it was."""

import pytest

from surveys.localized import LocalizedText
from surveys.rules.questions.drafts import USES, draft_fields, read_draft
from surveys.vocabulary import QuestionKind, ViolationCode

LANGUAGES = ("en", "fr")
FULL = {
    "text-en": "Which first?",
    "text-fr": "Lequel d'abord ?",
    "hint-en": "Think of 2030.",
    "hint-fr": "Pensez à 2030.",
    "options-en": "Tax\r\n\r\n Market \nLevy",
    "options-fr": "Impôt\nMarché\nTaxe",
    "groups-en": "Now\nLater",
    "groups-fr": "Maintenant\nPlus tard",
    "unit-en": "t",
    "unit-fr": "t",
    "choose_at_most": "2",
    "total": "10",
    "lower": "2025",
    "upper": "2100",
}
K = QuestionKind


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_full_form_makes_a_question_that_fills_the_form_again(kind: QuestionKind) -> None:
    draft = read_draft(kind, FULL, languages=LANGUAGES)
    assert draft.problems == ()
    again = read_draft(kind, draft_fields(draft.question, languages=LANGUAGES), languages=LANGUAGES)
    assert again == draft
    used = USES[kind]
    assert [option.text for option in draft.question.options] == (
        [
            {"en": "Tax", "fr": "Impôt"},
            {"en": "Market", "fr": "Marché"},
            {"en": "Levy", "fr": "Taxe"},
        ]
        if "options" in used
        else []
    )
    assert draft.question.lower == (2025 if "lower" in used else None)
    assert draft.question.unit == (LocalizedText(en="t", fr="t") if "unit" in used else {})


PROBLEMS = [
    (K.YES_NO, {"text-en": "", "text-fr": " "}, "text-en", ViolationCode.TEXT_EMPTY),
    (K.YES_NO, {"text-fr": "x" * 601}, "text-fr", ViolationCode.TEXT_TOO_LONG),
    (K.RANKING, {"options-en": "Tax", "options-fr": ""}, "options-en", ViolationCode.OPTIONS_TOO_FEW),
    (K.RANKING, {"options-fr": "Impôt\nMarché"}, "options-en", ViolationCode.OPTIONS_UNEVEN),
    (K.RANKING, {"options-en": "Tax\nTax\nLevy"}, "options-en", ViolationCode.OPTIONS_ALIKE),
    (K.RANKING, {"options-en": "\n".join(map(str, range(21)))}, "options-en", ViolationCode.OPTIONS_TOO_MANY),
    (K.SORT_GROUPS, {"groups-en": "Now", "groups-fr": ""}, "groups-en", ViolationCode.GROUPS_TOO_FEW),
    (K.TOP_X, {"choose_at_most": "4"}, "choose_at_most", ViolationCode.SETTING_OUT_OF_RANGE),
    (K.POINTS, {"total": "many"}, "total", ViolationCode.SETTING_OUT_OF_RANGE),
    (K.YEAR, {"lower": "2100", "upper": "2025"}, "upper", ViolationCode.RANGE_REVERSED),
    (K.YEAR, {"lower": "soon"}, "lower", ViolationCode.NUMBER_UNREADABLE),
]


@pytest.mark.parametrize(("kind", "change", "field", "code"), PROBLEMS)
def test_each_problem_names_its_field(
    kind: QuestionKind, change: dict[str, str], field: str, code: ViolationCode
) -> None:
    draft = read_draft(kind, {**FULL, **change}, languages=LANGUAGES)
    assert (field, code) in [(name, violation.code) for name, violation in draft.problems]


def test_one_language_may_come_later() -> None:
    english = {name: text for name, text in FULL.items() if not name.endswith("-fr")}
    draft = read_draft(K.RANKING, english, languages=LANGUAGES)
    assert draft.problems == ()
    assert all("fr" not in text for text in draft.question.texts())


def test_blank_settings_have_usual_values() -> None:
    blank = {**FULL, "choose_at_most": "", "total": " ", "lower": "", "upper": ""}
    questions = {kind: read_draft(kind, blank, languages=LANGUAGES).question for kind in QuestionKind}
    assert questions[K.TOP_X].choose_at_most == 3
    assert questions[K.MULTIPLE_CHOICE].choose_at_most == 0
    assert questions[K.POINTS].total == 100
    assert (questions[K.NUMBER].lower, questions[K.NUMBER].upper) == (None, None)
