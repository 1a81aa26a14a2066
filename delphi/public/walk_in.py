"""Registering oneself for an open panel. The pages say nothing about who is on it."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from sqlmodel import Session, col, select

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.i18n import LANGUAGE_NAMES, language
from delphi.public import blueprint
from delphi.security import requires, same_origin_instead_of_csrf_token
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import ObjectiveVersion, Study, TaskForce, WalkIn
from surveys.queries.panel_people import Place, colleges_of_study, regions_of_study
from surveys.rules.panel_checks import LEVELS
from surveys.services.walk_in import Registration, faults, find_walk_in, register
from surveys.vocabulary import Permission, ViolationCode

GONE = (ViolationCode.LINK_UNKNOWN, ViolationCode.WALK_IN_CLOSED, ViolationCode.WALK_IN_FULL)
FIELDS = ("name", "email", "language", "college", "region", "expertise", "interest", "agree")


@dataclass(frozen=True, slots=True)
class WalkInPage:
    token: str
    study_name: LocalizedText
    purpose: LocalizedText
    objective: LocalizedText
    contact_name: str
    contact_email: str
    languages: tuple[tuple[str, str], ...]
    colleges: tuple[Place, ...]
    regions: tuple[Place, ...]
    levels: range
    typed: dict[str, str]
    problems: dict[str, str]
    """What is wrong, by the field it is wrong in."""


@blueprint.get("/w/<token>")
@requires(Permission.PUBLIC)
def walk_in(token: str) -> Any:
    """The form, if registration is open and there is room."""
    try:
        found = find_walk_in(reading_session(), token=token)
        if not found.is_open:
            raise RuleViolation(ViolationCode.WALK_IN_CLOSED)
        if found.n_used >= found.seats:
            raise RuleViolation(ViolationCode.WALK_IN_FULL)
    except RuleViolation as violation:
        return _gone(violation)
    return render_template("public/walk_in.html", view=_page(reading_session(), found, token=token))


@blueprint.post("/w/<token>")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def walk_in_register(token: str) -> Any:
    """Store the registration and mail the link; the answer is the same whether the address was known or not."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    said = Registration(
        name=typed["name"],
        email=typed["email"],
        language=typed["language"] if typed["language"] in LANGUAGE_NAMES else language(),
        agrees=typed["agree"] == "yes",
        college=typed["college"],
        region=typed["region"],
        expertise=_level(typed["expertise"]),
        interest=_level(typed["interest"]),
    )
    try:
        with transaction() as session:
            register(session, token=token, said=said, now=clock.now())
    except RuleViolation as violation:
        if violation.code in GONE:
            return _gone(violation)
        found = find_walk_in(reading_session(), token=token)
        wrong = faults(said) or {"college": violation}
        view = _page(reading_session(), found, token=token, typed=typed, wrong=wrong)
        return render_template("public/walk_in.html", view=view), 422
    return render_template("public/walk_in_done.html")


def _page(
    session: Session,
    found: WalkIn,
    *,
    token: str,
    typed: dict[str, str] | None = None,
    wrong: dict[str, RuleViolation] | None = None,
) -> WalkInPage:
    task_force = session.get_one(TaskForce, found.task_force_id)
    study = session.get_one(Study, task_force.study_id)
    version = session.exec(
        select(ObjectiveVersion)
        .where(ObjectiveVersion.objective_id == task_force.objective_id)
        .order_by(col(ObjectiveVersion.version).desc())
    ).first()
    return WalkInPage(
        token=token,
        study_name=study.name,
        purpose=study.purpose,
        objective=version.title if version is not None else LocalizedText(),
        contact_name=study.contact_name,
        contact_email=study.contact_email,
        languages=tuple((code, LANGUAGE_NAMES[code]) for code in study.languages if code in LANGUAGE_NAMES),
        colleges=colleges_of_study(session, study_id=study.id),
        regions=regions_of_study(session, study_id=study.id),
        levels=LEVELS,
        typed=typed or {"language": language()},
        problems={name: violation_sentence(violation) for name, violation in (wrong or {}).items()},
    )


def _gone(violation: RuleViolation) -> tuple[str, int]:
    status = 404 if violation.code is ViolationCode.LINK_UNKNOWN else 410
    return render_template("public/walk_in_gone.html", problem=violation_sentence(violation)), status


def _level(text: str) -> int | None:
    return int(text) if text in {str(level) for level in LEVELS} else None
