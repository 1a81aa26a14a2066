"""Who of a panel may be entered from paper: nobody who has answered online, and of these not a single answer."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from surveys.models import Panellist, Person, Round, Submission
from surveys.queries.participation import IN_PANEL, panellists_who_answered
from surveys.rules.paper import paper_code


class PaperState(StrEnum):
    """Where the answers of one panellist in one round come from."""

    NOTHING = "nothing"
    PAPER = "paper"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class PaperSeat:
    """One panellist with the code on their sheet; never an answer."""

    panellist_id: int
    person_id: int
    name: str
    language: str
    code: str
    has_consented: bool
    state: PaperState


def paper_seats(session: Session, *, round_id: int) -> list[PaperSeat]:
    """Everybody who is asked in this round, by name, whatever the size of the panel in a fixed number of statements."""
    round_ = session.get_one(Round, round_id)
    answered = set(panellists_who_answered(session, round_id=round_id))
    rows = session.exec(
        select(Panellist, Person, Submission)
        .join(Person, col(Person.id) == Panellist.person_id)
        .outerjoin(Submission, (col(Submission.panellist_id) == Panellist.id) & (col(Submission.round_id) == round_id))
        .where(Panellist.task_force_id == round_.task_force_id, col(Panellist.status).in_(IN_PANEL))
        .order_by(col(Panellist.id))
    ).all()
    return [
        PaperSeat(
            panellist_id=panellist.id,
            person_id=person.id,
            name=person.name,
            language=person.language,
            code=paper_code(round_id=round_id, order_seed=round_.order_seed, panellist_id=panellist.id),
            has_consented=panellist.consented_at is not None and not panellist.consent_is_due,
            state=_state(submission, has_answered=panellist.id in answered),
        )
        for panellist, person, submission in sorted(rows, key=lambda row: row[1].name.casefold())
    ]


def find_paper_seat(session: Session, *, round_id: int, panellist_id: int) -> PaperSeat | None:
    """One seat of `paper_seats`; None for somebody who is not asked in this round."""
    return next((seat for seat in paper_seats(session, round_id=round_id) if seat.panellist_id == panellist_id), None)


def entered_by(session: Session, *, round_id: int, panellist_id: int) -> str:
    """The name of who keyed these answers in from paper; empty where they were given online."""
    return (
        session.exec(
            select(Person.name)
            .join(Submission, col(Submission.entered_on_behalf_by) == Person.id)
            .where(Submission.round_id == round_id, Submission.panellist_id == panellist_id)
        ).first()
        or ""
    )


def _state(submission: Submission | None, *, has_answered: bool) -> PaperState:
    if submission is not None and submission.entered_on_behalf_by is not None:
        return PaperState.PAPER
    if has_answered or (submission is not None and submission.submitted_at is not None):
        return PaperState.ONLINE
    return PaperState.NOTHING
