"""A page of idea cards: its fields are slots, numbered by kind, so that saving twice never doubles an idea."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from delphi.expert.forms.seen import Seen
from delphi.expert.sitting import Problem
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.rules.answers import IdeaAnswer
from surveys.rules.texts import IDEA_LIMIT, clean_text
from surveys.services.field_saving import PARENT
from surveys.vocabulary import StatementKind, ViolationCode

SLOT = re.compile(r"([a-z_]+)-([1-9][0-9]{0,2})")
CARDS_AT_MOST = 60
WORDS_OF_A_CLEAR_ACTIVITY = 4
ON_CARD = (StatementKind.CAUSE, StatementKind.CONSEQUENCE)
"""Kinds that stand on the card of the problem they hang on."""


@dataclass(frozen=True, slots=True)
class PostedIdeas:
    """A page that was sent: its ideas, the texts and links as typed, and every problem found."""

    ideas: tuple[IdeaAnswer, ...]
    texts: dict[str, str]
    parents: dict[str, str]
    problems: tuple[Problem, ...]
    touched: tuple[str, ...]
    """The fields that the person changed on this page; the others are left as they are stored."""


def slot_of(kind: StatementKind, number: int) -> str:
    """The field of one card, such as `cause-2`."""
    return f"{kind.value}-{number}"


def is_vague(kind: StatementKind, text: str) -> bool:
    """Whether a few more words would help others to judge an activity."""
    return kind is StatementKind.ACTIVITY and 0 < len(text.split()) < WORDS_OF_A_CLEAR_ACTIVITY


def kind_and_number(slot: str) -> tuple[StatementKind, int] | None:
    """The kind and number in a slot's name; None where it is no slot."""
    match = SLOT.fullmatch(slot)
    if match is None or match[1] not in {kind.value for kind in StatementKind}:
        return None
    return StatementKind(match[1]), int(match[2])


def card_parent(kind: StatementKind, number: int) -> str | None:
    """The slot that an idea hangs on because it stands on the same card; None for kinds with a pick list."""
    return slot_of(StatementKind.PROBLEM, number) if kind in ON_CARD else None


def read_ideas(form: Mapping[str, str], *, kinds: Sequence[StatementKind], seen: Seen) -> PostedIdeas:
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
    touched: list[str] = []
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
        try:
            clean = clean_text(text, limit=IDEA_LIMIT)
        except RuleViolation as violation:
            problems.append(Problem(name, violation_sentence(violation)))
            continue
        picked = form.get(PARENT + name, "")
        is_new, is_moved = seen.is_touched(name, text), seen.is_touched(PARENT + name, picked)
        parent = picked or card_parent(kind, number)
        touched.extend([name] * is_new + [PARENT + name] * (is_new or is_moved))
        keeps_parent = not (is_new or is_moved or kind in ON_CARD)
        ideas.append(IdeaAnswer(name, kind, clean if is_new else None, parent, keeps_parent=keeps_parent))
    return PostedIdeas(tuple(ideas), texts, parents, tuple(problems), tuple(touched))
