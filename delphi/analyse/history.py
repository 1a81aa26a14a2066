"""What a file with several rounds or groups tells beyond each round: stability, groups, who left, and what that did."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from analysis.decomposition import decompose_change
from analysis.groups import GroupComparison, compare_groups
from analysis.participation import attrition, participation
from analysis.stability import MAX_ROUNDS, compare_rounds
from analysis.types import Ratings
from delphi.analyse.options import Options
from surveys.rating_files import RatingTable

Records = list[dict[str, Any]]


def key_of(table: RatingTable, column: int) -> dict[str, str]:
    """The keys that name a column in every list of the document."""
    item, criterion = table.columns[column]
    return {"item": item} if criterion is None else {"item": item, "criterion": criterion}


def stability_records(table: RatingTable, options: Options) -> Records:
    """Every statement rated in two rounds that follow each other."""
    records = []
    for names, columns, before, after in _pairs(table):
        last = max(MAX_ROUNDS, table.rounds[-1])
        found = compare_rounds(before, after, rule=options.rule, round_number=names["to"], max_rounds=last)
        for column, one in zip(columns, found, strict=True):
            test = one.wilcoxon
            records.append(
                {
                    **names,
                    **key_of(table, column),
                    "n_paired": one.n_paired,
                    "pct_unchanged": one.pct_unchanged,
                    "tvd": one.tvd,
                    "delta_median": one.delta_median,
                    "kappa_w": one.kappa_w,
                    "spearman": one.spearman,
                    "wilcoxon": {"v": test.v, "p": test.p, "method": test.method.value},
                    "group_stable": one.group_stable,
                    "individual_stable": one.individual_stable,
                    "status": one.status.value,
                    "reason": one.reason,
                }
            )
    return records


def comparisons(table: RatingTable, options: Options, round_: int) -> list[tuple[int, GroupComparison]]:
    """Every statement of a round compared between the groups asked for; nothing unless --by was given."""
    if options.by is None:
        return []
    columns = table.asked(round_)
    groups = table.languages if options.by == "language" else table.groups
    found = compare_groups(table.ratings(round_, columns), groups=groups, rule=options.rule)
    return list(zip(columns, found, strict=True))


def group_records(table: RatingTable, options: Options) -> Records:
    """The comparisons of every round; p_adjusted is Holm's over all statements of the round."""
    return [
        {
            "round": round_,
            **key_of(table, column),
            "by": options.by,
            "groups": list(one.groups),
            "h": one.kruskal.h,
            "df": one.kruskal.df,
            "p": one.kruskal.p,
            "p_adjusted": one.p_adjusted,
            "epsilon2": one.kruskal.epsilon2,
            "reason": one.kruskal.reason,
        }
        for round_ in table.rounds
        for column, one in comparisons(table, options, round_)
    ]


def participation_records(table: RatingTable) -> Records:
    """Who was eligible and who returned each round; retention is of those who returned the first."""
    everything = range(len(table.columns))
    found = participation([table.ratings(round_, everything) for round_ in table.rounds])
    return [
        {
            "round": round_,
            "eligible": one.eligible,
            "returned": one.returned,
            "response_rate": one.response_rate,
            "retention": one.retention,
        }
        for round_, one in zip(table.rounds, found, strict=True)
    ]


def attrition_records(table: RatingTable) -> Records:
    """Whether those who did not return the next round had rated differently; delta above 0: they rated higher."""
    records = []
    for from_, to in pairwise(table.rounds):
        columns = table.asked(from_)
        found = attrition(table.ratings(from_, columns), stayed=table.present(to))
        for column, one in zip(columns, found.items, strict=True):
            records.append(
                {
                    "from": from_,
                    "to": to,
                    **key_of(table, column),
                    "n_stayed": one.n_stayed,
                    "n_left": one.n_left,
                    "delta": one.test.delta,
                    "p": one.test.p,
                    "p_adjusted": one.p_adjusted,
                    "effect": one.effect,
                    "is_biased": one.is_biased,
                    "reason": "nobody_left" if one.n_left == 0 else "nobody_stayed" if one.n_stayed == 0 else None,
                }
            )
    return records


def decomposition_records(table: RatingTable, options: Options) -> Records:
    """How much of each change of the agreement share is persuasion, and how much departures and arrivals."""
    return [
        {
            **names,
            **key_of(table, column),
            "n_stayed": one.n_stayed,
            "n_left": one.n_left,
            "n_joined": one.n_joined,
            "share_before": one.share_before,
            "share_after": one.share_after,
            "change": one.change,
            "persuasion": one.persuasion,
            "leavers": one.leavers,
            "joiners": one.joiners,
            "is_alarming": one.is_alarming,
            "reason": one.reason,
        }
        for names, columns, before, after in _pairs(table)
        for column, one in zip(columns, decompose_change(before, after, rule=options.rule), strict=True)
    ]


def _pairs(table: RatingTable) -> list[tuple[dict[str, int], list[int], Ratings, Ratings]]:
    """Two rounds that follow each other, restricted to what was asked in both; experts in the same rows."""
    pairs = []
    for from_, to in pairwise(table.rounds):
        again = set(table.asked(to))
        columns = [column for column in table.asked(from_) if column in again]
        if columns:
            pairs.append(
                ({"from": from_, "to": to}, columns, table.ratings(from_, columns), table.ratings(to, columns))
            )
    return pairs
