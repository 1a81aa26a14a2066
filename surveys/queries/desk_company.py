"""What goes on at a desk besides its content: who else works there, the latest steps, the look for similar ideas."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.models import (
    DeskPresence,
    DeskStep,
    IdeaPair,
    IdeaPlacement,
    IdeaTag,
    Person,
    Round,
    SimilarityRun,
    Statement,
)
from surveys.models.statement import Idea
from surveys.rules.similarity import Pair, groups_of
from surveys.vocabulary import DeskStepKind, JobStatus

HERE_FOR = timedelta(minutes=2)
"""How long somebody counts as working here after the last sign of them."""
STEPS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step that stands. `code` is the statement it was about, empty where it was about an idea alone."""

    id: int
    kind: DeskStepKind
    by: str
    by_id: int | None
    made_at: datetime
    code: str
    idea_id: int | None


@dataclass(frozen=True, slots=True)
class Search:
    """How far the newest look for similar ideas is."""

    status: JobStatus
    encoder: str
    n_done: int
    n_steps: int
    finished_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)


def others_here(session: Session, *, task_force_id: int, person_id: int | None, now: datetime) -> list[str]:
    """Names of the others who were at this desk a moment ago."""
    query = (
        select(Person.name)
        .join(DeskPresence, col(DeskPresence.person_id) == Person.id)
        .where(
            DeskPresence.task_force_id == task_force_id,
            DeskPresence.person_id != person_id,
            col(DeskPresence.seen_at) > now - HERE_FOR,
        )
        .order_by(col(Person.name))
    )
    return list(session.exec(query).all())


def steps_that_stand(session: Session, *, task_force_id: int, limit: int = STEPS_SHOWN) -> list[StepLine]:
    """The latest steps that were not undone, newest first: four statements to the database."""
    rows = session.exec(
        select(DeskStep, Person.name)
        .outerjoin(Person, col(Person.id) == DeskStep.actor_id)
        .where(DeskStep.task_force_id == task_force_id, col(DeskStep.undone_at).is_(None))
        .order_by(col(DeskStep.id).desc())
        .limit(limit)
    ).all()
    of_kind: dict[DeskStepKind, set[int]] = defaultdict(set)
    for step, _ in rows:
        of_kind[step.kind].add(step.subject_id)
    placed = of_kind[DeskStepKind.PLACED] | of_kind[DeskStepKind.TAKEN_OUT]
    places = {
        id_: (idea_id, code)
        for id_, idea_id, code in session.exec(
            select(IdeaPlacement.id, IdeaPlacement.idea_id, Statement.code)
            .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
            .where(col(IdeaPlacement.id).in_(placed))
        ).all()
    }
    worded = of_kind[DeskStepKind.REWORDED] | of_kind[DeskStepKind.LINKED] | of_kind[DeskStepKind.CATEGORISED]
    codes = dict(session.exec(select(Statement.id, Statement.code).where(col(Statement.id).in_(worded))).all())
    tagged = of_kind[DeskStepKind.TAGGED] | of_kind[DeskStepKind.UNTAGGED]
    tags = dict(session.exec(select(IdeaTag.id, IdeaTag.idea_id).where(col(IdeaTag.id).in_(tagged))).all())
    lines = []
    for step, name in rows:
        idea_id, code = places.get(step.subject_id, (None, "")) if step.subject_id in placed else (None, "")
        if step.kind in (DeskStepKind.REWORDED, DeskStepKind.LINKED, DeskStepKind.CATEGORISED):
            idea_id, code = None, codes.get(step.subject_id, "")
        elif step.kind in (DeskStepKind.TAGGED, DeskStepKind.UNTAGGED):
            idea_id, code = tags.get(step.subject_id), ""
        elif step.kind in (DeskStepKind.PARKED, DeskStepKind.TAKEN_UP):
            idea_id, code = step.subject_id, ""
        lines.append(
            StepLine(
                id=step.id,
                kind=step.kind,
                by=name or "",
                by_id=step.actor_id,
                made_at=step.made_at,
                code=code,
                idea_id=idea_id,
            )
        )
    return lines


def latest_search(session: Session, *, task_force_id: int) -> Search | None:
    """The newest look for similar ideas, under way or ended; None before the first."""
    run = session.exec(
        select(SimilarityRun)
        .where(SimilarityRun.task_force_id == task_force_id)
        .order_by(col(SimilarityRun.id).desc())
        .limit(1)
    ).first()
    if run is None:
        return None
    return Search(
        status=run.status,
        encoder=run.encoder,
        n_done=run.n_done,
        n_steps=run.n_steps,
        finished_at=run.finished_at,
    )


def suggested_groups(session: Session, *, task_force_id: int, among: Collection[int]) -> list[tuple[int, ...]]:
    """Ids of ideas that may say the same, a group each, the most alike first; only ideas of `among`."""
    rows = session.exec(
        select(IdeaPair)
        .join(Idea, col(Idea.id) == IdeaPair.first_id)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Round.task_force_id == task_force_id)
    ).all()
    wanted = set(among)
    return groups_of(
        [Pair(one.first_id, one.second_id, one.score) for one in rows if {one.first_id, one.second_id} <= wanted]
    )


def tags_of(session: Session, *, task_force_id: int) -> dict[int, list[IdeaTag]]:
    """Idea id to the tags on it, in the order they were put there."""
    rows = session.exec(
        select(IdeaTag)
        .join(Idea, col(Idea.id) == IdeaTag.idea_id)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Round.task_force_id == task_force_id, col(IdeaTag.removed_at).is_(None))
        .order_by(col(IdeaTag.id))
    ).all()
    found: dict[int, list[IdeaTag]] = defaultdict(list)
    for row in rows:
        found[row.idea_id].append(row)
    return found
