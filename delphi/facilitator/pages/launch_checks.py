"""What else is to be looked at before a launch: rules, mails, a sample link, the panel; open lines lead to the fix."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session, col, select

from delphi.facilitator.pages.place import Place
from delphi.i18n import LANGUAGE_NAMES
from surveys.models import Round, WorkerHeartbeat
from surveys.queries.panel_people import people_of_panel
from surveys.queries.pilots import mail_proof, pilot_round_of
from surveys.vocabulary import StudyKind

AWAKE_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist; a line that is not fine links to where it is mended."""

    is_fine: bool
    is_blocking: bool
    sentence: str
    address: str = ""


def launch_checks(session: Session, *, round_: Round, place: Place, now: datetime) -> list[Check]:
    """Lines beside those on the questionnaire; only a questionnaire that rests on reopened results blocks."""
    checks = [_stale(round_)] if round_.stale_since is not None else []
    checks += [_objective(place), *_addresses(session, place=place)]
    if place.kind is StudyKind.STUDY:
        checks += _pilot(session, round_=round_)
        checks.append(_worker(session, now=now))
    return checks


def _stale(round_: Round) -> Check:
    return Check(
        is_fine=False,
        is_blocking=True,
        sentence=gettext("A round was opened again after this one was built: build it again on the new result."),
        address=url_for("facilitator.next_round", task_force_id=round_.task_force_id),
    )


def _objective(place: Place) -> Check:
    missing = [code for code in place.languages if code not in place.title]
    names = ", ".join(LANGUAGE_NAMES.get(code, code) for code in missing or place.languages)
    if missing:
        sentence = gettext("The objective has no title in: %(languages)s.", languages=names)
    else:
        sentence = gettext("The objective is named in %(languages)s.", languages=names)
    return Check(is_fine=not missing, is_blocking=False, sentence=sentence)


def _addresses(session: Session, *, place: Place) -> list[Check]:
    people = people_of_panel(session, task_force_id=place.task_force_id)
    n = sum(one.bounce is not None and one.is_in_panel for one in people)
    if not n:
        return []
    sentence = ngettext("%(num)d address was not reached.", "%(num)d addresses were not reached.", n)
    address = url_for("facilitator.panel", task_force_id=place.task_force_id)
    return [Check(is_fine=False, is_blocking=False, sentence=sentence, address=address)]


def _pilot(session: Session, *, round_: Round) -> list[Check]:
    address = url_for("facilitator.pilot", round_id=round_.id)
    pilot = pilot_round_of(session, round_id=round_.id)
    proof = mail_proof(session, round_id=pilot.id) if pilot is not None else None
    is_sent, is_opened = (proof.is_sent, proof.is_opened) if proof is not None else (False, False)
    minutes = round_.minutes
    return [
        Check(
            is_fine=is_sent,
            is_blocking=False,
            sentence=gettext("A test mail has left this server.")
            if is_sent
            else gettext("No test mail has left this server yet: send yourself a sample from the pilot."),
            address="" if is_sent else address,
        ),
        Check(
            is_fine=is_opened,
            is_blocking=False,
            sentence=gettext("A sample link was opened and its button pressed.")
            if is_opened
            else gettext("No sample link was opened yet: open yours on a phone."),
            address="" if is_opened else address,
        ),
        Check(
            is_fine=minutes is not None,
            is_blocking=False,
            sentence=ngettext(
                "The invitation says %(num)d minute, as measured.",
                "The invitation says %(num)d minutes, as measured.",
                minutes,
            )
            if minutes is not None
            else gettext("The minutes in the invitation are an estimate: a pilot measures them."),
            address="" if minutes is not None else address,
        ),
    ]


def is_worker_awake(session: Session, *, now: datetime) -> bool:
    """Whether the program that sends mails and works in the background has said lately that it lives."""
    beaten = session.exec(select(WorkerHeartbeat.beaten_at).order_by(col(WorkerHeartbeat.beaten_at).desc())).first()
    return beaten is not None and now - beaten < AWAKE_WITHIN


def _worker(session: Session, *, now: datetime) -> Check:
    is_awake = is_worker_awake(session, now=now)
    return Check(
        is_fine=is_awake,
        is_blocking=False,
        sentence=gettext("The program that sends mails is running.")
        if is_awake
        else gettext("The program that sends mails does not run now: mails wait until the administrator starts it."),
    )
