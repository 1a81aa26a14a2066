"""The same ratings under the definitions of consensus that published studies used: how much hangs on the definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analysis.appropriateness import (
    ASYMMETRY_CORRECTION,
    BASE_IPRAS,
    CENTRE,
    RAM_MIN_N,
    RAM_SCALE,
    classic_allowance,
)
from analysis.consensus import reaches
from analysis.descriptives import doubled_deviations, moments
from analysis.histogram import BoolArray, IntArray
from analysis.published_rules import apmo
from analysis.quantiles import doubled_medians, quantile_array, quartile_arrays
from analysis.types import EPS, Quantile, Scale, default_box, default_iqr
from analysis.validity import cvr_n_critical

FloatArray = npt.NDArray[np.float64]

MIN_N = 5


class Support(StrEnum):
    """How many of the applicable definitions say consensus: at least 90 %, at least half, fewer."""

    ROBUST = "robust"
    CONTESTED = "contested"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class Multiverse:
    """One item under all applicable definitions.

    in_ : how many of them say consensus; dissenting : ids of those that contradict the primary verdict
    share : in_ / applicable; family_share : mean over families of the share within, so that five percentage rules do
    not outvote one spread rule; both and `support` are None if no definition applies
    """

    in_: int
    applicable: int
    dissenting: tuple[str, ...]
    share: float | None
    family_share: float | None
    support: Support | None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the definitions look at, worked out once for all items; arrays (items,), n is the percentages' N."""

    counts: IntArray
    scale: Scale
    n: IntArray
    k_top: IntArray
    k_bottom: IntArray
    doubled_median: IntArray
    mean: FloatArray
    sd: FloatArray

    @property
    def box(self) -> int:
        return default_box(self.scale)

    @property
    def top_from(self) -> int:
        return self.scale.upper - self.box + 1

    @property
    def has_top_mean(self) -> BoolArray:
        return self.mean >= self.top_from - EPS

    def iqr(self, method: Quantile) -> FloatArray:
        first, third = quartile_arrays(self.counts, lower=self.scale.lower, method=method)
        return third - first


@dataclass(frozen=True, slots=True)
class Definition:
    """One published definition: where it applies (scale, ratings) and which items reach consensus by it."""

    id: str
    family: str
    applies: Callable[[Scale, IntArray], BoolArray]
    holds: Callable[[Evidence], BoolArray]
    source: str


def gather_evidence(counts: IntArray, *, scale: Scale, n_denominator: IntArray | None = None) -> Evidence:
    """Evidence for every item. counts : int64 (items, K); n_denominator : int64 (items,), default the ratings."""
    base = moments(counts, scale=scale)
    box = default_box(scale)
    return Evidence(
        counts=counts,
        scale=scale,
        n=base.n if n_denominator is None else n_denominator,
        k_top=counts[:, -box:].sum(axis=1),
        k_bottom=counts[:, :box].sum(axis=1),
        doubled_median=doubled_medians(counts, lower=scale.lower),
        mean=base.mean,
        sd=base.sd,
    )


def multiverse(
    counts: IntArray,
    *,
    scale: Scale,
    is_in: BoolArray,
    n_denominator: IntArray | None = None,
    min_n: int = MIN_N,
) -> tuple[Multiverse, ...]:
    """Every item under every applicable definition.

    Parameters
    ----------
    counts : int64 (items, K)
    is_in : bool (items,), the primary verdict, which the dissenting definitions contradict
    n_denominator : int64 (items,), the N of percentages; default the ratings
    min_n : no definition applies to an item with fewer ratings

    Returns
    -------
    one Multiverse an item. Errors: none.
    Source: the sources of the single definitions; Diamond et al. 2014, J Clin Epidemiol 67:401-409 for their spread.
    """
    applies, holds = judge_definitions(counts, scale=scale, n_denominator=n_denominator, min_n=min_n)
    n_applicable, n_in = applies.sum(axis=0), holds.sum(axis=0)
    balanced = _family_shares(applies, holds)
    against = applies & (holds != is_in)
    return tuple(
        Multiverse(
            in_=agreeing,
            applicable=total,
            dissenting=tuple(DEFINITIONS[row].id for row in np.flatnonzero(against[:, item]).tolist()),
            share=agreeing / total if total else None,
            family_share=float(balanced[item]) if total else None,
            support=_support(agreeing, total) if total else None,
        )
        for item, (agreeing, total) in enumerate(zip(n_in.tolist(), n_applicable.tolist(), strict=True))
    )


