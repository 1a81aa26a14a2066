"""A study of closed rounds from ratings collected elsewhere; its results are frozen like those of any other round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select, update

from analysis.types import CellState
from surveys.localized import LANGUAGES
from surveys.models import (
    College,
    Criterion,
    Goal,
    Objective,
    ObjectiveVersion,
    Panellist,
    Rating,
    Round,
    RoundStatement,
    Statement,
    StatementVersion,
    Submission,
    TaskForce,
)
from surveys.rating_files import RatingTable
from surveys.rating_study import ConsensusOptions, criterion_codes, said_alike, settings_of, slug_of, texts_of
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.framework_import import make_study
from surveys.services.freezing import freeze_round
from surveys.vocabulary import (
    RATED_KINDS,
    AuditAction,
    MembershipStatus,
    RatingState,
    RoundKind,
    RoundStatus,
    StatementKind,
)

CODE_LIMIT = 24

# What the file has no rating for is left blank, but for the two things an expert can say instead of a number.
STORED_STATES = {
    CellState.RATED: RatingState.RATED,
    CellState.DONT_KNOW: RatingState.OUTSIDE_EXPERTISE,
    CellState.ABSTAINED: RatingState.ABSTAINED,
}


@dataclass(frozen=True, slots=True)
class ImportedRatings:
    study_id: int
    task_force_id: int
    n_panellists: int
    n_statements: int
    round_numbers: tuple[int, ...]
    n_answers: int
    notices: tuple[str, ...]


def import_ratings(
    session: Session,
    *,
    table: RatingTable,
    name: str,
    options: ConsensusOptions | None = None,
    actor: Actor | None,
    now: datetime,
) -> ImportedRatings:
    """Make a study called `name` with one objective and one task force; the rounds keep the numbers of the file.

    Panellists have no person behind them. Who is missing from a round counts as not having returned it, so that the
    response rate of a statement is taken of those who did. Each criterion of the file is one of the study.

    Raises
    ------
    RuleViolation
        `study_exists` where a study has this name.
    """
    criteria = criterion_codes(table)
    texts = texts_of(table, name=name, codes=criteria)
    settings = settings_of(table, codes=tuple(criteria.values()), options=options or ConsensusOptions())
    study = make_study(session, texts=texts, slug=slug_of(name), actor=actor, now=now, settings=settings)
    # Every criterion of such a file is asked of every statement, not of activities only as in a framework study.
    session.exec(
        update(Criterion).where(col(Criterion.study_id) == study.id).values(kinds=[kind.value for kind in RATED_KINDS])
    )
    task_force = _add_task_force(session, study_id=study.id, name=name, now=now)
    panellists = _add_panellists(session, table=table, study_id=study.id, task_force_id=task_force.id, now=now)
    statements = _add_statements(session, table=table, task_force=task_force, now=now)
    criterion_ids = dict(session.exec(select(Criterion.code, Criterion.id).where(Criterion.study_id == study.id)).all())
    n_answers = 0
    for number in table.rounds:
        round_ = _add_round(session, table=table, number=number, task_force_id=task_force.id, statements=statements)
        rows = _rows(
            table,
            number=number,
            round_id=round_.id,
            panellists=panellists,
            statements=statements,
            criteria={criterion: criterion_ids[code] for criterion, code in criteria.items()},
        )
        _add_answers(session, round_id=round_.id, rows=rows, now=now)
        n_answers += len(rows)
        round_.status, round_.closed_at = RoundStatus.CLOSED, now
        session.add(round_)
        session.flush()
        freeze_round(session, round_=round_, now=now)
    record(
        session,
        AuditAction.RATINGS_IMPORTED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=task_force.id,
        file=table.file,
        digest=table.digest(),
        rounds=list(table.rounds),
        n_answers=n_answers,
    )
    session.flush()
    return ImportedRatings(
        study_id=study.id,
        task_force_id=task_force.id,
        n_panellists=len(panellists),
        n_statements=len(statements),
        round_numbers=table.rounds,
        n_answers=n_answers,
        notices=table.notices,
    )


def _add_task_force(session: Session, *, study_id: int, name: str, now: datetime) -> TaskForce:
    initials = "".join(word[0] for word in slug_of(name).split("-"))[:4].upper()
    goal = Goal(study_id=study_id, code=initials, name=said_alike(name))
    session.add(goal)
    session.flush()
    objective = Objective(study_id=study_id, goal_id=goal.id, code=initials)
    session.add(objective)
    session.flush()
    session.add(ObjectiveVersion(objective_id=objective.id, version=1, title=said_alike(name), created_at=now))
    task_force = TaskForce(study_id=study_id, objective_id=objective.id, code=initials)
    session.add(task_force)
    session.flush()
    return task_force


def _add_panellists(
    session: Session, *, table: RatingTable, study_id: int, task_force_id: int, now: datetime
) -> list[int]:
    """Panellist ids in the order of `table.experts`."""
    colleges = {
        group: College(study_id=study_id, code=group if len(group) <= 64 else f"group-{number}", name=said_alike(group))
        for number, group in enumerate(dict.fromkeys(table.groups), start=1)
        if group is not None
    }
    session.add_all(colleges.values())
    session.flush()
    panellists = [
        Panellist(
            task_force_id=task_force_id,
            college_id=None if group is None else colleges[group].id,
            language=language if language in LANGUAGES else LANGUAGES[0],
            status=MembershipStatus.JOINED,
            consented_at=now,
        )
        for group, language in zip(table.groups, table.languages, strict=True)
    ]
    session.add_all(panellists)
    session.flush()
    return [panellist.id for panellist in panellists]


def _add_statements(
    session: Session, *, table: RatingTable, task_force: TaskForce, now: datetime
) -> dict[str, StatementVersion]:
    """One statement an item, in natural order; an item's own name is its code where that is short enough."""
    fits = all(len(item) <= CODE_LIMIT for item in table.items)
    statements = [
        Statement(
            task_force_id=task_force.id,
            code=item if fits else f"{task_force.code}-{number:02d}",
            kind=StatementKind.ACTIVITY,
            created_at=now,
        )
        for number, item in enumerate(table.items, start=1)
    ]
    session.add_all(statements)
    session.flush()
    versions = [
        StatementVersion(statement_id=statement.id, number=1, text=said_alike(item), created_at=now)
        for statement, item in zip(statements, table.items, strict=True)
    ]
    session.add_all(versions)
    session.flush()
    return dict(zip(table.items, versions, strict=True))


