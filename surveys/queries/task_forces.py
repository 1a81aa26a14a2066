"""How far each task force has come: the facts from which the next act follows, for one task force or for all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Comment,
    Criterion,
    Idea,
    ObjectiveVersion,
    Outcome,
    Panellist,
    Protocol,
    Round,
    Statement,
    StatementVersion,
    Study,
    Submission,
    TaskForce,
)
from surveys.queries.answer_reviews import n_unread_in
from surveys.queries.latest_results import latest_results
from surveys.queries.participation import IN_PANEL
from surveys.queries.statements import meanings
from surveys.rules.next_act import Standing
from surveys.rules.protocol import ProtocolSettings
from surveys.rules.settling import RoundChoice, propose
from surveys.vocabulary import CommentReview, IdeaStatus, RoundStatus, StopRule


@dataclass(frozen=True, slots=True)
class TaskForceState:
    """A task force with its objective and where it stands."""

    id: int
    code: str
    objective_id: int
    study_id: int
    study_name: LocalizedText
    time_zone: str
    languages: tuple[str, ...]
    title: LocalizedText
    round_id: int | None
    """The latest round."""
    n_panel: int
    standing: Standing
    unread_round_id: int | None = None
    """The earliest closed round with written answers that nobody has read over."""


def states_of(session: Session, *, task_force_ids: Iterable[int]) -> list[TaskForceState]:
    """The state of each task force, by study and code; as many statements to the database for one as for many."""
    ids = sorted(task_force_ids)
    rows = session.exec(
        select(TaskForce, Study)
        .join(Study, col(Study.id) == TaskForce.study_id)
        .where(col(TaskForce.id).in_(ids))
        .order_by(col(Study.id), col(TaskForce.code))
    ).all()
    studies = {study.id for _, study in rows}
    unread = _unread(session, ids=ids)
    titles = current_titles(session, objective_ids=[task_force.objective_id for task_force, _ in rows])
    panels = _n_in_panel(session, ids=ids)
    settings = _settings(session, study_ids=studies)
    standings = _standings(session, ids=ids, panels=panels)
    to_ask = _n_to_ask(
        session,
        study_of={task_force.id: study.id for task_force, study in rows},
        stops={study_id: StopRule(one.stop) for study_id, one in settings.items()},
    )
    found = []
    for task_force, study in rows:
        round_, standing = standings.get(task_force.id, (None, Standing()))
        found.append(
            TaskForceState(
                id=task_force.id,
                code=task_force.code,
                objective_id=task_force.objective_id,
                study_id=study.id,
                study_name=study.name,
                time_zone=study.time_zone,
                languages=tuple(study.languages),
                title=titles[task_force.objective_id],
                round_id=round_.id if round_ is not None else None,
                n_panel=panels.get(task_force.id, 0),
                unread_round_id=next(iter(unread[task_force.id]), None),
                standing=replace(
                    standing,
                    n_answers_unread=sum(unread[task_force.id].values()),
                    n_asked=panels.get(task_force.id, 0),
                    n_statements=to_ask.get(task_force.id, (0, 0))[0],
                    n_to_ask=to_ask.get(task_force.id, (0, 0))[1],
                    max_rounds=settings[study.id].max_rounds,
                ),
            )
        )
    return found


def current_titles(session: Session, *, objective_ids: Sequence[int]) -> dict[int, LocalizedText]:
    """Objective id to the title of its newest version."""
    versions = session.exec(
        select(ObjectiveVersion)
        .where(col(ObjectiveVersion.objective_id).in_(objective_ids))
        .order_by(col(ObjectiveVersion.version))
    ).all()
    return {version.objective_id: version.title for version in versions}


def _n_in_panel(session: Session, *, ids: Sequence[int]) -> dict[int, int]:
    rows = session.exec(
        select(Panellist.task_force_id, func.count(col(Panellist.id)))
        .where(col(Panellist.task_force_id).in_(ids), col(Panellist.status).in_(IN_PANEL))
        .group_by(col(Panellist.task_force_id))
    ).all()
    return dict(rows)


def _unread(session: Session, *, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Task force id to its closed rounds, in their order, with how many written answers nobody has read over."""
    closed = session.exec(
        select(Round.id, Round.task_force_id)
        .where(col(Round.task_force_id).in_(ids), Round.status == RoundStatus.CLOSED)
        .order_by(col(Round.number))
    ).all()
    n_unread = n_unread_in(session, round_ids=[round_id for round_id, _ in closed])
    found: dict[int, dict[int, int]] = {task_force_id: {} for task_force_id in ids}
    for round_id, task_force_id in closed:
        if round_id in n_unread:
            found[task_force_id][round_id] = n_unread[round_id]
    return found


