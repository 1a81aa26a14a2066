"""Every page of the secretariat and the ballot of its consultations, each in a state that fills it."""

from datetime import datetime, timedelta

from flask import Flask
from sqlmodel import Session, select

from delphi import clock
from delphi.exports import Wanted, What
from surveys.models import ConsultationMember, Objective, Outcome
from surveys.queries.consultations import consultation_sheet
from surveys.queries.finality import plan_gaps
from surveys.rules.consultation import members_in
from surveys.rules.tokens import voting_token
from surveys.services.consultations import (
    add_members,
    cast_vote,
    open_consultation,
    opening_digest,
    prepare_consultation,
)
from surveys.services.export_jobs import ask_for_file
from surveys.services.facilities import Part, decide_parts
from surveys.services.links import link_statements
from surveys.services.revisions import approve_field, revise_field
from surveys.vocabulary import LinkKind, ObjectiveField, VoteChoice
from tests.browser.visiting import State
from tests.builders import as_secretary, said, staff_client, token_in
from tests.conftest import SECRET_KEY
from tests.published import PublishedStudy, a_published_study

DESK, MEMBER = "desk", "member"
MEMBERS = "Ama Sow; ama@example.org; fr; Ministry of Agriculture\nBo Lind; bo@example.org; en; University"
LEAD_BACK = {
    "secretariat.categorise": "to the statement",
    "secretariat.decide": "to the statement",
    "secretariat.seal": "to the archives",
    "secretariat.rename": "to the category",
    "secretariat.merge": "to the category",
    "secretariat.sort_ticked": "to the statements",
    "secretariat.name_members": "to the consultation",
    "secretariat.open_vote": "to the consultation",
    "secretariat.remind_vote": "to the consultation",
    "secretariat.choose": "to the file",
    "secretariat.assign": "to the facilities",
    "secretariat.revoke_key": "to the keys",
    "secretariat.write_item": "to the item",
    "secretariat.link": "to what overlaps",
    "secretariat.remind": "to the reminders",
    "secretariat.revise": "to the objective",
    "secretariat.approve": "to the objective",
    "secretariat.make_version": "to the framework",
}
"""Forms whose answer, where all is well, is another page of the list; refused, it is the page they stand on."""
NO_PAGES = {
    "secretariat.archive_file": "ZIP",
    "secretariat.sealed_document": "PDF",
    "secretariat.minutes": "PDF and DOCX",
    "secretariat.download": "files",
    "secretariat.finished_file": "files",
    "secretariat.methods_report": "PDF and DOCX",
    "secretariat.methods_flow": "SVG",
    "secretariat.redline": "PDF and DOCX",
    "voting.document": "PDF",
}
HOME = "/secretariat/"


def build(app: Flask) -> tuple[list[State], int]:
    """The pages of a study with everything decided, proposed and voted on, and the person of its secretariat."""
    now = clock.now()
    with app.extensions["delphi_database"].writing() as session:
        study = a_published_study(session)
        activities = [study.statements[code] for code in ("A5-01", "A5-02", "B1-01")]
        _decided(session, study, now=now)
        link_statements(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            first_id=activities[0],
            second_id=activities[2],
            kind=LinkKind.CONFLICT,
            reason="One pays for what the other forbids",
            now=now,
        )
        objectives = _revised(session, study, evidence=activities[:1], now=now)
        prepared, _ = _consultation(session, study, closes_at=now + timedelta(days=4), is_opened=False, now=now)
        running, ballot = _consultation(session, study, closes_at=now + timedelta(days=4), is_opened=True, now=now)
        earlier = now - timedelta(days=9)
        closed, over = _consultation(session, study, closes_at=now - timedelta(days=1), is_opened=True, now=earlier)
        wanted = Wanted(What.PLAN, "pdf", "fr")
        ask_for_file(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            wanted=wanted.as_json(),
            file_name=wanted.file_name(study="soil"),
            now=now,
        )
        secretary_id = study.small.secretary_id
    root = f"/secretariat/studies/{study.study_id}"
    desk = staff_client(app, secretary_id)
    desk.post(f"{root}/archive", data={"csrf_token": token_in(desk.get(f"{root}/archive").text)})
    with app.extensions["delphi_database"].writing() as session:
        for outcome in session.exec(select(Outcome).where(Outcome.task_force_id == study.other.task_force_id)).all():
            outcome.stale_since = now
            session.add(outcome)
    category = f"{root}/categories/{study.categories['markets']}"
    paths = {
        "home": (HOME,),
        "board": (f"{root}/", f"{root}/?show=needs-me"),
        "log": (f"{root}/log",),
        "activities": (f"{root}/activities", f"{root}/activities?order=overall", f"{root}/activities?kind=obstacle"),
        "statement": tuple(f"/secretariat/statements/{one}" for one in activities),
        "archive": (f"{root}/archive",),
        "categories": (f"{root}/categories",),
        "category": (category,),
        "preview_merging": (f"{category}/merge?into={study.categories['training']}",),
        "sort_statements": (f"{root}/categories/sort",),
        "consultations": (f"{root}/consultations",),
        "consultation": tuple(f"/secretariat/consultations/{one}" for one in (prepared, running, closed)),
        "exports": (f"{root}/exports",),
        "facilities": (f"{root}/facilities",),
        "keys": (f"{root}/keys",),
        "methods": (f"{root}/methods",),
        "checklist": tuple(f"{root}/methods/{one}" for one in ("delphistar", "accord", "credes")),
        "report_item": (f"{root}/methods/accord/T1",),
        "overlaps": (f"{root}/overlaps",),
        "preview_reminders": (f"{root}/remind",),
        "objectives": (f"{root}/objectives",),
        "objective": tuple(f"/secretariat/objectives/{one}" for one in objectives),
        "preview_version": (f"{root}/framework",),
    }
    states = [State(f"secretariat.{name}", path, who=DESK) for name, found in paths.items() for path in found]
    # Sent last: from here on there is a further key and category.
    states += [
        State("secretariat.prepare", f"{root}/consultations", who=DESK, sent={"quorum": "2"}, status=422),
        State("secretariat.add_category", f"{root}/categories", who=DESK, sent={"name_en": ""}, status=422),
        State("secretariat.make_key", f"{root}/keys", who=DESK, sent={"name": ""}, status=422),
        State("voting.ballot", ballot, who=MEMBER),
        State("voting.ballot", over, who=MEMBER),
        State("voting.vote", ballot, who=MEMBER, sent={"choice": "object", "comment": ""}, status=422),
    ]
    return states, secretary_id


