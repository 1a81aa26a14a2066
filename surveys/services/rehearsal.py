"""A rehearsal: invented experts play the whole study in a copy, so that every page can be seen before anybody is asked.

Its mails are written into the outbox and held there; nobody is ever sent one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlmodel import Session, col, select

from analysis.simulation import PanelShape, simulate_study
from analysis.types import CellState, Ratings, Scale
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import College, Idea, Panellist, Person, Region, Round, Statement, Study, TaskForce
from surveys.queries.questionnaire import AskedCriterion, questionnaire_of
from surveys.rules.answers import IdeaAnswer, RatingAnswer
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.chasing import queue_reminders
from surveys.services.freezing import protocol_of
from surveys.services.ideas import save_ideas
from surveys.services.next_round import build_next_round, plan_ideas_round
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round, open_round
from surveys.services.submissions import save_ratings, submit_answers
from surveys.services.synthesis import merge_idea, place_as_new
from surveys.services.trial_copies import copy_task_force, invented_address
from surveys.vocabulary import (
    Audience,
    AuditAction,
    MembershipStatus,
    RatingState,
    StatementKind,
    StudyKind,
    ViolationCode,
)

N_EXPERTS = 9
ROUND_LASTS = timedelta(days=7)
DROPOUT, DONT_KNOW = 0.12, 0.05
SEED = 20240101
IDEAS = (
    (StatementKind.ACTIVITY, 6),
    (StatementKind.OBSTACLE, 3),
    (StatementKind.SUCCESS_FACTOR, 3),
)
"""What invented experts write where the task force has no statements yet: kinds and how many different ideas."""
WORDS = {
    StatementKind.ACTIVITY: ("Invented activity {}", "Activité inventée {}"),
    StatementKind.OBSTACLE: ("Invented obstacle {}", "Obstacle inventé {}"),
    StatementKind.SUCCESS_FACTOR: ("Invented success factor {}", "Facteur de succès inventé {}"),
}


def play_rehearsal(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> TaskForce:
    """Copy the task force and play every round of its protocol with invented experts, up to the published outcomes.

    Statements that exist are rated; without any, invented ideas come first. Raises what the acts of a study raise.
    """
    task_force, statements = copy_task_force(
        session, actor=actor, task_force_id=task_force_id, kind=StudyKind.REHEARSAL, now=now
    )
    study = session.get_one(Study, task_force.study_id)
    players = _invite_players(session, task_force=task_force, study=study, now=now)
    stage = _Stage(session, actor=actor, task_force=task_force, study=study, players=players, ends_at=now)
    if not statements:
        stage.play_ideas()
    while stage.n_played < stage.n_rounds and stage.play_ratings():
        pass
    publish_outcomes(session, actor=actor, task_force_id=task_force.id, now=now)
    original = session.get_one(TaskForce, task_force_id)
    record(
        session,
        AuditAction.REHEARSAL_PLAYED,
        actor=actor,
        now=now,
        study_id=original.study_id,
        task_force_id=task_force_id,
        n=len(players),
    )
    session.flush()
    return task_force


class _Stage:
    """The course of one rehearsal; its calendar lies in the past, so that each round has its own dates."""

    def __init__(
        self,
        session: Session,
        *,
        actor: Actor,
        task_force: TaskForce,
        study: Study,
        players: Sequence[Actor],
        ends_at: datetime,
    ) -> None:
        self._session, self._actor, self._task_force, self._study = session, actor, task_force, study
        self._players = players
        self.n_rounds = max(2, protocol_of(session, study_id=study.id).max_rounds)
        self.n_played = 0
        self._now = ends_at - self.n_rounds * ROUND_LASTS
        self._opinions: dict[int, tuple[Ratings, ...]] = {}
        self._order: dict[int, int] = {}

    def play_ideas(self) -> None:
        """A round of open questions, and a synthesis in which equal ideas meet in one statement."""
        round_ = plan_ideas_round(self._session, actor=self._actor, task_force_id=self._task_force.id, now=self._now)
        self._open(round_)
        for number, player in enumerate(self._players):
            save_ideas(
                self._session,
                actor=player,
                round_id=round_.id,
                ideas=[
                    IdeaAnswer(slot=f"{kind.value}-1", kind=kind, text=_idea(kind, number % n_different)["en"])
                    for kind, n_different in IDEAS
                ],
                language="en",
                now=self._now,
            )
            submit_answers(self._session, actor=player, round_id=round_.id, now=self._now)
        self._close(round_)
        made: dict[str, int] = {}
        for idea in self._session.exec(select(Idea).where(Idea.round_id == round_.id).order_by(col(Idea.id))).all():
            known = made.get(idea.text)
            if known is None:
                number = int(idea.text.rpartition(" ")[2]) - 1
                made[idea.text] = place_as_new(
                    self._session,
                    actor=self._actor,
                    task_force_id=self._task_force.id,
                    idea_id=idea.id,
                    text=LocalizedText({code: _idea(idea.kind, number)[code] for code in self._study.languages}),
                    now=self._now,
                ).id
            else:
                merge_idea(
                    self._session,
                    actor=self._actor,
                    task_force_id=self._task_force.id,
                    idea_id=idea.id,
                    statement_id=known,
                    now=self._now,
                )

    def play_ratings(self) -> bool:
        """The next rating round as the rule proposes it; False where nothing is left to ask."""
        try:
            round_ = build_next_round(
                self._session,
                actor=self._actor,
                task_force_id=self._task_force.id,
                decisions={},
                now=self._now,
            )
        except RuleViolation as violation:
            if violation.code is ViolationCode.NO_STATEMENTS and self.n_played:
                return False
            raise
        self._open(round_)
        questionnaire = questionnaire_of(self._session, round_id=round_.id)
        opinions = {one.id: self._opinion(one, position=at) for at, one in enumerate(questionnaire.criteria)}
        for number, player in enumerate(self._players):
            answers = [
                answer
                for criterion in questionnaire.criteria
                for statement in questionnaire.of_criterion(criterion)
                if (answer := self._answer(opinions[criterion.id], criterion.id, statement.id, number)) is not None
            ]
            if answers:
                save_ratings(
                    self._session, actor=player, round_id=round_.id, answers=answers, language="en", now=self._now
                )
                submit_answers(self._session, actor=player, round_id=round_.id, now=self._now)
        self._close(round_)
        return True

    def _open(self, round_: Round) -> None:
        open_round(
            self._session,
            actor=self._actor,
            round_=round_,
            deadline_at=self._now + ROUND_LASTS,
            languages=tuple(self._study.languages),
            now=self._now,
        )
        self._session.flush()
        queue_reminders(self._session, actor=self._actor, round_id=round_.id, now=self._now + ROUND_LASTS / 2)
        self._now += ROUND_LASTS / 2

    def _close(self, round_: Round) -> None:
        self._now += ROUND_LASTS / 4
        close_round(self._session, actor=self._actor, round_id=round_.id, now=self._now)
        self._now += ROUND_LASTS / 4
        self.n_played += 1

    def _opinion(self, criterion: AskedCriterion, *, position: int) -> tuple[Ratings, ...]:
        """What everybody thinks of every statement on one criterion, over all rounds; drawn once."""
        if criterion.id not in self._opinions:
            ids = self._session.exec(
                select(Statement.id).where(Statement.task_force_id == self._task_force.id).order_by(col(Statement.id))
            ).all()
            self._order = {statement_id: at for at, statement_id in enumerate(ids)}
            shapes = list(PanelShape)
            self._opinions[criterion.id] = simulate_study(
                shapes=[shapes[(at + position) % len(shapes)] for at in range(len(ids))],
                n_experts=len(self._players),
                n_rounds=self.n_rounds,
                scale=Scale(criterion.lower, criterion.upper),
                rng=np.random.RandomState(SEED + position),
                dropout=DROPOUT,
                dont_know=DONT_KNOW,
            )
        return self._opinions[criterion.id]

    def _answer(
        self, opinion: tuple[Ratings, ...], criterion_id: int, statement_id: int, number: int
    ) -> RatingAnswer | None:
        ratings, column = opinion[min(self.n_played, len(opinion) - 1)], self._order[statement_id]
        match CellState(int(ratings.states[number, column])):
            case CellState.RATED:
                value = int(ratings.values[number, column])
                return RatingAnswer(statement_id, criterion_id, RatingState.RATED, value)
            case CellState.DONT_KNOW:
                return RatingAnswer(statement_id, criterion_id, RatingState.OUTSIDE_EXPERTISE, None)
            case _:
                return None


def _idea(kind: StatementKind, number: int) -> dict[str, str]:
    english, french = (words.format(number + 1) for words in WORDS[kind])
    return {"en": english, "fr": french, "es": english}


def _invite_players(session: Session, *, task_force: TaskForce, study: Study, now: datetime) -> list[Actor]:
    colleges = session.exec(select(College.id).where(College.study_id == study.id).order_by(col(College.id))).all()
    regions = session.exec(select(Region.id).where(Region.study_id == study.id).order_by(col(Region.id))).all()
    players = []
    for number in range(1, N_EXPERTS + 1):
        language = study.languages[number % len(study.languages)]
        person = Person(
            name=f"Invented expert {number}",
            email=invented_address(number, study_id=study.id),
            language=language,
            created_at=now,
        )
        session.add(person)
        session.flush()
        session.add(
            Panellist(
                task_force_id=task_force.id,
                person_id=person.id,
                language=language,
                college_id=colleges[number % len(colleges)] if colleges else None,
                region_id=regions[number % len(regions)] if regions else None,
                status=MembershipStatus.JOINED,
                consented_at=now,
            )
        )
        players.append(Actor(person_id=person.id, audience=Audience.EXPERT, panels=frozenset({task_force.id})))
    session.flush()
    return players
