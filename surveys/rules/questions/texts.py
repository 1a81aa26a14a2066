"""Free texts: read by people, not counted."""

from collections.abc import Sequence

from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.rules.questions.asked import Answer, AskedQuestion, Control, Fields, QuestionType, Summary, filled
from surveys.rules.texts import clean_text
from surveys.vocabulary import ViolationCode

TEXT = "text"
SHORT_LIMIT = 200
LONG_LIMIT = 4000


class ShortText(QuestionType):
    """One line."""

    control = Control.LINE
    is_counted = False
    limit = SHORT_LIMIT

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return (TEXT,)

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `text_too_long`."""
        text = clean_text(filled(fields, known=(TEXT,)).get(TEXT, ""), limit=self.limit)
        return {"text": text} if text else None

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        if not isinstance(answer["text"], str):
            raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
        return {TEXT: answer["text"]}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """Nothing beyond their number."""
        return {}


class LongText(ShortText):
    """Several lines."""

    control = Control.PARAGRAPH
    limit = LONG_LIMIT
