"""The order of items by the panel's verdict: lexicographic keys and competition ranks ("1224")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankKey:
    """What an item is ranked on; higher median, share and mean are better, lower iqr and sd are better."""

    median: float
    iqr: float
    agreement_share: float
    mean: float
    sd: float


SortKey = tuple[float, ...]


def _median_iqr_mean(key: RankKey) -> SortKey:
    return (-key.median, key.iqr, -key.agreement_share, -key.mean, key.sd)


def _median_mean_iqr(key: RankKey) -> SortKey:
    return (-key.median, -key.mean, key.iqr, -key.agreement_share, key.sd)


ORDERS: dict[str, Callable[[RankKey], SortKey]] = {
    "median_iqr_mean": _median_iqr_mean,
    "median_mean_iqr": _median_mean_iqr,
}


def rank_items(keys: Sequence[RankKey | None], *, order: str = "median_iqr_mean") -> list[int | None]:
    """Competition ranks: equal keys share a rank and the next rank is skipped.

    Parameters
    ----------
    keys : one a item, None for an item that is not ranked (too few ratings)
    order : `median_iqr_mean`, or `median_mean_iqr`; under the first an item rated 4 by all stands above one with
        the same median, a wider IQR and a higher mean

    Returns
    -------
    list of ranks from 1, None where unranked; the order of equal items is left to the caller (by item id).

    Errors: ValueError for an unknown order.
    """
    if order not in ORDERS:
        raise ValueError(f"order is {order!r}; allowed are {sorted(ORDERS)}")
    sort_key = ORDERS[order]
    ranked = sorted(sort_key(key) for key in keys if key is not None)
    first: dict[SortKey, int] = {}
    for position, value in enumerate(ranked, start=1):
        first.setdefault(value, position)
    return [None if key is None else first[sort_key(key)] for key in keys]