def judge_definitions(
    counts: IntArray, *, scale: Scale, n_denominator: IntArray | None = None, min_n: int = MIN_N
) -> tuple[BoolArray, BoolArray]:
    """Which definitions apply and which of those hold, bool (definitions, items) each, in the order of DEFINITIONS."""
    evidence = gather_evidence(counts, scale=scale, n_denominator=n_denominator)
    n = counts.sum(axis=1)
    enough = n >= max(min_n, 1)
    applies = np.stack([definition.applies(scale, n) & enough for definition in DEFINITIONS])
    holds = np.zeros_like(applies)
    for row, definition in enumerate(DEFINITIONS):
        if applies[row].any():
            with np.errstate(invalid="ignore", divide="ignore"):
                holds[row] = definition.holds(evidence) & applies[row]
    return applies, holds


def _support(agreeing: int, total: int) -> Support:
    if 10 * agreeing >= 9 * total:
        return Support.ROBUST
    return Support.CONTESTED if 2 * agreeing >= total else Support.NOT_SUPPORTED


def _family_shares(applies: BoolArray, holds: BoolArray) -> FloatArray:
    total, used = np.zeros(applies.shape[1]), np.zeros(applies.shape[1])
    for family in dict.fromkeys(definition.family for definition in DEFINITIONS):
        rows = [row for row, definition in enumerate(DEFINITIONS) if definition.family == family]
        size = applies[rows].sum(axis=0)
        total += holds[rows].sum(axis=0) / np.maximum(size, 1)
        used += size > 0
    return total / np.maximum(used, 1)


def _on_points(*allowed: int) -> Callable[[Scale, IntArray], BoolArray]:
    return lambda scale, n: np.full(n.shape, scale.points in allowed)


def _anywhere(scale: Scale, n: IntArray) -> BoolArray:
    return np.full(n.shape, True)


def _on_ram(scale: Scale, n: IntArray) -> BoolArray:
    return (n >= RAM_MIN_N) & ((scale.lower, scale.upper) == (RAM_SCALE.lower, RAM_SCALE.upper))


def _from_zero(scale: Scale, n: IntArray) -> BoolArray:
    return np.full(n.shape, scale.lower >= 0)


def _top(threshold: Fraction) -> Callable[[Evidence], BoolArray]:
    return lambda e: reaches(e.k_top, e.n, threshold=threshold)


def _comet(e: Evidence) -> BoolArray:
    return reaches(e.k_top, e.n, threshold=Fraction(7, 10)) & (e.k_bottom * 100 < 15 * e.n)


def _near_median(e: Evidence) -> BoolArray:
    near = (e.counts * (doubled_deviations(e.counts, scale=e.scale) <= 2)).sum(axis=1)
    return reaches(near, e.n, threshold=Fraction(4, 5))


def _narrow(method: Quantile) -> Callable[[Evidence], BoolArray]:
    return lambda e: (e.doubled_median >= 2 * e.top_from) & (e.iqr(method) <= default_iqr(e.scale) + EPS)


def _small_cv(e: Evidence) -> BoolArray:
    return e.has_top_mean & (e.sd <= 0.5 * e.mean + EPS)


def _giannarou_zervas(e: Evidence) -> BoolArray:
    narrow = (e.iqr(Quantile.LINEAR) <= 1 + EPS) & (e.sd < 1.5 - EPS)
    return narrow & reaches(e.k_top, e.n, threshold=Fraction(51, 100))


