"""The minutes a round still takes, as its pages say them: in all, and for each part so that the parts add up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from delphi.expert.pages.further import QuestionsLine
from surveys.rules.effort import QUESTION_SECONDS, minutes_by_part, minutes_on_measure, minutes_to_answer


@dataclass(frozen=True, slots=True)
class MinutesLeft:
    total: int
    parts: tuple[int, ...]
    """Of the sections or parts, in their order; 0 is less than a minute."""
    questions: QuestionsLine
    """The line of the further questions with its share of the minutes."""


def minutes_left(
    efforts: Sequence[int], *, left: int, whole: int, questions: QuestionsLine, measured: int | None
) -> MinutesLeft:
    """What is left where the parts still ask for `efforts` (seconds), `left` of `whole` minutes by the estimate.

    The further questions come on top. `measured` minutes of a pilot go before the estimate. The total is that of
    `MyRound.minutes_left`, which the mails and the list of task forces say.
    """
    n_open = questions.n_asked - questions.n_done
    total = minutes_on_measure(
        left + minutes_to_answer(n_open), whole=whole + minutes_to_answer(questions.n_asked), measured=measured
    )
    *parts, of_questions = minutes_by_part([*efforts, n_open * QUESTION_SECONDS], total=total)
    return MinutesLeft(
        total, tuple(parts), replace(questions, minutes=of_questions) if questions.n_asked else questions
    )
