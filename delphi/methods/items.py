"""One item of a reporting guideline: its published number, what it asks in our own words, what the record answers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from surveys.vocabulary import Guideline


class Answered(StrEnum):
    """Who can answer an item."""

    RECORD = "record"
    BOTH = "both"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Item:
    """`asks` is a paraphrase, never the published wording; `facts` name what `delphi.methods.facts` says."""

    number: str
    asks: Any
    facts: tuple[str, ...] = ()
    needs_person: bool = True

    @property
    def answered(self) -> Answered:
        if not self.facts:
            return Answered.PERSON
        return Answered.BOTH if self.needs_person else Answered.RECORD


@dataclass(frozen=True, slots=True)
class Section:
    heading: Any
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    guideline: Guideline
    name: str
    source: str
    """The citation, with the DOI."""
    sections: tuple[Section, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)


def known(number: str, asks: Any, *facts: str) -> Item:
    """An item the record answers by itself."""
    return Item(number, asks, facts, needs_person=False)


def begun(number: str, asks: Any, *facts: str) -> Item:
    """An item the record begins and a person completes."""
    return Item(number, asks, facts)


def asked(number: str, asks: Any) -> Item:
    """An item only a person can answer."""
    return Item(number, asks)
