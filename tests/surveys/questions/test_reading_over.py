"""Texts are read over before others read them: shared, paraphrased, withheld; the frozen words and the seal stay."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys import migrations
from surveys.errors import NotFound, RuleViolation
from surveys.models import AnswerReview, AuditEvent, FrozenQuestionAnswer
from surveys.queries.answer_reviews import n_unread_in, n_unread_in_study, written_answers
from surveys.queries.frozen_questions import frozen_questions
from surveys.queries.question_results import question_outcomes
from surveys.rules.questions.reading import UNREAD, Decision, checksum_of, reading_of, words_of
from surveys.services.answer_reviews import share_answer, take_back_decision, withhold_answer
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.reopening import reopen_round
from surveys.services.rounds import close_round
from surveys.services.verification import verify
from surveys.vocabulary import AnswerState, AuditAction, CommentReview, QuestionKind, ViolationCode
from tests.builders import NOW, SmallStudy, a_question, a_study, an_open_rating_round, as_expert, as_facilitator, said
from tests.conftest import SECRET_KEY

TEXTS = ("Ask Awa Ndiaye, awa@example.org", "More rain", "Moins d'impôts", "More rain")


def write(session: Session, small: SmallStudy, *, round_id: int, question_id: int, expert: int, text: str) -> None:
    save_question_answers(
        session,
        actor=as_expert(small, small.experts[expert]),
        round_id=round_id,
        answers=[AnswerGiven(question_id, AnswerState.ANSWERED, {"text": text})],
        language="fr" if "ô" in text else "en",
        now=NOW,
    )


def an_answered_round(session: Session, *, is_closed: bool = True) -> tuple[SmallStudy, int, int]:
    """A study, and a round with the id of its question, which four people answered, two of them in the same words."""
    small = a_study(session)
    round_, _ = an_open_rating_round(session, small, n_statements=1)
    question_id = a_question(session, round_id=round_.id, kind=QuestionKind.SHORT_TEXT, options=())
    for expert, text in enumerate(TEXTS):
        write(session, small, round_id=round_.id, question_id=question_id, expert=expert, text=text)
    if is_closed:
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    return small, round_.id, question_id


def on_desk(session: Session, *, round_id: int) -> dict[str, int]:
    """Text to the id of its decision."""
    return {one.text: one.id for _, answers in written_answers(session, round_id=round_id) for one in answers}


def shown(session: Session, *, round_id: int, study_id: int) -> tuple[list[str], int, int]:
    """The texts that leave the desk, and how many do not: unread, withheld; the same for pages and for files."""
    (outcome,) = question_outcomes(session, round_id=round_id)
    (frozen,) = frozen_questions(session, study_id=study_id)
    texts = sorted(one.text.in_language("en") for one in outcome.texts)
    assert sorted(one.in_language("en") for one in frozen.texts) == texts
    assert (frozen.n_unread, frozen.n_withheld) == (outcome.n_unread, outcome.n_withheld)
    assert all(own.answer is None for own in frozen.answers.values()), "no raw text beside the codes of experts"
    return texts, outcome.n_unread, outcome.n_withheld


def test_nothing_leaves_the_desk_before_it_was_read_over(database: Database) -> None:
    with database.writing() as session:
        small, round_id, question_id = an_answered_round(session)
    place = {"round_id": round_id, "study_id": small.study_id}
    with database.reading() as session:
        assert shown(session, **place) == ([], 4, 0)
        ((question, answers),) = written_answers(session, round_id=round_id)
        assert question.id == question_id
        assert sorted((one.text, one.n, one.review) for one in answers) == [
            (TEXTS[0], 1, "waiting"),
            (TEXTS[2], 1, "waiting"),
            (TEXTS[1], 2, "waiting"),
        ]
        assert [one.id for one in answers] == sorted(one.id for one in answers)
        words = session.exec(select(AnswerReview.words).order_by(col(AnswerReview.id))).all()
        assert list(words) == sorted(words), "ids follow the words, not who wrote when"
        assert n_unread_in(session, round_ids=[round_id]) == {round_id: 3}
        assert n_unread_in_study(session, study_id=small.study_id) == 3
    who = {"actor": as_facilitator(small), "round_id": round_id, "now": NOW}
    with database.writing() as session:
        ids = on_desk(session, round_id=round_id)
        share_answer(session, answer_id=ids["More rain"], **who)
        share_answer(session, answer_id=ids[TEXTS[2]], paraphrase=said("Lower taxes", "Des impôts plus bas"), **who)
        withhold_answer(session, answer_id=ids[TEXTS[0]], reason="  It names a colleague ", **who)
    with database.reading() as session:
        assert shown(session, **place) == (["Lower taxes", "More rain", "More rain"], 0, 1)
        assert n_unread_in(session, round_ids=[round_id]) == {}
        frozen = session.exec(select(FrozenQuestionAnswer.answer)).all()
        assert sorted(one["text"] for one in frozen if one is not None) == sorted(TEXTS), "frozen words stay"
        assert verify(session).differences == ()
        stored = session.get_one(AnswerReview, ids[TEXTS[0]])
        assert (stored.review, stored.reason, len(stored.nonce)) == ("withheld", "It names a colleague", 32)
        events = session.exec(
            select(AuditEvent.details)
            .where(AuditEvent.action == AuditAction.ANSWER_REVIEWED)
            .order_by(col(AuditEvent.id))
        ).all()
        assert [(one["how"], one["question"], one["reason"]) for one in events] == [
            ("shared", "Q1", ""),
            ("paraphrased", "Q1", ""),
            ("withheld", "Q1", "It names a colleague"),
        ]
        assert "Awa" not in str(events), "the log does not repeat what was written"


def test_a_decision_is_changed_and_taken_back(lite: Database) -> None:
    with lite.writing() as session:
        small, round_id, _ = an_answered_round(session)
        place = {"round_id": round_id, "study_id": small.study_id}
        about = {"answer_id": on_desk(session, round_id=round_id)[TEXTS[0]], "round_id": round_id}
        who = {"actor": as_facilitator(small), "now": NOW}
        share_answer(session, paraphrase=said("A person", "Une personne"), **about, **who)
        assert shown(session, **place) == (["A person"], 3, 0)
        withhold_answer(session, reason="A name", **about, **who)
        assert shown(session, **place) == ([], 3, 1)
        review = take_back_decision(session, **about, **who)
        assert (review.review, review.shared_text, review.reason) == (CommentReview.WAITING, {}, "")
        assert shown(session, **place) == ([], 4, 0)
        n_events = len(session.exec(select(AuditEvent)).all())
        take_back_decision(session, **about, **who)
        assert len(session.exec(select(AuditEvent)).all()) == n_events, "nothing was decided, nothing is logged"


Act = Callable[[Session, dict[str, object]], object]
REFUSALS: list[tuple[Act, ViolationCode]] = [
    (lambda session, about: withhold_answer(session, reason=" \n", **about), ViolationCode.REASON_MISSING),
    (lambda session, about: withhold_answer(session, reason="x" * 2001, **about), ViolationCode.TEXT_TOO_LONG),
    (lambda session, about: share_answer(session, paraphrase=said("A", ""), **about), ViolationCode.TEXT_EMPTY),
]  # type: ignore[arg-type]


@pytest.mark.parametrize(("act", "code"), REFUSALS)
def test_half_a_decision_is_refused_and_nothing_is_shown(lite: Database, act: Act, code: ViolationCode) -> None:
    with lite.writing() as session:
        small, round_id, _ = an_answered_round(session)
        about = {
            "actor": as_facilitator(small),
            "round_id": round_id,
            "answer_id": on_desk(session, round_id=round_id)[TEXTS[0]],
            "now": NOW,
        }
    with pytest.raises(RuleViolation) as refused, lite.writing() as session:
        act(session, about)
    assert refused.value.code is code
    with lite.reading() as session:
        assert shown(session, round_id=round_id, study_id=small.study_id) == ([], 4, 0)


def test_an_open_round_and_another_round_are_refused(lite: Database) -> None:
    with lite.writing() as session:
        small, round_id, _ = an_answered_round(session, is_closed=False)
        assert written_answers(session, round_id=round_id) == ()
        assert session.exec(select(AnswerReview)).all() == [], "open answers are on nobody's desk"
        who = {"actor": as_facilitator(small), "answer_id": 1, "now": NOW}
        with pytest.raises(RuleViolation) as refused:
            share_answer(session, round_id=round_id, **who)
        assert refused.value.code is ViolationCode.ROUND_NOT_CLOSED
        close_round(session, actor=None, round_id=round_id, now=NOW)
        second, _ = an_open_rating_round(session, a_study(session, slug="other"), n_statements=1)
        close_round(session, actor=None, round_id=second.id, now=NOW)
        who["answer_id"] = on_desk(session, round_id=round_id)[TEXTS[0]]
        with pytest.raises(NotFound):
            share_answer(session, round_id=second.id, **who)


def test_words_that_change_after_a_reopening_are_read_over_anew(database: Database) -> None:
    with database.writing() as session:
        small, round_id, question_id = an_answered_round(session)
        who = {"actor": as_facilitator(small), "round_id": round_id, "now": NOW}
        ids = on_desk(session, round_id=round_id)
        share_answer(session, answer_id=ids[TEXTS[1]], **who)
        withhold_answer(session, answer_id=ids[TEXTS[0]], reason="A name", **who)
        reopen_round(session, reason="Late", deadline_at=NOW + timedelta(hours=9), **who)
        write(session, small, round_id=round_id, question_id=question_id, expert=0, text="Now without a name")
        close_round(session, actor=None, round_id=round_id, now=NOW + timedelta(hours=1))
    with database.reading() as session:
        texts, n_unread, _ = shown(session, round_id=round_id, study_id=small.study_id)
        assert (texts, n_unread) == (["More rain", "More rain"], 2)
        assert set(on_desk(session, round_id=round_id)) == {"Now without a name", TEXTS[1], TEXTS[2]}
        assert n_unread_in(session, round_ids=[round_id]) == {round_id: 2}, "nobody waits for words that are gone"
    with pytest.raises(NotFound), database.writing() as session:
        take_back_decision(session, answer_id=ids[TEXTS[0]], **who)


def test_an_older_database_has_its_texts_on_the_desk(tmp_path_factory: pytest.TempPathFactory) -> None:
    """They left the house as written until now: after migrating nothing does unless somebody has read it."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('older') / 'older.sqlite'}", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    with database.writing() as session:
        small, round_id, _ = an_answered_round(session)
        before = on_desk(session, round_id=round_id)
    migrations.downgrade(database.engine, "0003")
    migrations.upgrade(database.engine)
    with database.reading() as session:
        assert on_desk(session, round_id=round_id) == before
        assert shown(session, round_id=round_id, study_id=small.study_id) == ([], 4, 0)
    database.engine.dispose()


def test_without_a_decision_there_is_nothing_to_read() -> None:
    answer = {"text": "Awa Ndiaye"}
    assert reading_of(answer, language="en", decision=None) is UNREAD
    waiting = Decision(CommentReview.WAITING, said("Left over", "Reste"))
    assert reading_of(answer, language="en", decision=waiting) is UNREAD
    assert not UNREAD.text and not UNREAD.checksum
    first, second = (
        reading_of(answer, language="en", decision=Decision(CommentReview.WITHHELD, nonce=n)) for n in "ab"
    )
    assert not first.text and first.checksum == checksum_of(answer, nonce="a") != second.checksum
    assert first.checksum != words_of(answer), "without the nonce a name could be guessed"
