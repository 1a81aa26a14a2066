"""Comments are reviewed after the close; the author's words are never changed."""

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Comment
from surveys.queries.objections import Objection, objections_of
from surveys.queries.trace import comments_of_round
from surveys.rules.answers import CommentAnswer
from surveys.services.comments import mark_objection, share_comment, withhold_comment
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import AuditAction, CommentReview, Stance, ViolationCode
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_expert, as_facilitator, said


def a_commented_round(session: Session, *, is_closed: bool = True) -> tuple[SmallStudy, int, int]:
    small = a_study(session)
    round_, statements = an_open_rating_round(session, small, n_statements=1)
    for number, (stance, text) in enumerate([(Stance.AGAINST, "Too dear"), (Stance.FOR, "It works in Benin")]):
        save_ratings(
            session,
            actor=as_expert(small, small.experts[number]),
            round_id=round_.id,
            answers=[],
            comments=[CommentAnswer(statement_id=statements[0], text=text, stance=stance)],
            language="en",
            now=NOW,
        )
    if is_closed:
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    comment_id = session.exec(select(Comment.id).where(Comment.text == "Too dear")).one()
    return small, round_.id, comment_id


@pytest.mark.parametrize("paraphrase", [None, said("It costs a lot", "C'est cher")])
def test_a_comment_is_shared_as_written_or_paraphrased(database: Database, paraphrase: LocalizedText | None) -> None:
    with database.writing() as session:
        small, round_id, comment_id = a_commented_round(session)
    with database.writing() as session:
        share_comment(
            session,
            actor=as_facilitator(small),
            round_id=round_id,
            comment_id=comment_id,
            paraphrase=paraphrase,
            now=NOW,
        )
    with database.reading() as session:
        stored = session.get_one(Comment, comment_id)
        assert (stored.review, stored.text) == (CommentReview.SHARED, "Too dear")
        assert stored.shared_text == (paraphrase or {})
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.COMMENT_REVIEWED)).one()
        assert event.details["how"] == ("shared" if paraphrase is None else "paraphrased")


def test_withholding_takes_a_paraphrase_back(lite: Database) -> None:
    with lite.writing() as session:
        small, round_id, comment_id = a_commented_round(session)
        actor = as_facilitator(small)
        share_comment(session, actor=actor, round_id=round_id, comment_id=comment_id, paraphrase=said("Dear"), now=NOW)
        stored = withhold_comment(session, actor=actor, round_id=round_id, comment_id=comment_id, now=NOW)
        assert (stored.review, stored.shared_text) == (CommentReview.WITHHELD, {})


def test_a_paraphrase_needs_every_language(lite: Database) -> None:
    with lite.writing() as session:
        small, round_id, comment_id = a_commented_round(session)
        with pytest.raises(RuleViolation) as caught:
            share_comment(
                session,
                actor=as_facilitator(small),
                round_id=round_id,
                comment_id=comment_id,
                paraphrase=LocalizedText(en="It costs a lot"),
                now=NOW,
            )
        assert caught.value.code is ViolationCode.TEXT_EMPTY
        assert session.get_one(Comment, comment_id).review is CommentReview.WAITING


def test_comments_of_an_open_round_are_neither_read_nor_reviewed(lite: Database) -> None:
    with lite.writing() as session:
        small, round_id, comment_id = a_commented_round(session, is_closed=False)
        assert comments_of_round(session, round_id=round_id) == {}
        with pytest.raises(RuleViolation) as caught:
            withhold_comment(session, actor=as_facilitator(small), round_id=round_id, comment_id=comment_id, now=NOW)
        assert caught.value.code is ViolationCode.ROUND_NOT_CLOSED


def test_a_comment_of_another_round_is_not_found(lite: Database) -> None:
    with lite.writing() as session:
        _, _, foreign_id = a_commented_round(session)
        other = a_study(session, slug="other", code="B1")
        round_, _ = an_open_rating_round(session, other)
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        with pytest.raises(NotFound):
            withhold_comment(session, actor=as_facilitator(other), round_id=round_.id, comment_id=foreign_id, now=NOW)


def test_comments_come_by_stance_and_not_by_arrival(lite: Database) -> None:
    with lite.writing() as session:
        _, round_id, _ = a_commented_round(session)
        found = comments_of_round(session, round_id=round_id)
    assert [[one.text for one in comments] for comments in found.values()] == [["It works in Benin", "Too dear"]]


def test_an_objection_is_carried_in_the_words_others_read(database: Database) -> None:
    with database.writing() as session:
        small, round_id, comment_id = a_commented_round(session)
    act = {"actor": as_facilitator(small), "round_id": round_id, "comment_id": comment_id, "now": NOW}
    with pytest.raises(RuleViolation) as caught, database.writing() as session:
        mark_objection(session, is_objection=True, **act)
    assert caught.value.code is ViolationCode.COMMENT_NOT_SHARED
    with database.writing() as session:
        share_comment(session, paraphrase=said("It costs a lot", "C'est cher"), **act)
        mark_objection(session, is_objection=True, **act)
        mark_objection(session, is_objection=True, **act)
    with database.reading() as session:
        (found,) = objections_of(session, task_force_ids=[small.task_force_id]).values()
        assert found == (Objection(round_number=1, text=said("It costs a lot", "C'est cher")),)
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.OBJECTION_MARKED)).all()
        changed = {"before": False, "after": True}
    assert event.details == {"statement": "A5-01", "round": 1, "is_objection": True, **changed}
    with database.writing() as session:
        withhold_comment(session, **act)
        assert objections_of(session, task_force_ids=[small.task_force_id]) == {}
        share_comment(session, **act)
        assert objections_of(session, task_force_ids=[small.task_force_id]) == {}
