"""Turns the words on the command line into a scale, a consensus rule and the rest; refuses what makes no sense."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from analysis.concordance import PERMUTATIONS
from analysis.resampling import REPLICATES
from analysis.types import ConsensusRule, Denominator, Quantile, Scale

MAX_POINTS = 1_001
MAX_SEED = 2**32 - 1


class OptionProblem(Exception):
    """An option's value cannot be used; `str()` is one line that names option and value."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to analyse and how."""

    file: Path
    scale: Scale
    rule: ConsensusRule
    by: str | None
    seed: int
    dont_know: tuple[str, ...]
    format: str
    output: Path | None

    def as_parameters(self) -> dict[str, object]:
        """Every option and count of random draws that the numbers depend on, for the JSON document."""
        return {
            "scale": f"{self.scale.lower}-{self.scale.upper}",
            "agree": f"{self.rule.agree_from}-{self.rule.agree_to}",
            "agreement": share_text(self.rule.agreement),
            "iqr": self.rule.iqr,
            "quantile": self.rule.quantile.value,
            "denominator": self.rule.denominator.value,
            "min_n": self.rule.min_n,
            "min_rated_share": share_text(self.rule.min_rated_share),
            "by": self.by,
            "seed": self.seed,
            "permutations": PERMUTATIONS,
            "resampled_panels": REPLICATES,
            "dont_know": list(self.dont_know),
        }


def read_options(arguments: argparse.Namespace) -> Options:
    """Check the parsed arguments. Raises OptionProblem on the first that cannot be used."""
    lower, upper = _range("--scale", arguments.scale)
    if not lower < upper < lower + MAX_POINTS:
        raise OptionProblem(f'--scale "{arguments.scale}": a scale has 2 to {MAX_POINTS} points')
    scale = Scale(lower=lower, upper=upper)
    usual = ConsensusRule.default_for(scale)
    agree_from, agree_to = usual.agree_from, usual.agree_to
    if arguments.agree is not None:
        agree_from, agree_to = _range("--agree", arguments.agree)
        if not lower <= agree_from <= agree_to <= upper:
            raise OptionProblem(f'--agree "{arguments.agree}": is not a part of the scale {lower}-{upper}')
    rule = ConsensusRule(
        agree_from=agree_from,
        agree_to=agree_to,
        agreement=_share("--agreement", arguments.agreement),
        iqr=usual.iqr if arguments.iqr is None else _width("--iqr", arguments.iqr),
        quantile=Quantile(arguments.quantile),
        denominator=Denominator(arguments.denominator),
        min_n=_whole("--min-n", arguments.min_n, least=1, most=1_000_000),
    )
    output = None if arguments.output is None else Path(arguments.output)
    if arguments.format == "xlsx" and output is None:
        raise OptionProblem("--format xlsx needs --output PATH")
    return Options(
        file=Path(arguments.file),
        scale=scale,
        rule=rule,
        by=arguments.by,
        seed=_whole("--seed", arguments.seed, least=0, most=MAX_SEED),
        dont_know=tuple(word.strip() for word in arguments.dont_know.split(",") if word.strip()),
        format=arguments.format,
        output=output,
    )


def share_text(share: Fraction) -> str:
    """A share as a percentage where that is exact ("75%"), otherwise as a fraction ("2/3")."""
    percent = share * 100
    for digits in range(4):
        if percent == Fraction(round(percent * 10**digits), 10**digits):
            return f"{float(percent):.{digits}f}%"
    return str(share)


def _range(option: str, text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(-?[0-9]{1,9})\s*(?:-|–|\.\.)\s*(-?[0-9]{1,9})\s*", text)
    if match is None:
        raise OptionProblem(f'{option} "{text}": is not a range such as 1-9')
    return int(match.group(1)), int(match.group(2))


def _share(option: str, text: str) -> Fraction:
    match = re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?|[0-9]{1,9}/0*[1-9][0-9]{0,8})\s*(%?)\s*", text)
    if match is None:
        raise OptionProblem(f'{option} "{text}": is not a share such as 75%, 0.75 or 2/3')
    share = Fraction(match.group(1))
    if match.group(2) or share > 1:
        share /= 100
    if not 0 < share <= 1:
        raise OptionProblem(f'{option} "{text}": must be above 0 and at most 100%')
    return share


def _width(option: str, text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text.strip()):
        raise OptionProblem(f'{option} "{text}": is not a width such as 2 or 1.5')
    return float(text)


def _whole(option: str, text: str, *, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text.strip()) or not least <= int(text) <= most:
        raise OptionProblem(f'{option} "{text}": is not a whole number from {least} to {most}')
    return int(text)
