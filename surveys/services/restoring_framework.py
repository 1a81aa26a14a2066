"""What an archived study rests on, stored again: framework, scales, criteria, rules; and the ids they get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from surveys.localized import LocalizedText
from surveys.models import (
    Category,
    Criterion,
    Facility,
    FacilityStatement,
    Goal,
    Objective,
    ObjectiveVersion,
    Protocol,
    ProtocolAmendment,
    Scale,
    Snapshot,
    TaskForce,
)

LANGUAGE = "en"
"""Of seats: the archive does not tell which language somebody reads."""
Table = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ArchivedStudy:
    """An archive as plain values: its two documents, and its tables with the column names of the archive.

    `answers` and other JSON cells of questions are parsed already.
    """

    seal: str
    study: Mapping[str, Any]
    protocol: Mapping[str, Any]
    tables: Mapping[str, Table]


@dataclass(slots=True)
class Ids:
    """Code in the archive to id in the database."""

    task_forces: dict[str, int] = field(default_factory=dict)
    objectives: dict[str, int] = field(default_factory=dict)
    protocols: dict[int, int] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    experts: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    versions: dict[tuple[str, int], int] = field(default_factory=dict)
    snapshots: dict[tuple[str, int], Snapshot] = field(default_factory=dict)
    rounds: dict[tuple[str, int], int] = field(default_factory=dict)


def restore_framework(session: Session, archived: ArchivedStudy, *, study_id: int, ids: Ids) -> None:
    study = archived.study
    goals = {}
    for one in study["goals"]:
        name, gist = LocalizedText(one["name"]), LocalizedText(one["gist"])
        goal = Goal(study_id=study_id, code=one["code"], name=name, gist=gist, position=one["position"])
        goals[one["code"]] = added(session, goal)
    for one in study["objectives"]:
        plain = {name: one[name] for name in ("code", "position", "default_facility", "facility_group")}
        objective = added(session, Objective(study_id=study_id, goal_id=goals[one["goal"]], **plain))
        for version in one["versions"]:
            names = ("title", "description", "baseline_2020", "target_2030", "target_2050")
            texts: dict[str, Any] = {name: LocalizedText(version[name]) for name in names}
            session.add(
                ObjectiveVersion(
                    objective_id=objective,
                    version=version["version"],
                    reason=version["reason"],
                    created_at=moment_of(version["created_at"]),
                    **texts,
                )
            )
        session.add_all(FacilityStatement(objective_id=objective, **said) for said in one["documents"])
        for code in one["task_forces"]:
            ids.task_forces[code] = added(session, TaskForce(study_id=study_id, objective_id=objective, code=code))
    for one in study["categories"]:
        ids.categories[one["code"]] = added(session, Category(study_id=study_id, **named(one)))
    for one in study["facilities"]:
        ids.facilities[one["code"]] = added(session, Facility(study_id=study_id, type=one["type"], **named(one)))


def restore_rules(session: Session, archived: ArchivedStudy, *, study_id: int, ids: Ids) -> None:
    scales = {one["code"]: added(session, Scale(study_id=study_id, **one)) for one in archived.study["scales"]}
    for one in archived.study["criteria"]:
        criterion = Criterion(
            study_id=study_id,
            scale_id=scales[one["scale"]],
            question=LocalizedText(one["question"]),
            kinds=list(one["kinds"]),
            is_primary=one["is_primary"],
            **named(one),
        )
        ids.criteria[one["code"]] = added(session, criterion)
    for one in archived.protocol["versions"]:
        plain = {name: one[name] for name in ("version", "fingerprint", "reason", "settings")}
        protocol = Protocol(study_id=study_id, locked_at=moment_of(one["locked_at"]), **plain)
        ids.protocols[one["version"]] = added(session, protocol)
    for one in archived.protocol["amendments"]:
        plain = {name: one[name] for name in ("number", "changes", "fingerprint_before", "fingerprint_after", "reason")}
        session.add(
            ProtocolAmendment(
                study_id=study_id,
                protocol_id=ids.protocols[one["version"]],
                made_at=moment_of(one["made_at"]),
                **plain,
            )
        )
    session.flush()


def added(session: Session, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def named(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": one["code"], "name": LocalizedText(one["name"]), "position": one["position"]}


def moment_of(text: str) -> Any:
    """A moment of the archive; None for an empty one."""
    return datetime.fromisoformat(text) if text else None
