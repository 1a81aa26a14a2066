"""Written answers to the further questions of a closed round, to be read over before they leave this page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.answer_reviews import WrittenAnswer, written_answers
from surveys.rules.permissions import Actor
from surveys.vocabulary import CommentReview, RoundKind, RoundStatus, ViolationCode

FEW = 3
"""People who must have written in a language before it tells nothing of who they are."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What a refused form held, for the answer it was about. `wish`: which decision was not possible so."""

    answer_id: int = 0
    wish: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    answer: WrittenAnswer
    is_rare: bool
    """Few wrote in this language, others in another: the language itself may name the author."""
    texts: Mapping[str, str]
    reason: str
    wish: str
    """The decision that was refused; empty where none was."""
    problem: str


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    question_id: int
    code: str
    text: LocalizedText
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class WrittenAnswersPage:
    place: Place
    round_id: int
    round_number: int
    has_board: bool
    n_answers: int
    n_unread: int
    questions: tuple[AnsweredQuestion, ...]
    problem: str


def written_answers_page(session: Session, *, round_id: int, actor: Actor, refused: Refused) -> WrittenAnswersPage:
    """Questions that ask for texts, and the texts, unread ones first. Raises `round_not_closed` for an open round."""
    round_ = session.get_one(Round, round_id)
    if round_.status is not RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    questions = [
        AnsweredQuestion(
            question_id=question.id,
            code=question.code,
            text=question.text,
            lines=_lines(answers, languages=place.languages, refused=refused),
        )
        for question, answers in written_answers(session, round_id=round_id)
        if answers
    ]
    questions.sort(key=lambda one: all(line.answer.review is not CommentReview.WAITING for line in one.lines))
    every = [line.answer.review for question in questions for line in question.lines]
    return WrittenAnswersPage(
        place=place,
        round_id=round_id,
        round_number=round_.number,
        has_board=round_.kind is RoundKind.RATING,
        n_answers=len(every),
        n_unread=every.count(CommentReview.WAITING),
        questions=tuple(questions),
        problem=refused.problem,
    )


def _lines(answers: Sequence[WrittenAnswer], *, languages: tuple[str, ...], refused: Refused) -> tuple[AnswerLine, ...]:
    n_in = Counter[str]()
    for one in answers:
        n_in[one.language] += one.n
    return tuple(
        _line(one, is_rare=len(n_in) > 1 and n_in[one.language] < FEW, languages=languages, refused=refused)
        for one in sorted(answers, key=lambda one: one.review is not CommentReview.WAITING)
    )


def _line(answer: WrittenAnswer, *, is_rare: bool, languages: tuple[str, ...], refused: Refused) -> AnswerLine:
    is_refused = refused.answer_id == answer.id
    stored = {language: answer.shared_text.get(language, "") for language in languages}
    return AnswerLine(
        answer=answer,
        is_rare=is_rare,
        texts=stored | dict(refused.texts) if is_refused else stored,
        reason=refused.reason if is_refused else answer.reason,
        wish=refused.wish if is_refused else "",
        problem=refused.problem if is_refused else "",
    )
