"""The readable table: one line per statement, best first, with the verdict and how far it can be trusted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from analysis.report_types import ItemReport
from analysis.types import Share, Verdict
from delphi.analyse.findings import Findings, Part
from delphi.analyse.history import comparisons
from delphi.analyse.options import Options, share_text
from delphi.analyse.words import VERDICTS, percent, rounded, strength_in_words

NAME_WIDTH = 40
ALPHA = 0.05
HEADINGS = ("rank", "statement", "n", "median", "IQR", "agree", "of", "verdict", "strength")
RIGHT_ALIGNED = ("n", "median", "IQR", "agree")

DENOMINATORS = {"rated": "of those who rated", "returned": "of those who returned", "eligible": "of all invited"}


def as_text(findings: Findings) -> str:
    """Every round under every criterion, each as a heading and an aligned table."""
    return "\n\n".join(_part(findings, part) for part in findings.parts) + "\n"


def _part(findings: Findings, part: Part) -> str:
    ranked = part.ranked()
    rows = [_row(part.report.items[at], name=findings.column(part, at).item) for at in ranked]
    closing = [*_closing(part), *_groups(findings, part)]
    return "\n".join([*_heading(findings, part), "", *_aligned(HEADINGS, rows), "", *closing])


def _heading(findings: Findings, part: Part) -> list[str]:
    criterion = f", {part.criterion}" if part.criterion is not None else ""
    w = part.report.concordance.kendall_w
    lines = [
        f"{findings.table.file}, round {part.round_}{criterion}: {part.n_returned} experts, "
        f"{part.report.n_items} statements",
        _rule(findings.options),
    ]
    if w.w is not None:
        p = "" if w.p is None else f", p {rounded(w.p, digits=4)}" if w.p >= 0.0001 else ", p below 0.0001"
        lines.append(f"Agreement on the order: Kendall's W {rounded(w.w)}{p}, {w.m_used} experts")
    alpha, ac2 = part.report.concordance.alpha_ordinal.value, part.report.concordance.gwet_ac2.value
    lines.append(f"Agreement on the level: ordinal alpha {rounded(alpha)}, Gwet's AC2 {rounded(ac2)}")
    return lines


def _rule(options: Options) -> str:
    rule = options.rule
    return (
        f"Consensus: at least {share_text(rule.agreement)} {DENOMINATORS[rule.denominator.value]} give "
        f"{rule.agree_from}-{rule.agree_to} on {options.scale.lower}-{options.scale.upper}, and IQR at most "
        f"{rounded(rule.iqr)} (quartiles: {rule.quantile.value}), with {rule.min_n} ratings or more"
    )


def _row(item: ItemReport, *, name: str) -> tuple[str, ...]:
    return (
        _rank(item),
        _shortened(name),
        str(item.n),
        rounded(item.median),
        rounded(item.iqr),
        percent(item.agreement.share),
        _limits(item.agreement),
        VERDICTS[item.verdict],
        strength_in_words(item.strength),
    )


def _rank(item: ItemReport) -> str:
    rank = item.rank
    if rank.rank is None:
        return "-"
    return str(rank.rank) if rank.low is None else f"{rank.rank} ({rank.low}-{rank.high})"


def _limits(share: Share) -> str:
    if share.low is None or share.high is None:
        return f"{share.k}/{share.n}"
    return f"{share.k}/{share.n}, {percent(share.low, digits=0)[:-1]}-{percent(share.high, digits=0)}"


def _shortened(name: str) -> str:
    single = " ".join(name.split())
    return single if _width(single) <= NAME_WIDTH else f"{single[: NAME_WIDTH - 1]}…"


def _closing(part: Part) -> list[str]:
    verdicts = [item.verdict for item in part.report.items]
    chances = [item.false_consensus_chance for item in part.report.items]
    against = verdicts.count(Verdict.OUT)
    by_chance = sum(filter(None, chances))
    expected = "fewer than 0.1" if by_chance < 0.1 else rounded(by_chance, digits=1)
    return [
        f"{verdicts.count(Verdict.IN)} of {len(verdicts)} statements reach consensus"
        + (f", {against} consensus against." if against else ".")
        + f" Answers given at random would reach it on {expected}.",
        "rank (from-to): ranks that hold together with 95% confidence. of: who agrees, and the 95% interval.",
    ]


def _groups(findings: Findings, part: Part) -> list[str]:
    """Which statements the groups asked for with --by rate differently."""
    by = findings.options.by
    if by is None:
        return []
    differing = [
        f"{findings.table.columns[column].item} ({', '.join(one.groups)}; p {rounded(one.p_adjusted, digits=4)})"
        for column, one in comparisons(findings.table, findings.options, part.round_)
        if column in part.columns and one.p_adjusted is not None and one.p_adjusted < ALPHA
    ]
    if not differing:
        return [f"No statement is rated differently by {by} (Kruskal-Wallis, Holm, groups of 5 and more, 5% level)."]
    return [f"Rated differently by {by} (Kruskal-Wallis, Holm, 5% level):", *(f"  {line}" for line in differing)]


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(headings, *rows, strict=True)]
    lines = []
    for row in (headings, *rows):
        cells = []
        for heading, cell, width in zip(headings, row, widths, strict=True):
            padding = " " * (width - _width(cell))
            cells.append(padding + cell if heading in RIGHT_ALIGNED else cell + padding)
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns that `text` takes in a terminal: wide East Asian signs take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
