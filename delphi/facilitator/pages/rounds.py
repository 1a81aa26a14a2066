"""Previews of opening and closing a round: counts of people and answers only, an open round shows no results."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session, col, select

from delphi.facilitator.forms import ConfirmForm, LaunchForm
from delphi.facilitator.pages.launch_checks import Check, launch_checks
from delphi.facilitator.pages.launch_languages import language_checks
from delphi.facilitator.pages.place import Place, place_of
from delphi.facilitator.pages.protocol_check import protocol_line
from surveys.errors import RuleViolation
from surveys.models import Round, Study
from surveys.rules.close_advice import CloseAdvice
from surveys.rules.permissions import Actor
from surveys.services.freezing import protocol_of
from surveys.services.opening import OpenPreview, preview_open
from surveys.services.outlook import advice_of
from surveys.services.rounds import ClosePreview, preview_close
from surveys.vocabulary import RoundKind, RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class OpeningPage:
    place: Place
    round_id: int
    number: int
    kind: RoundKind
    checks: tuple[Check, ...]
    preview: OpenPreview
    form: LaunchForm
    problem: str
    may_open: bool
    opens_at: datetime | None
    """When it is to be opened by itself."""
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosingPage:
    place: Place
    round_id: int
    number: int
    kind: RoundKind
    preview: ClosePreview
    advice: CloseAdvice | None
    n_midway: int
    deadline_is_ahead: bool
    form: ConfirmForm
    problem: str


def opening_page(
    session: Session, *, round_id: int, actor: Actor, form: LaunchForm, now: datetime, problem: str = ""
) -> OpeningPage:
    """The checklist of a planned round. Raises `round_already_open` or `round_closed`."""
    round_ = session.get_one(Round, round_id)
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    preview = preview_open(session, round_=round_, study=session.get_one(Study, place.study_id))
    checks = (
        *_checks(session, round_=round_, place=place, preview=preview),
        *launch_checks(session, round_=round_, place=place, now=now),
    )
    return OpeningPage(
        place=place,
        round_id=round_id,
        number=round_.number,
        kind=round_.kind,
        checks=checks,
        preview=preview,
        form=form,
        problem=problem,
        may_open=all(one.is_fine for one in checks if one.is_blocking) and preview.n_mailed > 0,
        opens_at=round_.opens_at,
        closes_at=round_.deadline_at,
    )


def closing_page(
    session: Session, *, round_id: int, actor: Actor, form: ConfirmForm, is_ahead: bool, problem: str = ""
) -> ClosingPage:
    """What closing an open round would freeze. Raises `round_not_open` or `round_closed`."""
    round_ = session.get_one(Round, round_id)
    if round_.status is RoundStatus.PLANNED:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    preview = preview_close(session, round_=round_)
    return ClosingPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        kind=round_.kind,
        preview=preview,
        advice=advice_of(session, round_=round_),
        n_midway=preview.participation.n_started - preview.participation.n_submitted,
        deadline_is_ahead=is_ahead,
        form=form,
        problem=problem,
    )


def after_closing(round_: Round) -> str:
    """Where closing leads: ideas to the desk, ratings to the board."""
    if round_.kind is RoundKind.IDEAS:
        return url_for("facilitator.synthesis", task_force_id=round_.task_force_id)
    return url_for("facilitator.board", round_id=round_.id)


def _checks(session: Session, *, round_: Round, place: Place, preview: OpenPreview) -> list[Check]:
    settings = protocol_of(session, study_id=place.study_id)
    checks = [Check(*protocol_line(session, study_id=place.study_id))]
    if round_.kind is RoundKind.RATING:
        sentence = ngettext("%(num)d statement to rate.", "%(num)d statements to rate.", preview.n_statements)
        checks.append(Check(is_fine=preview.n_statements > 0, is_blocking=True, sentence=sentence))
    checks += _checks_of_questions(preview)
    checks += language_checks(preview, place=place)
    sentence = ngettext("%(num)d person is asked.", "%(num)d people are asked.", preview.n_people)
    panel = url_for("facilitator.panel", task_force_id=place.task_force_id)
    checks.append(
        Check(
            is_fine=preview.n_people > 0,
            is_blocking=True,
            sentence=sentence,
            address="" if preview.n_people else panel,
        )
    )
    if round_.kind is RoundKind.RATING and preview.n_people < settings.min_n:
        sentence = gettext(
            "A verdict needs %(needed)s answers and fewer people are asked: no statement can be agreed.",
            needed=settings.min_n,
        )
        checks.append(Check(is_fine=False, is_blocking=False, sentence=sentence, address=panel))
    open_rounds = session.exec(
        select(Round.number).where(
            Round.task_force_id == round_.task_force_id,
            Round.status != RoundStatus.CLOSED,
            col(Round.id) != round_.id,
        )
    ).all()
    checks += [
        Check(
            is_fine=False,
            is_blocking=True,
            sentence=gettext("Round %(number)s is not closed yet.", number=number),
            address=url_for("facilitator.task_force", task_force_id=round_.task_force_id),
        )
        for number in open_rounds
    ]
    return checks


def _checks_of_questions(preview: OpenPreview) -> list[Check]:
    if not preview.n_questions:
        return []
    sentence = ngettext("%(num)d further question.", "%(num)d further questions.", preview.n_questions)
    return [Check(is_fine=True, is_blocking=True, sentence=sentence)]
