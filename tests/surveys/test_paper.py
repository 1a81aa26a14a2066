"""Paper entered on behalf: stored like any answer, marked, logged; whoever answered online stays out of sight."""

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, Idea, OutboxMessage, Panellist, QuestionAnswer, Rating, Submission
from surveys.queries.paper import PaperState, entered_by, find_paper_seat, paper_seats
from surveys.queries.participation import participation_of, progress_of_panel
from surveys.rules.answers import CommentAnswer, IdeaAnswer, RatingAnswer
from surveys.rules.paper import item_code, paper_code
from surveys.services.paper import PaperAnswers, enter_paper_answers
from surveys.services.question_answers import AnswerGiven
from surveys.services.submissions import save_ratings
from surveys.vocabulary import (
    AnswerState,
    AuditAction,
    MembershipStatus,
    MessageKind,
    QuestionKind,
    RatingState,
    Stance,
    StatementKind,
    ViolationCode,
)
from tests.builders import (
    NOW,
    SmallStudy,
    a_question,
    a_study,
    an_expert,
    an_open_ideas_round,
    an_open_rating_round,
    as_expert,
    as_facilitator,
)


def rated(small: SmallStudy, statement_id: int, value: int) -> tuple[RatingAnswer, ...]:
    return (RatingAnswer(statement_id, small.importance_id, RatingState.RATED, value),)


def enter(
    session: Session, small: SmallStudy, *, round_id: int, answers: PaperAnswers, seat: int = 0, has_agreed: bool = True
) -> Submission:
    return enter_paper_answers(
        session,
        actor=as_facilitator(small),
        round_id=round_id,
        panellist_id=small.panellists[seat],
        answers=answers,
        has_agreed=has_agreed,
        now=NOW,
    )


def test_a_sheet_is_stored_sent_marked_and_logged(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        round_, (first, second, _) = an_open_rating_round(session, small)
        question_id = a_question(session, round_id=round_.id, kind=QuestionKind.YES_NO)
        answers = PaperAnswers(
            language="fr",
            ratings=rated(small, first, 8),
            comments=(CommentAnswer(second, "Trop cher", Stance.AGAINST),),
            questions=(AnswerGiven(question_id, AnswerState.ANSWERED, {"chosen": "yes"}),),
        )
        enter(session, small, round_id=round_.id, answers=answers)
    with database.reading() as session:
        whose = small.panellists[0]
        cells = session.exec(select(Rating.panellist_id, Rating.statement_id, Rating.value)).all()
        assert [tuple(cell) for cell in cells] == [(whose, first, 8)]
        assert [(a.panellist_id, a.answer) for a in session.exec(select(QuestionAnswer)).all()] == [
            (whose, {"chosen": "yes"})
        ]
        stored = session.exec(select(Submission)).one()
        assert (stored.panellist_id, stored.entered_on_behalf_by) == (whose, small.facilitator_id)
        assert stored.submitted_at == NOW and stored.receipt
        assert entered_by(session, round_id=round_.id, panellist_id=whose) == "Lukas A5"
        code = paper_code(round_id=round_.id, order_seed=round_.order_seed, panellist_id=whose)
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.PAPER_ENTERED)).one()
        assert (event.actor_id, event.details) == (small.facilitator_id, {"number": 1, "code": code})
        mail = session.exec(select(OutboxMessage)).one()
        assert (mail.kind, mail.person_id) == (MessageKind.RECEIPT, small.experts[0])
        counted = participation_of(session, round_=round_)
        assert (counted.n_answered, counted.n_submitted, counted.n_on_paper) == (1, 1, 1)
        assert [one.is_on_paper for one in progress_of_panel(session, round_=round_)].count(True) == 1


