"""What an answer can be."""

from enum import StrEnum


class RatingState(StrEnum):
    """What one cell of a questionnaire holds; only `rated` carries a number. No row at all: left blank."""

    RATED = "rated"
    OUTSIDE_EXPERTISE = "outside_expertise"
    NEED_INFORMATION = "need_information"
    ABSTAINED = "abstained"


class QuestionKind(StrEnum):
    """What may be asked beside ratings; `surveys.rules.questions` knows what each of them takes for an answer."""

    RANKING = "ranking"
    TOP_X = "top_x"
    POINTS = "points"
    MULTIPLE_CHOICE = "multiple_choice"
    SINGLE_CHOICE = "single_choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    PROBABILITY = "probability"
    YEAR = "year"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    SORT_GROUPS = "sort_groups"


class AnswerState(StrEnum):
    """What one question holds; only `answered` carries an answer. No row at all: left blank."""

    ANSWERED = "answered"
    OUTSIDE_EXPERTISE = "outside_expertise"
    NEED_INFORMATION = "need_information"


class Stance(StrEnum):
    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class CommentReview(StrEnum):
    WAITING = "waiting"
    SHARED = "shared"
    WITHHELD = "withheld"