def _decided(session: Session, study: PublishedStudy, *, now: datetime) -> None:
    """Every activity of the plan is split between a Core and a Global Facility."""
    decide_parts(
        session,
        actor=as_secretary(study.small),
        study_id=study.study_id,
        statement_ids=[one.statement_id for one in plan_gaps(session, study_id=study.study_id).unassigned],
        parts=(
            Part(facility_id=study.facilities["CF.I"], words="Rules and training"),
            Part(facility_id=study.facilities["GF.1"], words="Work in the countries"),
        ),
        source="Wiki page on implementation, 2025",
        reason="The secretariat trains, the alliance pays",
        leader="Secretariat",
        partners="FAO; universities",
        now=now,
    )


def _revised(session: Session, study: PublishedStudy, *, evidence: list[int], now: datetime) -> list[int]:
    """One objective with an approved and a proposed text, and one as it was."""
    ids = list(session.exec(select(Objective.id).where(Objective.study_id == study.study_id)).all())
    for number, field in enumerate((ObjectiveField.TARGET_2030, ObjectiveField.DESCRIPTION)):
        made = revise_field(
            session,
            actor=as_secretary(study.small),
            objective_id=ids[0],
            field=field,
            text=said(f"Half of all soils by 203{number}", f"La moitié des sols d’ici 203{number}"),
            languages=("en", "fr"),
            confirmed=(),
            reason="The panel asked for a number",
            evidence=evidence,
            seen_number=0,
            now=now,
        )
        if number == 0:
            approve_field(
                session,
                actor=as_secretary(study.small),
                objective_id=ids[0],
                field=field,
                seen_number=made.number,
                now=now,
            )
    return ids


def _consultation(
    session: Session, study: PublishedStudy, *, closes_at: datetime, is_opened: bool, now: datetime
) -> tuple[int, str]:
    """Its id, and the address of a member's ballot; an opened one has an objection by name."""
    made = prepare_consultation(
        session,
        actor=as_secretary(study.small),
        study_id=study.study_id,
        title=said("Implementation plan", "Plan de mise en œuvre"),
        question=said("Do you approve the plan?", "Approuvez-vous le plan ?"),
        languages=("en", "fr"),
        quorum=1,
        closes_at=closes_at,
        documents={"en": ("plan-en.pdf", b"%PDF en"), "fr": ("plan-fr.pdf", b"%PDF fr")},
        now=now,
    )
    add_members(
        session,
        actor=as_secretary(study.small),
        consultation_id=made.id,
        members=members_in(MEMBERS, languages=("en", "fr")),
        secret_key=SECRET_KEY,
        now=now,
    )
    seats = session.exec(select(ConsultationMember).where(ConsultationMember.consultation_id == made.id)).all()
    if is_opened:
        digest = opening_digest(consultation_sheet(session, consultation_id=made.id))
        open_consultation(session, actor=as_secretary(study.small), consultation_id=made.id, digest=digest, now=now)
        cast_vote(
            session,
            member_id=seats[0].id,
            choice=VoteChoice.OBJECT,
            comment="Chapter 4 has no budget.",
            now=now,
        )
    token = voting_token(secret_key=SECRET_KEY, consultation_id=made.id, person_id=seats[1].person_id)
    return made.id, f"/vote/{token}"
