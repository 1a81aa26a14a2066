"""The languages that an open round waits for: who reads them gets no mail before their texts are complete."""

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import AuditEvent, Panellist, Person, Round
from surveys.queries.participation import IN_PANEL
from surveys.queries.translations import translations_of_round
from surveys.vocabulary import AuditAction


@dataclass(frozen=True, slots=True)
class HeldLanguage:
    """One language, how many people read it, and how many texts are still missing in it."""

    language: str
    n_people: int
    n_missing: int

    @property
    def is_ready(self) -> bool:
        return self.n_missing == 0


def held_languages(session: Session, *, round_id: int) -> tuple[str, ...]:
    """Languages in which nobody was mailed at the last opening of this round, nor since."""
    events = session.exec(
        select(AuditEvent)
        .where(
            AuditEvent.subject == f"round:{round_id}",
            col(AuditEvent.action).in_((AuditAction.ROUND_OPENED, AuditAction.LANGUAGE_OPENED)),
        )
        .order_by(col(AuditEvent.id))
    ).all()
    held: list[str] = []
    for event in events:
        if event.action is AuditAction.ROUND_OPENED:
            held = list(event.details.get("held", ()))
        else:
            held = [language for language in held if language != event.details["language"]]
    return tuple(held)


def people_by_language(session: Session, *, task_force_id: int) -> dict[str, int]:
    """How many of those who are asked read each language."""
    query = (
        select(Person.language)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(Panellist.task_force_id == task_force_id, col(Panellist.status).in_(IN_PANEL))
    )
    return dict(Counter(session.exec(query).all()))


def state_of_held(session: Session, *, round_: Round) -> tuple[HeldLanguage, ...]:
    """Each language the round waits for, where anybody reads it."""
    held = held_languages(session, round_id=round_.id)
    if not held:
        return ()
    counts = {one.language: one.n_missing for one in translations_of_round(session, round_id=round_.id)}
    people = people_by_language(session, task_force_id=round_.task_force_id)
    return tuple(
        HeldLanguage(one, n_people=people[one], n_missing=counts.get(one, 0)) for one in held if people.get(one)
    )
