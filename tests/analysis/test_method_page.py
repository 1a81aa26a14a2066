"""The guide to the figures: its worked example, its chances and its list of sentences are what the code says."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest

from analysis import ConsensusRule, Quantile, Ratings, RoundReport, Scale, advise, analyse_round, false_consensus_chance
from analysis.report_types import ItemReport
from analysis.strength import StrengthCode

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
PROSE = " ".join(PAGE.split())
NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)


def table(first_heading: str) -> list[list[str]]:
    """The rows of the table whose first column is headed `first_heading`."""
    lines = PAGE[PAGE.index(f"| {first_heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    rows = [row[1:] for row in table("expert")]
    return Ratings.from_matrix(
        np.array([[np.nan if cell == "-" else float(cell) for cell in row] for row in rows]), NINE
    )


@pytest.fixture(scope="module")
def report(ratings: Ratings) -> RoundReport:
    return analyse_round(ratings, rule=RULE)


def shown(value: float | None, digits: int = 1) -> str:
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{rounded:f}".removesuffix(".0")


def row_of(item: ItemReport) -> list[str]:
    share, rank = item.agreement, item.rank
    assert share.low is not None and share.high is not None and item.strength is not None
    return [
        str(item.n),
        shown(item.median),
        f"{shown(item.q1)}-{shown(item.q3)}",
        shown(item.iqr),
        f"{share.k}/{share.n}",
        f"{shown(100 * share.low, 0)}-{shown(100 * share.high, 0)}",
        item.verdict.value,
        item.consensus_class.value,
        item.strength.code,
        "-" if rank.rank is None else f"{rank.rank} ({rank.low}-{rank.high})",
    ]


def test_worked_example_is_what_the_code_computes(report: RoundReport) -> None:
    expected = {row[0]: row[1:] for row in table("statement")}
    assert {name: row_of(item) for name, item in zip("ABCD", report.items, strict=True)} == expected


def test_statement_a_is_firm(report: RoundReport) -> None:
    robustness = report.items[0].robustness
    assert robustness is not None
    assert (robustness.n_decisive, robustness.steps_to_flip, robustness.quantile_sensitive) == (0, 2, False)


def test_statement_b_hangs_on_the_formula(ratings: Ratings, report: RoundReport) -> None:
    item = report.items[1]
    spss = analyse_round(ratings, rule=replace(RULE, quantile=Quantile.WEIBULL), uncertainty=False).items[1]
    assert (spss.q1, spss.q3, spss.iqr, spss.verdict.value) == (5.5, 8.5, 3.0, "none")
    assert item.robustness is not None and item.multiverse is not None
    assert f"Of similar panels {shown(100 * (item.robustness.verdict_probability or 0))} % say the same" in PROSE
    assert f"{item.multiverse.in_} of the {item.multiverse.applicable} definitions that apply agree" in PROSE
    *most, last = (f"`{name}`" for name in item.multiverse.dissenting)
    assert f"{', '.join(most)} and {last} dissent" in PROSE


def test_statement_c_turns_without_one_opponent(ratings: Ratings, report: RoundReport) -> None:
    robustness = report.items[2].robustness
    assert robustness is not None
    assert f"one of the {robustness.n_decisive} opponents" in PROSE
    kept = Ratings.from_matrix(np.where(ratings.rated, ratings.values, np.nan)[1:], NINE)
    found = analyse_round(kept, rule=replace(RULE, min_n=3), uncertainty=False).items[2]
    assert (found.agreement.k, found.agreement.n, found.iqr, found.verdict.value) == (3, 4, 1.5, "in")


def test_median_interval_of_five_has_the_stated_coverage(report: RoundReport) -> None:
    robustness = report.items[0].robustness
    assert robustness is not None and robustness.median_interval is not None
    interval = robustness.median_interval
    assert (interval.low, interval.high, interval.attained) == (7, 9, False)
    assert f"covers {shown(100 * interval.coverage)} % with five" in PROSE


def chance(rule: ConsensusRule, scale: Scale, n: int) -> str:
    return shown(100 * (false_consensus_chance(rule=rule, scale=scale, n=n) or 0))


def test_chances_of_random_answers_are_the_stated_ones() -> None:
    five = Scale(1, 5)
    by_n = {n: chance(RULE, NINE, n) for n in (5, 6, 7, 8)}
    assert f"{by_n[5]} % with 5 ratings, {by_n[6]} % with 6, {by_n[8]} % with 8" in PROSE
    assert f"{by_n[8]} % with 8 is more than the {by_n[7]} % with 7" in PROSE
    assert f"it is {chance(ConsensusRule.default_for(five), five, 5)} % with 5" in PROSE
    advice = advise(rule=RULE, scale=NINE, n=5, n_items=40)
    assert f"rated by 5 people {shown(advice.expected_false)} would reach consensus" in PROSE
    nine, short = (chance(replace(ConsensusRule.default_for(s), agree_from=1), s, 5) for s in (NINE, five))
    assert (
        f'"IQR at most 2" on nine points in {nine} % of cases, and "IQR at most 1" on five points in {short} %' in PROSE
    )


@pytest.mark.parametrize(
    ("panel", "iqr", "verdict"), [("9 9 9 8 8 8 1 1", 2.75, "none"), ("9 9 9 9 9 9 1 1", 2.0, "in")]
)
def test_what_the_range_sees_and_what_not(panel: str, iqr: float, verdict: str) -> None:
    item = analyse_round(Ratings.from_matrix([[float(x)] for x in panel.split()], NINE), rule=RULE).items[0]
    assert panel in PROSE
    assert (item.agreement.share, item.iqr, item.verdict.value) == (0.75, iqr, verdict)
    assert item.strength is not None and item.strength.code != StrengthCode.FIRM


def test_every_sentence_is_listed_in_the_order_of_gravity() -> None:
    assert [row[0].strip("`") for row in table("code")] == [code.value for code in StrengthCode]
    assert re.search(r"^## 4\..*eleven sentences$", PAGE, flags=re.MULTILINE)
    assert len(StrengthCode) == 11
