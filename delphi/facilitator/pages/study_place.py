"""Where a page about a whole study is: its name, and the parts of the set-up this visitor may open."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlmodel import Session

from delphi.facilitator.pages.place import Tab
from surveys.localized import LocalizedText
from surveys.models import Study
from surveys.rules.permissions import Actor, Subject, is_allowed
from surveys.vocabulary import Permission


@dataclass(frozen=True, slots=True)
class StudyPlace:
    study_id: int
    name: LocalizedText
    time_zone: str
    languages: tuple[str, ...]
    may_set_up: bool
    may_facilitate: bool
    tabs: tuple[Tab, ...]


def study_place(session: Session, *, study_id: int, actor: Actor) -> StudyPlace:
    """The head of a page about a study."""
    study = session.get_one(Study, study_id)
    may_set_up = is_allowed(Permission.SET_UP_STUDY, actor=actor, subject=Subject(study_id=study_id))
    pages = [
        (gettext("Protocol"), "protocol"),
        (gettext("Framework"), "framework"),
        *([(gettext("Dates"), "study_dates")] if may_set_up else []),
        (gettext("Copy"), "copy_of_study"),
    ]
    return StudyPlace(
        study_id=study_id,
        name=study.name,
        time_zone=study.time_zone,
        languages=tuple(study.languages),
        may_set_up=may_set_up,
        may_facilitate=bool(actor.facilitates),
        tabs=tuple(Tab(label, url_for(f"facilitator.{name}", study_id=study_id), name) for label, name in pages),
    )
