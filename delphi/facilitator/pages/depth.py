"""How far one verdict can be trusted, who differs, who changed their mind, and the arguments of both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from analysis.stopping import StopStatus
from analysis.types import ConsensusClass
from delphi.charts import distribution
from delphi.i18n import in_language, percent
from delphi.sentences.finding import (
    STATUSES,
    change_sentence,
    colleges_decide_sentence,
    colleges_sentence,
    dissenting_words,
    is_departure,
    language_name,
    languages_sentence,
    quantile_sentence,
    stability_sentence,
)
from delphi.sentences.strength import is_fragile, strength_sentence
from surveys.localized import LocalizedText
from surveys.queries.board import Figures
from surveys.queries.findings import Finding, RoundFindings
from surveys.queries.group_findings import GroupFinding
from surveys.queries.trace import StatementComment
from surveys.rules.protocol import CriterionRule
from surveys.vocabulary import Stance


@dataclass(frozen=True, slots=True)
class TrustLine:
    """One question about the verdict and its answer; `items` are listed below it."""

    label: str
    sentence: str
    items: tuple[str, ...] = ()
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class GroupLine:
    name: str
    agree: str
    median: float
    picture: Markup


@dataclass(frozen=True, slots=True)
class GroupBlock:
    """One way to group the panel: a sentence, and a line for each group that may be shown."""

    heading: str
    sentence: str
    lines: tuple[GroupLine, ...]
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Camp:
    """One side: how many stand where, and the comments that argue for it."""

    heading: str
    comments: tuple[StatementComment, ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """The criterion that decides, in the latest closed round that asked the statement."""

    round_id: int
    round_number: int
    criterion: LocalizedText
    trust: tuple[TrustLine, ...]
    groups: tuple[GroupBlock, ...]
    change: tuple[str, ...]
    is_departure: bool


def depth_of(
    figures: Figures,
    *,
    round_id: int,
    round_number: int,
    found: RoundFindings,
    colleges: Mapping[str, LocalizedText],
    names: Mapping[str, LocalizedText],
) -> Depth | None:
    """Everything beyond the frozen row; None where the round's snapshot has no such statement.

    `colleges` are those that may be named by the size of the panel, `names` those of every college.
    """
    finding = found.cells.get((figures.result.statement_id, figures.criterion.id))
    if finding is None:
        return None
    change = finding.change
    least = found.min_group_size
    sentences = []
    if change is not None:
        # Of what is agreed and stable the sentence before says as much.
        is_told = change.stability.status in (StopStatus.CONSENSUS_IN, StopStatus.CONSENSUS_OUT)
        status = None if is_told else STATUSES.get(change.stability.status)
        sentences = [
            change_sentence(change, min_group_size=least),
            stability_sentence(change, min_group_size=least),
            str(status) if status is not None and change.stability.n_paired >= least else "",
        ]
    return Depth(
        round_id=round_id,
        round_number=round_number,
        criterion=figures.criterion.name,
        trust=tuple(_trust(figures, finding, colleges=colleges, names=names)),
        groups=(
            GroupBlock(
                heading=gettext("By college"),
                sentence=colleges_sentence(finding.colleges, colleges=names),
                lines=_groups(finding.colleges, names=names, lower=figures.criterion.lower),
                is_warning=finding.colleges.differs,
            ),
            GroupBlock(
                heading=gettext("By language"),
                sentence=languages_sentence(finding.languages, has_languages=found.has_languages),
                lines=_groups(finding.languages, names={}, lower=figures.criterion.lower),
                is_warning=finding.languages.differs,
            ),
        ),
        change=tuple(one for one in sentences if one),
        is_departure=change is not None and is_departure(change, min_group_size=least),
    )


def camps_of(
    comments: Sequence[StatementComment], *, figures: Figures | None, rule: CriterionRule | None
) -> tuple[Camp, ...]:
    """The arguments of both sides side by side; where the panel stands in two camps, with how many stand in each."""
    heads = {Stance.FOR: gettext("Arguments for"), Stance.AGAINST: gettext("Arguments against")}
    if figures is not None and rule is not None and figures.result.consensus_class == ConsensusClass.TWO_CAMPS:
        lower, upper = figures.criterion.lower, figures.criterion.upper
        low_to = lower + upper - rule.agree_from
        low = sum(figures.result.frequency[: low_to - lower + 1])
        heads = {
            Stance.FOR: gettext(
                "%(n)s rate it %(from)s to %(to)s",
                **{"n": figures.result.agreement_k, "from": rule.agree_from, "to": rule.agree_to},
            ),
            Stance.AGAINST: gettext("%(n)s rate it %(from)s to %(to)s", **{"n": low, "from": lower, "to": low_to}),
        }
    sides = [
        Camp(heading=heading, comments=tuple(one for one in comments if one.stance is stance))
        for stance, heading in heads.items()
    ]
    others = tuple(one for one in comments if one.stance not in heads)
    return (*sides, Camp(heading=gettext("Further comments"), comments=others)) if others else tuple(sides)


def _trust(
    figures: Figures, finding: Finding, *, colleges: Mapping[str, LocalizedText], names: Mapping[str, LocalizedText]
) -> list[TrustLine]:
    report = figures.report
    strength = report.get("strength")
    lines = [
        TrustLine(
            label=gettext("In one sentence"),
            sentence=strength_sentence(strength, colleges=colleges),
            is_warning=is_fragile(strength),
        )
    ]
    chance = report.get("false_consensus_chance")
    if chance is not None:
        lines.append(
            TrustLine(
                label=gettext("Chance"),
                sentence=gettext(
                    "%(n)s people answering at random would pass this rule %(chance)s of the time.",
                    n=report["n"],
                    chance=percent(chance, digits=1),
                ),
                is_warning=report["verdict"] == "in" and chance > 0.05,
            )
        )
    if report["verdict"] == "insufficient":
        return lines
    universe = report.get("multiverse")
    if universe and universe["applicable"]:
        lines.append(
            TrustLine(
                label=gettext("Other definitions"),
                sentence=gettext(
                    "%(k)s of %(n)s published definitions of consensus call it agreed.",
                    k=universe["in"],
                    n=universe["applicable"],
                ),
                items=tuple(dissenting_words(universe["dissenting"])),
            )
        )
    lines.append(
        TrustLine(
            label=gettext("Without one person"),
            sentence=gettext("The verdict turns if the wrong person leaves.")
            if report.get("flips_if_one_leaves")
            else gettext("It stands whoever leaves."),
            is_warning=bool(report.get("flips_if_one_leaves")),
        )
    )
    decided_by_college = bool(finding.decisive_colleges or finding.n_decisive_unnamed)
    lines.append(
        TrustLine(
            label=gettext("Without one college"),
            sentence=colleges_decide_sentence(finding, colleges=names),
            is_warning=decided_by_college,
        )
    )
    lines.append(
        TrustLine(
            label=gettext("Quartile formula"),
            sentence=quantile_sentence(finding),
            is_warning=bool(report.get("quantile_sensitive")),
        )
    )
    return lines


def _groups(found: GroupFinding, *, names: Mapping[str, LocalizedText], lower: int) -> tuple[GroupLine, ...]:
    return tuple(
        GroupLine(
            name=in_language(names.get(group.code)) or language_name(group.code),
            agree=gettext("%(k)s of %(n)s", k=group.k, n=group.n),
            median=group.median,
            picture=distribution(group.frequency, lower=lower, q1=None, median=group.median, q3=None),
        )
        for group in found.groups
    )
