"""The biography of a statement as a page, with the forms to reword and link it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from delphi.charts.of_rounds import distribution_of, source_note
from delphi.facilitator.pages.charts import Figure, figure
from delphi.facilitator.pages.depth import Camp, Depth, camps_of, depth_of
from delphi.facilitator.pages.figures import FigureCells, figure_cells
from delphi.facilitator.pages.place import Place, colleges_of_place, place_of
from surveys.localized import LocalizedText
from surveys.models import Category, Snapshot, Statement
from surveys.queries.board import Figures, board_of
from surveys.queries.colleges import college_names
from surveys.queries.findings import findings_of
from surveys.queries.trace import Biography, biography_of
from surveys.rules.permissions import Actor
from surveys.rules.protocol import CriterionRule, ProtocolSettings
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
    depth: Depth | None
    camps: tuple[Camp, ...]
    figures: tuple[Figure, ...]
    """The latest answers as pictures with files, a picture a criterion."""
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
    latest = story.rounds[-1] if story.rounds else None
    primary = next((one for one in latest.figures if one.criterion.is_primary), None) if latest else None
    rule = _rule_of(session, primary)
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
        depth=depth_of(
            primary,
            round_id=latest.round_id,
            round_number=latest.round_number,
            found=findings_of(session, round_id=latest.round_id),
            colleges=colleges,
            names=college_names(session, study_id=place.study_id),
        )
        if latest is not None and primary is not None
        else None,
        camps=camps_of(story.comments, figures=primary, rule=rule),
        figures=_figures(session, story, place=place, round_id=latest.round_id) if latest is not None else (),
        is_asked=was_asked(session, statement_id=statement_id),
        seen=wording_digest(version_id=story.wording.version_id, text=story.wording.text),
        texts=current | dict(retyped.texts),
        retyped=retyped,
        categories=tuple(CategoryChoice(id=one.id, name=one.name) for one in categories),
        outcome_status=story.outcome.status if story.outcome is not None else None,
        may_edit=place.may_facilitate and not story.is_retired,
    )


def _rule_of(session: Session, figures: Figures | None) -> CriterionRule | None:
    """The rule under which these figures were frozen."""
    if figures is None:
        return None
    snapshot = session.get_one(Snapshot, figures.result.snapshot_id)
    return ProtocolSettings.from_json(snapshot.rule).criteria[figures.criterion.code]


def _figures(session: Session, story: Biography, *, place: Place, round_id: int) -> tuple[Figure, ...]:
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    note = source_note(board, code=place.code, time_zone=place.time_zone)
    row = next((row for row in board.rows if row.statement_id == story.statement_id), None)
    if row is None:
        return ()
    return tuple(
        figure(
            distribution_of(row, figures, round_number=board.round_number, note=note),
            round_id=round_id,
            chart="distribution",
            item=f"{row.code}-{figures.criterion.code}",
        )
        for figures in (row.primary, *row.others)
    )
