"""Points to share over the options; all of them must be given away."""

from collections.abc import Sequence

from analysis.free_numbers import describe_numbers
from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.rules.questions.asked import Answer, AskedQuestion, Control, Fields, QuestionType, Summary, filled
from surveys.rules.questions.numbers import whole_number
from surveys.vocabulary import ViolationCode


class PointsToShare(QuestionType):
    """Whole points whose sum is `total`; an option left blank gets none."""

    control = Control.NUMBER_PER_OPTION
    needs_options = True

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return question.option_codes

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `points_left` or `points_over` with their number, `number_unreadable`, `number_out_of_range`."""
        typed = filled(fields, known=question.option_codes)
        if not typed:
            return None
        given = {
            code: whole_number(typed[code], lower=0, upper=question.total) if code in typed else 0
            for code in question.option_codes
        }
        left = question.total - sum(given.values())
        if left > 0:
            raise RuleViolation(ViolationCode.POINTS_LEFT, left=left, total=question.total)
        if left < 0:
            raise RuleViolation(ViolationCode.POINTS_OVER, over=-left, total=question.total)
        return {"points": given}

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return {code: str(points) for code, points in answer["points"].items() if points}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """Mean share of the total (0 to 1), median points, and how many gave any, for each option."""
        options: Summary = {}
        for code in question.option_codes:
            points = [answer["points"][code] for answer in answers]
            found = describe_numbers(points, method=quantile)
            options[code] = {
                "mean_share": found.mean / question.total if found else None,
                "median": found.median if found else None,
                "n_any": sum(one > 0 for one in points),
            }
        return {"options": options}
