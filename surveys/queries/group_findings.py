"""Do colleges or languages answer otherwise? Only groups that are large enough, and that leave no small rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.consensus import judge
from analysis.groups import compare_groups, counts_by_group
from analysis.histogram import IntArray
from analysis.quantiles import doubled_medians
from analysis.robustness import MIN_LEFT_OF_A_COLLEGE, without_minimum
from analysis.types import ConsensusRule, Quantile, Ratings
from surveys.rules.anonymity import groups_to_show

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class GroupShare:
    """One group that may be shown: how many rated, how many of them agree, their median in scale units."""

    code: str
    n: int
    k: int
    median: float
    frequency: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """One item by group; `groups` is empty where fewer than two may be shown.

    p : exact for two groups (all permutations of the ratings, ties counted), Kruskal and Wallis for more
    p_adjusted : of Kruskal and Wallis over all items of the round (Holm)
    fisher_p : exact test of the share in agreement
    higher, lower : the two groups that each agree within themselves and stand apart, else empty
    """

    groups: tuple[GroupShare, ...] = ()
    p: float | None = None
    p_adjusted: float | None = None
    fisher_p: float | None = None
    higher: str = ""
    lower: str = ""

    @property
    def differs(self) -> bool:
        """Whether the groups differ after allowing for how many statements were compared, or split the panel."""
        return bool(self.higher) or (self.p_adjusted is not None and self.p_adjusted < SIGNIFICANT)


@dataclass(frozen=True, slots=True, eq=False)
class GroupTable:
    """Ratings with the group of each row by one variable."""

    ratings: Ratings
    groups: Sequence[str | None]
    rule: ConsensusRule


def compare_by(table: GroupTable, *, min_group_size: int) -> tuple[GroupFinding, ...]:
    """Every item by group, as far as the groups may be shown; tests take in exactly the groups that are shown."""
    ratings = table.ratings
    by_name = counts_by_group(ratings, groups=table.groups)
    sizes = {name: counts.sum(axis=1) for name, counts in by_name.items()}
    n_total = ratings.n_rated
    shown = [
        groups_to_show(
            {name: int(n[item]) for name, n in sizes.items()},
            n_total=int(n_total[item]),
            min_group_size=min_group_size,
        )
        for item in range(ratings.n_items)
    ]
    tested = compare_groups(ratings, groups=table.groups, rule=table.rule, min_group=min_group_size)
    found = []
    for item, names in enumerate(shown):
        if len(names) < 2:
            found.append(GroupFinding())
            continue
        test = tested[item]
        # Hidden groups took part in the tests of `analysis`: then the shares are shown without a p.
        same = test.groups == names
        exact = test.mann_whitney.p if same and test.mann_whitney is not None else None
        split = test.split if same else None
        found.append(
            GroupFinding(
                groups=tuple(_share(name, by_name[name][item], table=table) for name in names),
                p=exact if exact is not None else (test.kruskal.p if same else None),
                p_adjusted=test.p_adjusted if same else None,
                fisher_p=test.fisher_p if same else None,
                higher=split.higher if split is not None else "",
                lower=split.lower if split is not None else "",
            )
        )
    return tuple(found)


def decisive_groups(table: GroupTable) -> tuple[tuple[str, ...], ...]:
    """For every item the groups without which its verdict turns while at least three ratings are left."""
    ratings, rule = table.ratings, without_minimum(table.rule)
    judged = judge(
        ratings.counts, rule=rule, scale=ratings.scale, n_denominator=ratings.denominators(rule.denominator)
    ).codes
    enough = ratings.n_rated >= table.rule.min_n
    found: list[list[str]] = [[] for _ in range(ratings.n_items)]
    for name in sorted({group for group in table.groups if group is not None}):
        stays = np.array([group != name for group in table.groups], dtype=np.bool_)
        rest = Ratings(values=ratings.values[stays], states=ratings.states[stays], scale=ratings.scale)
        codes = judge(rest.counts, rule=rule, scale=rest.scale, n_denominator=rest.denominators(rule.denominator)).codes
        turned = enough & (rest.n_rated >= MIN_LEFT_OF_A_COLLEGE) & (codes != judged)
        for item in np.flatnonzero(turned).tolist():
            found[item].append(name)
    return tuple(tuple(names) for names in found)


def quantile_verdicts(ratings: Ratings, *, rule: ConsensusRule) -> tuple[tuple[tuple[str, str], ...], ...]:
    """For every item (quartile method, verdict under it)."""
    by_method = [
        (
            method.value,
            judge(
                ratings.counts,
                rule=replace(rule, quantile=method),
                scale=ratings.scale,
                n_denominator=ratings.denominators(rule.denominator),
                n_eligible=ratings.n_eligible,
            ).verdicts(),
        )
        for method in Quantile
    ]
    return tuple(
        tuple((method, verdicts[item].value) for method, verdicts in by_method) for item in range(ratings.n_items)
    )


def _share(name: str, counts: IntArray, *, table: GroupTable) -> GroupShare:
    lower = table.ratings.scale.lower
    start = table.rule.agree_from - lower
    return GroupShare(
        code=name,
        n=int(counts.sum()),
        k=int(counts[start : start + table.rule.width].sum()),
        median=int(doubled_medians(counts[None, :], lower=lower)[0]) / 2,
        frequency=tuple(counts.tolist()),
    )