def _add_round(
    session: Session, *, table: RatingTable, number: int, task_force_id: int, statements: dict[str, StatementVersion]
) -> Round:
    round_ = Round(task_force_id=task_force_id, number=number, kind=RoundKind.RATING, status=RoundStatus.PLANNED)
    session.add(round_)
    session.flush()
    asked = dict.fromkeys(table.columns[at].item for at in table.asked(number))
    session.add_all(
        RoundStatement(
            round_id=round_.id,
            statement_id=statements[item].statement_id,
            version_id=statements[item].id,
            position=position,
        )
        for position, item in enumerate(asked, start=1)
    )
    session.flush()
    return round_


def _rows(
    table: RatingTable,
    *,
    number: int,
    round_id: int,
    panellists: list[int],
    statements: dict[str, StatementVersion],
    criteria: dict[str | None, int],
) -> list[dict[str, Any]]:
    at = table.rounds.index(number)
    states, values = table.states[at].tolist(), table.values[at].tolist()
    return [
        {
            "round_id": round_id,
            "statement_id": statements[column.item].statement_id,
            "criterion_id": criteria[column.criterion],
            "panellist_id": panellist_id,
            "state": STORED_STATES[CellState(states[expert][place])],
            "value": values[expert][place] if states[expert][place] == CellState.RATED else None,
        }
        for expert, panellist_id in enumerate(panellists)
        for place, column in enumerate(table.columns)
        if states[expert][place] in STORED_STATES
    ]


def _add_answers(session: Session, *, round_id: int, rows: list[dict[str, Any]], now: datetime) -> None:
    connection = session.connection()
    if rows:
        connection.execute(insert(Rating), rows)
    returned = sorted({row["panellist_id"] for row in rows})
    submissions = [
        {
            "round_id": round_id,
            "panellist_id": panellist_id,
            "started_at": now,
            "saved_at": now,
            "submitted_at": now,
            "receipt": "",
            "nonce": "",
            "digest": "",
        }
        for panellist_id in returned
    ]
    if submissions:
        connection.execute(insert(Submission), submissions)
