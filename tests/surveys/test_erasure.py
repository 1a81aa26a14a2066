"""Removing a person: the name at once, open answers deleted, closed ones unlinked; figures, chain and receipts hold."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import (
    AuditEvent,
    Comment,
    ErasureRequest,
    FrozenRating,
    Invitation,
    OutboxMessage,
    Panellist,
    Person,
    Rating,
    RoundResult,
    SignIn,
    TextReview,
)
from surveys.queries.people_desk import erasure_preview, find_people, open_requests
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.rules.permissions import Actor
from surveys.services.audit_chain import check_chain
from surveys.services.data_protection import review_text
from surveys.services.erasure import ask_for_erasure, correct_person, erase_person
from surveys.services.outbox import queue_message
from surveys.services.retention import (
    NOTICE,
    notice_retention,
    set_retention,
    studies_to_notice,
    studies_to_unlink,
    unlink_study,
)
from surveys.services.sign_in import ensure_invitation, sign_in_by_link
from surveys.services.submissions import save_ratings
from surveys.services.unlinking import BLANKED
from surveys.services.verification import verify
from surveys.vocabulary import MembershipStatus, MessageKind, OutboxStatus, RatingState, ViolationCode
from tests.builders import (
    NOW,
    SmallStudy,
    a_second_look,
    a_study,
    an_administrator,
    as_expert,
    as_secretary,
    everything_stored,
)
from tests.conftest import SECRET_KEY


def a_panel_with_answers(session: Session) -> tuple[SmallStudy, int, int]:
    """Two experts with answers in a closed round (with a comment) and in an open one; round ids."""
    small = a_study(session, n_experts=2)
    closed_id, open_id, (statement,) = a_second_look(session, small, rows="9 | 8")
    for person_id, panellist_id in zip(small.experts, small.panellists, strict=True):
        session.add(
            Comment(
                round_id=closed_id,
                statement_id=statement,
                panellist_id=panellist_id,
                text="As head of the only seed bank here I doubt it.",
                language="en",
            )
        )
        save_ratings(
            session,
            actor=as_expert(small, person_id),
            round_id=open_id,
            answers=[RatingAnswer(statement, small.importance_id, RatingState.RATED, 5)],
            comments=[CommentAnswer(statement, "why")],
            language="en",
            now=NOW,
        )
        _, token = ensure_invitation(
            session, person_id=person_id, study_id=small.study_id, secret_key=SECRET_KEY, now=NOW
        )
        sign_in_by_link(session, token=token, now=NOW)
    person = session.get_one(Person, small.experts[0])
    for kind in (MessageKind.REMINDER, MessageKind.RECEIPT):
        queue_message(session, kind=kind, person=person, study_id=small.study_id, params={"round_id": open_id}, now=NOW)
    session.flush()
    return small, closed_id, open_id


def erase(session: Session, small: SmallStudy, *, reason: str = "She asked for it") -> None:
    erase_person(
        session,
        actor=as_secretary(small),
        person_id=small.experts[0],
        digest=erasure_preview(session, person_id=small.experts[0]).digest,
        reason=reason,
        now=NOW,
    )


def test_erasure_removes_the_name_and_keeps_the_figures(database: Database) -> None:
    with database.writing() as session:
        small, _closed_id, open_id = a_panel_with_answers(session)
        name, email = (session.get_one(Person, small.experts[0]).name, session.get_one(Person, small.experts[0]).email)
        figures = [row.model_dump() for row in session.exec(select(RoundResult)).all()]
        ask_for_erasure(session, actor=as_expert(small, small.experts[0]), now=NOW)
        assert len(open_requests(session, actor=as_secretary(small))) == 1
        preview = erasure_preview(session, person_id=small.experts[0])
        assert (preview.n_seats, preview.n_open_answers, preview.n_texts) == (1, 2, 1)
        erase(session, small)
    gone, stays = small.panellists
    with database.reading() as session:
        person = session.get_one(Person, small.experts[0])
        assert (person.name, person.erased_at) == ("–", NOW)
        assert email not in person.email
        seat = session.get_one(Panellist, gone)
        assert (seat.person_id, seat.status) == (None, MembershipStatus.LEFT)
        assert session.exec(select(Rating.panellist_id).where(Rating.round_id == open_id)).all() == [stays]
        assert gone in session.exec(select(FrozenRating.panellist_id)).all()
        assert [row.model_dump() for row in session.exec(select(RoundResult)).all()] == figures
        assert session.exec(select(SignIn).where(SignIn.person_id == person.id)).all() == []
        assert session.exec(select(Invitation).where(Invitation.person_id == person.id)).all() == []
        mails = session.exec(select(OutboxMessage).where(OutboxMessage.person_id == person.id)).all()
        assert {mail.status for mail in mails} == {OutboxStatus.CANCELLED}
        assert all(mail.params == {} and mail.kind is not MessageKind.RECEIPT for mail in mails)
        assert open_requests(session, actor=as_secretary(small)) == []
        assert session.exec(select(ErasureRequest)).one().settled_at == NOW
        assert check_chain(session).kind is None
        assert verify(session).differences == ()
    cipher = database.engine.dialect.identity_cipher  # type: ignore[attr-defined]
    stored = str(everything_stored(database))
    with database.reading() as session:
        details = str([event.details for event in session.exec(select(AuditEvent)).all()])
    assert name not in details
    assert email not in details
    assert cipher.encrypt(email) not in stored


def test_erasure_needs_a_reason_reach_and_a_fresh_preview(lite: Database) -> None:
    with lite.writing() as session:
        small, *_ = a_panel_with_answers(session)
        other = a_study(session, slug="other", code="B1")
        with pytest.raises(RuleViolation) as caught:
            erase(session, small, reason=" ")
        assert caught.value.code is ViolationCode.REASON_MISSING
        for actor, refusal in ((as_secretary(other), NotFound), (as_secretary(small), RuleViolation)):
            with pytest.raises(refusal):
                erase_person(session, actor=actor, person_id=small.experts[0], digest="old", reason="Asked", now=NOW)
        with pytest.raises(RuleViolation) as caught:
            _erase_staff(session, small)
        assert caught.value.code is ViolationCode.STILL_STAFF


def _erase_staff(session: Session, small: SmallStudy) -> None:
    actor = Actor(person_id=an_administrator(session), administers=True)
    digest = erasure_preview(session, person_id=small.secretary_id).digest
    erase_person(session, actor=actor, person_id=small.secretary_id, digest=digest, reason="Asked", now=NOW)


def test_a_person_of_two_secretariats_is_for_the_administrator(lite: Database) -> None:
    with lite.writing() as session:
        small, *_ = a_panel_with_answers(session)
        other = a_study(session, slug="other", code="B1")
        ensure_invitation(session, person_id=small.experts[0], study_id=other.study_id, secret_key=SECRET_KEY, now=NOW)
        with pytest.raises(RuleViolation) as caught:
            erase(session, small)
        assert caught.value.code is ViolationCode.PERSON_ELSEWHERE


def test_find_by_address_and_by_name_in_reach_only(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        other = a_study(session, slug="other", code="B1")
        person = session.get_one(Person, small.experts[0])
        for words in (person.email.upper(), person.name[:4].lower()):
            assert person.id in [one.id for one in find_people(session, actor=as_secretary(small), words=words)]
            assert person.id not in [one.id for one in find_people(session, actor=as_secretary(other), words=words)]


def test_correcting_the_address_ends_links_and_devices(database: Database) -> None:
    with database.writing() as session:
        small, *_ = a_panel_with_answers(session)
        correct_person(
            session,
            actor=as_secretary(small),
            person_id=small.experts[0],
            name="Ana Nova",
            email="ana.nova@example.org",
            reason="She wrote",
            now=NOW,
        )
    with database.reading() as session:
        person = session.get_one(Person, small.experts[0])
        assert (person.name, person.email) == ("Ana Nova", "ana.nova@example.org")
        assert session.exec(select(SignIn).where(SignIn.person_id == person.id)).one().ended_at == NOW
        assert session.exec(select(Invitation).where(Invitation.person_id == person.id)).one().revoked_at == NOW


def test_retention_writes_first_and_unlinks_thirty_days_later(database: Database) -> None:
    with database.writing() as session:
        small, *_ = a_panel_with_answers(session)
        actor, day = as_secretary(small), NOW + timedelta(days=40)
        for until in (None, NOW, NOW + timedelta(days=5000)):
            with pytest.raises(RuleViolation) as caught:
                set_retention(session, actor=actor, study_id=small.study_id, until=until, reason="Plan", now=NOW)
            assert caught.value.code is ViolationCode.RETENTION_IMPOSSIBLE
        set_retention(session, actor=actor, study_id=small.study_id, until=day, reason="Plan", now=NOW)
        assert studies_to_notice(session, now=NOW) == []
        late = day - timedelta(days=1)
        assert studies_to_notice(session, now=late) == [small.study_id]
        assert notice_retention(session, study_id=small.study_id, now=late) == 1
        assert notice_retention(session, study_id=small.study_id, now=late) == 0
        assert studies_to_unlink(session, now=day) == []
        at = late + NOTICE
        assert studies_to_unlink(session, now=at) == [small.study_id]
        assert unlink_study(session, study_id=small.study_id, now=at) == 2
        assert studies_to_unlink(session, now=at) == []
    with database.reading() as session:
        assert set(session.exec(select(Panellist.person_id)).all()) == {None}
        assert {session.get_one(Person, one).name for one in small.experts} == {"–"}
        assert session.get_one(Person, small.secretary_id).name == "Paula Secretary"
        assert verify(session).differences == ()
        assert check_chain(session).kind is None


@pytest.mark.parametrize("blanks", [True, False])
def test_a_text_read_over_is_kept_or_removed(lite: Database, blanks: bool) -> None:
    with lite.writing() as session:
        small, *_ = a_panel_with_answers(session)
        erase(session, small)
        review = session.exec(select(TextReview)).one()
        with pytest.raises(NotFound):
            review_text(session, actor=as_expert(small, 1), review_id=review.id, blanks=blanks, now=NOW)
        review_text(session, actor=as_secretary(small), review_id=review.id, blanks=blanks, now=NOW)
        comment = session.get_one(Comment, review.row_id)
        assert (comment.text == BLANKED) is blanks
        assert (review.reviewed_at, review.is_blanked) == (NOW, blanks)
        assert verify(session).differences == ()
