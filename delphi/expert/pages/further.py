"""The line that leads from the other pages of a round to its further questions."""

from dataclasses import dataclass

from sqlmodel import Session

from delphi.expert.sitting import Sitting
from surveys.queries.questions import Progress, question_progress
from surveys.rules.effort import minutes_to_answer


@dataclass(frozen=True, slots=True)
class QuestionsLine:
    """The further questions in a list of sections; `n_asked` is 0 where the round has none."""

    n_asked: int
    n_done: int
    minutes: int


NOTHING_FURTHER = QuestionsLine(0, 0, 0)


def line_of(progress: Progress) -> QuestionsLine:
    return QuestionsLine(progress.n_asked, progress.n_done, minutes_to_answer(progress.n_asked - progress.n_done))


def questions_line(session: Session, *, sitting: Sitting) -> QuestionsLine:
    """The line of this round and expert: one statement, none where nothing further is asked."""
    if not sitting.asked.n_questions:
        return NOTHING_FURTHER
    return line_of(question_progress(session, round_id=sitting.asked.id, panellist_id=sitting.seat.panellist_id))
