"""Activities of different task forces that may say the same, or contradict: proposed to people, never decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.rules.similarity import PAIR_BY_WORDS, pairs_by_words

AGAINST = {
    "en": frozenset({"no", "not", "never", "without", "stop", "ban", "end", "abolish", "against", "reduce", "avoid"}),
    "fr": frozenset(
        {"ne", "pas", "jamais", "sans", "arrêter", "interdire", "supprimer", "contre", "réduire", "éviter", "cesser"}
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One activity: whose task force it is of, and its text by language."""

    id: int
    group: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    first: int
    second: int
    likeness: float
    """By the letters they share, in the language in which they share most; 0 to 1."""
    may_conflict: bool
    """One of the two speaks against something, and the other does not."""


def similar_pairs(candidates: Sequence[Candidate], *, least: float = PAIR_BY_WORDS) -> list[Pair]:
    """Pairs of different groups that look alike, the most alike first; the smaller id stands first."""
    ordered = sorted(candidates, key=lambda one: one.id)
    languages = sorted({language for one in ordered for language in one.texts})
    best: dict[tuple[int, int], float] = {}
    for language in languages:
        spoken = [one for one in ordered if one.texts.get(language)]
        for pair in pairs_by_words([one.texts[language] for one in spoken], least=least):
            first, second = spoken[pair.first], spoken[pair.second]
            if first.group != second.group:
                ids = (first.id, second.id)
                best[ids] = max(best.get(ids, 0.0), pair.score)
    by_id = {one.id: one for one in ordered}
    pairs = [
        Pair(first, second, score, _opposed(by_id[first], by_id[second])) for (first, second), score in best.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def _opposed(one: Candidate, other: Candidate) -> bool:
    return _is_against(one) != _is_against(other)


def _is_against(candidate: Candidate) -> bool:
    return any(
        AGAINST.get(language, frozenset()) & set(text.casefold().replace("’", " ").replace("'", " ").split())
        for language, text in candidate.texts.items()
    )
