"""One task force of the demo with everything its rounds need: members, content, opinions, dates."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from analysis.types import Scale
from delphi.demo.content import ObjectiveContent, demo_content, demo_texts
from delphi.demo.opinions import Opinions, draw_opinions
from delphi.demo.people import demo_people
from delphi.demo.stages import Calendar, DemoStage, Position, Standing, calendar_of, standings
from surveys.models import Panellist, Person, StaffRole, TaskForce
from surveys.rules.permissions import Actor
from surveys.services.membership import decline, give_consent
from surveys.vocabulary import Audience, Role

# Real panels have people who never come: (task force, seat counted from the end) and, where they said so, why not.
NEVER_JOINED = {"A1": 1, "E1": 1}
FULL_HOUSE = ("C2",)
"""Task forces that nobody leaves: the one whose third round only waits for the visitor's answers."""
DECLINED = {"B4": (2, "I have changed posts and no longer work on land issues.")}


@dataclass(frozen=True, slots=True)
class Member:
    panellist_id: int
    person_id: int
    language: str

    def actor(self, task_force_id: int) -> Actor:
        return Actor(person_id=self.person_id, audience=Audience.EXPERT, panels=frozenset({task_force_id}))


@dataclass(frozen=True, slots=True)
class Turnout:
    """Positions in the panel of an open or closed round: who has sent everything, who is half-way."""

    submitted: tuple[int, ...]
    half_way: tuple[int, ...]

    @property
    def answering(self) -> tuple[int, ...]:
        return (*self.submitted, *self.half_way)


@dataclass(frozen=True, slots=True)
class DemoPanel:
    task_force_id: int
    study_id: int
    code: str
    members: tuple[Member, ...]
    facilitator: Actor
    content: ObjectiveContent
    opinions: Opinions
    standing: Standing
    calendar: Calendar
    visitor: int | None
    """Position of the expert whose link is printed; None in a task force without that expert."""
    visitor_has_begun: bool
    absent: frozenset[int]
    seed: int

    @property
    def position(self) -> Position:
        return self.standing.position

    def turnout(self, number: int, *, is_open: bool) -> Turnout:
        """Who answers round `number`; in an open one a part of the panel, and never yet all of the visitor."""
        present = self.opinions.present[number]
        if not is_open:
            return Turnout(submitted=present, half_way=())
        others = tuple(at for at in present if at != self.visitor)
        n_sent = round(self.standing.answered * len(others))
        half_way = others[n_sent : n_sent + 1]
        if self.visitor is not None and self.visitor_has_begun and number > 1:
            half_way = (*half_way, self.visitor)
        return Turnout(submitted=others[:n_sent], half_way=half_way)


def demo_panels(
    session: Session, *, study_id: int, stage: DemoStage, seed: int, now: datetime
) -> tuple[DemoPanel, ...]:
    """The 24 task forces in the order of the framework, with their answers drawn from `seed`."""
    members = _members(session, study_id=study_id)
    facilitators = dict(
        session.exec(
            select(StaffRole.task_force_id, StaffRole.person_id).where(StaffRole.role == Role.FACILITATOR)
        ).all()
    )
    visitor_id = session.exec(select(Person.id).where(Person.email == demo_people().expert)).one()
    task_forces = {
        row.code: row.id for row in session.exec(select(TaskForce).where(TaskForce.study_id == study_id)).all()
    }
    importance = demo_texts().scales[0]
    standing_of = standings(stage)
    first_of_visitor = next(
        entry.task_forces[0] for entry in demo_people().panel.people if entry.email == demo_people().expert
    )
    panels = []
    for number, (code, content) in enumerate(demo_content().items()):
        task_force_id = task_forces[code]
        own = members[task_force_id]
        visitor = next((at for at, member in enumerate(own) if member.person_id == visitor_id), None)
        absent = _absent(code, n_members=len(own))
        panels.append(
            DemoPanel(
                task_force_id=task_force_id,
                study_id=study_id,
                code=code,
                members=own,
                facilitator=Actor(
                    person_id=facilitators[task_force_id],
                    audience=Audience.STAFF,
                    facilitates=frozenset({task_force_id}),
                ),
                content=content,
                opinions=draw_opinions(
                    content,
                    n_experts=len(own),
                    stays=_faithful(code, n_members=len(own), visitor=visitor),
                    absent=absent,
                    scale=Scale(importance.lower, importance.upper),
                    seed=seed,
                ),
                standing=standing_of[code],
                calendar=calendar_of(standing_of[code], number=number, now=now),
                visitor=visitor,
                visitor_has_begun=code == first_of_visitor,
                absent=absent,
                seed=seed,
            )
        )
    return tuple(panels)


def join(session: Session, panel: DemoPanel, *, who: tuple[int, ...]) -> None:
    """Those members give their consent soon after the first round opened; who declines says so then."""
    opened = panel.calendar.opened(1)
    for at in sorted(who):
        give_consent(
            session,
            actor=panel.members[at].actor(panel.task_force_id),
            task_force_id=panel.task_force_id,
            agrees=True,
            now=opened + timedelta(minutes=20 + 7 * at),
        )
    if panel.code in DECLINED:
        from_end, reason = DECLINED[panel.code]
        decline(
            session,
            actor=panel.members[-from_end].actor(panel.task_force_id),
            task_force_id=panel.task_force_id,
            reason=reason,
            now=opened + timedelta(hours=26),
        )


def _faithful(code: str, *, n_members: int, visitor: int | None) -> frozenset[int]:
    if code in FULL_HOUSE:
        return frozenset(range(n_members))
    return frozenset() if visitor is None else frozenset({visitor})


def _absent(code: str, *, n_members: int) -> frozenset[int]:
    seats = [NEVER_JOINED[code]] if code in NEVER_JOINED else []
    if code in DECLINED:
        seats.append(DECLINED[code][0])
    return frozenset(n_members - seat for seat in seats)


def _members(session: Session, *, study_id: int) -> dict[int, tuple[Member, ...]]:
    rows = session.exec(
        select(Panellist)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study_id)
        .order_by(col(Panellist.id))
    ).all()
    found: dict[int, list[Member]] = defaultdict(list)
    for row in rows:
        if row.person_id is not None:
            found[row.task_force_id].append(Member(row.id, row.person_id, row.language))
    return {task_force_id: tuple(members) for task_force_id, members in found.items()}
