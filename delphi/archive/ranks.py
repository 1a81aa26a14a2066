"""The final ranks of a bundle, computed again from the figures that decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.ranking import RankKey, rank_items
from delphi.archive.layout import Damaged
from surveys.rules.settling import outcome_status
from surveys.vocabulary import OutcomeStatus

Row = Mapping[str, Any]


def check_outcomes(
    *, outcomes: Sequence[Row], results: Mapping[tuple[Any, ...], Row], kinds: Mapping[str, str]
) -> None:
    """Status and ranks follow from the results they name; `Damaged` at the first that does not.

    `results` by task force, round, statement and criterion; `kinds` by statement.
    """
    decided = []
    for row in outcomes:
        key = (row["task_force"], row["round"], row["statement"], row["criterion"])
        if key not in results:
            raise Damaged(f"{row['statement']}: the result that decided is missing")
        expected = outcome_status(results[key]["verdict"])
        if row["status"] != expected.value:
            raise Damaged(f"{row['statement']}: the outcome is {row['status']}, its verdict gives {expected.value}")
        decided.append((row, _rank_key(results[key], expected)))
    groups: dict[tuple[str, str, str], list[tuple[Row, RankKey | None]]] = {}
    has_overall = any(row["overall_rank"] is not None for row in outcomes)
    for row, rank_key in decided:
        kind = kinds[row["statement"]]
        groups.setdefault(("rank", row["task_force"], kind), []).append((row, rank_key))
        if has_overall:
            groups.setdefault(("overall_rank", "", kind), []).append((row, rank_key))
    for (column, *_), members in groups.items():
        for (row, _), rank in zip(members, rank_items([rank_key for _, rank_key in members]), strict=True):
            if row[column] != rank:
                raise Damaged(f"{row['statement']}: {column} is stored as {row[column]}, the results give {rank}")


def _rank_key(result: Row, status: OutcomeStatus) -> RankKey | None:
    figures = [result[name] for name in ("median", "iqr", "mean", "sd")]
    if status is OutcomeStatus.INSUFFICIENT or None in figures or not result["agreement_n"]:
        return None
    median, iqr, mean, sd = figures
    share = result["agreement_k"] / result["agreement_n"]
    return RankKey(median=median, iqr=iqr, agreement_share=share, mean=mean, sd=sd)
