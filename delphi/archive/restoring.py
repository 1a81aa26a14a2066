"""From a bundle to a study that can be read: checked first, stored, and its figures compared with the bundle's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from delphi.archive.checking import Checked, check, fits
from delphi.archive.figures import figure_cells, figure_names
from delphi.archive.layout import SIMULATED, Damaged
from delphi.archive.opening import Bundle, open_bundle
from surveys.models import ArchiveBundle, Criterion, Round, RoundResult, Snapshot, Statement, TaskForce
from surveys.services.archives import keep_origin
from surveys.services.restoring import restore_study
from surveys.services.restoring_framework import ArchivedStudy

N_UNLISTED = 2
"""Files of a bundle that its manifest does not name: itself and the checksums."""
JSON_CELLS = {
    "questions": ("text", "hint", "options", "settings"),
    "question_answers": ("answer",),
}


@dataclass(frozen=True, slots=True)
class Restored:
    study_id: int
    slug: str
    n_rounds: int
    n_answers: int
    n_figures: int


def restore_bundle(session: Session, *, content: bytes, seal: str = "", now: datetime) -> Restored:
    """Store the study of a bundle.

    Raises
    ------
    Damaged
        Where the bundle is not as it was sealed, or a figure of the restored study is not the bundle's.
    RuleViolation
        `study_exists`.
    """
    checked = check(content, seal=seal)
    bundle = open_bundle(content, seal=seal)
    archived = ArchivedStudy(
        seal=bundle.seal,
        study=bundle.study,
        protocol=bundle.protocol,
        tables={name: [_parsed(name, row) for row in sheet.as_dicts()] for name, sheet in bundle.sheets.items()},
    )
    study_id = restore_study(session, archived=archived, now=now)
    n_figures = _compare(session, bundle=bundle, study_id=study_id)
    keep_origin(session, bundle=_origin(bundle, checked=checked, content=content, study_id=study_id), content=content)
    return Restored(study_id, bundle.study["slug"], checked.n_rounds, checked.n_answers, n_figures)


def _origin(bundle: Bundle, *, checked: Checked, content: bytes, study_id: int) -> ArchiveBundle:
    return ArchiveBundle(
        study_id=study_id,
        number=1,
        sealed_at=datetime.fromisoformat(bundle.manifest["made_at"]),
        software=bundle.manifest["software"]["version"],
        file_name=f"{bundle.study['slug']}-archive-{bundle.seal[:8]}.zip",
        n_bytes=len(content),
        n_files=len(bundle.manifest["files"]) + N_UNLISTED,
        n_rounds=checked.n_rounds,
        n_answers=checked.n_answers,
        checksum=sha256(content).hexdigest(),
        seal=bundle.seal,
    )


def _parsed(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    parsed = dict(row)
    for column in JSON_CELLS.get(name, ()):
        parsed[column] = json.loads(row[column]) if row[column] else None
    return parsed


def _compare(session: Session, *, bundle: Bundle, study_id: int) -> int:
    """How many figures of the restored study equal the bundle's."""
    rows = session.connection().execute(
        sa_select(
            col(RoundResult.report),
            col(RoundResult.consensus_class),
            col(RoundResult.verdict),
            col(Snapshot.engine),
            col(TaskForce.code),
            col(Round.number),
            col(Statement.code),
            col(Criterion.code),
        )
        .select_from(RoundResult)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .where(col(TaskForce.study_id) == study_id)
    )
    stored = {
        (one["task_force"], one["round"], one["statement"], one["criterion"]): one for one in bundle.rows("results")
    }
    n = 0
    for frozen, consensus_class, verdict, engine, *key in rows:
        skipped = frozenset() if engine.get("rows") else SIMULATED
        report = {**frozen, "consensus_class": consensus_class, "verdict": verdict}
        expected = stored.pop(tuple(key))
        for name, value in zip(figure_names(), figure_cells(report), strict=True):
            if name not in skipped and not fits(expected[name], value):
                where = ", ".join(map(str, key))
                raise Damaged(f"restored {where}: {name} is {value}, the bundle has {expected[name]}")
            n += name not in skipped
    if stored:
        raise Damaged(f"restored: results are missing, first {next(iter(stored))}")
    return n
