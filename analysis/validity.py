"""Content validity: Lawshe's CVR with exact critical values, and the content validity index with kappa*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb

MIN_N_CVR = 5


class KappaClass(StrEnum):
    """Cicchetti and Sparrow's reading of kappa*, as used by Polit, Beck and Owen."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Cvr:
    """Lawshe's ratio of one item; critical values and verdict are None below five experts."""

    cvr: float | None
    n_critical: int | None
    cvr_critical: float | None
    reached: bool | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ItemCvi:
    """Content validity of one item: share of experts who call it relevant, corrected for chance in kappa_star."""

    i_cvi: float | None
    kappa_star: float | None
    kappa_class: KappaClass | None
    cutoff: float | None
    reached: bool | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ScaleCvi:
    """Content validity of a list: mean of the items (average), share of items with full agreement (universal)."""

    average: float | None
    universal: float | None
    reason: str | None


def cvr_n_critical(n: int) -> int | None:
    """Smallest number of "essential" votes among n with P(Bin(n, 1/2) >= it) <= 0.05, one-tailed; None below 5.

    Exact, in integers; not monotone as a ratio, so never interpolate.
    Source: Ayre & Scally 2014, Meas Eval Couns Dev 47:79-86. The older tables of Lawshe 1975 and Wilson 2012 rest on a
    normal approximation.
    """
    if n < MIN_N_CVR:
        return None
    tail, critical = 0, n + 1
    while 20 * (tail + comb(n, critical - 1)) <= 2**n:
        critical -= 1
        tail += comb(n, critical)
    return critical


def cvr(*, n_essential: int, n: int) -> Cvr:
    """Content validity ratio (n_e - N/2) / (N/2).

    n_essential : experts who call the item essential; n : experts asked. None for n = 0.
    Errors: ValueError unless 0 <= n_essential <= n.
    Source: Lawshe 1975, Pers Psychol 28:563-575.
    """
    _check_votes(n_essential, n)
    if n == 0:
        return Cvr(cvr=None, n_critical=None, cvr_critical=None, reached=None, reason="no_ratings")
    critical = cvr_n_critical(n)
    ratio = (2 * n_essential - n) / n
    if critical is None:
        return Cvr(cvr=ratio, n_critical=None, cvr_critical=None, reached=None, reason="too_few_ratings")
    return Cvr(
        cvr=ratio,
        n_critical=critical,
        cvr_critical=(2 * critical - n) / n,
        reached=n_essential >= critical,
        reason=None,
    )


def item_cvi(*, n_relevant: int, n: int) -> ItemCvi:
    """Item content validity index and kappa* of one item on a 4-point relevance scale (3 and 4 are relevant).

    kappa* corrects with the point probability of this very split, C(n, a) / 2^n. All None below two experts.
    Errors: ValueError unless 0 <= n_relevant <= n.
    Source: Polit & Beck 2006; Polit, Beck & Owen 2007, Res Nurs Health 30:459-467.
    """
    _check_votes(n_relevant, n)
    if n < 2:
        return ItemCvi(
            i_cvi=None,
            kappa_star=None,
            kappa_class=None,
            cutoff=None,
            reached=None,
            reason="no_ratings" if n == 0 else "one_rating",
        )
    index = n_relevant / n
    chance = comb(n, n_relevant) / 2**n
    kappa = (index - chance) / (1 - chance)
    numerator, denominator = cvi_cutoff(n)
    return ItemCvi(
        i_cvi=index,
        kappa_star=kappa,
        kappa_class=_kappa_class(kappa),
        cutoff=numerator / denominator,
        reached=n_relevant * denominator >= numerator * n,
        reason=None,
    )


def cvi_cutoff(n: int) -> tuple[int, int]:
    """Least acceptable I-CVI as a fraction: 1 up to five experts, 0.83 for 6 to 8, 0.78 from nine."""
    if n <= 5:
        return (1, 1)
    return (83, 100) if n <= 8 else (78, 100)


def scale_cvi(votes: Sequence[tuple[int, int]]) -> ScaleCvi:
    """S-CVI/Ave and S-CVI/UA of a list of (relevant, rated) pairs; items nobody rated drop out."""
    rated = [(relevant, n) for relevant, n in votes if n > 0]
    if not rated:
        return ScaleCvi(average=None, universal=None, reason="no_ratings")
    return ScaleCvi(
        average=sum(relevant / n for relevant, n in rated) / len(rated),
        universal=sum(relevant == n for relevant, n in rated) / len(rated),
        reason=None,
    )


def _kappa_class(kappa: float) -> KappaClass:
    if kappa > 0.74:
        return KappaClass.EXCELLENT
    if kappa >= 0.60:
        return KappaClass.GOOD
    return KappaClass.FAIR if kappa >= 0.40 else KappaClass.POOR


def _check_votes(votes: int, n: int) -> None:
    if not 0 <= votes <= n:
        raise ValueError(f"votes are {votes}; allowed is 0 to {n}")
