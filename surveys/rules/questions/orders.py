"""Orders: all options ranked, or the best ones named in order. Selects, no dragging."""

from collections.abc import Sequence

import numpy as np

from analysis.kemeny import kemeny
from analysis.social_choice import borda, mean_ranks, preferences
from analysis.types import Quantile
from surveys.errors import RuleViolation
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
from surveys.rules.questions.choices import counted
from surveys.rules.questions.numbers import whole_number
from surveys.vocabulary import ViolationCode


class Ranking(QuestionType):
    """Every option has a place of its own; the answer lists the options from the best on."""

    control = Control.PLACE_PER_OPTION
    needs_options = True

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return question.option_codes

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `place_twice`, `places_missing` with their number, `number_out_of_range`, `number_unreadable`."""
        typed = filled(fields, known=question.option_codes)
        if not typed:
            return None
        n = len(question.options)
        by_place: dict[int, str] = {}
        for code, text in typed.items():
            place = whole_number(text, lower=1, upper=n)
            if place in by_place:
                raise RuleViolation(ViolationCode.PLACE_TWICE, place=place)
            by_place[place] = code
        if len(by_place) < n:
            raise RuleViolation(ViolationCode.PLACES_MISSING, n=n - len(by_place))
        return {"order": [by_place[place] for place in sorted(by_place)]}

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return {code: str(place) for place, code in enumerate(answer["order"], start=1)}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """Mean rank and Borda score of each option, how often it was first, and Kemeny's order of all.

        Kemeny's order contradicts the fewest of the panel's pairwise preferences; `is_only` says that no other order
        does as well (known for up to seven options).
        """
        codes = question.option_codes
        if not answers:
            return {"options": {}, "kemeny": [], "is_only": None}
        ranks = np.array([[answer["order"].index(code) + 1 for code in codes] for answer in answers], dtype=np.float64)
        preferred = preferences(ranks, higher_is_better=False)
        means, scores, best = mean_ranks(ranks, higher_is_better=False) or (), borda(preferred), kemeny(preferred)
        return {
            "options": {
                code: {
                    "mean_rank": mean,
                    "borda": score.score,
                    "first": sum(answer["order"][0] == code for answer in answers),
                }
                for code, mean, score in zip(codes, means, scores, strict=True)
            },
            "kemeny": [codes[index] for index in best.order],
            "is_only": None if best.n_optimal is None else best.n_optimal == 1,
        }


class TopChoices(QuestionType):
    """The best ones, at most `choose_at_most`, named in order; fewer may be named."""

    control = Control.OPTION_PER_PLACE
    needs_options = True

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return tuple(f"place-{place}" for place in range(1, question.choose_at_most + 1))

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `option_twice`, `place_skipped`, `unknown_option`."""
        names = self.fields(question)
        typed = filled(fields, known=names)
        if not typed:
            return None
        order: list[str] = []
        for place, name in enumerate(names, start=1):
            if name not in typed:
                if any(later in typed for later in names[place:]):
                    raise RuleViolation(ViolationCode.PLACE_SKIPPED, place=place)
                break
            code = ensure_known(typed[name], known=question.option_codes)
            if code in order:
                raise RuleViolation(ViolationCode.OPTION_TWICE, first=order.index(code) + 1, second=place)
            order.append(code)
        return {"order": order}

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return {f"place-{place}": code for place, code in enumerate(answer["order"], start=1)}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """How many named each option, at all and first, with the share of those who answered and its Wilson limits."""
        found = counted(question.option_codes, [answer["order"] for answer in answers])
        for code, figures in found["options"].items():
            figures["first"] = sum(answer["order"][0] == code for answer in answers)
        return found
