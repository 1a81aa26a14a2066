"""How alike short texts are: good enough to suggest, never to decide.

Within one language by the letters they share: weighted runs of three to five letters inside words, so that endings and
accents hardly matter. Across languages only by vectors of a sentence encoder, where one is installed. How good either
is was measured on ideas whose statement is known; docs/similar-ideas.md has the figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

FloatArray = npt.NDArray[np.float32]

RUNS = (3, 4, 5)
SUGGEST = 0.08
"""Least likeness at which a statement is suggested for an idea, by words; by words and meaning together, see below."""
SUGGEST_WITH_MEANING = 0.25
PAIR_BY_WORDS = 0.30
PAIR_BY_MEANING = 0.20
"""Least likeness at which two ideas are put side by side: by the words of one language, by meaning across languages."""
GROUP_AT_MOST = 6
FLOOR = 1.0
"""What a run weighs that every text has; without it the few texts of a small desk would share nothing."""
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text, its language, and its vector where a sentence encoder has seen it."""

    text: str
    language: str
    vector: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts by their positions, the smaller first, and how alike they are."""

    first: int
    second: int
    score: float


def letter_runs(text: str) -> list[str]:
    """The runs of letters of each word, its ends marked; without accents and case."""
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    words = [f" {word} " for word in re.findall(r"[a-z0-9]+", plain)]
    return [word[at : at + n] for word in words for n in RUNS for at in range(len(word) - n + 1)]


def weigh(texts: Sequence[str]) -> sparse.csr_matrix:
    """One row a text, length one: letter runs weighted by how often the text and how seldom the others have them.

    Weights are (1 + ln count) * (1 + ln((1 + texts) / (1 + texts that have it))); no letters give a row of zeros.
    """
    from scipy import sparse

    columns: dict[str, int] = {}
    starts, places, values = [0], [], []
    for text in texts:
        for run, count in Counter(letter_runs(text)).items():
            places.append(columns.setdefault(run, len(columns)))
            values.append(1 + np.log(count))
        starts.append(len(places))
    shape = (len(texts), max(len(columns), 1))
    matrix = sparse.csr_matrix((np.asarray(values, float), np.asarray(places, int), starts), shape=shape)
    having = np.bincount(matrix.indices, minlength=shape[1])
    matrix = matrix @ sparse.diags(np.log((1 + len(texts)) / (1 + having)) + FLOOR)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ matrix)


def likeness_to(text: KnownText, *, candidates: Mapping[int, Sequence[KnownText]]) -> dict[int, float]:
    """Candidate to how alike its nearest text is to `text`.

    By words among the texts of its language; where both have vectors the nearness of meaning is added, in any
    language.
    """
    known = [(candidate, other) for candidate, others in candidates.items() for other in others]
    by_words, by_meaning = dict.fromkeys(candidates, 0.0), dict.fromkeys(candidates, 0.0)
    same = [(candidate, other) for candidate, other in known if other.language == text.language]
    if same:
        rows = weigh([text.text, *(other.text for _, other in same)])
        scores = np.asarray((rows[1:] @ rows[0].T).todense()).ravel()
        for (candidate, _), score in zip(same, scores.tolist(), strict=True):
            by_words[candidate] = max(by_words[candidate], score)
    for candidate, other in known:
        if text.vector is not None and other.vector is not None:
            by_meaning[candidate] = max(by_meaning[candidate], float(text.vector @ other.vector))
    return {candidate: by_words[candidate] + by_meaning[candidate] for candidate in candidates}


def most_similar(
    text: KnownText, *, candidates: Mapping[int, Sequence[KnownText]], limit: int = 3, least: float | None = None
) -> list[int]:
    """The candidates that come nearest, nearest first; at most `limit`, none below `least`."""
    if least is None:
        least = SUGGEST if text.vector is None else SUGGEST_WITH_MEANING
    scores = likeness_to(text, candidates=candidates)
    near = sorted((-score, candidate) for candidate, score in scores.items() if score >= least)
    return [candidate for _, candidate in near[:limit]]


def pairs_by_words(texts: Sequence[str], *, least: float = PAIR_BY_WORDS) -> list[Pair]:
    """Every two texts of one language that share enough, in blocks of rows so that thousands fit into memory."""
    matrix = weigh(texts)
    found: list[Pair] = []
    for start in range(0, len(texts), ROWS_AT_ONCE):
        block = (matrix[start : start + ROWS_AT_ONCE] @ matrix[start:].T).tocoo()
        keep = (block.data >= least) & (block.col > block.row)
        rows, columns = block.row[keep] + start, block.col[keep] + start
        found += map(Pair, rows.tolist(), columns.tolist(), block.data[keep].tolist())
    return found


def pairs_by_meaning(vectors: FloatArray, languages: Sequence[str], *, least: float = PAIR_BY_MEANING) -> list[Pair]:
    """Every two texts of different languages whose vectors are near; `vectors` has a row of length one a text."""
    spoken = np.unique(np.asarray(languages), return_inverse=True)[1]
    found: list[Pair] = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        block = vectors[start : start + ROWS_AT_ONCE] @ vectors[start:].T
        other = spoken[start : start + ROWS_AT_ONCE, None] != spoken[None, start:]
        rows, columns = np.nonzero(np.triu((block >= least) & other, k=1))
        scores = block[rows, columns]
        found += map(Pair, (rows + start).tolist(), (columns + start).tolist(), scores.tolist())
    return found


def groups_of(pairs: Sequence[Pair], *, at_most: int = GROUP_AT_MOST) -> list[tuple[int, ...]]:
    """Groups in which every two belong to a pair, the most alike first; nothing is in two groups."""
    near = {(pair.first, pair.second) for pair in pairs}
    group_of: dict[int, list[int]] = {}
    for pair in sorted(pairs, key=lambda one: (-one.score, one.first, one.second)):
        ours = group_of.setdefault(pair.first, [pair.first])
        theirs = group_of.setdefault(pair.second, [pair.second])
        if ours is theirs or len(ours) + len(theirs) > at_most:
            continue
        if all((min(a, b), max(a, b)) in near for a in ours for b in theirs):
            ours += theirs
            for one in theirs:
                group_of[one] = ours
    groups = {id(group): tuple(sorted(group)) for group in group_of.values() if len(group) > 1}
    return list(groups.values())


def best_of_each(pairs: Sequence[Pair], *, keep: int = 10) -> list[Pair]:
    """The pairs that are among the `keep` best of one of their two texts: a bound on what thousands of texts give."""
    counts: Counter[int] = Counter()
    found = []
    for pair in sorted(pairs, key=lambda one: (-one.score, one.first, one.second)):
        if min(counts[pair.first], counts[pair.second]) < keep:
            found.append(pair)
            counts.update((pair.first, pair.second))
    return found
