"""Consensus statistics for Delphi panels: NumPy arrays in, frozen dataclasses out. Needs numpy and scipy only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.types import (
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
    from analysis.ranking import RankKey, rank_items
    from analysis.report_types import ItemReport, RoundReport
    from analysis.round_report import analyse_round, report_as_dict

_LATER = {
    "ItemReport": "report_types",
    "RankKey": "ranking",
    "RoundReport": "report_types",
    "analyse_round": "round_report",
    "rank_items": "ranking",
    "report_as_dict": "round_report",
}

__all__ = [
    "CellState",
    "ConsensusClass",
    "ConsensusRule",
    "Denominator",
    "ItemReport",
    "Quantile",
    "RankKey",
    "Ratings",
    "RoundReport",
    "Scale",
    "Share",
    "Strength",
    "Verdict",
    "analyse_round",
    "rank_items",
    "report_as_dict",
]


def __getattr__(name: str) -> Any:
    """Load the larger modules on first use: the web application starts without them."""
    if name not in _LATER:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"analysis.{_LATER[name]}"), name)
