"""The facilitator at the desk: ideas become statements, comments and texts are read before others read them."""

from typing import Any

from sqlmodel import Session, col, select

from delphi.demo.authorship import WrittenIdea
from delphi.demo.content import StatementContent
from delphi.demo.panels import DemoPanel
from delphi.demo.questions import demo_questions
from surveys.models import Comment, Idea, Statement
from surveys.queries.answer_reviews import written_answers
from surveys.services.answer_reviews import share_answer
from surveys.services.comments import mark_objection, share_comment
from surveys.services.synthesis import merge_idea, park_idea, place_as_new


def synthesise(session: Session, panel: DemoPanel, ideas: list[tuple[WrittenIdea, Idea]]) -> dict[str, Statement]:
    """Place the ideas in the order of the statements, as far as this facilitator has come; statements by key.

    The first idea of a statement makes it (kept where its words stand, edited otherwise), the others join it.
    """
    contents = {statement.key: statement for statement in panel.content.statements}
    todo = round(panel.standing.placed * len(ideas))
    made: dict[str, Statement] = {}
    # Setting aside is quick, and done on the way: what is parked comes before the last third.
    ordered = sorted(ideas, key=lambda pair: pair[0].statement is not None) if todo < len(ideas) else ideas
    for number, (words, idea) in enumerate(ordered[:todo]):
        now = panel.calendar.synthesised(number / len(ordered))
        who: dict[str, Any] = {
            "actor": panel.facilitator,
            "task_force_id": panel.task_force_id,
            "idea_id": idea.id,
            "now": now,
        }
        if words.statement is None:
            park_idea(session, reason=words.parked_reason, **who)
        elif words.statement in made:
            merge_idea(session, statement_id=made[words.statement].id, **who)
        else:
            content = contents[words.statement]
            made[content.key] = place_as_new(session, text=content.text, **who)
            _hang(made[content.key], content=content, made=made)
    session.flush()
    return made


def review_comments(session: Session, panel: DemoPanel, *, round_id: int, share: float) -> None:
    """Share the first `share` of a closed round's comments, in both languages; mark what objects on principle."""
    written = {
        text: comment
        for statement in panel.content.statements
        for comment in statement.comments
        for text in (comment.text, comment.translation)
    }
    comments = session.exec(select(Comment).where(Comment.round_id == round_id).order_by(col(Comment.id))).all()
    for number, comment in enumerate(comments[: round(share * len(comments))]):
        about: dict[str, Any] = {
            "actor": panel.facilitator,
            "round_id": round_id,
            "comment_id": comment.id,
            "now": panel.calendar.reviewed(2, number / len(comments)),
        }
        share_comment(session, paraphrase=written[comment.text].in_both(), **about)
        if written[comment.text].is_objection:
            mark_objection(session, is_objection=True, **about)


def read_answers_over(session: Session, panel: DemoPanel, *, round_id: int, number: int) -> None:
    """Share the texts of a closed round's further questions, as written or paraphrased; leave one to be read over."""
    contents = {one.text: one for content in demo_questions().get((panel.code, number), ()) for one in content.texts}
    for _, answers in written_answers(session, round_id=round_id):
        for at, answer in enumerate(answers):
            content = contents[answer.text]
            if content.is_unread:
                continue
            share_answer(
                session,
                actor=panel.facilitator,
                round_id=round_id,
                answer_id=answer.id,
                paraphrase=content.paraphrase or None,
                now=panel.calendar.reviewed(number, at / len(answers)),
            )


def _hang(statement: Statement, *, content: StatementContent, made: dict[str, Statement]) -> None:
    """Link a statement whose first idea was typed on its own to what it belongs to."""
    if statement.parent_id is None and content.parent in made:
        statement.parent_id = made[content.parent].id
