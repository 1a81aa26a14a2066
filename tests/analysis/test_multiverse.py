"""Published definitions: where each applies, what each asks, and how they are summed up."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.multiverse import DEFINITIONS, Support, judge_definitions, multiverse
from analysis.types import Scale

NINE, SEVEN, FIVE = Scale(1, 9), Scale(1, 7), Scale(1, 5)


def verdicts(ratings: list[int], scale: Scale, **options: object) -> dict[str, bool]:
    """Definitions that apply to one item, and whether they hold."""
    counts = np.bincount(np.array(ratings, dtype=np.int64) - scale.lower, minlength=scale.points)[None]
    applies, holds = judge_definitions(counts, scale=scale, **options)
    return {d.id: bool(holds[row, 0]) for row, d in enumerate(DEFINITIONS) if applies[row, 0]}


def only(found: dict[str, bool]) -> set[str]:
    return {name for name, holds in found.items() if holds}


ALWAYS = {"top67", "top70", "top75", "top80", "top90", "majority51", "iqr", "iqr_sas", "iqr_spss", "cv50", "apmo"}


@pytest.mark.parametrize(
    ("scale", "n", "extra"),
    [
        (NINE, 8, {"comet", "near80", "ram_ipras", "ram_classic"}),
        (NINE, 7, {"comet", "near80"}),
        (SEVEN, 8, {"delphistar75", "near80"}),
        (FIVE, 8, {"near80", "sd1", "gz3"}),
        (Scale(1, 4), 8, {"icvi"}),
        (Scale(1, 3), 8, {"cvr"}),
        (Scale(0, 100), 8, set()),
        (Scale(2, 10), 8, {"comet", "near80"}),
    ],
)
def test_definitions_apply_where_they_were_meant(scale: Scale, n: int, extra: set[str]) -> None:
    found = verdicts([scale.upper] * n, scale)
    assert set(found) == ALWAYS | extra
    assert only(found) == ALWAYS | extra


def test_scale_below_zero_has_no_coefficient_of_variation() -> None:
    assert set(verdicts([2] * 6, Scale(-2, 2))) == (ALWAYS - {"cv50"}) | {"near80", "sd1", "gz3"}


def test_no_definition_applies_to_few_ratings() -> None:
    assert verdicts([9] * 4, NINE) == {}
    assert verdicts([9] * 4, NINE, min_n=4) != {}
    assert verdicts([], NINE, min_n=0) == {}


@pytest.mark.parametrize(
    ("agreeing", "reached"),
    [
        (10, {"majority51"}),
        (20, {"majority51", "top67"}),
        (21, {"majority51", "top67", "top70"}),
        (23, {"majority51", "top67", "top70", "top75"}),
        (24, {"majority51", "top67", "top70", "top75", "top80"}),
        (27, {"majority51", "top67", "top70", "top75", "top80", "top90"}),
    ],
)
def test_percentages_are_exact(agreeing: int, reached: set[str]) -> None:
    n = 19 if agreeing == 10 else 30
    found = verdicts([8] * agreeing + [5] * (n - agreeing), NINE)
    assert {name for name in only(found) if name.startswith(("top", "maj"))} == reached


def test_half_is_no_majority() -> None:
    assert "majority51" not in only(verdicts([8] * 5 + [5] * 5, NINE))


@pytest.mark.parametrize(("low", "holds"), [(2, True), (3, False)])
def test_comet_asks_for_under_fifteen_per_cent_against(low: int, holds: bool) -> None:
    # 3 of 20 are exactly 15 %
    assert verdicts([8] * 15 + [5] * (5 - low) + [2] * low, NINE)["comet"] is holds


def test_spread_rules_look_at_the_centre_too() -> None:
    low = verdicts([1] * 8, FIVE)
    assert only(low) == {"near80"}
    wide = verdicts([5, 5, 5, 5, 1, 1, 1, 5], FIVE)
    assert not only(wide) & {"near80", "sd1", "cv50", "gz3", "iqr", "iqr_sas", "iqr_spss"}


def test_quartile_formulas_may_disagree() -> None:
    found = verdicts([6, 6, 8, 8, 8, 8, 8, 9, 9, 9], NINE)
    assert found["iqr"]
    counted = {tuple(verdicts(list(x), NINE)[k] for k in ("iqr", "iqr_sas", "iqr_spss")) for x in (
        [6, 6, 6, 8, 8, 8, 8, 9, 9, 9], [9, 9, 9, 6, 6, 7, 7, 9, 9, 9], [5, 5, 6, 8, 8, 8, 8, 8, 8, 8],
    )}  # fmt: skip
    assert any(len(set(row)) > 1 for row in counted)


def test_ram_labels_need_the_median_and_no_disagreement() -> None:
    assert {"ram_ipras", "ram_classic"} <= only(verdicts([7] * 9 + [4], NINE))
    assert not {"ram_ipras", "ram_classic"} & only(verdicts([6] * 10, NINE))
    divided = verdicts([9] * 6 + [1] * 4, NINE)
    assert (divided["ram_ipras"], divided["ram_classic"]) == (False, False)
    split = verdicts([8] * 7 + [3] * 3, NINE)
    assert (split["ram_ipras"], split["ram_classic"]) == (True, False)


def test_content_validity() -> None:
    assert verdicts([3] * 8 + [1] * 2, Scale(1, 3))["cvr"] is False
    assert verdicts([3] * 9 + [1], Scale(1, 3))["cvr"] is True
    assert verdicts([3] * 7 + [2] * 2, Scale(1, 4))["icvi"] is False
    assert verdicts([3] * 8 + [2] * 2, Scale(1, 4))["icvi"] is True


def test_apmo_judges_an_item_by_the_others_and_only_for_agreement() -> None:
    counts = np.array([[0, 0, 0, 0, 10], [0, 0, 0, 4, 6], [10, 0, 0, 0, 0], [3, 2, 0, 2, 3]])
    found = multiverse(counts, scale=FIVE, is_in=np.array([True, True, False, False]))
    assert [("apmo" in item.dissenting) for item in found] == [False, False, False, False]
    empty = multiverse(np.zeros((1, 5), dtype=np.int64), scale=FIVE, is_in=np.array([False]), min_n=1)
    assert empty[0].applicable == 0


def test_denominator_of_the_percentages_can_be_larger() -> None:
    counts = np.bincount([7] * 8, minlength=9)[None]
    (plain,) = multiverse(counts, scale=NINE, is_in=np.array([True]))
    (eligible,) = multiverse(counts, scale=NINE, is_in=np.array([True]), n_denominator=np.array([11]))
    assert plain.dissenting == ()
    assert eligible.dissenting == ("top75", "top80", "top90", "near80")


def test_summary_counts_families_once() -> None:
    counts = np.bincount(np.array([8, 8, 8, 8, 8, 8, 8, 2, 2, 2]) - 1, minlength=9)[None]
    (found,) = multiverse(counts, scale=NINE, is_in=np.array([False]))
    assert (found.in_, found.applicable) == (len(found.dissenting), 15)
    assert found.share == found.in_ / 15
    families = {"percent": (3, 6), "percent2": (0, 1), "spread": (0, 5), "ram": (1, 2), "relative": (1, 1)}
    assert found.dissenting == ("top67", "top70", "majority51", "ram_ipras", "apmo")
    assert found.family_share == pytest.approx(sum(k / n for k, n in families.values()) / 5)
    assert found.support is Support.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("ratings", "support"),
    [
        ([8] * 10, Support.ROBUST),
        ([7, 7, 8, 8, 8, 9, 9, 9, 5, 4], Support.CONTESTED),
        ([5] * 10, Support.NOT_SUPPORTED),
    ],
)
def test_support(ratings: list[int], support: Support) -> None:
    counts = np.bincount(np.array(ratings) - 1, minlength=9)[None]
    assert multiverse(counts, scale=NINE, is_in=np.array([True]))[0].support is support


def test_without_an_applicable_definition_there_is_no_support() -> None:
    (found,) = multiverse(np.zeros((1, 9), dtype=np.int64), scale=NINE, is_in=np.array([False]))
    assert (found.share, found.family_share, found.support, found.dissenting) == (None, None, None, ())


def test_every_definition_names_its_source_once() -> None:
    assert len({definition.id for definition in DEFINITIONS}) == len(DEFINITIONS) == 20
    assert all(definition.source for definition in DEFINITIONS)
