"""The second coder's page, blind to the first; and both codings compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from surveys.queries.desk import DeskIdea, DeskStatement, desk_of
from surveys.queries.second_coding import Comparison, codings_of, compare_codings
from surveys.rules.permissions import Actor
from surveys.services.second_coding import has_placed, ideas_to_code
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
class KindToCode:
    kind: StatementKind
    ideas: tuple[DeskIdea, ...]
    statements: tuple[DeskStatement, ...]


@dataclass(frozen=True, slots=True)
class SecondCodingPage:
    """The ideas without a word on where the first coder put them; results only of codings that are finished."""

    place: Place
    may_code: bool
    is_finished: bool
    kinds: tuple[KindToCode, ...]
    choices: Mapping[int, str]
    n_ideas: int
    n_coded: int
    comparisons: tuple[Comparison, ...]
    under_way: tuple[str, ...]
    """Names of others whose second coding is not finished."""
    problem: str


def second_coding_page(
    session: Session, *, task_force_id: int, actor: Actor, typed: Mapping[int, str], problem: str = ""
) -> SecondCodingPage:
    """For the first coder the results; for anybody else who facilitates the ideas to place, then the results too."""
    desk = desk_of(session, task_force_id=task_force_id)
    wanted = ideas_to_code(session, task_force_id=task_force_id)
    codings = codings_of(session, task_force_id=task_force_id)
    own = next((one for one in codings if one.by_id == actor.person_id), None)
    is_first = has_placed(session, task_force_id=task_force_id, person_id=actor.person_id)
    is_finished = own is not None and own.finished_at is not None
    ideas = sorted((idea for idea in desk.ideas if idea.id in wanted), key=lambda idea: idea.id * 7919 % 10007)
    kinds = [kind for kind in StatementKind if any(idea.kind is kind for idea in ideas)]
    choices = {**(own.choices if own is not None else {}), **typed}
    may_see = is_first or is_finished
    return SecondCodingPage(
        place=place_of(session, task_force_id=task_force_id, actor=actor),
        may_code=not is_first and not is_finished,
        is_finished=is_finished,
        kinds=tuple(
            KindToCode(
                kind=kind,
                ideas=tuple(idea for idea in ideas if idea.kind is kind),
                statements=tuple(one for one in desk.statements if one.kind is kind),
            )
            for kind in kinds
        ),
        choices=choices,
        n_ideas=len(ideas),
        n_coded=sum(idea.id in choices for idea in ideas),
        comparisons=tuple(
            compare_codings(session, task_force_id=task_force_id, coding=one)
            for one in codings
            if may_see and one.finished_at is not None
        ),
        under_way=tuple(one.by for one in codings if one.finished_at is None and one is not own),
        problem=problem,
    )
