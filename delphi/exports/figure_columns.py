"""The columns of frozen figures, the same in every export. Only percentages are rounded, to one decimal."""

from collections.abc import Callable
from typing import TypeVar

from flask_babel import gettext

from delphi.exports.header import rule_words
from delphi.exports.tables import Column, percentage
from delphi.exports.words import class_word, flag_words, median_word, named, quartile_word, verdict_word, yes_or_no
from surveys.queries.frozen_figures import Figures
from surveys.rules.protocol import CriterionRule

Record = TypeVar("Record")
Of = Callable[[Record], Figures]


def main_columns(of: Of[Record]) -> tuple[Column[Record], ...]:
    """The figures a reader of the activity list wants beside each statement."""
    return (
        Column("n", gettext("Ratings (n)"), lambda record: of(record).n, 9),
        Column("median", gettext("Median"), lambda record: of(record).median, 9),
        Column("iqr", gettext("Spread of the middle half (IQR)"), lambda record: of(record).iqr, 11),
        Column("agreement_k", gettext("Ratings that agree (k)"), lambda record: of(record).agreement_k, 10),
        Column("agreement_n", gettext("Agreement: of how many"), lambda record: of(record).agreement_n, 11),
        Column("agreement_pct", gettext("Agreement (%)"), lambda record: percentage(of(record).agreement), 11),
    )


def statistics_columns(of: Of[Record]) -> tuple[Column[Record], ...]:
    """Every frozen figure of one statement on one criterion."""
    return (
        Column("criterion", gettext("Criterion"), lambda r: named(of(r).criterion_code, of(r).criterion_name), 14),
        Column("n", gettext("Ratings (n)"), lambda r: of(r).n, 9),
        Column("n_eligible", gettext("Asked"), lambda r: of(r).sealed.n_eligible, 9),
        Column("n_returned", gettext("Returned the round"), lambda r: of(r).n_returned, 10),
        Column("response_rate_pct", gettext("Response rate (%)"), lambda r: percentage(of(r).response_rate), 11),
        Column("n_outside_expertise", gettext("Outside their expertise"), lambda r: of(r).n_outside_expertise, 11),
        Column("median", gettext("Median"), lambda r: of(r).median, 9),
        Column("q1", gettext("First quartile"), lambda r: of(r).q1, 9),
        Column("q3", gettext("Third quartile"), lambda r: of(r).q3, 9),
        Column("iqr", gettext("Spread of the middle half (IQR)"), lambda r: of(r).iqr, 11),
        Column("mean", gettext("Mean"), lambda r: of(r).mean, 9),
        Column("sd", gettext("Standard deviation"), lambda r: of(r).sd, 10),
        Column("lowest", gettext("Lowest rating"), lambda r: of(r).lowest, 9),
        Column("highest", gettext("Highest rating"), lambda r: of(r).highest, 9),
        Column("frequency", gettext("Ratings per scale point (point:number)"), lambda r: frequency(of(r)), 24),
        Column("agreement_k", gettext("Ratings that agree (k)"), lambda r: of(r).agreement_k, 10),
        Column("agreement_n", gettext("Agreement: of how many"), lambda r: of(r).agreement_n, 11),
        Column("agreement_pct", gettext("Agreement (%)"), lambda r: percentage(of(r).agreement), 11),
        Column("median_class", gettext("Agreement by the median"), lambda r: median_word(of(r).median_class), 12),
        Column("iqr_within", gettext("Consensus by the IQR"), lambda r: yes_or_no(of(r).iqr_within), 12),
        Column(
            "iqr_within_third",
            gettext("Middle half within a third of the scale"),
            lambda r: yes_or_no(of(r).iqr_within_third),
            12,
        ),
        Column("verdict", gettext("Verdict"), lambda r: verdict_word(of(r).verdict), 14),
        Column("class", gettext("Class"), lambda r: class_word(of(r).consensus_class), 16),
        Column("round_rank", gettext("Rank in the round"), lambda r: of(r).rank, 9),
        Column("rank_low", gettext("Rank: best likely"), lambda r: of(r).rank_low, 9),
        Column("rank_high", gettext("Rank: worst likely"), lambda r: of(r).rank_high, 9),
        Column("flags", gettext("Flags"), lambda r: flag_words(of(r).flags), 26),
    )


def trace_columns(of: Of[Record]) -> tuple[Column[Record], ...]:
    """Where the figures come from, so that anybody can look them up again."""
    told: dict[tuple[str, CriterionRule], str] = {}

    def agreed_when(figures: Figures) -> str:
        key = figures.sealed.fingerprint, figures.rule
        if key not in told:
            told[key] = rule_words(figures.rule, figures.sealed.settings)
        return told[key]

    return (
        Column("result_id", gettext("Trace: frozen result"), lambda r: of(r).result_id, 9),
        Column("snapshot", gettext("Trace: digest of the frozen answers"), lambda r: of(r).sealed.digest, 18),
        Column("rule", gettext("Trace: fingerprint of the rule"), lambda r: of(r).sealed.fingerprint, 18),
        Column("quartiles", gettext("Quartiles"), lambda r: quartile_word(of(r).sealed.settings.quantile), 18),
        Column("agreed_when", gettext("Agreed when"), lambda r: agreed_when(of(r)), 30),
    )


def frequency(figures: Figures) -> str:
    """Such as `7:1 8:3 9:2`: every scale point that somebody chose, with how many did."""
    return " ".join(f"{figures.scale[0] + at}:{count}" for at, count in enumerate(figures.frequency) if count)
