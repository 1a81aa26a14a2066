"""Real studies, as their authors printed them; skipped where the data are absent (their licences forbid shipping)."""

from __future__ import annotations

import csv
import itertools
import json
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from analysis import (
    CellState,
    ConsensusRule,
    Denominator,
    Quantile,
    Ratings,
    Scale,
    Verdict,
    analyse_round,
)
from analysis.concordance import WMethod, kendall_w
from analysis.consensus import judge, reaches
from analysis.descriptives import describe
from analysis.reliability import fleiss_kappa, icc, krippendorff_alpha

Rows = list[dict[str, str]]
ReadRows = Callable[[str], Rows]
NAN = np.nan


def table_of(rows: Rows, *, column: str = "item") -> tuple[np.ndarray, list[str]]:
    """Experts x items with NaN for blanks, and the items in the order of the file."""
    experts = list(dict.fromkeys(row["expert"] for row in rows))
    items = list(dict.fromkeys(row[column] for row in rows))
    table = np.full((len(experts), len(items)), NAN)
    for row in rows:
        if row["rating"]:
            table[experts.index(row["expert"]), items.index(row[column])] = float(row["rating"])
    return table, items


# Unisanté fast-track Delphi, doi 10.16909/dataset/41


def test_unisante_prints_what_is_computed(rows: ReadRows, dataset: Callable[[str], Path]) -> None:
    printed = json.loads(dataset("unisante_ftd/expected.json").read_text(encoding="utf-8"))["table"]
    ratings = rows("unisante_ftd/ratings.csv")
    compared = 0
    for round_ in (2, 3):
        table, items = table_of([row for row in ratings if row["round"] == str(round_)])
        counts = Ratings.from_matrix(table, Scale(1, 9)).counts
        described = dict(zip(items, describe(counts, scale=Scale(1, 9)), strict=True))
        for line in (line for line in printed if line["round"] == round_):
            one = described[line["item"]]
            assert one.median is not None
            assert one.iqr is not None
            agreement = "agree" if one.median >= 7 else "disagree" if one.median <= 3 else None
            found = (
                one.n, one.median, one.q1, one.q3, one.minimum, one.maximum, agreement, one.iqr <= 3,
            )  # fmt: skip
            keys = ("n", "median", "q1", "q3", "min", "max", "agreement", "consensus")
            assert found == tuple(line[key] for key in keys), line["item"]
            assert 100 * one.n / len(table) == pytest.approx(line["response_rate_pct"], abs=0.05)
            compared += len(found) + 1
    # 33 statements with nine values each; the 140 remaining printed values belong to the options, not stored there.
    assert compared == 297


def test_unisante_options_need_66_percent_exactly(rows: ReadRows) -> None:
    chosen: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for row in rows("unisante_ftd/multichoice_long.csv"):
        chosen[row["item"], row["option"]] += int(row["selected"])
        asked[row["item"], row["option"]] += 1
    shares = {key: (chosen[key], asked[key]) for key in asked}
    assert shares["C20", "1"] == (15, 23)
    threshold = Fraction(66, 100)
    assert not reaches(np.array([15]), np.array([23]), threshold=threshold)[0]
    assert reaches(np.array([17]), np.array([23]), threshold=threshold)[0]


def test_unisante_agreement_and_consensus_are_two_things(rows: ReadRows) -> None:
    found = set()
    for round_ in ("2", "3"):
        table, _ = table_of([row for row in rows("unisante_ftd/ratings.csv") if row["round"] == round_])
        for one in describe(Ratings.from_matrix(table, Scale(1, 9)).counts, scale=Scale(1, 9)):
            assert one.median is not None
            assert one.iqr is not None
            side = "agree" if one.median >= 7 else "disagree" if one.median <= 3 else "neither"
            found.add((side, one.iqr <= 3))
    assert {("neither", True), ("agree", False), ("disagree", False), ("agree", True)} <= found


# ENLIGHT reporting guideline, round 1: seven points, "cannot evaluate" kept in the denominator


@pytest.fixture
def enlight(rows: ReadRows) -> Ratings:
    first = [row for row in rows("enlight/ratings.csv") if row["round"] == "1"]
    table, items = table_of(first)
    experts = list(dict.fromkeys(row["expert"] for row in first))
    states = np.full(table.shape, CellState.RATED, dtype=np.int8)
    reasons = {"cannot_evaluate": CellState.DONT_KNOW, "missing": CellState.MISSING}
    for row in first:
        if not row["rating"]:
            states[experts.index(row["expert"]), items.index(row["item"])] = reasons[row["na_reason"]]
    return Ratings(values=np.nan_to_num(table).astype(int), states=states, scale=Scale(1, 7))


