"""A rehearsal: invented experts play the whole study in a copy, so that every page can be seen before anybody is asked.

It is begun in one short transaction and played on in many, a step each. What comes next is read from the copy as it is
stored: after a crash the next step goes on where the last one was committed. Its mails are written into the outbox and
held there; nobody is ever sent one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    College,
    Idea,
    Panellist,
    Person,
    Region,
    Round,
    StaffRole,
    Statement,
    Study,
    Submission,
    TaskForce,
)
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.rehearsals import progress_of_rehearsal
from surveys.queries.statements import current_versions
from surveys.rules.answers import IdeaAnswer, RatingAnswer
from surveys.rules.invented_experts import IDEAS, N_EXPERTS, PanelOnCriterion, has_left, invented_answer, invented_idea
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
    IdeaStatus,
    MembershipStatus,
    Role,
    RoundKind,
    RoundStatus,
    StudyKind,
    ViolationCode,
)

ROUND_LASTS = timedelta(days=7)
IDEAS_AT_ONCE = 9
FEWEST_ROUNDS = 2


def start_rehearsal(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> TaskForce:
    """Copy the task force, invite invented experts and open its first round; `play_step` does the rest.

    Statements that exist are rated; without any, invented ideas come first. Raises what planning and opening a round
    raise.
    """
    task_force, _ = copy_task_force(
        session, actor=actor, task_force_id=task_force_id, kind=StudyKind.REHEARSAL, now=now
    )
    study = session.get_one(Study, task_force.study_id)
    _invite_players(session, task_force=task_force, study=study, now=now)
    play = _Play(session, task_force=task_force, study=study)
    play.plan()
    play.step()
    return task_force


def play_step(session: Session, *, task_force_id: int, now: datetime) -> bool:
    """The next small step of a rehearsal: one expert answers, some ideas are placed, a round opens or closes.

    False where it is played to its end, was discarded, or somebody else is at it. Raises what acts of a study raise.
    """
    task_force = session.get(TaskForce, task_force_id)
    if task_force is None:
        return False
    study = session.exec(
        select(Study)
        .where(Study.id == task_force.study_id, Study.kind == StudyKind.REHEARSAL)
        .with_for_update(skip_locked=True)
    ).first()
    if study is None or progress_of_rehearsal(session, task_force_id=task_force_id) is None:
        return False
    _Play(session, task_force=task_force, study=study).step()
    if progress_of_rehearsal(session, task_force_id=task_force_id) is None:
        _record_end(session, task_force=task_force, now=now)
    session.flush()
    return True


class _Play:
    """A rehearsal as it stands; its calendar lies before its beginning, so that each round has its own dates."""

    def __init__(self, session: Session, *, task_force: TaskForce, study: Study) -> None:
        self._session, self._task_force, self._study = session, task_force, study
        self._actor = _facilitator_of(session, task_force_id=task_force.id)
        self._n_rounds = max(FEWEST_ROUNDS, protocol_of(session, study_id=study.id).max_rounds)
        rounds = session.exec(
            select(Round).where(Round.task_force_id == task_force.id).order_by(col(Round.number))
        ).all()
        self._round = rounds[-1] if rounds else None

    def step(self) -> None:
        match self._round:
            case Round(status=RoundStatus.PLANNED) as planned:
                self._open(planned)
            case Round(status=RoundStatus.OPEN) as running:
                if not self._answer(running):
                    close_round(self._session, actor=self._actor, round_id=running.id, now=self._at(running, 3 / 4))
            case Round(number=number) as closed if number < self._n_rounds or self._waiting(closed):
                if not self._place_ideas(closed) and not self.plan():
                    self._publish()
            case _:
                self._publish()

    def plan(self) -> bool:
        """The next round as the rule proposes it; False where nothing is left to ask."""
        about: dict[str, Any] = {"actor": self._actor, "task_force_id": self._task_force.id}
        now = self._begins_at(1 if self._round is None else self._round.number + 1)
        if self._round is None and not self._statement_ids():
            self._round = plan_ideas_round(self._session, now=now, **about)
            return True
        try:
            self._round = build_next_round(self._session, decisions={}, now=now, **about)
        except RuleViolation as violation:
            if violation.code is ViolationCode.NO_STATEMENTS and self._round is not None:
                return False
            raise
        return True

    def _open(self, round_: Round) -> None:
        begins_at = self._at(round_, 0)
        open_round(
            self._session,
            actor=self._actor,
            round_=round_,
            deadline_at=begins_at + ROUND_LASTS,
            languages=tuple(self._study.languages),
            now=begins_at,
        )
        self._session.flush()
        if protocol_of(self._session, study_id=self._study.id).reminders_at_most:
            queue_reminders(self._session, actor=self._actor, round_id=round_.id, now=self._at(round_, 1 / 2))

    def _answer(self, round_: Round) -> bool:
        """The next expert who has something to say sends it; False where there is none left."""
        sent = set(
            self._session.exec(
                select(Submission.panellist_id).where(
                    Submission.round_id == round_.id, col(Submission.submitted_at).is_not(None)
                )
            ).all()
        )
        players = self._session.exec(
            select(Panellist).where(Panellist.task_force_id == self._task_force.id).order_by(col(Panellist.id))
        ).all()
        for number, player in enumerate(players):
            if player.id in sent:
                continue
            ratings = self._ratings(round_, number=number)
            if ratings or round_.kind is RoundKind.IDEAS:
                self._send(round_, player=player, number=number, ratings=ratings)
                return True
        return False

    def _send(self, round_: Round, *, player: Panellist, number: int, ratings: Sequence[RatingAnswer]) -> None:
        actor = Actor(person_id=player.person_id, audience=Audience.EXPERT, panels=frozenset({self._task_force.id}))
        now = self._at(round_, 1 / 2)
        if round_.kind is RoundKind.IDEAS:
            ideas = [
                IdeaAnswer(slot=f"{kind.value}-1", kind=kind, text=invented_idea(kind, number % n_different)["en"])
                for kind, n_different in IDEAS
            ]
            save_ideas(self._session, actor=actor, round_id=round_.id, ideas=ideas, language="en", now=now)
        else:
            save_ratings(self._session, actor=actor, round_id=round_.id, answers=ratings, language="en", now=now)
        submit_answers(self._session, actor=actor, round_id=round_.id, now=now)

    def _ratings(self, round_: Round, *, number: int) -> list[RatingAnswer]:
        """What one expert says in a round of ratings; nothing in a round of ideas."""
        asked = questionnaire_of(self._session, round_id=round_.id)
        columns = {statement_id: at for at, statement_id in enumerate(self._statement_ids())}
        panels = {
            one.id: PanelOnCriterion(
                position=at, lower=one.lower, upper=one.upper, n_statements=len(columns), n_rounds=self._n_rounds
            )
            for at, one in enumerate(asked.criteria)
        }
        if not asked.cells or has_left(panels[asked.criteria[0].id], round_number=round_.number, expert=number):
            return []
        answers = (
            invented_answer(
                panels[criterion_id],
                statement_id=statement_id,
                criterion_id=criterion_id,
                round_number=round_.number,
                expert=number,
                column=columns[statement_id],
            )
            for statement_id, criterion_id in asked.cells
        )
        return [one for one in answers if one is not None]

    def _waiting(self, round_: Round) -> list[Idea]:
        query = select(Idea).where(Idea.round_id == round_.id, Idea.status == IdeaStatus.WAITING)
        return list(self._session.exec(query.order_by(col(Idea.id)).limit(IDEAS_AT_ONCE)).all())

    def _place_ideas(self, round_: Round) -> bool:
        """Some of the ideas that wait: equal ones meet in one statement. False where none waits."""
        waiting = self._waiting(round_)
        language = self._study.languages[0]
        versions = current_versions(self._session, task_force_id=self._task_force.id)
        made = {version.text[language]: statement_id for statement_id, version in versions.items()}
        about: dict[str, Any] = {"actor": self._actor, "task_force_id": self._task_force.id, "now": self._at(round_, 1)}
        for idea in waiting:
            words = invented_idea(idea.kind, int(idea.text.rpartition(" ")[2]) - 1)
            text = LocalizedText({code: words[code] for code in self._study.languages})
            known = made.get(text[language])
            if known is None:
                made[text[language]] = place_as_new(self._session, idea_id=idea.id, text=text, **about).id
            else:
                merge_idea(self._session, idea_id=idea.id, statement_id=known, **about)
        return bool(waiting)

    def _publish(self) -> None:
        publish_outcomes(
            self._session, actor=self._actor, task_force_id=self._task_force.id, now=self._study.created_at
        )

    def _statement_ids(self) -> list[int]:
        query = select(Statement.id).where(Statement.task_force_id == self._task_force.id)
        return list(self._session.exec(query.order_by(col(Statement.id))).all())

    def _begins_at(self, number: int) -> datetime:
        return self._study.created_at - (self._n_rounds - number + 1) * ROUND_LASTS

    def _at(self, round_: Round, part: float) -> datetime:
        return self._begins_at(round_.number) + part * ROUND_LASTS


def _facilitator_of(session: Session, *, task_force_id: int) -> Actor:
    """Who asked for the rehearsal runs the copy; nobody once they run nothing any more."""
    person_id = session.exec(
        select(StaffRole.person_id).where(StaffRole.task_force_id == task_force_id, StaffRole.role == Role.FACILITATOR)
    ).first()
    return Actor(person_id=person_id, audience=Audience.STAFF, facilitates=frozenset({task_force_id}))


def _record_end(session: Session, *, task_force: TaskForce, now: datetime) -> None:
    if task_force.copy_of_id is None:
        return
    record(
        session,
        AuditAction.REHEARSAL_PLAYED,
        actor=_facilitator_of(session, task_force_id=task_force.id),
        now=now,
        study_id=session.get_one(TaskForce, task_force.copy_of_id).study_id,
        task_force_id=task_force.copy_of_id,
        n=N_EXPERTS,
    )


def _invite_players(session: Session, *, task_force: TaskForce, study: Study, now: datetime) -> None:
    colleges = session.exec(select(College.id).where(College.study_id == study.id).order_by(col(College.id))).all()
    regions = session.exec(select(Region.id).where(Region.study_id == study.id).order_by(col(Region.id))).all()
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
    session.flush()
