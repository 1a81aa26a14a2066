"""Principled objections: dissent carried with its statement into outcomes and plan, in the words others read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Comment, Round
from surveys.vocabulary import CommentReview, RoundStatus


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection without author or time."""

    round_number: int
    text: LocalizedText


def objections_of(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, tuple[Objection, ...]]:
    """Statement id to the objections on it, by round and text: the order of arrival would say who wrote them."""
    rows = session.exec(
        select(Comment, Round.number)
        .join(Round, col(Round.id) == Comment.round_id)
        .where(
            col(Round.task_force_id).in_(task_force_ids),
            Round.status == RoundStatus.CLOSED,
            col(Comment.is_objection).is_(True),
            Comment.review == CommentReview.SHARED,
        )
    ).all()
    found: dict[int, list[Objection]] = {}
    for comment, number in rows:
        words = comment.shared_text or LocalizedText({comment.language: comment.text})
        found.setdefault(comment.statement_id, []).append(Objection(round_number=number, text=words))
    return {
        statement_id: tuple(sorted(objections, key=lambda one: (one.round_number, sorted(one.text.items()))))
        for statement_id, objections in found.items()
    }
