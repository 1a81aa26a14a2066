"""Reference cases: the values that R and Python packages give, at the stated tolerance, and those not to match."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from analysis.agreement import wilson
from analysis.appropriateness import DisagreementRule, disagreement_index, ram
from analysis.concordance import WMethod, kendall_w
from analysis.descriptives import describe
from analysis.dispersion import (
    berry_mielke_iov,
    blair_lacy_l2,
    consensus_cns,
    leik_d,
    van_der_eijk_a,
)
from analysis.quantiles import quantiles
from analysis.reliability import Level, Weights, fleiss_kappa, gwet_ac, icc, krippendorff_alpha
from analysis.types import Quantile, Ratings, Scale
from analysis.validity import cvr, cvr_n_critical, item_cvi

PERCENTS = (25, 30, 50, 70, 75)
R_TYPES = {
    "q_type7": Quantile.LINEAR,
    "q_type6": Quantile.WEIBULL,
    "q_type2": Quantile.AVERAGED_INVERTED_CDF,
}
NOT_MATCHED = {
    'numpy method="closest_observation"': "R type 3 is not among the four methods of this package",
    "irr_kripp_*": "package bug on complete matrices: compared with the krippendorff package instead",
    "irrCAC_kripp_ordinal": "Gwet's ordinal weights are another metric",
    "irrCAC_AC_*/irrCAC_fleiss_* for M10": "NaN for an item nobody rated; such items are dropped here",
    "irr_kendall_*, irr_icc_*, friedman with NA": "these drop items; experts are dropped here",
    "irr_kendall_* for M08": "W = 1 for one expert; undefined here",
    "irr_stuart_maxwell": "drops categories with equal margins; tested with stability",
    "statsmodels bhapkar on P04": "numerical failure; tested with stability",
    "irr_kappa2_squared/equal": "only the categories that occur; tested with stability",
    "scipy.wilcoxon results": "depend on the SciPy version; tested with stability",
    "dip for constant samples": "the dip test is not offered",
}


def matrix_of(case: dict[str, Any]) -> np.ndarray:
    """Experts x items, NaN for a gap; the file is written items x experts."""
    return np.array([[np.nan if x is None else x for x in row] for row in case["ratings"]], dtype=float).T


def ratings_of(case: dict[str, Any]) -> Ratings:
    return Ratings.from_matrix(matrix_of(case), Scale(*case["scale"]))


def close(value: float | None, expected: float | None, *, tolerance: float = 1e-9) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance)


def has_gaps(case: dict[str, Any]) -> bool:
    return any(x is None for row in case["ratings"] for x in row)


def test_do_not_match_list_is_the_one_respected_here(cases: dict[str, Any]) -> None:
    listed = cases["meta"]["do_not_match"]
    assert len(listed) == len(NOT_MATCHED)
    assert all(line.startswith(start) for line, start in zip(listed, NOT_MATCHED, strict=True))


def test_descriptives_match_r(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        ratings = ratings_of(case)
        described = describe(ratings.counts, scale=ratings.scale)
        for one, expected in zip(described, case["expected_R"]["items"], strict=True):
            assert one.n == expected["n"], name
            assert list(one.frequency) == expected["freq"], name
            if one.n == 0:
                assert one.reason == "no_ratings"
                continue
            assert close(one.median, expected["median"]), name
            assert close(one.mean, expected["mean"]), name
            assert close(one.sd, expected["sd"]), name
            assert close(one.mad, expected["mad_raw"]), name
            assert close(one.mad_normal, expected["mad_scaled"]), name


def test_quantiles_match_r_in_four_methods(cases: dict[str, Any]) -> None:
    compared = 0
    for name, case in cases["matrices"].items():
        ratings = ratings_of(case)
        lower = ratings.scale.lower
        for i, expected in enumerate(case["expected_R"]["items"]):
            one = ratings.counts[i : i + 1]
            for key, method in R_TYPES.items():
                for percent, value in zip(PERCENTS, expected.get(key, []), strict=False):
                    got = quantiles(one, lower=lower, percent=percent, method=method)[0]
                    assert close(got, value, tolerance=1e-8), (name, i, key, percent)
                    compared += 1
            if "fivenum" in expected:
                for percent, value in zip((25, 50, 75), expected["fivenum"][1:4], strict=True):
                    got = quantiles(one, lower=lower, percent=percent, method=Quantile.TUKEY_HINGES)[0]
                    assert close(got, value, tolerance=1e-8), (name, i, "fivenum", percent)
                    compared += 1
    assert compared > 900


def test_dispersion_indices_match_agrmt(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        ratings = ratings_of(case)
        counts, scale = ratings.counts, ratings.scale
        indices = {
            "agrmt_agreement": van_der_eijk_a(counts),
            "agrmt_consensus": consensus_cns(counts, scale=scale),
            "agrmt_Leik": leik_d(counts),
            "agrmt_lsquared": blair_lacy_l2(counts),
            "agrmt_BerryMielke": berry_mielke_iov(counts),
        }
        for i, expected in enumerate(case["expected_R"]["items"]):
            for key, values in indices.items():
                assert close(values[i], expected.get(key)), (name, i, key)


def test_spec_items_match(cases: dict[str, Any]) -> None:
    keys = {
        "iqr_linear": Quantile.LINEAR,
        "iqr_weibull": Quantile.WEIBULL,
        "iqr_type2": Quantile.AVERAGED_INVERTED_CDF,
        "hinge_spread": Quantile.TUKEY_HINGES,
    }
    for name, case in cases["matrices"].items():
        ratings = ratings_of(case)
        for key, method in keys.items():
            described = describe(ratings.counts, scale=ratings.scale, quantile=method)
            for one, expected in zip(described, case["spec_items"], strict=True):
                assert close(one.iqr, expected[key]), (name, key)


def test_wilson_matches_prop_test(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        for expected in case["expected_R"]["items"]:
            if "wilson" not in expected:
                continue
            limits = wilson(k=expected["top_k"], n=expected["n"])
            assert limits is not None
            assert all(close(a, b, tolerance=1e-7) for a, b in zip(limits, expected["wilson"], strict=True)), name


def test_kendall_w_of_complete_tables_matches_irr_and_friedman(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        if has_gaps(case):
            continue
        result = kendall_w(matrix_of(case))
        for expected in (case["expected_R"]["irr_kendall_Wt"], case["expected_R"]["DescTools_KendallW"]):
            assert close(result.w, expected["W"]), name
            assert close(result.chi2, expected["chi2"]), name
        asymptotic = kendall_w(matrix_of(case), permutations=0)
        assert close(asymptotic.p, case["expected_R"]["friedman"]["p"], tolerance=1e-7), name


def test_kendall_w_permutation_p_matches(cases: dict[str, Any]) -> None:
    for name, expected in cases["golden_resampling"]["kendall_w_permutation_p"].items():
        if name in cases["matrices"]:
            assert kendall_w(matrix_of(cases["matrices"][name])).p == expected, name


def test_kendall_w_with_gaps_matches_desctools(cases: dict[str, Any]) -> None:
    for name, expected in cases["extra_tests"]["kendall_w_pairwise_generalised"].items():
        if name == "source":
            continue
        result = kendall_w(matrix_of(cases["matrices"][name]))
        assert result.w_method is WMethod.PAIRWISE, name
        assert close(result.w, expected, tolerance=1e-12), name
        assert result.p is None


def test_alpha_matches_the_krippendorff_package(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        for level in Level:
            value = krippendorff_alpha(ratings_of(case).counts, level=level).value
            assert close(value, case["expected_py"][f"krippendorff_py_{level.value}"]), (name, level)


def test_irr_alpha_of_complete_tables_is_off_by_its_pair_weight(cases: dict[str, Any]) -> None:
    """irr 0.84.1 fixes the pair weight at 1 without gaps, which leaves n - 1/(m - 1) where n - 1 belongs."""
    explained = 0
    for name, case in cases["matrices"].items():
        ratings = ratings_of(case)
        alpha = krippendorff_alpha(ratings.counts).value
        if has_gaps(case) or alpha is None:
            continue
        n, m = int(ratings.counts.sum()), ratings.n_experts
        wrong = 1 - (1 - alpha) * (n - 1 / (m - 1)) / (n - 1)
        assert close(wrong, case["expected_R"]["irr_kripp_ordinal"]), name
        explained += 1
    assert explained >= 5


def test_gwet_matches_irrcac_on_the_full_scale(cases: dict[str, Any]) -> None:
    keys = {Weights.IDENTITY: "gwet_unweighted", Weights.LINEAR: "gwet_linear", Weights.QUADRATIC: "gwet_quadratic"}
    for name, case in cases["matrices"].items():
        for weights, key in keys.items():
            value = gwet_ac(ratings_of(case).counts, weights=weights).value
            assert close(value, case["expected_py"][key]["est"]), (name, key)


def test_fleiss_matches(cases: dict[str, Any]) -> None:
    for name, case in cases["matrices"].items():
        assert close(fleiss_kappa(ratings_of(case).counts).value, case["spec"]["fleiss"]), name


def test_icc_matches_irr_on_complete_tables_and_spec_on_all(cases: dict[str, Any]) -> None:
    forms = {
        "single": ("a1", "irr_icc_twoway_agreement_single"),
        "average": ("am", "irr_icc_twoway_agreement_average"),
        "cons_single": ("c1", "irr_icc_twoway_consistency_single"),
        "cons_average": ("cm", "irr_icc_twoway_consistency_average"),
    }
    for name, case in cases["matrices"].items():
        result = icc(matrix_of(case))
        for spec_key, (field, r_key) in forms.items():
            if spec_key in case["spec"]["icc2"]:
                assert close(getattr(result, field), case["spec"]["icc2"][spec_key]), (name, field)
            if not has_gaps(case) and getattr(result, field) is not None:
                assert close(getattr(result, field), case["expected_R"][r_key]["icc"]), (name, r_key)
        pingouin = case["expected_py"].get("pingouin_icc") or {}
        if "ICC(1,1)" in pingouin and result.w1 is not None:
            assert close(result.w1, pingouin["ICC(1,1)"]), name
            assert close(result.wm, pingouin["ICC(1,k)"]), name


def test_ram_worked_example_and_triangle_match(cases: dict[str, Any]) -> None:
    example = cases["ram"]["published_bmjopen_2012_001431"]
    counts = np.bincount(np.array(example["ratings"]) - 1, minlength=9)[None, :]
    found = ram(counts, scale=Scale(1, 9))
    assert found is not None
    assert (found[0].p30, found[0].p70, found[0].ipr) == (7, 8, 1)
    assert close(found[0].ipras, example["expected"]["IPRAS"])
    for key, expected in cases["ram"]["DI_by_integer_p30_p70"].items():
        p30, p70 = map(int, key.split("-"))
        assert close(disagreement_index(p30=p30, p70=p70), expected), key


def test_ram_rules_agree_as_often_as_published_over_all_panels_of_nine(cases: dict[str, Any]) -> None:
    panels = np.array(list(combinations_with_replacement(range(9), 9)))
    counts = (panels[:, :, None] == np.arange(9)).sum(axis=1).astype(np.int64)
    found = ram(counts, scale=Scale(1, 9), rule=DisagreementRule.EITHER)
    assert found is not None
    pairs = [(one.disagreement_classic, one.disagreement_ipras) for one in found]
    expected = cases["ram"]["classic_vs_ipras_n9"]
    assert len(pairs) == expected["multisets"]
    assert sum(a == b for a, b in pairs) == expected["agree"]
    assert pairs.count((True, False)) == expected["classic_only"]
    assert pairs.count((False, True)) == expected["ipras_only"]


def test_validity_tables_match(cases: dict[str, Any]) -> None:
    for n, expected in cases["cvr"].items():
        assert cvr_n_critical(int(n)) == expected["one_tailed_05_n_critical"], n
        assert close(cvr(n_essential=int(n), n=int(n)).cvr_critical, expected["one_tailed_05_cvr"]), n
    for key, expected in cases["cvi"].items():
        votes, n = map(int, key.split("/"))
        found = item_cvi(n_relevant=votes, n=n)
        assert close(found.i_cvi, expected["I_CVI"]), key
        assert close(found.kappa_star, expected["kappa_star"]), key
