"""Choices: one, several, yes or no."""

from collections.abc import Iterable, Sequence

from analysis.agreement import wilson
from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.rules.questions.asked import (
    CHOICE,
    Answer,
    AskedQuestion,
    Control,
    Fields,
    QuestionType,
    Summary,
    ensure_known,
    filled,
)
from surveys.vocabulary import ViolationCode

YES_OR_NO = ("yes", "no")
NOT_CHOSEN = "none"
"""Value of the radio button that takes a choice back."""
TICKED = "on"


class SingleChoice(QuestionType):
    """One of the options, by radio buttons in the same group as the ways out."""

    control = Control.RADIOS
    needs_options = True

    def codes(self, question: AskedQuestion) -> tuple[str, ...]:
        return question.option_codes

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return ()

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `unknown_option`."""
        filled(fields, known=())
        chosen = fields.get(CHOICE, "")
        if chosen in ("", NOT_CHOSEN):
            return None
        return {"chosen": ensure_known(chosen, known=self.codes(question))}

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return {CHOICE: answer["chosen"]}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """How many chose each option, with the share and its Wilson limits."""
        return counted(self.codes(question), [[answer["chosen"]] for answer in answers])


class YesNo(SingleChoice):
    """Yes or no; its two words belong to the interface."""

    needs_options = False

    def codes(self, question: AskedQuestion) -> tuple[str, ...]:
        return YES_OR_NO


class MultipleChoice(QuestionType):
    """Any of the options, at most `choose_at_most` (0: as many as one likes)."""

    control = Control.CHECKBOXES
    needs_options = True

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return question.option_codes

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `too_many_chosen`, `unknown_option`."""
        chosen = list(filled(fields, known=question.option_codes))
        if not chosen:
            return None
        if question.choose_at_most and len(chosen) > question.choose_at_most:
            raise RuleViolation(ViolationCode.TOO_MANY_CHOSEN, n=len(chosen), limit=question.choose_at_most)
        return {"chosen": chosen}

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return dict.fromkeys(answer["chosen"], TICKED)

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """How many chose each option, with the share of those who answered and its Wilson limits."""
        return counted(question.option_codes, [answer["chosen"] for answer in answers])


def counted(codes: Sequence[str], chosen: Sequence[Iterable[str]]) -> Summary:
    """Counts and shares by option; Wilson 95 % limits (Wilson 1927), None where nobody answered."""
    n = len(chosen)
    options: Summary = {}
    for code in codes:
        k = sum(code in one for one in chosen)
        limits = wilson(k=k, n=n)
        options[code] = {
            "k": k,
            "share": k / n if n else None,
            "low": limits[0] if limits else None,
            "high": limits[1] if limits else None,
        }
    return {"options": options}
