"""How a round is going, in numbers of people: never an answer, and no small group."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import College, Invitation, Panellist, Round, SignIn, Study, Submission, TaskForce
from surveys.queries.participation import IN_PANEL
from surveys.rules.anonymity import may_show_group
from surveys.rules.forecast import Forecast, forecast
from surveys.vocabulary import Audience


@dataclass(frozen=True, slots=True)
class Funnel:
    """Each number is part of the one before."""

    n_invited: int
    n_opened: int
    """Pressed the button behind their link."""
    n_started: int
    n_submitted: int


@dataclass(frozen=True, slots=True)
class CollegeShare:
    name: LocalizedText
    n_invited: int
    n_submitted: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    n_started: int
    n_submitted: int


@dataclass(frozen=True, slots=True)
class RoundMonitor:
    funnel: Funnel
    colleges: tuple[CollegeShare, ...]
    """Only those that are large enough, with a rest that is."""
    n_colleges_hidden: int
    days: tuple[Day, ...]
    """From the opening to today (or the last day with a sign of life), in the study's time zone."""
    forecast: Forecast | None


def monitor_of(session: Session, *, round_: Round, now: datetime) -> RoundMonitor:
    """Of those who are asked now, whoever has left is in no number."""
    study = session.exec(
        select(Study).join(TaskForce, col(TaskForce.study_id) == Study.id).where(TaskForce.id == round_.task_force_id)
    ).one()
    rows = session.exec(
        select(Panellist, College, Submission)
        .outerjoin(College, col(College.id) == Panellist.college_id)
        .outerjoin(Submission, (col(Submission.panellist_id) == Panellist.id) & (col(Submission.round_id) == round_.id))
        .where(Panellist.task_force_id == round_.task_force_id, col(Panellist.status).in_(IN_PANEL))
    ).all()
    opened = set(
        session.exec(
            select(SignIn.person_id)
            .join(Invitation, col(Invitation.id) == SignIn.invitation_id)
            .where(Invitation.study_id == study.id, SignIn.audience == Audience.EXPERT)
        ).all()
    )
    begun = [submission for _, _, submission in rows if submission is not None]
    sent_at = [one.submitted_at for one in begun if one.submitted_at is not None]
    n_opened = sum(
        panellist.person_id in opened or panellist.consented_at is not None or submission is not None
        for panellist, _, submission in rows
    )
    invited = Counter(college.id for _, college, _ in rows if college is not None)
    submitted = Counter(
        college.id
        for _, college, submission in rows
        if college is not None and submission is not None and submission.submitted_at is not None
    )
    names = {college.id: college.name for _, college, _ in rows if college is not None}
    shown = [
        college_id
        for college_id, n in sorted(invited.items())
        if may_show_group(n, n_total=len(rows), min_group_size=round_.min_group_size)
    ]
    return RoundMonitor(
        funnel=Funnel(n_invited=len(rows), n_opened=n_opened, n_started=len(begun), n_submitted=len(sent_at)),
        colleges=tuple(
            CollegeShare(name=names[one], n_invited=invited[one], n_submitted=submitted[one]) for one in shown
        ),
        n_colleges_hidden=len(invited) - len(shown),
        days=_days(round_, begun=begun, time_zone=study.time_zone, now=now),
        forecast=forecast(
            sent_at,
            n_invited=len(rows),
            opened_at=round_.opened_at,
            deadline_at=round_.deadline_at,
            now=now,
        ),
    )


def _days(round_: Round, *, begun: list[Submission], time_zone: str, now: datetime) -> tuple[Day, ...]:
    if round_.opened_at is None:
        return ()
    zone = ZoneInfo(time_zone)
    started = Counter(one.started_at.astimezone(zone).date() for one in begun)
    sent = Counter(one.submitted_at.astimezone(zone).date() for one in begun if one.submitted_at is not None)
    first = min([round_.opened_at.astimezone(zone).date(), *started, *sent])
    last = max([now.astimezone(zone).date(), *started, *sent])
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return tuple(Day(day=day, n_started=started[day], n_submitted=sent[day]) for day in days)
