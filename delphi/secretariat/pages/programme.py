"""The programme board: every task force in one row, and what it waits for."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session

from delphi.secretariat.pages.study_head import StudyHead, day, study_head
from delphi.secretariat.words import BLOCKERS, WAITS_FOR
from delphi.sentences import ROUND_STATUSES
from surveys.localized import LocalizedText
from surveys.queries.programme import ProgrammeRow, programme_of
from surveys.rules.blockers import Blocker, WaitsFor
from surveys.vocabulary import RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, and the width of its bar in hundredths."""

    k: int
    n: int

    @property
    def width(self) -> int:
        return round(100 * self.k / self.n) if self.n else 0


@dataclass(frozen=True, slots=True)
class BoardRow:
    code: str
    title: LocalizedText
    goal_code: str
    facilitators: str
    n_panel: int
    round_label: str
    round_status: str
    deadline: str
    time_left: str
    response: Share | None
    n_silent: int
    """People who have not answered the round that is open."""
    load: str
    """Raw ideas that wait for a place; empty where none does."""
    agreement: Share | None
    n_dropped: int
    mark: WaitsFor
    """Who is waited for; overdue work of others needs the secretariat too."""
    waits_for: str
    blocker: str
    remedy: tuple[str, str] | None
    """Address and words of the link that helps."""
    is_stale: bool
    """Published, and the round that decided it was reopened since."""
    results: str
    """Address of the task force's results; empty before the first rating round is closed."""


@dataclass(frozen=True, slots=True)
class BoardPage:
    study: StudyHead
    rows: tuple[BoardRow, ...]
    n_all: int
    n_needs_me: int
    n_open: int
    n_published: int
    only_needs_me: bool


def board_page(session: Session, *, study_id: int, now: datetime, only_needs_me: bool) -> BoardPage:
    study = study_head(session, study_id=study_id)
    rows = programme_of(session, study_id=study_id, now=now)
    shown = [row for row in rows if row.finding.needs_secretariat or not only_needs_me]
    return BoardPage(
        study=study,
        rows=tuple(_row(row, study=study, now=now) for row in shown),
        n_all=len(rows),
        n_needs_me=sum(row.finding.needs_secretariat for row in rows),
        n_open=sum(row.round_ is not None and row.round_.status is RoundStatus.OPEN for row in rows),
        n_published=sum(row.is_published for row in rows),
        only_needs_me=only_needs_me,
    )


def _row(row: ProgrammeRow, *, study: StudyHead, now: datetime) -> BoardRow:
    round_ = row.round_
    is_open = round_ is not None and round_.status is RoundStatus.OPEN
    has_response = round_ is not None and round_.status is not RoundStatus.PLANNED
    mark = WaitsFor.SECRETARIAT if row.finding.needs_secretariat else row.finding.waits_for
    return BoardRow(
        code=row.objective.code,
        title=row.objective.title,
        goal_code=row.objective.goal_code,
        facilitators=", ".join(row.facilitators),
        n_panel=row.n_panel,
        round_label="" if round_ is None else gettext("Round %(number)s", number=round_.number),
        round_status="" if round_ is None else _round_status(round_.kind, round_.status),
        deadline=day(round_.deadline_at, time_zone=study.time_zone) if round_ is not None and is_open else "",
        time_left=_time_left(round_.deadline_at, now=now) if round_ is not None and is_open else "",
        response=Share(row.n_responded, row.n_asked) if has_response else None,
        n_silent=row.n_asked - row.n_responded if is_open else 0,
        load=ngettext("%(num)s idea to place", "%(num)s ideas to place", row.n_ideas_waiting)
        if row.n_ideas_waiting
        else "",
        agreement=None if row.agreement is None else Share(row.agreement.n_agreed, row.agreement.n_rated),
        n_dropped=0 if row.agreement is None else row.agreement.n_dropped,
        mark=mark,
        waits_for=str(WAITS_FOR[mark]),
        blocker=_blocker(row),
        remedy=_remedy(row, study=study),
        is_stale=row.is_stale,
        results=_results(row),
    )


def _round_status(kind: RoundKind, status: RoundStatus) -> str:
    asks = gettext("ideas") if kind is RoundKind.IDEAS else gettext("ratings")
    return f"{asks}, {ROUND_STATUSES[status]}".lower()


def _time_left(deadline_at: datetime | None, *, now: datetime) -> str:
    """Whole days until the deadline, or since."""
    if deadline_at is None:
        return ""
    days = (deadline_at - now).days
    if days < 0:
        return str(gettext("passed"))
    if days == 0:
        return str(gettext("less than a day left"))
    return str(ngettext("%(num)s day left", "%(num)s days left", days))


def _blocker(row: ProgrammeRow) -> str:
    numbers = {
        Blocker.IDEAS_WAITING: row.n_ideas_waiting,
        Blocker.UNCATEGORISED: row.n_uncategorised,
        Blocker.UNASSIGNED: row.n_unassigned,
    }
    number = 0 if row.round_ is None else row.round_.number
    blocker = row.finding.blocker
    return str(BLOCKERS[blocker]) % {"round": number, "n": numbers.get(blocker, 0)}


def _remedy(row: ProgrammeRow, *, study: StudyHead) -> tuple[str, str] | None:
    objective = row.objective.code
    match row.finding.blocker:
        case Blocker.UNCATEGORISED:
            address = url_for(
                "secretariat.sort_statements", study_id=study.id, objective=objective, kind="activity", category="none"
            )
            return address, str(gettext("Sort them"))
        case Blocker.UNASSIGNED:
            address = url_for("secretariat.facilities", study_id=study.id, objective=objective, facility="none")
            return address, str(gettext("Assign them"))
        case Blocker.LATE_ANSWERS:
            return url_for("secretariat.preview_reminders", study_id=study.id), str(gettext("Remind late panels"))
        case _:
            return None


def _results(row: ProgrammeRow) -> str:
    if row.is_published:
        return url_for("facilitator.outcome", task_force_id=row.task_force_id)
    return "" if row.agreement is None else url_for("facilitator.board", round_id=row.agreement.round_id)
