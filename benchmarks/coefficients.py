"""Tests and coefficients over all statements of a round, each against the package people use for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from analysis.concordance import kendall_w
from analysis.group_tests import kruskal_wallis_arrays
from analysis.groups import counts_by_group
from analysis.histogram import IntArray
from analysis.paired_tests import change_counts, signed_rank_sums, wilcoxon_signed_rank
from analysis.rank_intervals import BootstrapRank, bootstrap_ranks, ranks_of_draws
from analysis.reliability import Level, krippendorff_alpha
from analysis.resampling import REPLICATES, draw_blocks
from analysis.types import Ratings
from benchmarks.panels import EXPERTS, SCALE, STATEMENTS, Panel, a_panel, colleges
from benchmarks.timing import Line, Numbers, compare

SEED = 20240101


def compare_coefficients() -> list[Line]:
    """Every task at the panel's size and at ten times the experts; the exact test in one task force."""
    lines = _exact_wilcoxon()
    for times in (1, 10):
        size = f"{EXPERTS * times:,} x {STATEMENTS}"
        gaps, complete = a_panel(times=times, rounds=2), a_panel(times=times, rounds=2, gaps=0)
        lines += _wilcoxon(complete, size, "no gaps")
        lines += _wilcoxon(gaps, size, "gaps")
        lines += _kruskal(complete, size, "no gaps")
        lines += _kruskal(gaps, size, "gaps")
        lines += _kendall(complete, size)
        lines += _alpha(gaps, size)
        lines += _bootstrap(gaps, size)
    return lines


def _wilcoxon(panel: Panel, size: str, kind: str) -> list[Line]:
    """The normal approximation with tied variance and without correction, which scipy uses on large panels."""
    before, after = panel.ratings(0), panel.ratings(1)
    difference = panel.floats[1] - panel.floats[0]

    def ours() -> Numbers:
        return signed_rank_sums(change_counts(before, after)).p_normal()

    def scipy() -> Numbers:
        from scipy.stats import wilcoxon

        found = wilcoxon(difference, axis=0, method="asymptotic", nan_policy="omit")
        return np.asarray(found.pvalue)

    return compare(f"Wilcoxon, normal, {kind}", size, ours, [("scipy.stats.wilcoxon(axis=0)", scipy)])


def _exact_wilcoxon() -> list[Line]:
    """Few experts, many ties: scipy permutes all signs, the engine convolves doubled ranks; both are exact."""
    panel = a_panel(experts=10, statements=40, rounds=2, gaps=0)
    before, after = panel.ratings(0), panel.ratings(1)
    difference = panel.floats[1] - panel.floats[0]

    def ours() -> Numbers:
        return np.array([test.p for test in wilcoxon_signed_rank(change_counts(before, after))])

    def scipy() -> Numbers:
        from scipy.stats import PermutationMethod, wilcoxon

        return np.asarray(wilcoxon(difference, axis=0, method=PermutationMethod(n_resamples=2**10)).pvalue)

    return compare("Wilcoxon, exact", "10 x 40", ours, [("scipy.stats.wilcoxon(axis=0)", scipy)])


def _kruskal(panel: Panel, size: str, kind: str) -> list[Line]:
    ratings, names = panel.ratings(), colleges(panel.values.shape[1])
    samples = [panel.floats[0][[name == college for name in names]] for college in sorted(set(names))]

    def ours() -> Numbers:
        counts = np.stack(list(counts_by_group(ratings, groups=names).values()))
        return kruskal_wallis_arrays(counts).p

    def vectorised() -> Numbers:
        from scipy.stats import kruskal

        return np.asarray(kruskal(*samples, axis=0, nan_policy="omit").pvalue)

    def looped() -> Numbers:
        from scipy.stats import kruskal

        columns = range(ratings.n_items)
        return np.array([kruskal(*[_present(one[:, item]) for one in samples]).pvalue for item in columns])

    rivals = [("scipy.stats.kruskal(axis=0)", vectorised), ("scipy.stats.kruskal in a loop", looped)]
    return compare(f"Kruskal-Wallis, {kind}", size, ours, rivals)


def _present(column: Numbers) -> Numbers:
    return np.asarray(column[~np.isnan(column)])


