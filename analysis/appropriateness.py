"""RAND/UCLA appropriateness method, for 1-9 scales only: its constants are calibrated there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.histogram import IntArray
from analysis.quantiles import doubled_medians, quantile_array
from analysis.types import EPS, Quantile, Scale

RAM_SCALE = Scale(lower=1, upper=9)
RAM_MIN_N = 8
BASE_IPRAS = 2.35
ASYMMETRY_CORRECTION = 1.5
CENTRE = 5.0


class DisagreementRule(StrEnum):
    """Which of RAM's two definitions of disagreement decides the label."""

    IPRAS = "ipras"
    CLASSIC = "classic"
    EITHER = "either"


class RamLabel(StrEnum):
    """The RAM reading of an item."""

    APPROPRIATE = "appropriate"
    UNCERTAIN = "uncertain"
    INAPPROPRIATE = "inappropriate"


@dataclass(frozen=True, slots=True)
class Ram:
    """RAM statistics of one item in scale units; classical rules and label are None below 8 ratings.

    disagreement_index is IPR / IPRAS; above 1 (by IPRAS) the panel disagrees.
    """

    p30: float | None
    p70: float | None
    ipr: float | None
    ipras: float | None
    disagreement_index: float | None
    disagreement_ipras: bool | None
    agreement_classic: bool | None
    disagreement_classic: bool | None
    label: RamLabel | None


def classic_allowance(n: int) -> int | None:
    """Ratings that may lie outside the median's region for classical agreement: floor((n - 2) / 3); None below 8.

    Disagreement needs one more than this in each extreme third. The paraphrase "one third in each extreme" is
    different at n = 10, 13 and 16. Source: Fitch et al. 2001, MR-1269; tables in BMC Med Inform Decis Mak 12:93.
    """
    return None if n < RAM_MIN_N else (n - 2) // 3


def disagreement_index(*, p30: float, p70: float) -> float:
    """IPR / IPRAS on a 1-9 scale."""
    return (p70 - p30) / ipras(p30=p30, p70=p70)


def ipras(*, p30: float, p70: float) -> float:
    """Inter-percentile range adjusted for symmetry: 2.35 + 1.5 * |5 - centre of P30 and P70|.

    Source: Fitch et al. 2001, MR-1269. A published worked example (BMJ Open 2012;2:e001431, Table 1) prints 2.5 for
    the constant and computes with 2.35.
    """
    return BASE_IPRAS + ASYMMETRY_CORRECTION * abs(CENTRE - (p30 + p70) / 2)


def ram(
    counts: IntArray,
    *,
    scale: Scale,
    quantile: Quantile = Quantile.LINEAR,
    rule: DisagreementRule = DisagreementRule.IPRAS,
) -> tuple[Ram, ...] | None:
    """RAM statistics and label of every item; None on any other scale than 1-9.

    Parameters
    ----------
    counts : int64 (items, 9)
    quantile : how P30 and P70 are computed; `averaged_inverted_cdf` is SAS's default, which RAND used. Hinges know
        no P30, so `tukey_hinges` is read as `linear`
    rule : which definition of disagreement decides the label

    Source: Fitch et al. 2001, MR-1269. Checked against the worked example in BMJ Open 2012;2:e001431.
    """
    if (scale.lower, scale.upper) != (RAM_SCALE.lower, RAM_SCALE.upper):
        return None
    method = Quantile.LINEAR if quantile is Quantile.TUKEY_HINGES else quantile
    p30 = quantile_array(counts, lower=1, percent=30, method=method)
    p70 = quantile_array(counts, lower=1, percent=70, method=method)
    medians = doubled_medians(counts, lower=1)
    thirds = np.stack([counts[:, start : start + 3].sum(axis=1) for start in (0, 3, 6)], axis=1)
    rows = zip(p30.tolist(), p70.tolist(), medians.tolist(), thirds.tolist(), strict=True)
    return tuple(
        _one(p30=low, p70=high, doubled_median=median, thirds=third, rule=rule) for low, high, median, third in rows
    )


def _one(*, p30: float, p70: float, doubled_median: int, thirds: list[int], rule: DisagreementRule) -> Ram:
    n = sum(thirds)
    if n == 0:
        return Ram(
            p30=None, p70=None, ipr=None, ipras=None, disagreement_index=None, disagreement_ipras=None,
            agreement_classic=None, disagreement_classic=None, label=None,
        )  # fmt: skip
    adjusted = ipras(p30=p30, p70=p70)
    wide = p70 - p30 > adjusted + EPS
    allowance = classic_allowance(n)
    agreement = disagreement = label = None
    region = 0 if doubled_median < 7 else 1 if doubled_median < 13 else 2
    if allowance is not None:
        agreement = n - thirds[region] <= allowance
        disagreement = min(thirds[0], thirds[2]) >= allowance + 1
        decisive = {
            DisagreementRule.IPRAS: wide,
            DisagreementRule.CLASSIC: disagreement,
            DisagreementRule.EITHER: wide or disagreement,
        }[rule]
        label = RamLabel.UNCERTAIN if decisive else _LABELS[region]
    return Ram(
        p30=p30,
        p70=p70,
        ipr=p70 - p30,
        ipras=adjusted,
        disagreement_index=(p70 - p30) / adjusted,
        disagreement_ipras=wide,
        agreement_classic=agreement,
        disagreement_classic=disagreement,
        label=label,
    )


# Medians of exactly 3.5 and 6.5 belong to the higher category (Fitch et al. 2001).
_LABELS = (RamLabel.INAPPROPRIATE, RamLabel.UNCERTAIN, RamLabel.APPROPRIATE)