def test_enlight_denominator_decides_six_of_sixty_one(enlight: Ratings) -> None:
    rule = ConsensusRule(agree_from=5, agree_to=7, agreement=Fraction(3, 4), iqr=6.0)
    decisions = {}
    for denominator in (Denominator.RETURNED, Denominator.RATED):
        judged = judge(
            enlight.counts,
            rule=replace(rule, denominator=denominator),
            scale=enlight.scale,
            n_denominator=enlight.denominators(denominator),
            n_eligible=enlight.n_eligible,
        )
        decisions[denominator] = judged.verdicts()
    kept, dropped = decisions[Denominator.RETURNED], decisions[Denominator.RATED]
    assert len(kept) == 61
    assert sum(a is not b for a, b in zip(kept, dropped, strict=True)) == 6
    assert (kept.count(Verdict.IN), dropped.count(Verdict.IN)) == (24, 30)


def test_enlight_has_ties_that_float_noise_must_not_order(enlight: Ratings) -> None:
    k = enlight.counts[:, 4:].sum(axis=1).tolist()
    n = (enlight.n_rated + enlight.state_counts(CellState.DONT_KNOW)).tolist()
    shares = Counter(Fraction(a, b) for a, b in zip(k, n, strict=True))
    assert sum(size for size in shares.values() if size > 1) == 35


def test_enlight_concordance_says_how_many_remain(enlight: Ratings) -> None:
    matrix = np.where(enlight.rated, enlight.values, NAN)
    complete = matrix[~np.isnan(matrix).any(axis=1)]
    found = kendall_w(matrix)
    assert len(complete) == 19
    assert (found.w_method, found.m_used) == (WMethod.PAIRWISE, 65)
    assert kendall_w(complete, permutations=0).m_used == 19


# IAS horizon scan: 37 technologies, nine criteria, 1-5


