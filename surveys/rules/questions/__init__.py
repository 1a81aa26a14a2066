"""What may be asked beside ratings: one type for each kind, which reads, shows and summarises its answers."""

from collections.abc import Mapping

from surveys.rules.questions.asked import AskedQuestion, QuestionType
from surveys.rules.questions.choices import MultipleChoice, SingleChoice, YesNo
from surveys.rules.questions.groups import SortIntoGroups
from surveys.rules.questions.numbers import Number, Probability, Year
from surveys.rules.questions.orders import Ranking, TopChoices
from surveys.rules.questions.shares import PointsToShare
from surveys.rules.questions.texts import LongText, ShortText
from surveys.vocabulary import QuestionKind

QUESTION_KINDS: Mapping[QuestionKind, QuestionType] = {
    QuestionKind.RANKING: Ranking(),
    QuestionKind.TOP_X: TopChoices(),
    QuestionKind.POINTS: PointsToShare(),
    QuestionKind.MULTIPLE_CHOICE: MultipleChoice(),
    QuestionKind.SINGLE_CHOICE: SingleChoice(),
    QuestionKind.YES_NO: YesNo(),
    QuestionKind.NUMBER: Number(),
    QuestionKind.PROBABILITY: Probability(),
    QuestionKind.YEAR: Year(),
    QuestionKind.SHORT_TEXT: ShortText(),
    QuestionKind.LONG_TEXT: LongText(),
    QuestionKind.SORT_GROUPS: SortIntoGroups(),
}

__all__ = ["QUESTION_KINDS", "AskedQuestion", "QuestionType"]
