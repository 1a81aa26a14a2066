"""A mail as its readers will see it, with nobody's name, link or progress in it: for looking at before sending."""

from dataclasses import dataclass
from math import ceil

from sqlmodel import Session, col, select

from delphi.config import Settings
from delphi.mail.messages import Mail, MailFacts, RoundFacts, compose
from surveys.localized import LocalizedText
from surveys.models import Person, Round, StaffRole, Study, TaskForce
from surveys.queries.participation import eligible_panellists
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.task_forces import current_titles
from surveys.rules.effort import IDEAS_MINUTES, minutes_to_rate
from surveys.services.freezing import protocol_of
from surveys.vocabulary import MessageKind, Role, RoundKind

NAME = "Awa Example"


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail in one language; `has_begun` is whether it goes to somebody who has begun to answer."""

    language: str
    has_begun: bool
    mail: Mail


def reminder_samples(session: Session, *, round_: Round, settings: Settings, note: LocalizedText) -> tuple[Sample, ...]:
    """The reminder in every language of the study: to somebody who never started, and to somebody half-way."""
    task_force = session.get_one(TaskForce, round_.task_force_id)
    study = session.get_one(Study, task_force.study_id)
    questionnaire = questionnaire_of(session, round_id=round_.id)
    n_asked = len(questionnaire.statements)
    whole = round_.minutes or _estimate(round_, n_statements=n_asked, n_criteria=len(questionnaire.criteria))
    n_people = len(eligible_panellists(session, task_force_id=task_force.id))
    sender = session.exec(
        select(Person)
        .join(StaffRole, col(StaffRole.person_id) == Person.id)
        .where(StaffRole.task_force_id == task_force.id, StaffRole.role == Role.FACILITATOR)
        .order_by(col(Person.id))
    ).first()
    samples = []
    for language in study.languages:
        for n_done in dict.fromkeys((0, n_asked // 2)):
            about = RoundFacts(
                task_force=task_force.code,
                objective=current_titles(session, objective_ids=[task_force.objective_id])[task_force.objective_id],
                number=round_.number,
                n_rounds=max(protocol_of(session, study_id=study.id).max_rounds, round_.number),
                deadline_at=round_.deadline_at,
                n_asked=n_asked,
                n_done=n_done,
                minutes=whole if not n_done else max(1, ceil(whole * (n_asked - n_done) / n_asked)),
                panel_size=n_people if n_people >= round_.min_group_size else None,
                shows_feedback=round_.shows_feedback,
                first_question=questionnaire.statements[0].text if n_asked else LocalizedText(),
            )
            facts = MailFacts(
                name=NAME,
                language=language,
                study=study.name,
                time_zone=study.time_zone,
                link=f"{settings.base_url.rstrip('/')}/r/",
                sender_name=sender.name if sender is not None else study.contact_name,
                reply_to=sender.email if sender is not None else study.contact_email,
                round=about,
                note=note.in_language(language) if note else "",
            )
            mail = compose(MessageKind.REMINDER, facts)
            samples.append(Sample(language=language, has_begun=n_done > 0, mail=mail))
    return tuple(samples)


def _estimate(round_: Round, *, n_statements: int, n_criteria: int) -> int:
    if round_.kind is RoundKind.IDEAS:
        return IDEAS_MINUTES
    return minutes_to_rate(
        n_statements=n_statements, n_answers=n_statements * n_criteria, with_feedback=round_.shows_feedback
    )