def _kendall(panel: Panel, size: str) -> list[Line]:
    matrix = panel.floats[0]

    def ours() -> Numbers:
        found = kendall_w(matrix, permutations=0)
        return np.array([found.w, found.chi2])

    def scipy() -> Numbers:
        from scipy.stats import rankdata

        m, k = matrix.shape
        ranks = np.array([rankdata(row) for row in matrix])
        ties = sum(float((t**3 - t).sum()) for t in (np.unique(row, return_counts=True)[1] for row in matrix))
        s = float(((ranks.sum(axis=0) - m * (k + 1) / 2) ** 2).sum())
        w = 12 * s / (m**2 * (k**3 - k) - m * ties)
        return np.array([w, m * (k - 1) * w])

    rivals: list[tuple[str, Callable[[], Numbers]]] = [("scipy.stats.rankdata in a loop", scipy)]
    if find_spec("pingouin") and find_spec("pandas"):
        rivals.append(("pingouin.friedman", _pingouin(panel)))
    return compare("Kendall's W, no gaps", size, ours, rivals, tolerance=1e-6)


def _pingouin(panel: Panel) -> Callable[[], Numbers]:
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin

    wide = pandas.DataFrame(panel.floats[0])

    def run() -> Numbers:
        found = pingouin.friedman(wide, method="chisq").iloc[0]
        return np.array([found["W"], found["Q"]], dtype=np.float64)

    return run


def _alpha(panel: Panel, size: str) -> list[Line]:
    """From the ratings, which the package likes best as short floats without a list of values, and from counts."""
    if find_spec("krippendorff") is None:
        return []
    import krippendorff

    values, states, matrix = panel.values[0], panel.states[0], panel.floats[0].astype(np.float32)
    counts = panel.ratings().counts

    def ours() -> Numbers:
        return ours_from_counts(Ratings(values=values, states=states, scale=SCALE).counts)

    def ours_from_counts(counted: IntArray) -> Numbers:
        return np.array([krippendorff_alpha(counted, level=Level.ORDINAL).value])

    def package() -> Numbers:
        return np.array([krippendorff.alpha(reliability_data=matrix, level_of_measurement="ordinal")])

    def package_from_counts() -> Numbers:
        return np.array([krippendorff.alpha(value_counts=counts, level_of_measurement="ordinal")])

    who = "krippendorff.alpha"
    return compare("ordinal alpha, gaps", size, ours, [(who, package)]) + compare(
        "ordinal alpha, gaps, ratings already counted",
        size,
        lambda: ours_from_counts(counts),
        [(f"{who}(value_counts)", package_from_counts)],
    )


def _bootstrap(panel: Panel, size: str) -> list[Line]:
    """Both draw the same experts; the loop takes the means and ranks of each replicate on its own.

    Twice: with the drawing, the loop as expert numbers by `randint` and the engine as how often each is drawn, from the
    same words of the generator; and without it, which leaves means, ranks and limits.
    """
    ratings, values = panel.ratings(), panel.floats[0]
    experts = _chosen_experts(len(values))
    blocks = list(draw_blocks(n_experts=len(values), replicates=REPLICATES, seed=SEED))

    def limits(found: tuple[BootstrapRank, ...]) -> Numbers:
        return np.array([(one.low, one.high) for one in found], dtype=np.float64)

    name = f"{REPLICATES:,} joint bootstrap ranks, gaps"
    loop = "numpy.nanmean in a loop"
    lines = compare(
        name,
        size,
        lambda: limits(bootstrap_ranks(ratings, seed=SEED)),
        [(loop, lambda: _ranks_in_a_loop(values, _chosen_experts(len(values))))],
    )
    return lines + compare(
        f"{name}, experts already drawn",
        size,
        lambda: limits(ranks_of_draws(ratings, draws=blocks)),
        [(loop, lambda: _ranks_in_a_loop(values, experts))],
    )


def _chosen_experts(n_experts: int) -> npt.NDArray[np.int64]:
    return np.asarray(np.random.RandomState(SEED).randint(0, n_experts, size=(REPLICATES, n_experts)))


def _ranks_in_a_loop(values: Numbers, experts: npt.NDArray[np.int64]) -> Numbers:
    from scipy.stats import rankdata

    low, high = np.empty((2, REPLICATES, values.shape[1]))
    for replicate, chosen in enumerate(experts):
        means = np.nanmean(values[chosen], axis=0)
        low[replicate], high[replicate] = rankdata(-means, "min"), rankdata(-means, "max")
    lowest, highest = np.sort(low, axis=0), np.sort(high, axis=0)
    tail = int(np.ceil(0.025 * REPLICATES)) - 1, int(np.ceil(0.975 * REPLICATES)) - 1
    return np.stack([lowest[tail[0]], highest[tail[1]]], axis=1)
