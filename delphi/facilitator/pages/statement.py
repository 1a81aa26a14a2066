"""The biography of a statement as a page, with the forms to reword and link it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from delphi.facilitator.pages.figures import FigureCells, figure_cells
from delphi.facilitator.pages.place import Place, colleges_of_place, place_of
from surveys.localized import LocalizedText
from surveys.models import Category, Statement
from surveys.queries.trace import Biography, biography_of
from surveys.rules.permissions import Actor
from surveys.rules.wordings import wording_digest
from surveys.services.wording import was_asked
from surveys.vocabulary import OutcomeStatus


@dataclass(frozen=True, slots=True)
class RatedLine:
    round_id: int
    round_number: int
    version_number: int
    figures: tuple[FigureCells, ...]


@dataclass(frozen=True, slots=True)
class Retyped:
    """What a refused form held: the wording somebody typed while another changed it, or text that did not fit."""

    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    problem: str = ""
    is_clash: bool = False


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    id: int
    name: LocalizedText


@dataclass(frozen=True, slots=True)
class StatementPage:
    place: Place
    story: Biography
    rounds: tuple[RatedLine, ...]
    is_asked: bool
    """A round has asked it: a change makes a new version and needs a reason."""
    seen: str
    texts: Mapping[str, str]
    retyped: Retyped
    categories: tuple[CategoryChoice, ...]
    outcome_status: OutcomeStatus | None
    may_edit: bool


def statement_page(session: Session, *, statement_id: int, actor: Actor, retyped: Retyped) -> StatementPage:
    place = place_of(session, task_force_id=session.get_one(Statement, statement_id).task_force_id, actor=actor)
    story = biography_of(session, statement_id=statement_id, study_id=place.study_id)
    categories = session.exec(
        select(Category)
        .where(Category.study_id == place.study_id, col(Category.merged_into_id).is_(None))
        .order_by(col(Category.position), col(Category.id))
    ).all()
    colleges = colleges_of_place(session, place=place)
    current = {language: story.wording.text.get(language, "") for language in place.languages}
    return StatementPage(
        place=place,
        story=story,
        rounds=tuple(
            RatedLine(
                round_id=one.round_id,
                round_number=one.round_number,
                version_number=one.version_number,
                figures=tuple(figure_cells(figures, colleges=colleges) for figures in one.figures),
            )
            for one in story.rounds
        ),
        is_asked=was_asked(session, statement_id=statement_id),
        seen=wording_digest(version_id=story.wording.version_id, text=story.wording.text),
        texts=current | dict(retyped.texts),
        retyped=retyped,
        categories=tuple(CategoryChoice(id=one.id, name=one.name) for one in categories),
        outcome_status=story.outcome.status if story.outcome is not None else None,
        may_edit=place.may_facilitate and not story.is_retired,
    )
