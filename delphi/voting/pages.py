"""What a member sees of a consultation."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlmodel import Session

from delphi.plan.minutes import result_words, time_left
from delphi.sentences import VOTES
from surveys.localized import LocalizedText
from surveys.models import ConsultationMember, Study
from surveys.queries.consultations import ConsultationSheet, SealedDocument, consultation_sheet
from surveys.rules.consultation import CastVote
from surveys.vocabulary import VoteChoice


@dataclass(frozen=True, slots=True)
class OwnVote:
    words: str
    comment: str
    cast_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    name: str
    organisation: str
    vote: str
    comment: str


@dataclass(frozen=True, slots=True)
class VotingPage:
    token: str
    study_name: LocalizedText
    time_zone: str
    contact_name: str
    contact_email: str
    member_name: str
    member_language: str
    title: LocalizedText
    question: LocalizedText
    documents: tuple[SealedDocument, ...]
    closes_at: datetime
    is_closed: bool
    clock: str
    choices: tuple[tuple[str, str, bool], ...]
    """Value, words, whether chosen."""
    comment: str
    own: OwnVote | None
    result: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    rows: tuple[ResultRow, ...]


def voting_page(
    session: Session, *, member: ConsultationMember, token: str, now: datetime, typed: str, chosen: str
) -> VotingPage:
    sheet = consultation_sheet(session, consultation_id=member.consultation_id)
    study = session.get_one(Study, sheet.study_id)
    mine = next(one for one in sheet.members if one.member_id == member.id)
    newest = mine.votes[-1] if mine.votes else None
    choice = chosen or ("" if newest is None else newest.choice.value)
    is_closed = sheet.is_closed(now)
    return VotingPage(
        token=token,
        study_name=study.name,
        time_zone=study.time_zone,
        contact_name=study.contact_name,
        contact_email=study.contact_email,
        member_name=mine.name,
        member_language=mine.language,
        title=sheet.title,
        question=sheet.question,
        documents=sheet.documents,
        closes_at=sheet.closes_at,
        is_closed=is_closed,
        clock=time_left(sheet.closes_at, now=now),
        choices=tuple((one.value, str(VOTES[one]), one.value == choice) for one in VoteChoice),
        comment=typed or ("" if newest is None else newest.comment),
        own=None if newest is None else _own(newest),
        result=tuple(result_words(sheet)) if is_closed else (),
        counts=tuple((str(VOTES[one]), count) for one, count in sheet.tally.counts.items()) if is_closed else (),
        rows=_rows(sheet) if is_closed else (),
    )


def _own(vote: CastVote) -> OwnVote:
    return OwnVote(str(VOTES[vote.choice]), vote.comment, vote.cast_at, vote.is_late)


def _rows(sheet: ConsultationSheet) -> tuple[ResultRow, ...]:
    return tuple(
        ResultRow(
            one.name,
            one.organisation,
            gettext("no vote") if one.counted is None else str(VOTES[one.counted.choice]),
            "" if one.counted is None else one.counted.comment,
        )
        for one in sheet.members
    )
