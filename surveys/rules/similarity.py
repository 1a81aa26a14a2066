"""How alike two short texts of one language are, by the words they share: good enough to suggest, never to decide."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

LEAST = 0.18
STEM = 5
"""Words are compared by their first letters: plural and verb endings fall away in English as in French."""

_EMPTY = {
    "en": """about also and are because been being but can cannot could does each for from get have into its less make
        many more most much must need needs not only other our out over same should some than that the their them then
        there these they this those too use used very was were what when where which while who will with without would
        you your""",
    "fr": """alors ainsi aux avec car cela ces cette ceux chaque comme dans des donc dont elle elles encore entre est
        etre fait faut ils les leur leurs lui mais meme moins nos notre nous par pas peu peut peuvent plus pour quand
        que qui quoi sans ses sont sous sur tous tout toute toutes tres trop une vers vos votre vous""",
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in _EMPTY.items()}


def content_words(text: str, *, language: str) -> frozenset[str]:
    """The words of a text that carry its subject: without accents, case, endings, short and empty words."""
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    stops = STOP_WORDS.get(language, frozenset())
    words = re.findall(r"[a-z0-9]{3,}", plain)
    return frozenset(word[:STEM] for word in words if word not in stops)


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Shared words over all words of both (Jaccard), 0 to 1; 0 where one has none."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def most_similar(
    text: str, *, language: str, candidates: Mapping[int, Sequence[str]], limit: int = 3, least: float = LEAST
) -> list[int]:
    """The candidates whose texts come nearest, nearest first.

    Parameters
    ----------
    text, language : what is compared, and its language
    candidates : id to the texts of that candidate in the same language; the nearest of them counts
    limit, least : how many to name at most, and the overlap below which none is named
    """
    own = content_words(text, language=language)
    scores = {
        candidate: max((overlap(own, content_words(other, language=language)) for other in texts), default=0.0)
        for candidate, texts in candidates.items()
    }
    near = sorted((-score, candidate) for candidate, score in scores.items() if score >= least)
    return [candidate for _, candidate in near[:limit]]
