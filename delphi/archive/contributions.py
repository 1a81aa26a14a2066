"""What people wrote and sent besides ratings, unsigned: ideas with their lineage, comments, questions, receipts."""

from typing import Any

from sqlmodel import col, select

from delphi.archive.gathering import Gathering, Rows
from delphi.archive.layout import Cell, Sheet, compact, sheet_of
from delphi.archive.written import both
from surveys.localized import LocalizedText
from surveys.models import (
    Comment,
    FrozenQuestionAnswer,
    Idea,
    IdeaPlacement,
    Question,
    QuestionResult,
    Submission,
    TextReview,
)
from surveys.queries.answer_reviews import decisions_on, reading_by
from surveys.rules.questions import QUESTION_KINDS
from surveys.rules.questions.reading import Reading
from surveys.services.unlinking import BLANKED
from surveys.vocabulary import CommentReview, IdeaStatus


def contributions(found: Gathering) -> list[Sheet]:
    return [
        *_ideas(found),
        sheet_of("comments", _comments(found)),
        *_questions(found),
        sheet_of("receipts", _receipts(found)),
    ]


def _ideas(found: Gathering) -> list[Sheet]:
    ideas = found.all(Idea, col(Idea.round_id).in_(list(found.rounds)))
    known, unread = {one.id for one in ideas}, _unread(found, Idea)
    placements = sorted(found.all(IdeaPlacement, col(IdeaPlacement.idea_id).in_(known)), key=lambda one: one.id)
    numbers: dict[tuple[int, int], int] = {}
    lineage: Rows = []
    for one in placements:
        key = (one.idea_id, one.statement_id)
        numbers[key] = numbers.get(key, 0) + 1
        lineage.append(
            (
                found.ideas.of(one.idea_id),
                found.statements[one.statement_id],
                numbers[key],
                one.action.value,
                one.note,
                one.undone_at is not None,
            )
        )
    rows: Rows = [
        (
            found.ideas.of(one.id),
            *found.rounds[one.round_id],
            one.kind.value,
            found.ideas.of(one.parent_id) if one.parent_id in known else "",
            one.status.value,
            one.language,
            BLANKED if one.id in unread or one.status is IdeaStatus.WAITING else one.text,
            one.parked_reason,
        )
        for one in ideas
    ]
    return [sheet_of("ideas", rows), sheet_of("lineage", lineage)]


def _unread(found: Gathering, table: type[Any]) -> set[int]:
    """Ids of texts whose authors are removed and which nobody has read over yet: they might give them away."""
    of_study = (TextReview.study_id == found.study_id, TextReview.kind == table.__tablename__)
    waiting = select(TextReview.row_id).where(*of_study, col(TextReview.reviewed_at).is_(None))
    return set(found.session.exec(waiting).all())


def _comments(found: Gathering) -> Rows:
    unread = _unread(found, Comment)
    shared = [
        one
        for one in found.all(Comment, col(Comment.round_id).in_(list(found.rounds)))
        if one.review is CommentReview.SHARED and one.id not in unread
    ]
    texts = sorted(
        (
            *found.rounds[one.round_id],
            found.statements[one.statement_id],
            one.stance.value,
            one.is_objection,
            *both(_read_by_others(one)),
        )
        for one in shared
    )
    numbers: dict[tuple[Cell, ...], int] = {}
    rows: Rows = []
    for line in texts:
        numbers[line[:4]] = numbers.get(line[:4], 0) + 1
        rows.append((*line[:4], numbers[line[:4]], *line[4:]))
    return rows


def _read_by_others(comment: Comment) -> LocalizedText:
    return comment.shared_text or LocalizedText({comment.language: comment.text})


def _questions(found: Gathering) -> list[Sheet]:
    questions = {one.id: one for one in found.all(Question, col(Question.round_id).in_(list(found.rounds)))}
    places = {one.id: (*found.rounds[one.round_id], one.position) for one in questions.values()}
    decisions = decisions_on(found.session, question_ids=list(questions))
    answers: Rows = []
    for one in found.all(FrozenQuestionAnswer, col(FrozenQuestionAnswer.snapshot_id).in_(list(found.snapshots))):
        counted = QUESTION_KINDS[questions[one.question_id].kind].is_counted
        # What somebody wrote could tell who they are; their ratings must not follow from it.
        who = found.experts.of(one.panellist_id) if counted else found.experts.fresh()
        answer = one.answer
        if not counted:
            given = (one.question_id, one.panellist_id, one.state, one.answer, one.language)
            answer = _read_over(reading_by(decisions, given))
        answers.append((*places[one.question_id], who, one.state.value, "" if answer is None else compact(answer)))
    return [
        sheet_of(
            "questions",
            [
                (
                    *places[one.id],
                    one.kind.value,
                    compact(dict(one.text)),
                    compact(dict(one.hint)),
                    compact(one.options),
                    compact(one.settings),
                )
                for one in questions.values()
            ],
        ),
        sheet_of("question_answers", answers),
        sheet_of(
            "question_results",
            [
                (
                    *places[one.question_id],
                    one.n,
                    one.n_outside_expertise,
                    one.n_need_information,
                    compact(one.summary),
                )
                for one in found.all(QuestionResult, col(QuestionResult.snapshot_id).in_(list(found.snapshots)))
            ],
        ),
    ]


def _read_over(reading: Reading | None) -> dict[str, Any] | None:
    """A text as a bundle holds it: only what was shared, and a checksum of words that stay in the house."""
    if reading is None:
        return None
    told: dict[str, Any] = {"review": reading.review.value}
    if reading.review is CommentReview.SHARED:
        told["text"] = dict(reading.text) if reading.is_paraphrased else next(iter(reading.text.values()))
    return told | ({"checksum": reading.checksum} if reading.checksum else {})


def _receipts(found: Gathering) -> Rows:
    return [
        (*found.rounds[one.round_id], one.digest)
        for one in found.all(Submission, col(Submission.round_id).in_(list(found.rounds)))
        if one.digest
    ]
