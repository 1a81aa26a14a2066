"""Who takes part: the funnel of a round, by fixed definitions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.models import College, Idea, Panellist, Person, QuestionAnswer, Rating, Round, Submission
from surveys.vocabulary import MembershipStatus

IN_PANEL = (MembershipStatus.INVITED, MembershipStatus.JOINED)


@dataclass(frozen=True, slots=True)
class Participation:
    """Counts of people. Started: opened the questionnaire and saved. Answered: at least one answer is stored."""

    n_invited: int
    n_joined: int
    n_started: int
    n_answered: int
    n_submitted: int
    n_on_paper: int
    """Of those who submitted: keyed in from paper."""


@dataclass(frozen=True, slots=True)
class PanellistProgress:
    """One panellist's state in a round; never an answer."""

    panellist_id: int
    name: str
    language: str
    membership: MembershipStatus
    has_started: bool
    has_submitted: bool
    is_on_paper: bool
    """Whether what is stored was keyed in from paper."""


def eligible_panellists(session: Session, *, task_force_id: int) -> list[int]:
    """Ids of everybody who is asked in this task force: invited or joined, not declined, not left."""
    query = select(Panellist.id).where(Panellist.task_force_id == task_force_id, col(Panellist.status).in_(IN_PANEL))
    return sorted(session.exec(query).all())


def panellists_who_answered(session: Session, *, round_id: int) -> list[int]:
    """Ids of the panellists with at least one stored answer (rating, idea, question) in the round."""
    rated = session.exec(select(Rating.panellist_id).where(Rating.round_id == round_id).distinct()).all()
    named = session.exec(select(Idea.panellist_id).where(Idea.round_id == round_id).distinct()).all()
    replied = session.exec(
        select(QuestionAnswer.panellist_id).where(QuestionAnswer.round_id == round_id).distinct()
    ).all()
    return sorted({*rated, *named, *replied})


def colleges_of(session: Session, *, panellist_ids: Sequence[int]) -> list[str | None]:
    """The college code of each panellist, in the order asked; None where it is not known."""
    rows = session.exec(
        select(Panellist.id, College.code)
        .join(College, col(College.id) == Panellist.college_id)
        .where(col(Panellist.id).in_(panellist_ids))
    ).all()
    codes = dict(rows)
    return [codes.get(panellist_id) for panellist_id in panellist_ids]


def languages_of(session: Session, *, panellist_ids: Sequence[int]) -> list[str]:
    """The language in which each panellist takes part, in the order asked."""
    rows = session.exec(select(Panellist.id, Panellist.language).where(col(Panellist.id).in_(panellist_ids))).all()
    languages = dict(rows)
    return [languages[panellist_id] for panellist_id in panellist_ids]


def participation_of(session: Session, *, round_: Round) -> Participation:
    """The funnel of one round."""
    members = dict(
        session.exec(
            select(Panellist.status, func.count())
            .where(Panellist.task_force_id == round_.task_force_id)
            .group_by(col(Panellist.status))
        ).all()
    )
    started, submitted, on_paper = session.exec(
        select(
            func.count(col(Submission.id)),
            func.count(col(Submission.submitted_at)),
            func.count(col(Submission.entered_on_behalf_by)),
        ).where(Submission.round_id == round_.id)
    ).one()
    return Participation(
        n_invited=members.get(MembershipStatus.INVITED, 0) + members.get(MembershipStatus.JOINED, 0),
        n_joined=members.get(MembershipStatus.JOINED, 0),
        n_started=started,
        n_answered=len(panellists_who_answered(session, round_id=round_.id)),
        n_submitted=submitted,
        n_on_paper=on_paper,
    )


def progress_of_panel(session: Session, *, round_: Round) -> list[PanellistProgress]:
    """Who has started and submitted, by name, for reminders."""
    rows = session.exec(
        select(Panellist, Person, Submission)
        .join(Person, col(Person.id) == Panellist.person_id)
        .outerjoin(
            Submission,
            (col(Submission.panellist_id) == Panellist.id) & (col(Submission.round_id) == round_.id),
        )
        .where(Panellist.task_force_id == round_.task_force_id)
    ).all()
    return [
        PanellistProgress(
            panellist_id=panellist.id,
            name=person.name,
            language=person.language,
            membership=panellist.status,
            has_started=submission is not None,
            has_submitted=submission is not None and submission.submitted_at is not None,
            is_on_paper=submission is not None and submission.entered_on_behalf_by is not None,
        )
        for panellist, person, submission in sorted(rows, key=lambda row: row[1].name.casefold())
    ]
