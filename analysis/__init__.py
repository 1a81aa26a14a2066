"""Consensus statistics for Delphi panels: NumPy arrays in, frozen dataclasses out. Needs numpy and scipy only.

Start with `Ratings.from_matrix`, `ConsensusRule.default_for` and `analyse_round`. Between rounds: `compare_rounds`,
`decompose_change`. While a round is open: `close_outlook`. Before a study: `advise`, `rehearse`,
`false_consensus_chance`, `simulate_study`. Single statistics live in the modules, one subject each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.types import (
    DEFAULT_SEED,
    CellState,
    ConsensusClass,
    ConsensusRule,
    Denominator,
    Quantile,
    Ratings,
    Scale,
    Share,
    Strength,
    Verdict,
)

if TYPE_CHECKING:
    from analysis.adviser import advise, rehearse
    from analysis.chance import false_consensus_chance
    from analysis.completion import close_outlook
    from analysis.concordance import kendall_w
    from analysis.decomposition import decompose_change
    from analysis.groups import compare_groups
    from analysis.ranking import RankKey, rank_items
    from analysis.report_types import ItemReport, RoundReport
    from analysis.resampled_intervals import bootstrap_intervals, bootstrap_w
    from analysis.round_report import analyse_round, report_as_dict
    from analysis.simulation import PanelShape, simulate_study
    from analysis.stability import compare_rounds
    from analysis.strength import StrengthCode

_LATER = {
    "ItemReport": "report_types",
    "PanelShape": "simulation",
    "RankKey": "ranking",
    "RoundReport": "report_types",
    "StrengthCode": "strength",
    "advise": "adviser",
    "analyse_round": "round_report",
    "bootstrap_intervals": "resampled_intervals",
    "bootstrap_w": "resampled_intervals",
    "close_outlook": "completion",
    "compare_groups": "groups",
    "compare_rounds": "stability",
    "decompose_change": "decomposition",
    "false_consensus_chance": "chance",
    "kendall_w": "concordance",
    "rank_items": "ranking",
    "rehearse": "adviser",
    "report_as_dict": "round_report",
    "simulate_study": "simulation",
}

__all__ = [
    "DEFAULT_SEED",
    "CellState",
    "ConsensusClass",
    "ConsensusRule",
    "Denominator",
    "ItemReport",
    "PanelShape",
    "Quantile",
    "RankKey",
    "Ratings",
    "RoundReport",
    "Scale",
    "Share",
    "Strength",
    "StrengthCode",
    "Verdict",
    "advise",
    "analyse_round",
    "bootstrap_intervals",
    "bootstrap_w",
    "close_outlook",
    "compare_groups",
    "compare_rounds",
    "decompose_change",
    "false_consensus_chance",
    "kendall_w",
    "rank_items",
    "rehearse",
    "report_as_dict",
    "simulate_study",
]


def __getattr__(name: str) -> Any:
    """Load the larger modules on first use: the web application starts without them."""
    if name not in _LATER:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"analysis.{_LATER[name]}"), name)
