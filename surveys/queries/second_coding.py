"""Two codings of the same ideas side by side: how far they agree beyond chance, and where they do not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from analysis.nominal_agreement import CohenKappa, cohen_kappa
from surveys.models import Person, SecondCode, SecondCoding
from surveys.queries.desk import DeskIdea, DeskStatement, desk_of
from surveys.vocabulary import PlacementAction, StatementKind

ASIDE, NONE = "aside", "none"
"""The two choices besides a statement: not an idea to keep, and none of the statements says it."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One second coding: by whom, how far, and idea id to the choice made (`aside`, `none` or a statement's id)."""

    id: int
    by: str
    by_id: int
    finished_at: datetime | None
    choices: dict[int, str]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An idea the two coders put into different places; None stands for set aside or for no statement."""

    idea: DeskIdea
    first: DeskStatement | None
    second: DeskStatement | None
    second_is_aside: bool


@dataclass(frozen=True, slots=True)
class KindAgreement:
    kind: StatementKind
    kappa: CohenKappa


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both codings of a task force. `n_kept` and `n_split` ideas are left out, for they do not compare."""

    coding: Coding
    kappa: CohenKappa
    kinds: tuple[KindAgreement, ...]
    disagreements: tuple[Disagreement, ...]
    n_kept: int
    """Kept word for word as a statement: anybody would find that statement."""
    n_split: int
    """In two statements at once."""
    n_waiting: int
    """Without a place of the first coder, or not seen by the second."""


def codings_of(session: Session, *, task_force_id: int) -> tuple[Coding, ...]:
    """Second codings of a task force, the first begun first: two statements to the database."""
    rows = session.exec(
        select(SecondCoding, Person.name)
        .join(Person, col(Person.id) == SecondCoding.person_id)
        .where(SecondCoding.task_force_id == task_force_id)
        .order_by(col(SecondCoding.id))
    ).all()
    choices: dict[int, dict[int, str]] = defaultdict(dict)
    codes = session.exec(
        select(SecondCode).where(col(SecondCode.coding_id).in_([coding.id for coding, _ in rows]))
    ).all()
    for code in codes:
        choice = str(code.statement_id) if code.statement_id is not None else ASIDE if code.is_aside else NONE
        choices[code.coding_id][code.idea_id] = choice
    return tuple(
        Coding(
            id=coding.id,
            by=name,
            by_id=coding.person_id,
            finished_at=coding.finished_at,
            choices=choices[coding.id],
        )
        for coding, name in rows
    )


def compare_codings(session: Session, *, task_force_id: int, coding: Coding) -> Comparison:
    """Cohen's kappa between the desk as it stands and a second coding, over all ideas and kind by kind."""
    desk = desk_of(session, task_force_id=task_force_id)
    statements = {str(statement.id): statement for statement in desk.statements}
    compared: list[tuple[DeskIdea, str, str]] = []
    n_kept = n_split = n_waiting = 0
    for idea in desk.ideas:
        if any(placement.action is PlacementAction.KEPT for placement in idea.placements):
            n_kept += 1
        elif len(idea.placements) > 1:
            n_split += 1
        elif idea.id not in coding.choices or not (idea.placements or idea.parked_reason):
            n_waiting += 1
        else:
            first = str(idea.placements[0].statement_id) if idea.placements else ASIDE
            compared.append((idea, first, coding.choices[idea.id]))
    kinds = [kind for kind in StatementKind if any(idea.kind is kind for idea, _, _ in compared)]
    return Comparison(
        coding=coding,
        kappa=_kappa(compared),
        kinds=tuple(KindAgreement(kind, _kappa([one for one in compared if one[0].kind is kind])) for kind in kinds),
        disagreements=tuple(
            Disagreement(idea, statements.get(first), statements.get(second), second_is_aside=second == ASIDE)
            for idea, first, second in compared
            if first != second
        ),
        n_kept=n_kept,
        n_split=n_split,
        n_waiting=n_waiting,
    )


def _kappa(compared: list[tuple[DeskIdea, str, str]]) -> CohenKappa:
    return cohen_kappa([first for _, first, _ in compared], [second for _, _, second in compared])
