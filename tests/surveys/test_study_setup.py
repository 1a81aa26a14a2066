"""New studies, copies, locks and amendments, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from delphi.demo.content import demo_framework
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    AuditEvent,
    Criterion,
    Objective,
    Panellist,
    PlannedRound,
    Protocol,
    ProtocolAmendment,
    Round,
    RoundResult,
    Scale,
    Snapshot,
    StaffRole,
    Study,
    TaskForce,
)
from surveys.queries.frameworks import framework_of, scales_of_study
from surveys.queries.protocols import protocol_fingerprint, protocol_record
from surveys.rules.date_plan import RoundDates
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings
from surveys.services.freezing import protocol_of
from surveys.services.protocol import (
    CriterionDraft,
    amend_protocol,
    lock_digest,
    lock_protocol,
    save_protocol,
)
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.services.study_setup import NewStudy, add_task_forces, copy_study, create_study
from surveys.study_files import StudyTexts
from surveys.study_templates import criterion_templates, study_templates
from surveys.vocabulary import (
    Audience,
    AuditAction,
    FeedbackKind,
    MembershipStatus,
    Role,
    RoundKind,
    StatementKind,
    ViolationCode,
)
from tests.builders import (
    NOW,
    SmallStudy,
    a_person,
    a_study,
    an_expert,
    an_open_rating_round,
    as_facilitator,
    as_secretary,
    rate,
)

SEVEN = ("A1", "A2", "A3", "A4", "A5", "A6", "B1")
NAME = LocalizedText(en="Soil plan", fr="Plan des sols")


def a_wish(*, template: str = "objective_task_force", objectives: tuple[str, ...] = SEVEN) -> NewStudy:
    chosen = study_templates()[template]
    return NewStudy(
        texts=StudyTexts(("en", "fr"), NAME, chosen.purpose, chosen.consent, chosen.perspective, chosen.scales, ()),
        framework=demo_framework(),
        objectives=objectives,
        settings=chosen.settings,
        dates=(RoundDates(datetime.fromisoformat("2026-06-01T09:00"), datetime.fromisoformat("2026-06-12T18:00")),),
        time_zone="Europe/Paris",
        template=template,
    )


def a_maker(session: Session, *, oversees: frozenset[int] = frozenset()) -> Actor:
    person = a_person(session, name="Lukas", email="lukas@example.org")
    return Actor(person_id=person.id, audience=Audience.STAFF, facilitates=frozenset({1}), oversees=oversees)


def refusal(found: pytest.ExceptionInfo[RuleViolation]) -> ViolationCode:
    return found.value.code


def test_seven_panels_are_made_in_one_go_with_one_unlocked_protocol(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(), actor=actor, now=NOW)
        task_forces = session.exec(select(TaskForce).where(TaskForce.study_id == study.id)).all()
        assert tuple(sorted(one.code for one in task_forces)) == SEVEN
        assert len(session.exec(select(Objective).where(Objective.study_id == study.id)).all()) == 24
        (protocol,) = session.exec(select(Protocol).where(Protocol.study_id == study.id)).all()
        assert protocol.locked_at is None
        assert ProtocolSettings.from_json(protocol.settings) == study_templates()["objective_task_force"].settings
        held = session.exec(select(StaffRole).where(StaffRole.person_id == actor.person_id)).all()
        assert {(one.role, one.task_force_id) for one in held} == {(Role.FACILITATOR, one.id) for one in task_forces}
        assert (study.template, study.contact_name) == ("objective_task_force", "Lukas")
        (planned,) = session.exec(select(PlannedRound)).all()
        assert (planned.number, planned.opens_at) == (1, datetime(2026, 6, 1, 7, tzinfo=UTC))


def test_two_studies_may_have_one_name_and_nobody_learns_of_the_other(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        slugs = [create_study(session, wanted=a_wish(), actor=actor, now=NOW).slug for _ in range(3)]
    assert slugs == ["soil-plan", "soil-plan-2", "soil-plan-3"]


def test_a_study_without_objective_or_with_crossing_dates_is_refused_whole(database: Database) -> None:
    crossed = RoundDates(datetime.fromisoformat("2026-06-12"), datetime.fromisoformat("2026-06-01"))
    for wish, code in (
        (a_wish(objectives=("Z9",)), ViolationCode.NO_OBJECTIVE_CHOSEN),
        (replace(a_wish(), dates=(crossed,)), ViolationCode.DATES_IMPOSSIBLE),
    ):
        with pytest.raises(RuleViolation) as found, database.writing() as session:
            create_study(session, wanted=wish, actor=a_maker(session), now=NOW)
        assert refusal(found) is code
    with database.reading() as session:
        assert session.exec(select(Study)).all() == []


def test_whoever_oversees_the_source_oversees_the_new_study(database: Database) -> None:
    with database.writing() as session:
        source = a_study(session)
        study = create_study(
            session, wanted=a_wish(), actor=as_facilitator(source), now=NOW, source_study_id=source.study_id
        )
        overseers = session.exec(
            select(StaffRole.person_id).where(StaffRole.study_id == study.id, StaffRole.role == Role.SECRETARIAT)
        ).all()
        assert overseers == [source.secretary_id]


def test_a_copy_takes_framework_questions_and_rules_and_no_answer(database: Database) -> None:
    with database.writing() as session:
        source = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, source)
        rate(session, source, round_id=round_.id, statements=statements, rows="9 8 7 | 9 8 7 | 9 8 7 | 8 8 8 | 7 7 7")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        _, left = an_expert(session, task_force_id=source.task_force_id, slug="left")
        left.status = MembershipStatus.LEFT
        session.add(left)
        made = {}
        for with_people in (False, True):
            made[with_people] = copy_study(
                session,
                source_id=source.study_id,
                name=NAME,
                objectives=("A5",),
                with_people=with_people,
                dates=(),
                actor=as_facilitator(source),
                now=NOW,
            )
        assert framework_of(session, study_id=made[True].id) == framework_of(session, study_id=source.study_id)
        assert scales_of_study(session, study_id=made[True].id) == scales_of_study(session, study_id=source.study_id)
        assert protocol_of(session, study_id=made[True].id) == protocol_of(session, study_id=source.study_id)
        assert not protocol_record(session, study_id=made[True].id).is_locked
        seats = {
            with_people: session.exec(
                select(Panellist)
                .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
                .where(TaskForce.study_id == study.id)
            ).all()
            for with_people, study in made.items()
        }
        assert seats[False] == []
        assert sorted(one.person_id or 0 for one in seats[True]) == sorted(source.experts)
        assert {(one.status, one.consented_at) for one in seats[True]} == {(MembershipStatus.INVITED, None)}
        assert [one.task_force_id for one in session.exec(select(Round)).all()] == [source.task_force_id]


def test_further_objectives_get_task_forces_once(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(objectives=("A1",)), actor=actor, now=NOW)
        assert add_task_forces(session, study_id=study.id, objectives=("A1", "B1", "A2"), actor=actor, now=NOW) == [
            "A2",
            "B1",
        ]
        with pytest.raises(RuleViolation) as found:
            add_task_forces(session, study_id=study.id, objectives=("A1", "B1"), actor=actor, now=NOW)
        assert refusal(found) is ViolationCode.NO_OBJECTIVE_CHOSEN


def drafts_with(code: str, *, lower: int = 1, upper: int = 5) -> CriterionDraft:
    return CriterionDraft(
        criterion_templates()[code].on_scale(lower=lower, upper=upper), (StatementKind.ACTIVITY.value,)
    )


def test_a_draft_changes_its_criteria_in_place(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(), actor=actor, now=NOW)
        before = {one.code: one.id for one in session.exec(select(Criterion)).all()}
        quick = study_templates()["quick_priorities"].settings
        settings = replace(quick, criteria={**quick.criteria, "urgency": quick.criteria["importance"]})
        drafts = [drafts_with("importance"), drafts_with("urgency")]
        save_protocol(session, study_id=study.id, settings=settings, criteria=drafts, actor=actor, now=NOW)
        after = {one.code: one for one in session.exec(select(Criterion).order_by(col(Criterion.position))).all()}
        assert set(after) == {"importance", "urgency"}
        assert after["importance"].id == before["importance"]
        assert [(one.is_primary, one.position) for one in after.values()] == [(True, 1), (False, 2)]
        scales = {one.id: one for one in session.exec(select(Scale)).all()}
        assert [scales[one.scale_id].upper for one in after.values()] == [5, 5]
        assert len(scales) == 2
        assert protocol_of(session, study_id=study.id) == settings


def test_an_impossible_protocol_is_neither_saved_nor_locked(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(objectives=("A1",)), actor=actor, now=NOW)
        task_force_id = session.exec(select(TaskForce.id).where(TaskForce.study_id == study.id)).one()
        for number in range(4):
            an_expert(session, task_force_id=task_force_id, slug=f"x{number}")
        for act in (
            lambda: lock_protocol(session, study_id=study.id, actor=actor, now=NOW),
            lambda: save_protocol(
                session,
                study_id=study.id,
                settings=protocol_of(session, study_id=study.id),
                criteria=[drafts_with("importance", upper=9), drafts_with("feasibility", upper=9)],
                actor=actor,
                now=NOW,
            ),
        ):
            with pytest.raises(RuleViolation) as found:
                act()  # type: ignore[no-untyped-call]
            assert refusal(found) is ViolationCode.PROTOCOL_IMPOSSIBLE
        assert not protocol_record(session, study_id=study.id).is_locked


def test_the_lock_seals_rules_questions_and_scales_with_date_and_name(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        studies = [create_study(session, wanted=a_wish(), actor=actor, now=NOW) for _ in range(3)]
        session.exec(select(Criterion).where(Criterion.study_id == studies[2].id)).first().question = LocalizedText(  # type: ignore[union-attr]
            en="Another question?", fr="Une autre ?"
        )
        digest = lock_digest(session, study_id=studies[0].id)
        for study in studies:
            assert protocol_fingerprint(session, study_id=study.id) == ""
            lock_protocol(session, study_id=study.id, actor=actor, now=NOW)
        record = protocol_record(session, study_id=studies[0].id)
        assert (record.locked_at, record.locked_by, len(record.fingerprint)) == (NOW, "Lukas", 64)
        prints = [protocol_fingerprint(session, study_id=study.id) for study in studies]
        assert prints[0] == prints[1] != prints[2]
        with pytest.raises(RuleViolation) as found:
            lock_protocol(session, study_id=studies[0].id, actor=actor, now=NOW, digest=digest)
        assert refusal(found) is ViolationCode.PROTOCOL_LOCKED
        with pytest.raises(RuleViolation) as found:
            save_protocol(session, study_id=studies[0].id, settings=record.settings, criteria=[], actor=actor, now=NOW)
        assert refusal(found) is ViolationCode.PROTOCOL_LOCKED


def test_a_lock_of_another_draft_than_was_shown_is_refused(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(), actor=actor, now=NOW)
        digest = lock_digest(session, study_id=study.id)
        settings = replace(protocol_of(session, study_id=study.id), min_n=6)
        drafts = [CriterionDraft(entry, kinds) for entry, kinds in scales_of_study(session, study_id=study.id)]
        save_protocol(session, study_id=study.id, settings=settings, criteria=drafts, actor=actor, now=NOW)
        with pytest.raises(RuleViolation) as found:
            lock_protocol(session, study_id=study.id, actor=actor, now=NOW, digest=digest)
        assert refusal(found) is ViolationCode.PREVIEW_OUTDATED


def test_opening_the_first_round_locks_the_draft_and_copies_what_experts_are_promised(database: Database) -> None:
    with database.writing() as session:
        actor = a_maker(session)
        study = create_study(session, wanted=a_wish(template="large_panel", objectives=("A1",)), actor=actor, now=NOW)
        task_force = session.exec(select(TaskForce).where(TaskForce.study_id == study.id)).one()
        for number in range(15):
            an_expert(session, task_force_id=task_force.id, slug=f"y{number}")
        round_ = plan_round(session, actor=actor, task_force=task_force, kind=RoundKind.IDEAS, now=NOW)
        assert (round_.feedback, round_.min_group_size) == (FeedbackKind.BY_COLLEGE, 8)
        open_round(session, actor=actor, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW)
        assert protocol_record(session, study_id=study.id).locked_at == NOW
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.study_id == study.id)).all()
        assert actions.count(AuditAction.PROTOCOL_LOCKED) == 1


def amend(
    session: Session, small: SmallStudy, *, reason: str = "The panel grew", **changes: object
) -> ProtocolAmendment:
    settings = replace(protocol_of(session, study_id=small.study_id), **changes)  # type: ignore[arg-type]
    return amend_protocol(
        session, study_id=small.study_id, settings=settings, reason=reason, actor=as_secretary(small), now=NOW
    )


def test_an_amendment_keeps_old_new_reason_author_and_number(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        first = protocol_record(session, study_id=small.study_id)
        amend(session, small, min_n=6)
        amend(session, small, max_rounds=4, reason="One more round")
        record = protocol_record(session, study_id=small.study_id)
        assert [(one.number, one.reason, one.author) for one in record.amendments] == [
            (1, "The panel grew", "Paula Secretary"),
            (2, "One more round", "Paula Secretary"),
        ]
        (change,) = record.amendments[0].changes
        assert (change.setting, change.before, change.after) == ("min_n", 5, 6)
        assert (record.version, record.settings.min_n, record.settings.max_rounds) == (3, 6, 4)
        assert (record.locked_at, record.first_fingerprint) == (first.locked_at, first.fingerprint)
        assert record.fingerprint == record.amendments[1].fingerprint != first.fingerprint


def test_an_amendment_needs_a_reason_a_change_a_lock_and_the_protocol_that_was_shown(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        draft = create_study(session, wanted=a_wish(), actor=as_secretary(small), now=NOW)
        current = protocol_of(session, study_id=small.study_id)
        cases: list[tuple[dict[str, object], ViolationCode]] = [
            ({"settings": replace(current, min_n=6), "reason": "  "}, ViolationCode.REASON_MISSING),
            ({"settings": current}, ViolationCode.NOTHING_CHANGED),
            ({"settings": replace(current, min_n=7)}, ViolationCode.PROTOCOL_IMPOSSIBLE),
            ({"settings": replace(current, min_n=6), "digest": "another"}, ViolationCode.PREVIEW_OUTDATED),
            ({"settings": replace(current, min_n=6), "study_id": draft.id}, ViolationCode.PROTOCOL_NOT_LOCKED),
        ]
        for changes, code in cases:
            usual = {"study_id": small.study_id, "reason": "Why", "actor": as_secretary(small), "now": NOW}
            with pytest.raises(RuleViolation) as found:
                amend_protocol(session, **{**usual, **changes})  # type: ignore[arg-type]
            assert refusal(found) is code
        assert session.exec(select(ProtocolAmendment)).all() == []


def test_a_closed_round_keeps_its_rule_and_a_planned_one_takes_the_new(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rows = "9 9 5 | 9 8 5 | 8 8 5 | 8 7 5 | 3 7 5 | 9 7 5"
        rate(session, small, round_id=round_.id, statements=statements, rows=rows)
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        snapshot = session.exec(select(Snapshot)).one()
        kept = (dict(snapshot.rule), snapshot.digest)
        verdicts = [(one.statement_id, one.verdict) for one in session.exec(select(RoundResult)).all()]
        planned = plan_round(
            session,
            actor=None,
            task_force=session.get_one(TaskForce, small.task_force_id),
            kind=RoundKind.RATING,
            statement_ids=tuple(statements),
            now=NOW + timedelta(days=1),
        )
        amend(session, small, min_n=6, min_group_size=6, feedback=FeedbackKind.COUNTS.value)
        session.expire_all()
        snapshot = session.exec(select(Snapshot)).one()
        assert (dict(snapshot.rule), snapshot.digest) == kept
        assert [(one.statement_id, one.verdict) for one in session.exec(select(RoundResult)).all()] == verdicts
        assert (planned.min_group_size, planned.feedback) == (6, FeedbackKind.COUNTS)
        assert session.get_one(Round, round_.id).min_group_size == 5
