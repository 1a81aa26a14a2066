"""Sorting: each option goes into one group; some may be left out."""

from collections import Counter
from collections.abc import Sequence

from analysis.types import Quantile
from surveys.rules.questions.asked import (
    Answer,
    AskedQuestion,
    Control,
    Fields,
    QuestionType,
    Summary,
    ensure_known,
    filled,
)


class SortIntoGroups(QuestionType):
    """One group for each option, by radio buttons or a select; an option left out is in none."""

    control = Control.GROUP_PER_OPTION
    needs_options = True

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return question.option_codes

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `unknown_option`."""
        typed = filled(fields, known=question.option_codes)
        if not typed:
            return None
        return {
            "groups": {code: ensure_known(group, known=question.group_codes) for code, group in typed.items()},
        }

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return dict(answer["groups"])

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """How often each option was put into each group, and by how many it was sorted at all."""
        options: Summary = {}
        for code in question.option_codes:
            counts = Counter(answer["groups"][code] for answer in answers if code in answer["groups"])
            options[code] = {"n": counts.total(), "groups": {group: counts[group] for group in question.group_codes}}
        return {"options": options}