def test_ideas_on_paper_keep_what_they_hang_on(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_ = an_open_ideas_round(session, small)
        ideas = (
            IdeaAnswer("problem-1", StatementKind.PROBLEM, "Les sols s'épuisent"),
            IdeaAnswer("cause-1", StatementKind.CAUSE, "Pas de jachère", "problem-1"),
        )
        enter(session, small, round_id=round_.id, answers=PaperAnswers(language="fr", ideas=ideas))
        problem, cause = session.exec(select(Idea).order_by(Idea.slot.desc())).all()  # type: ignore[attr-defined]
        assert (problem.language, cause.parent_id) == ("fr", problem.id)


def test_who_answered_online_is_neither_shown_nor_overwritten(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        round_, (first, *_) = an_open_rating_round(session, small)
        save_ratings(
            session,
            actor=as_expert(small, small.experts[0]),
            round_id=round_.id,
            answers=rated(small, first, 3),
            language="en",
            now=NOW,
        )
        seat = find_paper_seat(session, round_id=round_.id, panellist_id=small.panellists[0])
        assert seat is not None and seat.state is PaperState.ONLINE
    with pytest.raises(RuleViolation) as refused, database.writing() as session:
        enter(session, small, round_id=round_.id, answers=PaperAnswers("en", ratings=rated(small, first, 9)))
    assert refused.value.code is ViolationCode.ANSWERED_ONLINE
    with database.reading() as session:
        assert [rating.value for rating in session.exec(select(Rating)).all()] == [3]
        assert session.exec(select(Submission)).one().entered_on_behalf_by is None


def test_a_sheet_is_corrected_and_then_taken_over_by_its_author(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, (first, *_) = an_open_rating_round(session, small)
        enter(session, small, round_id=round_.id, answers=PaperAnswers("en", ratings=rated(small, first, 8)))
        enter(session, small, round_id=round_.id, answers=PaperAnswers("en", ratings=rated(small, first, 7)))
        assert [rating.value for rating in session.exec(select(Rating)).all()] == [7]
        save_ratings(
            session,
            actor=as_expert(small, small.experts[0]),
            round_id=round_.id,
            answers=rated(small, first, 2),
            language="en",
            now=NOW,
        )
        seat = find_paper_seat(session, round_id=round_.id, panellist_id=small.panellists[0])
        assert seat is not None and seat.state is PaperState.ONLINE
        with pytest.raises(RuleViolation) as refused:
            enter(session, small, round_id=round_.id, answers=PaperAnswers("en", ratings=rated(small, first, 8)))
        assert refused.value.code is ViolationCode.ANSWERED_ONLINE


def test_consent_on_the_paper_is_asked_for_once(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session, n_experts=1)
        _, panellist = an_expert(session, task_force_id=small.task_force_id, slug="new", consented=False)
        small.panellists.append(panellist.id)
        round_, (first, *_) = an_open_rating_round(session, small)
    answers = PaperAnswers("en", ratings=rated(small, first, 8))
    with pytest.raises(RuleViolation) as refused, lite.writing() as session:
        enter(session, small, round_id=round_.id, answers=answers, seat=1, has_agreed=False)
    assert refused.value.code is ViolationCode.PAPER_CONSENT_MISSING
    with lite.writing() as session:
        assert session.exec(select(Submission)).all() == []
        enter(session, small, round_id=round_.id, answers=answers, seat=1)
        joined = session.get_one(Panellist, panellist.id)
        assert (joined.status, joined.consented_at) == (MembershipStatus.JOINED, NOW)


def test_nobody_outside_the_panel_can_be_entered(lite: Database) -> None:
    with lite.writing() as session:
        small, other = a_study(session), a_study(session, slug="other", code="B1")
        round_, (first, *_) = an_open_rating_round(session, small)
        small.panellists[0] = other.panellists[0]
        with pytest.raises(RuleViolation) as refused:
            enter(session, small, round_id=round_.id, answers=PaperAnswers("en", ratings=rated(small, first, 8)))
        assert refused.value.code is ViolationCode.NOT_A_PANELLIST


def test_codes_tell_sheets_apart_and_link_no_rounds() -> None:
    codes = {paper_code(round_id=1, order_seed=5, panellist_id=number) for number in range(126)}
    later = {paper_code(round_id=2, order_seed=9, panellist_id=number) for number in range(126)}
    assert len(codes) == 126 and not codes & later
    assert [item_code(kind, 2) for kind in StatementKind] == ["P2", "PC2", "PQ2", "A2", "O2", "S2"]


def test_every_seat_has_its_own_code(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        seats = paper_seats(session, round_id=round_.id)
    assert len({seat.code for seat in seats}) == len(small.panellists)
    assert {seat.state for seat in seats} == {PaperState.NOTHING}
