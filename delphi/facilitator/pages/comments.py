"""Comments of a closed round, to be reviewed before other experts read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.answer_reviews import n_unread_in
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.trace import StatementComment, comments_of_round
from surveys.rules.permissions import Actor
from surveys.vocabulary import CommentReview, RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """What a refused form held, for the comment it was about."""

    comment_id: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CommentLine:
    comment: StatementComment
    texts: Mapping[str, str]
    problem: str


@dataclass(frozen=True, slots=True)
class CommentedStatement:
    statement_id: int
    code: str
    text: LocalizedText
    lines: tuple[CommentLine, ...]


@dataclass(frozen=True, slots=True)
class CommentsPage:
    place: Place
    round_id: int
    round_number: int
    n_comments: int
    n_waiting: int
    n_answers_unread: int
    """Written answers to the round's further questions, which have a page of their own."""
    statements: tuple[CommentedStatement, ...]


def comments_page(session: Session, *, round_id: int, actor: Actor, typed: Paraphrase) -> CommentsPage:
    """Statements with comments, those with waiting ones first. Raises `round_not_closed` for an open round."""
    round_ = session.get_one(Round, round_id)
    if round_.status is not RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    by_statement = comments_of_round(session, round_id=round_id)
    statements = [
        CommentedStatement(
            statement_id=asked.id,
            code=asked.code,
            text=asked.text,
            lines=tuple(_line(one, languages=place.languages, typed=typed) for one in by_statement[asked.id]),
        )
        for asked in questionnaire_of(session, round_id=round_id).statements
        if asked.id in by_statement
    ]
    every = [line.comment.review for statement in statements for line in statement.lines]
    statements.sort(key=lambda one: all(line.comment.review is not CommentReview.WAITING for line in one.lines))
    return CommentsPage(
        place=place,
        round_id=round_id,
        round_number=round_.number,
        n_comments=len(every),
        n_waiting=every.count(CommentReview.WAITING),
        n_answers_unread=n_unread_in(session, round_ids=[round_id]).get(round_id, 0),
        statements=tuple(statements),
    )


def _line(comment: StatementComment, *, languages: tuple[str, ...], typed: Paraphrase) -> CommentLine:
    is_refused = typed.comment_id == comment.id
    stored = {language: comment.shared_text.get(language, "") for language in languages}
    return CommentLine(
        comment=comment,
        texts=stored | dict(typed.texts) if is_refused else stored,
        problem=typed.problem if is_refused else "",
    )
