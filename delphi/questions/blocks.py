"""A question as a block of form fields: the same for experts and in the facilitator's preview."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from delphi.i18n import in_language
from delphi.questions.before import Before
from delphi.questions.words import group_words, how_to_answer, option_words
from surveys.localized import LocalizedText
from surveys.queries.questions import OwnAnswer
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import CHOICE, Control
from surveys.rules.questions.fields import ANSWERING, field_name, stored_fields
from surveys.vocabulary import QuestionKind


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One text box, select or tick box; `choices` are values with their words."""

    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionBlock:
    question_id: int
    number: int
    kind: QuestionKind
    control: Control
    text: LocalizedText
    hint: LocalizedText
    unit: str
    how: str
    fields: tuple[QuestionField, ...]
    way_name: str
    way: str
    """The value of the chosen radio button of `way_name`."""
    choices: tuple[tuple[str, str], ...]
    """Radio buttons of a single choice."""
    total: int
    left: str
    """How many points are left to share, where some are typed."""
    problem: str
    before: Before | None = None
    """The round before, where the question is asked again."""

    @property
    def anchor(self) -> str:
        return f"q-{self.question_id}"


def typed_from_store(question: AskedQuestion, own: OwnAnswer | None) -> dict[str, str]:
    """The fields, by their names within the question, that show a stored answer."""
    return {} if own is None else stored_fields(question, state=own.state, answer=own.answer)


def question_block(
    question: AskedQuestion,
    *,
    number: int,
    typed: Mapping[str, str],
    problem: str = "",
    before: Before | None = None,
) -> QuestionBlock:
    """The block of one question with what is `typed` in its fields."""
    kind = QUESTION_KINDS[question.kind]
    labels, choices = _labels_and_choices(question, control=kind.control)
    is_single = kind.control is Control.RADIOS
    return QuestionBlock(
        question_id=question.id,
        number=number,
        kind=question.kind,
        control=kind.control,
        text=question.text,
        hint=question.hint,
        unit="%" if question.kind is QuestionKind.PROBABILITY else in_language(question.unit),
        how=how_to_answer(question),
        fields=tuple(
            QuestionField(field_name(question.id, name), labels.get(name, ""), typed.get(name, ""), choices)
            for name in kind.fields(question)
        ),
        way_name=field_name(question.id, CHOICE),
        way=typed.get(CHOICE, "" if is_single else ANSWERING),
        choices=choices if is_single else (),
        total=question.total,
        left=_left(question, typed),
        problem=problem,
        before=before,
    )


def _labels_and_choices(
    question: AskedQuestion, *, control: Control
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    options = option_words(question)
    match control:
        case Control.PLACE_PER_OPTION:
            return options, tuple((str(place), str(place)) for place in range(1, len(options) + 1))
        case Control.OPTION_PER_PLACE:
            places = range(1, question.choose_at_most + 1)
            return {f"place-{n}": gettext("Place %(number)s", number=n) for n in places}, tuple(options.items())
        case Control.GROUP_PER_OPTION:
            return options, tuple(group_words(question).items())
        case Control.RADIOS:
            return {}, tuple(options.items())
        case _:
            return options, ()


def _left(question: AskedQuestion, typed: Mapping[str, str]) -> str:
    given = [typed.get(code, "").strip() for code in question.option_codes]
    if question.kind is not QuestionKind.POINTS or not any(given) or any(one and not one.isdecimal() for one in given):
        return ""
    left = question.total - sum(int(one) for one in given if one)
    return gettext("%(left)s of %(total)s points are left to share.", left=left, total=question.total)
