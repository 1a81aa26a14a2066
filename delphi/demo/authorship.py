"""Who wrote which idea in round 1: different people, in their own language, and chains written by one hand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from delphi.demo.content import ObjectiveContent, RawIdea, StatementContent
from surveys.localized import LocalizedText
from surveys.vocabulary import StatementKind

SAME_CARD = (StatementKind.CAUSE, StatementKind.CONSEQUENCE)
"""Kinds that are typed on the card of their problem, and so carry its number."""


@dataclass(frozen=True, slots=True)
class WrittenIdea:
    """One idea as it will be stored: `author` is a position in the panel, `parent_slot` a slot of the same author.

    `statement` is the key of the statement made of it, None where it is set aside with `parked_reason`.
    """

    author: int
    slot: str
    kind: StatementKind
    language: str
    text: str
    parent_slot: str | None
    statement: str | None
    parked_reason: str = ""


class _Cards:
    """The numbers each author has used, so that every idea gets a slot of its own."""

    def __init__(self) -> None:
        self._used: set[tuple[int, str]] = set()

    def slot(self, author: int, kind: StatementKind, *, parent_slot: str | None) -> str:
        wanted = f"{kind.value}-{parent_slot.split('-')[-1]}" if parent_slot and kind in SAME_CARD else None
        number = 1
        while wanted is None or (author, wanted) in self._used:
            wanted, number = f"{kind.value}-{number}", number + 1
        self._used.add((author, wanted))
        return wanted


def write_ideas(
    content: ObjectiveContent, *, languages: Sequence[str], writers: Sequence[int], rng: np.random.RandomState
) -> tuple[WrittenIdea, ...]:
    """Every idea of round 1, statement by statement, the one the statement is first made of in front.

    `languages` has one entry a panellist, `writers` are the positions of those who take part.
    """
    cards = _Cards()
    load: Counter[int] = Counter()
    slots: dict[str, dict[int, str]] = {}
    written: list[WrittenIdea] = []
    for statement in content.statements:
        above = slots.get(statement.parent or "", {})
        own = slots.setdefault(statement.key, {})
        for idea, author in _with_authors(
            statement, languages=languages, writers=writers, above=above, load=load, rng=rng
        ):
            parent_slot = above.get(author)
            slot = cards.slot(author, statement.kind, parent_slot=parent_slot)
            own[author] = slot
            load[author] += 1
            written.append(
                WrittenIdea(
                    author=author,
                    slot=slot,
                    kind=statement.kind,
                    language=idea.language,
                    text=idea.text,
                    parent_slot=parent_slot,
                    statement=statement.key,
                )
            )
    for parked in content.parked:
        author = _pick(_speakers(parked.idea.language, languages=languages, writers=writers), load=load, rng=rng)
        load[author] += 1
        written.append(
            WrittenIdea(
                author=author,
                slot=cards.slot(author, parked.kind, parent_slot=None),
                kind=parked.kind,
                language=parked.idea.language,
                text=parked.idea.text,
                parent_slot=None,
                statement=None,
                parked_reason=parked.reason.in_language(parked.idea.language),
            )
        )
    return tuple(written)


def _with_authors(
    statement: StatementContent,
    *,
    languages: Sequence[str],
    writers: Sequence[int],
    above: dict[int, str],
    load: Counter[int],
    rng: np.random.RandomState,
) -> list[tuple[RawIdea, int]]:
    """The statement's ideas with their authors; first the one whose author also wrote what it hangs on."""
    if not statement.ideas:
        author = _pick(list(above) or list(writers), load=load, rng=rng)
        return [(_in_own_words(statement.text, language=languages[author]), author)]
    found: list[tuple[RawIdea, int]] = []
    for idea in statement.ideas:
        taken = {author for _, author in found}
        speakers = _speakers(idea.language, languages=languages, writers=writers)
        free = [at for at in speakers if at not in taken] or [at for at in writers if at not in taken] or speakers
        has_link = any(author in above for _, author in found)
        linked = [at for at in free if at in above and not has_link]
        found.append((idea, _pick(linked or free, load=load, rng=rng)))
    found.sort(key=lambda pair: pair[1] not in above)
    return found


def _in_own_words(text: LocalizedText, *, language: str) -> RawIdea:
    """An idea that became the statement word for word."""
    return RawIdea(language=language, text=text.in_language(language))


def _speakers(language: str, *, languages: Sequence[str], writers: Sequence[int]) -> list[int]:
    """Those who write in a language; everybody where nobody does, since people answer in more than one."""
    return [at for at in writers if languages[at] == language] or list(writers)


def _pick(candidates: Sequence[int], *, load: Counter[int], rng: np.random.RandomState) -> int:
    """One of those who have written least, so that nobody writes everything."""
    least = min(load[at] for at in candidates)
    idle = [at for at in candidates if load[at] <= least + 1]
    return int(idle[rng.randint(len(idle))])
