"""Whether a protocol can do what it says: every way in which its rules exclude each other or the panel there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from analysis.types import Scale
from surveys.rules.protocol import CriterionRule, ProtocolSettings

LIMITS = {
    "min_n": (3, 50),
    "min_group_size": (3, 10),
    "max_rounds": (1, 8),
    "reminders_at_most": (0, 10),
    "reminder_gap_hours": (1, 336),
    "grace_minutes": (0, 10_080),
}
"""Lowest and highest value of each number of the protocol."""


class Impossible(StrEnum):
    """Why a protocol cannot be used as it stands."""

    NO_CRITERION = "no_criterion"
    OUT_OF_RANGE = "out_of_range"
    OFF_SCALE = "off_scale"
    REVERSED = "reversed"
    OVERLAPS_MIRROR = "overlaps_mirror"
    SHARE_TOO_SMALL = "share_too_small"
    WIDTH_TOO_LARGE = "width_too_large"
    PANEL_TOO_SMALL = "panel_too_small"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be: the name of its field in the form, and figures for its sentence."""

    name: str
    why: Impossible
    params: Mapping[str, str | int | float] = field(default_factory=dict)


def protocol_problems(
    settings: ProtocolSettings, *, scales: Mapping[str, Scale], panels: Mapping[str, int]
) -> list[Problem]:
    """Everything that makes a protocol impossible, in the order of the form.

    Parameters
    ----------
    scales : criterion code to its scale
    panels : task force code to the number of people who are invited; nobody yet (0) is no problem
    """
    found = [] if settings.criteria else [Problem("add", Impossible.NO_CRITERION)]
    for code, rule in settings.criteria.items():
        found += _of_criterion(code, rule, scale=scales[code])
    for name, (lowest, highest) in LIMITS.items():
        if not lowest <= getattr(settings, name) <= highest:
            params = {"lower": lowest, "upper": highest, "value": getattr(settings, name)}
            found.append(Problem(name, Impossible.OUT_OF_RANGE, params))
    for task_force, n in panels.items():
        if 0 < n < settings.min_n:
            params = {"needed": settings.min_n, "invited": n, "task_force": task_force}
            found.append(Problem("min_n", Impossible.PANEL_TOO_SMALL, params))
    return found


def _of_criterion(code: str, rule: CriterionRule, *, scale: Scale) -> list[Problem]:
    ends: dict[str, str | int | float] = {"lower": scale.lower, "upper": scale.upper}
    if rule.agree_from > rule.agree_to:
        return [Problem(f"agree_from-{code}", Impossible.REVERSED)]
    if rule.agree_from < scale.lower or rule.agree_to > scale.upper:
        return [Problem(f"agree_from-{code}", Impossible.OFF_SCALE, ends)]
    found = []
    mirrored_to = scale.lower + scale.upper - rule.agree_from
    if mirrored_to >= rule.agree_from:
        # The mirror image of the rule drops a statement: one rating must not count for both.
        found.append(Problem(f"agree_from-{code}", Impossible.OVERLAPS_MIRROR))
    if not Fraction(1, 2) < Fraction(rule.agreement) <= 1:
        found.append(Problem(f"share-{code}", Impossible.SHARE_TOO_SMALL))
    if not 0 <= rule.iqr < scale.upper - scale.lower:
        widest = scale.upper - scale.lower - 1
        found.append(Problem(f"iqr-{code}", Impossible.WIDTH_TOO_LARGE, {"widest": widest}))
    return found
