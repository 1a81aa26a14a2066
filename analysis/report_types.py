"""What the analysis of one round returns: frozen values, unrounded, without ids or words."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.appropriateness import Ram
from analysis.concordance import KendallW
from analysis.multiverse import Multiverse
from analysis.reliability import Coefficient, Icc
from analysis.robustness import ItemRobustness
from analysis.types import ConsensusClass, Share, Strength, Verdict


@dataclass(frozen=True, slots=True)
class Concordance:
    """Agreement across all items of the round: W for their order; alpha, AC and ICC for their level."""

    kendall_w: KendallW
    alpha_nominal: Coefficient
    alpha_ordinal: Coefficient
    alpha_interval: Coefficient
    gwet_ac1: Coefficient
    gwet_ac2: Coefficient
    fleiss_kappa: Coefficient
    icc: Icc


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which half of the consensus rule is met; both False where nobody rated."""

    agreement: bool
    iqr: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """Competition rank and its simultaneous 95 % limits; None where the item is not ranked."""

    rank: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class ItemReport:
    """Everything the engine says about one item. Shares and chances are 0-1, other numbers in scale units.

    reason explains every None and why there is no verdict: `no_ratings`, `one_rating`, `too_few_ratings`, or
    `too_few_of_eligible` (where every number is there); `ram` is None off the 1-9 scale. With uncertainty switched off
    the robustness fields, the chance, the strength and the rank limits are None.
    """

    n: int
    n_eligible: int
    n_returned: int
    n_dont_know: int
    n_abstain: int
    n_missing: int
    high_dont_know: bool
    frequency: tuple[int, ...]
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    mad: float | None
    mode: tuple[int, ...]
    agreement: Share
    opposition: Share
    van_der_eijk_a: float | None
    consensus_cns: float | None
    leik_d: float | None
    ram: Ram | None
    verdict: Verdict
    consensus_class: ConsensusClass
    criteria: Criteria
    quantile_sensitive: bool | None
    fragile: bool | None
    flips_if_one_leaves: bool | None
    false_consensus_chance: float | None
    multiverse: Multiverse | None
    polarised: bool
    rank: Rank
    strength: Strength | None
    robustness: ItemRobustness | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RoundReport:
    """One round of one panel: concordance over all items, then every item in the order of the columns."""

    n_experts: int
    n_items: int
    concordance: Concordance
    items: tuple[ItemReport, ...]
