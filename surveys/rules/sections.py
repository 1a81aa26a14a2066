"""In which order, and in how many sections, one expert meets the statements of a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from surveys.vocabulary import StatementKind

SECTION_AT_MOST = 12
"""Statements on one page: small enough for a phone, large enough that few pages are loaded."""


@dataclass(frozen=True, slots=True)
class Orderable:
    """A statement with what it is clustered by."""

    statement_id: int
    kind: StatementKind
    cluster: str


Section = tuple[int, ...]


def sections_for(statements: Sequence[Orderable], *, order_seed: int, panellist_id: int) -> tuple[Section, ...]:
    """The statement ids of each section, in the order this panellist sees them; the same at every call.

    Statements of one kind stay together and, within it, those of one category; inside these clusters the order is
    drawn from the round's seed and the panellist, because what stands last is rated differently from what stands
    first (Brookes et al., Trials 2018). The shortest section comes first: whoever has begun tends to finish.
    """
    random = Random(f"sections:{order_seed}:{panellist_id}")
    groups: list[Section] = []
    for kind in StatementKind:
        ids = _shuffled_in_clusters([each for each in statements if each.kind is kind], random)
        groups.extend(_even_parts(ids))
    sections = _joined(groups)
    if not sections:
        return ()
    shortest = min(range(len(sections)), key=lambda index: len(sections[index]))
    return (sections[shortest], *sections[:shortest], *sections[shortest + 1 :])


def _shuffled_in_clusters(statements: Sequence[Orderable], random: Random) -> list[int]:
    clusters: dict[str, list[int]] = {}
    for statement in sorted(statements, key=lambda each: each.statement_id):
        clusters.setdefault(statement.cluster, []).append(statement.statement_id)
    names = sorted(clusters)
    random.shuffle(names)
    for name in names:
        random.shuffle(clusters[name])
    return [statement_id for name in names for statement_id in clusters[name]]


def _even_parts(ids: list[int]) -> list[Section]:
    """`ids` cut into as few parts as fit, whose sizes differ by one at most."""
    n_parts = -(-len(ids) // SECTION_AT_MOST)
    bounds = [round(part * len(ids) / n_parts) for part in range(n_parts + 1)] if n_parts else [0]
    return [tuple(ids[start:end]) for start, end in pairwise(bounds)]


def _joined(groups: list[Section]) -> list[Section]:
    """Neighbouring short groups on one page, the shortest pair first, while a page holds them."""
    sections = list(groups)
    while len(sections) > 1:
        sums = [len(left) + len(right) for left, right in pairwise(sections)]
        smallest = min(range(len(sums)), key=sums.__getitem__)
        if sums[smallest] > SECTION_AT_MOST:
            break
        sections[smallest : smallest + 2] = [sections[smallest] + sections[smallest + 1]]
    return sections
