"""One sentence on how far a verdict can be trusted, as a code with parameters; the words belong to the web layer."""

from __future__ import annotations

from enum import StrEnum

from analysis.multiverse import Support
from analysis.robustness import ItemRobustness
from analysis.types import Strength, Verdict

CHANCE_LIMIT = 0.05


class StrengthCode(StrEnum):
    """Every sentence there is, gravest first; in brackets the parameters.

    NO_RATINGS           nobody has rated ()
    TOO_FEW_RATINGS      too few ratings for a verdict (n, needed)
    TOO_FEW_OF_ELIGIBLE  enough ratings, but from too small a part of the panel (n, n_eligible)
    ONE_EXPERT           the verdict turns if one of these people leaves (n_decisive, n)
    QUARTILE_FORMULA     another common way to compute quartiles gives another verdict ()
    ONE_COLLEGE          the verdict turns if this college leaves (college, n_colleges)
    RANDOM_ANSWERS       answers at random would pass the same rule more often than 5 % (chance, n)
    ANOTHER_PANEL        a similar panel would often decide otherwise (probability)
    ONE_STEP             one person moving by one point turns the verdict (steps)
    DEFINITION           other published definitions of consensus often decide otherwise (agreeing, applicable)
    FIRM                 nothing tried here turns the verdict easily (probability, n)
    """

    NO_RATINGS = "no_ratings"
    TOO_FEW_RATINGS = "too_few_ratings"
    TOO_FEW_OF_ELIGIBLE = "too_few_of_eligible"
    ONE_EXPERT = "one_expert"
    QUARTILE_FORMULA = "quartile_formula"
    ONE_COLLEGE = "one_college"
    RANDOM_ANSWERS = "random_answers"
    ANOTHER_PANEL = "another_panel"
    ONE_STEP = "one_step"
    DEFINITION = "definition"
    FIRM = "firm"


def read_strength(
    *,
    verdict: Verdict,
    n: int,
    n_eligible: int,
    min_n: int,
    chance: float | None,
    robustness: ItemRobustness,
) -> Strength:
    """The gravest thing to say about a verdict.

    Parameters
    ----------
    verdict : the decision on the item
    n, n_eligible, min_n : ratings, people who could have rated, and the rule's minimum
    chance : chance that random answers pass the rule, see `analysis.chance`
    robustness : see `analysis.robustness`

    Returns
    -------
    Strength: one of StrengthCode with its parameters; shares 0-1, unrounded. Errors: none.
    """
    if verdict is Verdict.NO_DATA:
        return Strength(code=StrengthCode.NO_RATINGS, params={})
    if verdict is Verdict.INSUFFICIENT:
        return _too_few(n=n, n_eligible=n_eligible, min_n=min_n)
    if robustness.n_decisive:
        return Strength(code=StrengthCode.ONE_EXPERT, params={"n_decisive": robustness.n_decisive, "n": n})
    if robustness.quantile_sensitive:
        return Strength(code=StrengthCode.QUARTILE_FORMULA, params={})
    if robustness.decisive_colleges:
        colleges = robustness.decisive_colleges
        return Strength(code=StrengthCode.ONE_COLLEGE, params={"college": colleges[0], "n_colleges": len(colleges)})
    if verdict is Verdict.IN and chance is not None and chance > CHANCE_LIMIT:
        return Strength(code=StrengthCode.RANDOM_ANSWERS, params={"chance": chance, "n": n})
    probability = robustness.verdict_probability or 0.0
    if robustness.fragile:
        return Strength(code=StrengthCode.ANOTHER_PANEL, params={"probability": probability})
    if robustness.steps_to_flip == 1:
        return Strength(code=StrengthCode.ONE_STEP, params={"steps": 1})
    if is_contradicted(verdict, support=robustness.multiverse.support):
        return _definition(verdict, robustness=robustness)
    return Strength(code=StrengthCode.FIRM, params={"probability": probability, "n": n})


def is_contradicted(verdict: Verdict, *, support: Support | None) -> bool:
    """Whether published definitions speak against the verdict: under 90 % back an IN, half back an IN elsewhere."""
    if support is None:
        return False
    if verdict is Verdict.IN:
        return support is not Support.ROBUST
    return support is not Support.NOT_SUPPORTED


def _too_few(*, n: int, n_eligible: int, min_n: int) -> Strength:
    if n < min_n:
        return Strength(code=StrengthCode.TOO_FEW_RATINGS, params={"n": n, "needed": min_n})
    return Strength(code=StrengthCode.TOO_FEW_OF_ELIGIBLE, params={"n": n, "n_eligible": n_eligible})


def _definition(verdict: Verdict, *, robustness: ItemRobustness) -> Strength:
    universe = robustness.multiverse
    agreeing = universe.in_ if verdict is Verdict.IN else universe.applicable - universe.in_
    return Strength(code=StrengthCode.DEFINITION, params={"agreeing": agreeing, "applicable": universe.applicable})
