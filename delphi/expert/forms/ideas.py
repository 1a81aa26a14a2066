"""A page of idea cards: its fields are slots, numbered by kind, so that saving twice never doubles an idea."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from delphi.expert.sitting import Problem
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.rules.answers import IdeaAnswer
from surveys.rules.texts import IDEA_LIMIT, clean_text
from surveys.vocabulary import StatementKind, ViolationCode

SLOT = re.compile(r"([a-z_]+)-([1-9][0-9]{0,2})")
PARENT = "on-"
"""Prefix of the pick list that says which problem or activity an idea hangs on."""
CARDS_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class PostedIdeas:
    """A page that was sent: its ideas, the texts and links as typed, and every problem found."""

    ideas: tuple[IdeaAnswer, ...]
    texts: dict[str, str]
    parents: dict[str, str]
    problems: tuple[Problem, ...]


def slot_of(kind: StatementKind, number: int) -> str:
    """The field of one card, such as `cause-2`."""
    return f"{kind.value}-{number}"


def kind_and_number(slot: str) -> tuple[StatementKind, int] | None:
    """The kind and number in a slot's name; None where it is no slot."""
    match = SLOT.fullmatch(slot)
    if match is None or match[1] not in {kind.value for kind in StatementKind}:
        return None
    return StatementKind(match[1]), int(match[2])


def read_ideas(form: Mapping[str, str], *, kinds: Sequence[StatementKind]) -> PostedIdeas:
    """Every idea on a page of cards of `kinds`, in one pass.

    A cause or consequence hangs on the problem of its own card; other kinds hang on what their pick list names.

    Raises
    ------
    RuleViolation
        `unknown_statement` for a card of a kind that this page does not have, or with too high a number.
    """
    ideas: list[IdeaAnswer] = []
    texts: dict[str, str] = {}
    parents: dict[str, str] = {}
    problems: list[Problem] = []
    for name, text in form.items():
        if name.startswith(PARENT):
            parents[name.removeprefix(PARENT)] = text
            continue
        found = kind_and_number(name)
        if found is None:
            continue
        kind, number = found
        if kind not in kinds or number > CARDS_AT_MOST:
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
        texts[name] = text
        on_card = slot_of(StatementKind.PROBLEM, number) if kind.parent_kind is StatementKind.PROBLEM else None
        parent = form.get(PARENT + name) or (on_card if kind is not StatementKind.ACTIVITY else None)
        try:
            ideas.append(IdeaAnswer(name, kind, clean_text(text, limit=IDEA_LIMIT), parent))
        except RuleViolation as violation:
            problems.append(Problem(name, violation_sentence(violation)))
    return PostedIdeas(tuple(ideas), texts, parents, tuple(problems))
