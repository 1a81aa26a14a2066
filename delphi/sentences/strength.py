"""How far to trust a verdict, in sentences: one for each code of `analysis.strength`, from the frozen report."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from analysis.strength import StrengthCode
from delphi.i18n import in_language, percent
from surveys.localized import LocalizedText

STRENGTHS: dict[StrengthCode, Any] = {
    StrengthCode.NO_RATINGS: _l("Nobody has rated it."),
    StrengthCode.TOO_FEW_RATINGS: _l("Too few answers: %(n)s of the %(needed)s needed."),
    StrengthCode.TOO_FEW_OF_ELIGIBLE: _l("Too few answers: only %(n)s of the %(n_eligible)s people asked rated it."),
    StrengthCode.ONE_EXPERT: _l("One voice decides: the verdict turns if one of %(n_decisive)s people leaves."),
    StrengthCode.QUARTILE_FORMULA: _l("Depends on a formula: another usual way to compute quartiles turns it."),
    StrengthCode.ONE_COLLEGE: _l("One college decides: without %(college)s the verdict turns."),
    StrengthCode.RANDOM_ANSWERS: _l(
        "Weak: %(n)s people answering at random would pass this rule %(chance)s of the time."
    ),
    StrengthCode.ANOTHER_PANEL: _l("Uncertain: only %(probability)s of similar panels would say the same."),
    StrengthCode.ONE_STEP: _l("Close: one person moving by one point turns the verdict."),
    StrengthCode.DEFINITION: _l("Fair: %(agreeing)s of %(applicable)s published definitions say the same."),
    StrengthCode.FIRM: _l("Solid: %(probability)s of similar panels would say the same, and no one person turns it."),
}
FRAGILE = frozenset(
    {
        StrengthCode.ONE_EXPERT,
        StrengthCode.QUARTILE_FORMULA,
        StrengthCode.ONE_COLLEGE,
        StrengthCode.RANDOM_ANSWERS,
        StrengthCode.ANOTHER_PANEL,
    }
)
HIGH_OUTSIDE = 0.2
"""Share of "outside my expertise" among all answers from which it is worth a sentence."""


def strength_sentence(strength: Mapping[str, Any] | None, *, colleges: Mapping[str, LocalizedText]) -> str:
    """The sentence of a frozen strength (`code`, `params`); empty where it was not assessed.

    `colleges` maps the codes of the colleges that may be named to their names; others stay unnamed.
    """
    if strength is None:
        return ""
    shown = {
        name: percent(part, digits=1 if part < 0.1 else 0) if isinstance(part, float) else part
        for name, part in strength["params"].items()
    }
    code = StrengthCode(strength["code"])
    if code is StrengthCode.ONE_COLLEGE:
        name = colleges.get(shown["college"])
        if name is None:
            return gettext("One college decides: without it the verdict turns.")
        shown["college"] = in_language(name)
    return str(STRENGTHS[code]) % shown


def is_fragile(strength: Mapping[str, Any] | None) -> bool:
    """Whether the sentence is a warning."""
    return strength is not None and StrengthCode(strength["code"]) in FRAGILE


def further_sentences(report: Mapping[str, Any]) -> tuple[str, ...]:
    """What else a frozen item report says about trust: other definitions, people without expertise."""
    found = []
    universe = report.get("multiverse")
    code = (report.get("strength") or {}).get("code")
    undecided = report["verdict"] == "insufficient"
    if universe and universe["applicable"] and not undecided and code != StrengthCode.DEFINITION:
        agreeing = universe["in"] if report["verdict"] == "in" else universe["applicable"] - universe["in"]
        found.append(
            gettext(
                "Same under %(agreeing)s of %(applicable)s published definitions of consensus.",
                agreeing=agreeing,
                applicable=universe["applicable"],
            )
        )
    outside, n = report["n_dont_know"], report["n"]
    if outside and outside / (outside + n) > HIGH_OUTSIDE:
        found.append(
            ngettext(
                "%(num)d person says it is outside their expertise or needs information.",
                "%(num)d people say it is outside their expertise or need information.",
                outside,
            )
        )
    return tuple(found)
