"""A study from a framework: everything of the file is stored, and nothing of another study is touched."""

from dataclasses import replace

import pytest
from sqlmodel import select

from delphi.database import Database
from delphi.demo.content import FOLDER
from surveys.errors import RuleViolation
from surveys.models import (
    AuditEvent,
    Category,
    Criterion,
    Facility,
    FacilityStatement,
    Objective,
    ObjectiveVersion,
    Protocol,
    Scale,
    Study,
    TaskForce,
)
from surveys.services.framework_import import ImportedFramework, import_framework
from surveys.study_files import Framework, read_framework, read_study_texts
from surveys.vocabulary import AuditAction, ViolationCode
from tests.builders import NOW


def imported(database: Database, *, framework: Framework | None = None, slug: str = "soils") -> ImportedFramework:
    with database.writing() as session:
        return import_framework(
            session,
            framework=framework or read_framework(FOLDER / "framework.toml"),
            texts=read_study_texts(FOLDER / "study.toml"),
            slug=slug,
            actor=None,
            now=NOW,
        )


def test_a_framework_becomes_a_study_with_a_task_force_an_objective(database: Database) -> None:
    made = imported(database)
    with database.reading() as session:
        assert made.n_objectives == 24
        assert len(session.exec(select(TaskForce)).all()) == 24
        objective = session.exec(select(Objective).where(Objective.code == "F2")).one()
        version = session.exec(select(ObjectiveVersion).where(ObjectiveVersion.objective_id == objective.id)).one()
        assert (version.version, set(version.title)) == (1, {"en", "fr"})
        assert version.baseline_2020 == version.target_2030
        assert (objective.default_facility, objective.facility_group) == ("CF", "CF.VII")
        assert len(session.exec(select(FacilityStatement)).all()) == 60
        assert (len(session.exec(select(Facility)).all()), len(session.exec(select(Category)).all())) == (14, 12)


def test_its_questions_and_protocol_are_ready(database: Database) -> None:
    imported(database)
    with database.reading() as session:
        importance, feasibility = session.exec(select(Criterion).order_by(Criterion.position)).all()  # type: ignore[arg-type]
        assert (importance.code, importance.is_primary, len(importance.kinds)) == ("importance", True, 3)
        assert (feasibility.code, feasibility.is_primary, feasibility.kinds) == ("feasibility", False, ["activity"])
        scale = session.exec(select(Scale).where(Scale.code == "feasibility")).one()
        assert scale.label(1) == {"en": "not feasible", "fr": "irréalisable"}
        protocol = session.exec(select(Protocol)).one()
        assert protocol.locked_at == NOW
        assert protocol.settings["criteria"]["importance"]["agreement"] == "3/4"
        study = session.exec(select(Study)).one()
        assert study.glossary[0]["term_fr"] == "COS"
        actions = session.exec(select(AuditEvent.action)).all()
        assert set(actions) == {
            AuditAction.STUDY_CREATED,
            AuditAction.PROTOCOL_LOCKED,
            AuditAction.FRAMEWORK_IMPORTED,
        }


def test_findings_are_reported_and_counted_in_the_log(lite: Database) -> None:
    made = imported(lite)
    with lite.reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.FRAMEWORK_IMPORTED)).one()
    assert len(made.findings) == event.details["n_findings"] == 5


def test_a_name_that_is_taken_is_refused_and_another_makes_a_second_study(lite: Database) -> None:
    imported(lite)
    with pytest.raises(RuleViolation) as refused:
        imported(lite)
    assert refused.value.code is ViolationCode.STUDY_EXISTS
    imported(lite, slug="soils-2")
    with lite.reading() as session:
        assert len(session.exec(select(Objective)).all()) == 48


def test_a_code_used_twice_is_refused_and_leaves_nothing(lite: Database) -> None:
    framework = read_framework(FOLDER / "framework.toml")
    doubled = replace(framework, objectives=(*framework.objectives, framework.objectives[0]))
    with pytest.raises(RuleViolation) as refused:
        imported(lite, framework=doubled)
    assert (refused.value.code, refused.value.params) == (ViolationCode.DUPLICATE_CODE, {"value": "A1"})
    with lite.reading() as session:
        assert session.exec(select(Study)).all() == []
