"""A vote by name: who has a vote, which of their votes counts, and what happens after the close."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import AuditEvent, OutboxMessage, Vote
from surveys.queries.consultations import consultation_sheet, member_behind
from surveys.rules.consultation import MemberLine, members_in
from surveys.rules.tokens import voting_token
from surveys.services.consultations import (
    add_members,
    cast_vote,
    open_consultation,
    opening_digest,
    remind_members,
)
from surveys.vocabulary import AuditAction, MessageKind, ViolationCode, VoteChoice
from tests.builders import NOW, a_consultation
from tests.conftest import SECRET_KEY
from tests.published import PublishedStudy, a_final_study

CLOSES = NOW + timedelta(days=10)
PASTED = (
    "Ama Sow; ama@example.org; fr; Ministry of soils\nBo Lind\tbo@example.org\ten\tUniversity\n\nCy Ray, cy@example.org"
)


def opened(session: Session, study: PublishedStudy, *, quorum: int = 2) -> int:
    consultation_id = a_consultation(session, study_id=study.study_id, quorum=quorum)
    add_members(
        session,
        actor=None,
        consultation_id=consultation_id,
        members=members_in(PASTED, languages=("en", "fr")),
        secret_key=SECRET_KEY,
        now=NOW,
    )
    digest = opening_digest(consultation_sheet(session, consultation_id=consultation_id))
    open_consultation(session, actor=None, consultation_id=consultation_id, digest=digest, now=NOW)
    return consultation_id


def test_pasted_lines_are_read_with_any_separator() -> None:
    assert members_in(PASTED, languages=("en", "fr")) == [
        MemberLine("Ama Sow", "ama@example.org", "fr", "Ministry of soils"),
        MemberLine("Bo Lind", "bo@example.org", "en", "University"),
        MemberLine("Cy Ray", "cy@example.org", "en", ""),
    ]


@pytest.mark.parametrize("line", ["Ama Sow", "Ama; not an address", "; ama@example.org", "Ama; a@example.org; de"])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(RuleViolation) as problem:
        members_in(f"Bo; bo@example.org\n{line}", languages=("en", "fr"))
    assert (problem.value.code, problem.value.params) == (ViolationCode.MEMBER_UNREADABLE, {"line": 2})


def test_the_newest_vote_in_time_counts_and_late_ones_stand_apart(database: Database) -> None:
    with database.writing() as session:
        study = a_final_study(session)
        consultation_id = opened(session, study)
        ama, bo, cy = consultation_sheet(session, consultation_id=consultation_id).members
        cast_vote(session, member_id=ama.member_id, choice=VoteChoice.ABSTAIN, comment="", now=NOW)
        cast_vote(
            session, member_id=ama.member_id, choice=VoteChoice.OBJECT, comment="Too slow.", now=NOW + timedelta(days=1)
        )
        cast_vote(session, member_id=ama.member_id, choice=VoteChoice.APPROVE, comment="", now=CLOSES)
        cast_vote(session, member_id=bo.member_id, choice=VoteChoice.APPROVE, comment="", now=NOW)
        cast_vote(session, member_id=bo.member_id, choice=VoteChoice.APPROVE, comment="", now=NOW)
        cast_vote(session, member_id=cy.member_id, choice=VoteChoice.APPROVE, comment="", now=CLOSES)
        sheet = consultation_sheet(session, consultation_id=consultation_id)
        assert dict(sheet.tally.counts) == {
            VoteChoice.APPROVE: 1,
            VoteChoice.APPROVE_WITH_COMMENT: 0,
            VoteChoice.OBJECT: 1,
            VoteChoice.ABSTAIN: 0,
        }
        assert (sheet.tally.n_voted, sheet.tally.is_quorate, sheet.tally.n_late) == (2, True, 2)
        assert len(session.exec(select(Vote)).all()) == 5
        cast = select(AuditEvent).where(AuditEvent.action == AuditAction.VOTE_CAST)
        logged = session.exec(cast.order_by(col(AuditEvent.id))).all()
        assert [one.details["is_late"] for one in logged] == [False, False, True, False, True]
        assert not any("Ama" in str(one.details) for one in logged)


def test_opening_writes_to_every_member_once_and_freezes_it(database: Database) -> None:
    with database.writing() as session:
        study = a_final_study(session)
        consultation_id = opened(session, study)
        mails = session.exec(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.CONSULTATION_OPENED)).all()
        assert sorted(mail.language for mail in mails) == ["en", "en", "fr"]
        with pytest.raises(RuleViolation) as problem:
            add_members(
                session,
                actor=None,
                consultation_id=consultation_id,
                members=[MemberLine("Di", "di@example.org", "en", "")],
                secret_key=SECRET_KEY,
                now=NOW,
            )
        assert problem.value.code is ViolationCode.CONSULTATION_RUNNING
        first = consultation_sheet(session, consultation_id=consultation_id).members[0]
        cast_vote(session, member_id=first.member_id, choice=VoteChoice.APPROVE, comment="", now=NOW)
        assert remind_members(session, actor=None, consultation_id=consultation_id, now=NOW) == 2
        with pytest.raises(RuleViolation) as late:
            remind_members(session, actor=None, consultation_id=consultation_id, now=CLOSES)
        assert late.value.code is ViolationCode.CONSULTATION_NOT_OPEN


@pytest.mark.parametrize(
    ("quorum", "members", "digest", "code"),
    [
        (1, "", None, ViolationCode.NO_MEMBERS),
        (4, PASTED, None, ViolationCode.QUORUM_OUT_OF_RANGE),
        (1, PASTED, "another", ViolationCode.PREVIEW_OUTDATED),
    ],
)
def test_what_cannot_be_opened(
    lite: Database, quorum: int, members: str, digest: str | None, code: ViolationCode
) -> None:
    with lite.writing() as session:
        study = a_final_study(session)
        consultation_id = a_consultation(session, study_id=study.study_id, quorum=quorum)
        add_members(
            session,
            actor=None,
            consultation_id=consultation_id,
            members=members_in(members, languages=("en", "fr")),
            secret_key=SECRET_KEY,
            now=NOW,
        )
        seen = digest or opening_digest(consultation_sheet(session, consultation_id=consultation_id))
        with pytest.raises(RuleViolation) as problem:
            open_consultation(session, actor=None, consultation_id=consultation_id, digest=seen, now=NOW)
        assert problem.value.code is code


def test_an_objection_needs_words(lite: Database) -> None:
    with lite.writing() as session:
        consultation_id = opened(session, a_final_study(session))
        member = consultation_sheet(session, consultation_id=consultation_id).members[0]
        with pytest.raises(RuleViolation) as problem:
            cast_vote(session, member_id=member.member_id, choice=VoteChoice.OBJECT, comment="  ", now=NOW)
        assert problem.value.code is ViolationCode.COMMENT_MISSING
        assert session.exec(select(Vote)).all() == []


def test_a_link_opens_its_own_consultation_and_only_once_it_is_open(lite: Database) -> None:
    with lite.writing() as session:
        study = a_final_study(session)
        closed_door = a_consultation(session, study_id=study.study_id)
        consultation_id = opened(session, study)
        member = consultation_sheet(session, consultation_id=consultation_id).members[0]
        token = voting_token(secret_key=SECRET_KEY, consultation_id=consultation_id, person_id=member.person_id)
        assert member_behind(session, token=token).id == member.member_id
        other = voting_token(secret_key=SECRET_KEY, consultation_id=closed_door, person_id=member.person_id)
        for wrong in (other, "x" * 43):
            with pytest.raises(NotFound):
                member_behind(session, token=wrong)