def _ram_ipras(e: Evidence) -> BoolArray:
    p30, p70 = (
        quantile_array(e.counts, lower=e.scale.lower, percent=percent, method=Quantile.LINEAR) for percent in (30, 70)
    )
    adjusted = BASE_IPRAS + ASYMMETRY_CORRECTION * np.abs(CENTRE - (p30 + p70) / 2)
    return (e.doubled_median >= 13) & (p70 - p30 <= adjusted + EPS)


def _ram_classic(e: Evidence) -> BoolArray:
    allowance = np.array([classic_allowance(n) or 0 for n in e.counts.sum(axis=1).tolist()])
    divided = np.minimum(e.k_top, e.k_bottom) > allowance
    return (e.doubled_median >= 13) & ~divided


def _content_validity_ratio(e: Evidence) -> BoolArray:
    return e.k_top >= np.array([cvr_n_critical(n) or n + 1 for n in e.n.tolist()])


def _apmo(e: Evidence) -> BoolArray:
    found = apmo(e.counts, scale=e.scale)
    reached = np.zeros(len(e.counts), dtype=np.bool_) if found is None else np.array(found.consensus)
    return reached & (e.k_top > e.k_bottom)


DEFINITIONS = (
    Definition("top67", "percent", _anywhere, _top(Fraction(2, 3)), "two thirds in the top points"),
    Definition("top70", "percent", _anywhere, _top(Fraction(7, 10)), "70 % in the top points"),
    Definition("top75", "percent", _anywhere, _top(Fraction(3, 4)), "Diamond et al. 2014: the median threshold"),
    Definition("top80", "percent", _anywhere, _top(Fraction(4, 5)), "example in Niederberger et al. 2024"),
    Definition("top90", "percent", _anywhere, _top(Fraction(9, 10)), "90 % in the top points"),
    Definition("delphistar75", "percent", _on_points(7), _top(Fraction(3, 4)), "Niederberger et al. 2024"),
    Definition("comet", "percent2", _on_points(9), _comet, "Harman et al. 2013; Waters et al. 2014: 70/15"),
    Definition("majority51", "percent", _anywhere, lambda e: 2 * e.k_top > e.n, "simple majority"),
    Definition("near80", "spread", _on_points(5, 6, 7, 8, 9), _near_median, "80 % within one point of the median"),
    Definition("iqr", "spread", _anywhere, _narrow(Quantile.LINEAR), "von der Gracht 2012"),
    Definition("iqr_sas", "spread", _anywhere, _narrow(Quantile.AVERAGED_INVERTED_CDF), "the same, SAS quartiles"),
    Definition("iqr_spss", "spread", _anywhere, _narrow(Quantile.WEIBULL), "the same, SPSS quartiles"),
    Definition("sd1", "spread", _on_points(5), lambda e: e.has_top_mean & (e.sd < 1 - EPS), "SD below 1"),
    Definition("cv50", "spread", _from_zero, _small_cv, "English & Kernan 1976"),
    Definition("gz3", "joint", _on_points(5), _giannarou_zervas, "Giannarou & Zervas 2014"),
    Definition("ram_ipras", "ram", _on_ram, _ram_ipras, "Fitch et al. 2001, IPRAS"),
    Definition("ram_classic", "ram", _on_ram, _ram_classic, "Fitch et al. 2001, classical"),
    Definition("cvr", "content", _on_points(3), _content_validity_ratio, "Lawshe 1975; Ayre & Scally 2014"),
    Definition("icvi", "content", _on_points(4), _top(Fraction(39, 50)), "Polit & Beck 2006: I-CVI of .78"),
    Definition("apmo", "relative", _anywhere, _apmo, "Kapoor 1987; Cottam et al. 2004"),
)
"""The definitions in reporting order; the indices A and Cns have no canonical threshold and stay out."""