def _settings(session: Session, *, study_ids: Iterable[int]) -> dict[int, ProtocolSettings]:
    protocols = session.exec(
        select(Protocol).where(col(Protocol.study_id).in_(study_ids)).order_by(col(Protocol.version))
    ).all()
    return {protocol.study_id: ProtocolSettings.from_json(protocol.settings) for protocol in protocols}


def _standings(session: Session, *, ids: Sequence[int], panels: Mapping[int, int]) -> dict[int, tuple[Round, Standing]]:
    """Task force id to its latest round and what is known of it, without the counts of statements."""
    rounds = session.exec(select(Round).where(col(Round.task_force_id).in_(ids)).order_by(col(Round.number))).all()
    latest = {round_.task_force_id: round_ for round_ in rounds}
    task_force_of = {round_.id: round_.task_force_id for round_ in rounds}
    closed = [round_.id for round_ in rounds if round_.status is RoundStatus.CLOSED]
    finished = dict(
        session.exec(
            select(Submission.round_id, func.count(col(Submission.submitted_at)))
            .join(Panellist, col(Panellist.id) == Submission.panellist_id)
            .where(
                col(Submission.round_id).in_([round_.id for round_ in latest.values()]),
                col(Panellist.status).in_(IN_PANEL),
            )
            .group_by(col(Submission.round_id))
        ).all()
    )
    n_ideas: Counter[int] = Counter()
    n_ideas_waiting: Counter[int] = Counter()
    for round_id, status, n in session.exec(
        select(Idea.round_id, Idea.status, func.count(col(Idea.id)))
        .where(col(Idea.round_id).in_(closed))
        .group_by(col(Idea.round_id), col(Idea.status))
    ).all():
        n_ideas[task_force_of[round_id]] += n
        n_ideas_waiting[task_force_of[round_id]] += n if status is IdeaStatus.WAITING else 0
    n_comments: Counter[int] = Counter()
    for round_id, n in session.exec(
        select(Comment.round_id, func.count(col(Comment.id)))
        .where(col(Comment.round_id).in_(closed), Comment.review == CommentReview.WAITING)
        .group_by(col(Comment.round_id))
    ).all():
        n_comments[task_force_of[round_id]] += n
    published = dict(
        session.exec(
            select(Outcome.task_force_id, func.min(Outcome.published_at))
            .where(col(Outcome.task_force_id).in_(ids))
            .group_by(col(Outcome.task_force_id))
        ).all()
    )
    return {
        task_force_id: (
            round_,
            Standing(
                number=round_.number,
                kind=round_.kind,
                status=round_.status,
                deadline_at=round_.deadline_at,
                n_finished=finished.get(round_.id, 0),
                n_ideas=n_ideas[task_force_id],
                n_ideas_waiting=n_ideas_waiting[task_force_id],
                n_comments_waiting=n_comments[task_force_id],
                is_published=_is_after(published.get(task_force_id), round_.closed_at),
            ),
        )
        for task_force_id, round_ in latest.items()
    }


def _is_after(published_at: datetime | None, closed_at: datetime | None) -> bool:
    return published_at is not None and closed_at is not None and published_at >= closed_at


def _n_to_ask(
    session: Session, *, study_of: Mapping[int, int], stops: Mapping[int, StopRule]
) -> dict[int, tuple[int, int]]:
    """Task force id to its number of statements that are rated, and of those the rule would ask next."""
    rated_kinds: dict[int, set[str]] = {}
    for study_id, kinds in session.exec(
        select(Criterion.study_id, Criterion.kinds).where(col(Criterion.study_id).in_(set(study_of.values())))
    ).all():
        rated_kinds.setdefault(study_id, set()).update(kinds)
    latest = latest_results(session, task_force_ids=list(study_of))
    asks = meanings(session, task_force_ids=study_of)
    rows = session.exec(
        select(Statement.id, Statement.task_force_id, Statement.kind, func.max(StatementVersion.id))
        .join(StatementVersion, col(StatementVersion.statement_id) == Statement.id)
        .where(col(Statement.task_force_id).in_(study_of), col(Statement.retired_at).is_(None))
        .group_by(col(Statement.id), col(Statement.task_force_id), col(Statement.kind))
    ).all()
    found: dict[int, tuple[int, int]] = {}
    for statement_id, task_force_id, kind, version_id in rows:
        if kind not in rated_kinds.get(study_of[task_force_id], set()):
            continue
        one = latest.get(statement_id)
        proposal = propose(
            one.result.verdict if one else None,
            is_reworded=one is not None and asks[one.result.version_id] != asks[version_id],
            stop=stops[study_of[task_force_id]],
            earlier_verdict=one.earlier_verdict if one else None,
        )
        n, to_ask = found.get(task_force_id, (0, 0))
        found[task_force_id] = (n + 1, to_ask + (proposal.choice is RoundChoice.ASK))
    return found
