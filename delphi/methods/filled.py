"""The checklists filled: for each item what the record says, what somebody wrote, and whether a blank is left."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from delphi.i18n import in_language
from delphi.methods.accord import ACCORD
from delphi.methods.credes import CREDES
from delphi.methods.delphistar import DELPHISTAR
from delphi.methods.facts import said_on
from delphi.methods.items import Checklist, Item
from surveys.errors import RuleViolation
from surveys.queries.methods import MethodsRecord, methods_record
from surveys.queries.report_entries import Entry, entries_of
from surveys.vocabulary import Guideline, ViolationCode

CHECKLISTS: dict[Guideline, Checklist] = {one.guideline: one for one in (DELPHISTAR, ACCORD, CREDES)}
Entries = Mapping[tuple[Guideline, str], tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class FilledItem:
    item: Item
    said: tuple[str, ...]
    """What the record says."""
    written: str
    """What somebody wrote, in the reader's language or the one there is."""
    versions: tuple[Entry, ...]
    """Every version of it, the newest first."""

    @property
    def is_blank(self) -> bool:
        """Whether a person still has to say something: the item needs one, and nobody has written."""
        return self.item.needs_person and not self.written


@dataclass(frozen=True, slots=True)
class FilledSection:
    heading: str
    items: tuple[FilledItem, ...]


@dataclass(frozen=True, slots=True)
class FilledChecklist:
    checklist: Checklist
    sections: tuple[FilledSection, ...]

    @property
    def items(self) -> tuple[FilledItem, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @property
    def n_blank(self) -> int:
        return sum(item.is_blank for item in self.items)

    @property
    def n_filled(self) -> int:
        return len(self.items) - self.n_blank


@dataclass(frozen=True, slots=True)
class MethodsContents:
    record: MethodsRecord
    entries: Entries


def methods_contents(session: Session, *, study_id: int) -> MethodsContents:
    """What every form of the report is made from."""
    return MethodsContents(methods_record(session, study_id=study_id), entries_of(session, study_id=study_id))


def filled(checklist: Checklist, contents: MethodsContents) -> FilledChecklist:
    """One checklist in the language spoken now."""

    def one(item: Item) -> FilledItem:
        versions = contents.entries.get((checklist.guideline, item.number), ())
        written = in_language(versions[0].text) if versions else ""
        return FilledItem(item, said_on(item.facts, contents.record), written, versions)

    return FilledChecklist(
        checklist,
        tuple(
            FilledSection(str(section.heading), tuple(one(item) for item in section.items))
            for section in checklist.sections
        ),
    )


def item_of(guideline: Guideline, number: str) -> Item:
    """The item of a guideline by its published number; `unknown_item`."""
    found = next((item for item in CHECKLISTS[guideline].items if item.number == number), None)
    if found is None:
        raise RuleViolation(ViolationCode.UNKNOWN_ITEM)
    return found