def alpha_ordinal_by_definition(table: np.ndarray) -> float | None:
    units = [column[~np.isnan(column)].astype(int).tolist() for column in table.T]
    units = [unit for unit in units if len(unit) >= 2]
    pool = Counter(itertools.chain.from_iterable(units))
    if len(pool) < 2:
        return None

    def distance(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        return (sum(pool[g] for g in range(low, high + 1)) - (pool[a] + pool[b]) / 2) ** 2

    n = pool.total()
    observed = sum(sum(distance(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(pool[a] * pool[b] * distance(a, b) for a in pool for b in pool)
    return 1 - (n - 1) * observed / expected


def test_ias_alphas_follow_the_definition_also_on_complete_tables(rows: ReadRows) -> None:
    all_rows = rows("ias_technologies/ratings.csv")
    complete = 0
    for technology in dict.fromkeys(row["item"] for row in all_rows):
        table, _ = table_of([row for row in all_rows if row["item"] == technology], column="criterion")
        counts = Ratings.from_matrix(table, Scale(1, 5)).counts
        alpha = krippendorff_alpha(counts).value
        expected = alpha_ordinal_by_definition(table)
        assert alpha == (None if expected is None else pytest.approx(expected, abs=1e-12)), technology
        if not np.isnan(table).any() and alpha is not None and len(table) > 2:
            # R irr 0.84.1, which the authors used, takes another n on complete tables; no other figure is right.
            n, m = int(counts.sum()), len(table)
            assert 1 - (1 - alpha) * (n - 1 / (m - 1)) / (n - 1) < alpha
            complete += 1
            assert icc(table).reason is None
        assert fleiss_kappa(counts).value is not None
    assert complete >= 3


def test_ias_prints_44_times_three_coefficients_and_17_alphas_are_wrong(rows: ReadRows) -> None:
    """The authors leave out improve_curation and, for ICC and kappa, every criterion that a coder did not score."""
    lines = (Path(__file__).with_name("ias_agreement.csv")).read_text(encoding="utf-8").splitlines()
    printed = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    scored = [row for row in rows("ias_technologies/ratings.csv") if row["criterion"] != "improve_curation"]
    wrong = 0
    for line in printed:
        chosen = [row for row in scored if (row["round"], row["item"]) == (line["round"], line["technology"])]
        table, _ = table_of(chosen, column="criterion")
        table = table[~np.isnan(table).all(axis=1)]
        complete = table[:, ~np.isnan(table).any(axis=0)]
        assert len(table) == int(line["coders"])
        assert icc(complete).wm == pytest.approx(float(line["icc"]), abs=1e-9), line
        kappa = fleiss_kappa(Ratings.from_matrix(complete, Scale(1, 5)).counts).value
        assert kappa == pytest.approx(float(line["fleiss"]), abs=1e-9), line
        counts = Ratings.from_matrix(table, Scale(1, 5)).counts
        alpha = krippendorff_alpha(counts).value
        assert alpha is not None
        if complete.shape == table.shape:
            # On complete tables irr 0.84.1 takes n - 1/(m - 1) for n - 1: its alphas come out too small.
            n, m = int(counts.sum()), len(table)
            theirs = 1 - (1 - alpha) * (n - 1 / (m - 1)) / (n - 1)
            assert theirs == pytest.approx(float(line["alpha"]), abs=1e-9), line
            assert alpha - theirs > 0.004
            wrong += 1
        else:
            assert alpha == pytest.approx(float(line["alpha"]), abs=1e-9), line
    assert (len(printed), wrong) == (44, 17)


def test_ias_means_stay_on_the_scale(rows: ReadRows) -> None:
    table, _ = table_of(
        [row | {"cell": f"{row['item']}|{row['criterion']}"} for row in rows("ias_technologies/ratings.csv")],
        column="cell",
    )
    ratings = Ratings.from_matrix(table, Scale(1, 5), nan=CellState.NOT_ASKED)
    assert ratings.counts.shape == (333, 5)
    means = [one.mean for one in describe(ratings.counts, scale=ratings.scale)]
    assert all(mean is None or 1 <= mean <= 5 for mean in means)


# FGS Delphi, round 1: percentages with many blanks


def test_fgs_medians_and_quartiles_are_type_7(rows: ReadRows) -> None:
    table, items = table_of(rows("fgs_delphi_r1/ratings.csv"))
    assert table.shape == (17, 14)
    scale = Scale(0, 100)
    described = describe(Ratings.from_matrix(table, scale).counts, scale=scale)
    for item, column, one in zip(items, table.T, described, strict=True):
        values = column[~np.isnan(column)]
        assert one.n == len(values), item
        assert one.median == statistics.median(values), item
        first, _, third = statistics.quantiles(values, n=4, method="inclusive")
        assert (one.q1, one.q3) == (pytest.approx(first), pytest.approx(third)), item
        assert one.iqr == pytest.approx(third - first)


def test_fgs_round_is_analysed_whole(rows: ReadRows) -> None:
    table, items = table_of(rows("fgs_delphi_r1/ratings.csv"))
    scale = Scale(0, 100)
    found = analyse_round(
        Ratings.from_matrix(table, scale), rule=replace(ConsensusRule.default_for(scale), quantile=Quantile.LINEAR)
    )
    assert len(found.items) == len(items)
    assert all(item.ram is None for item in found.items)


# Tables for Kendall's W that R packages ship


@pytest.mark.parametrize(
    ("name", "shape"), [("irr_anxiety", (3, 20)), ("legendre_mite", (35, 70)), ("ranks_sports", (130, 7))]
)
def test_w_of_shipped_tables_is_friedmans_and_not_that_of_the_transposed_table(
    rows: ReadRows, name: str, shape: tuple[int, int]
) -> None:
    table, _ = table_of(rows(f"concordance/{name}.csv"))
    assert table.shape == shape
    found = kendall_w(table, permutations=0)
    chi2, p = friedmanchisquare(*table.T)
    assert found.w == pytest.approx(chi2 / (shape[0] * (shape[1] - 1)), abs=1e-12)
    assert found.p == pytest.approx(p, rel=1e-9)
    turned = kendall_w(table.T, permutations=0)
    assert turned.w is not None
    assert abs(turned.w - (found.w or 0)) > 0.04


def test_anxiety_has_the_value_printed_by_irr(rows: ReadRows) -> None:
    # R irr manual, kendall(anxiety, TRUE): Wt = 0.54, chi-squared(19) = 30.8, p = 0.0429
    table, _ = table_of(rows("concordance/irr_anxiety.csv"))
    found = kendall_w(table, permutations=0)
    assert (found.w, found.chi2, found.df) == (pytest.approx(0.54, abs=5e-3), pytest.approx(30.8, abs=0.05), 19)
    assert found.p == pytest.approx(0.0429, abs=5e-5)
