"""What a round says beyond its results, in sentences: groups that differ, minds that changed, formulas, definitions."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from analysis.stopping import StopStatus
from delphi.i18n import LANGUAGE_NAMES, in_language, number
from delphi.sentences.protocol import QUARTILES
from surveys.localized import LocalizedText
from surveys.queries.findings import Change, Finding
from surveys.queries.group_findings import GroupFinding

VERDICTS: dict[str, Any] = {
    "in": _l("agreed"),
    "out": _l("agreed to drop"),
    "none": _l("not agreed"),
    "insufficient": _l("too few answers"),
    "no_data": _l("no answers"),
}
DEFINITIONS: dict[str, Any] = {
    "top67": _l("two thirds in the top points"),
    "top70": _l("70 % in the top points"),
    "top75": _l("75 % in the top points"),
    "top80": _l("80 % in the top points"),
    "top90": _l("90 % in the top points"),
    "delphistar75": _l("75 % in the top two of seven points"),
    "comet": _l("70 % high and fewer than 15 % low"),
    "majority51": _l("more than half in the top points"),
    "near80": _l("80 % within one point of the median"),
    "iqr": _l("median in the top points and a narrow middle half"),
    "iqr_sas": _l("the same with the quartiles of SAS"),
    "iqr_spss": _l("the same with the quartiles of SPSS"),
    "sd1": _l("mean in the top points and a standard deviation below 1"),
    "cv50": _l("mean in the top points and a coefficient of variation of at most 0.5"),
    "gz3": _l("narrow middle half, small standard deviation and 51 % in the top points"),
    "ram_ipras": _l("RAND/UCLA, by IPRAS"),
    "ram_classic": _l("RAND/UCLA, classical"),
    "cvr": _l("Lawshe's content validity ratio"),
    "icvi": _l("content validity index of at least 0.78"),
    "apmo": _l("average per cent of majority opinions"),
}
STATUSES: dict[StopStatus, Any] = {
    StopStatus.DISSENT_BIPOLAR: _l("Stable dissent in two camps: another round is unlikely to change it."),
    StopStatus.DISSENT_PLURALITY: _l("Stable, short of agreement: another round is unlikely to change it."),
    StopStatus.DISSENT_DISPERSED: _l("Stable and scattered: another round is unlikely to change it."),
    StopStatus.PROVISIONAL_IN: _l("One round does not show whether it lasts."),
    StopStatus.PROVISIONAL_OUT: _l("One round does not show whether it lasts."),
    StopStatus.CONSENSUS_IN: _l("The panel’s answers hardly move any more."),
    StopStatus.CONSENSUS_OUT: _l("The panel’s answers hardly move any more."),
    StopStatus.CONSENSUS_IN_UNSTABLE: _l("The panel’s answers still move, and the protocol has no further round."),
    StopStatus.CONSENSUS_OUT_UNSTABLE: _l("The panel’s answers still move, and the protocol has no further round."),
    StopStatus.UNRESOLVED: _l("Neither agreed nor stable, and the protocol has no further round."),
}
"""What a round means for a statement beyond its verdict; nothing for one that simply goes on."""


def dissenting_words(ids: list[str]) -> list[str]:
    """The published definitions that contradict a verdict; one that is not known any more keeps its id."""
    return [str(DEFINITIONS.get(one, one)) for one in ids]


def quantile_sentence(finding: Finding) -> str:
    """Which quartile formulas say what; one short sentence where all say the same."""
    verdicts = dict(finding.by_quantile)
    if len(set(verdicts.values())) <= 1:
        return gettext("All four usual quartile formulas say the same.")
    said = "; ".join(
        gettext("%(method)s: %(verdict)s", method=name, verdict=VERDICTS[verdicts[method.value]])
        for method, name in QUARTILES.items()
        if method.value in verdicts
    )
    return gettext("The quartile formulas disagree. %(list)s.", list=said)


def colleges_decide_sentence(finding: Finding, *, colleges: Mapping[str, LocalizedText]) -> str:
    """Which colleges turn the verdict by leaving; those too small to name are counted."""
    names = [in_language(colleges.get(code)) or code for code in finding.decisive_colleges]
    parts = [gettext("Without %(college)s the verdict turns.", college=name) for name in names]
    if finding.n_decisive_unnamed:
        parts.append(
            ngettext(
                "Without a college that is too small to name the verdict turns.",
                "Without any one of %(num)d colleges that are too small to name the verdict turns.",
                finding.n_decisive_unnamed,
            )
        )
    return " ".join(parts) or gettext("It stands without any one college.")


def colleges_sentence(found: GroupFinding, *, colleges: Mapping[str, LocalizedText]) -> str:
    """Whether colleges differ, as far as they may be compared."""
    if not found.groups:
        return gettext("Too few answers in each college to compare them.")
    if found.higher:
        return gettext(
            "The panel is divided by college: %(higher)s rates it high, %(lower)s low.",
            higher=in_language(colleges.get(found.higher)) or found.higher,
            lower=in_language(colleges.get(found.lower)) or found.lower,
        )
    return _test_sentence(
        found,
        differ=_l("The colleges differ (p %(p)s, %(adjusted)s allowing for all statements)."),
        alike=_l("No difference between colleges that chance would not explain (p %(p)s)."),
    )


def languages_sentence(found: GroupFinding, *, has_languages: bool) -> str:
    """Whether those who answer in one language answer otherwise: the translation may say something else."""
    if not has_languages:
        return gettext("This round was closed before languages were kept with the answers.")
    if not found.groups:
        return gettext("Too few answers in each language to compare them.")
    return _test_sentence(
        found,
        differ=_l(
            "The languages differ (p %(p)s, %(adjusted)s allowing for all statements): compare the two wordings."
        ),
        alike=_l("No difference between languages that chance would not explain (p %(p)s)."),
    )


def short_group_sentences(finding: Finding, *, colleges: Mapping[str, LocalizedText]) -> tuple[str, ...]:
    """For a row of the board: only what differs."""
    said = []
    if finding.colleges.differs:
        said.append(colleges_sentence(finding.colleges, colleges=colleges))
    if finding.languages.differs:
        said.append(languages_sentence(finding.languages, has_languages=True))
    return tuple(said)


def change_sentence(change: Change, *, min_group_size: int) -> str:
    """The change of the share in agreement, split into minds changed, leavers and joiners where that names nobody."""
    share = change.share
    if share.change is None or share.persuasion is None:
        return gettext("Nobody rated it in both rounds.")
    if not (share.n_left or share.n_joined):
        return _same_people_sentence(change)
    total = gettext(
        "%(points)s points since round %(number)s.", points=points_words(share.change), number=change.round_number
    )
    if not change.may_be_split(min_group_size=min_group_size):
        return " ".join(
            [
                total,
                gettext(
                    "%(stayed)s rated it both times, %(left)s only before, %(joined)s only now: too few to tell their "
                    "parts apart.",
                    stayed=share.n_stayed,
                    left=share.n_left,
                    joined=share.n_joined,
                ),
            ]
        )
    parts = gettext(
        "Minds changed: %(persuasion)s (%(stayed)s people); leavers: %(leavers)s (%(left)s); joiners: %(joiners)s "
        "(%(joined)s).",
        persuasion=points_words(share.persuasion),
        stayed=share.n_stayed,
        leavers=points_words(share.leavers or 0.0),
        left=share.n_left,
        joiners=points_words(share.joiners or 0.0),
        joined=share.n_joined,
    )
    alarm = gettext("More than half of the gain comes from people who left.") if share.is_alarming else ""
    return " ".join(part for part in (total, parts, alarm) if part)


def _same_people_sentence(change: Change) -> str:
    share = change.share
    if not share.change:
        return ngettext(
            "The share in agreement is that of round %(number)s; the same person answered.",
            "The share in agreement is that of round %(number)s; the same %(num)d people answered.",
            share.n_stayed,
            number=change.round_number,
        )
    return ngettext(
        "%(points)s points since round %(number)s, all from minds changed: the same person answered.",
        "%(points)s points since round %(number)s, all from minds changed: the same %(num)d people answered.",
        share.n_stayed,
        points=points_words(share.change),
        number=change.round_number,
    )


def is_departure(change: Change, *, min_group_size: int) -> bool:
    """Whether leavers explain more than half of a gain and that may be said."""
    return change.share.is_alarming and change.may_be_split(min_group_size=min_group_size)


def stability_sentence(change: Change, *, min_group_size: int) -> str:
    """How many kept their answer, and whether panel and people are stable; empty for too few pairs."""
    stability = change.stability
    if stability.n_paired < min_group_size or stability.pct_unchanged is None:
        return ""
    n_kept = round(stability.pct_unchanged * stability.n_paired)
    kept = gettext("%(k)s of %(n)s people kept their answer.", k=n_kept, n=stability.n_paired)
    if stability.group_stable and stability.individual_stable:
        state = gettext("Panel and people are stable.")
    elif stability.group_stable:
        state = gettext("The panel is stable while people moved.")
    else:
        state = gettext("The panel still moves.")
    return f"{kept} {state}"


def points_words(share: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    rounded = number(abs(share) * 100, digits=0)
    if rounded == "0":
        return "0"
    return f"+{rounded}" if share > 0 else f"−{rounded}"


def language_name(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def _test_sentence(found: GroupFinding, *, differ: Any, alike: Any) -> str:
    if found.p is None:
        return gettext("They are shown side by side; with further groups hidden there is no test.")
    words = {"p": p_words(found.p), "adjusted": p_words(found.p_adjusted) if found.p_adjusted is not None else "–"}
    return str(differ if found.differs else alike) % words


def p_words(p: float) -> str:
    """A p value for people: three decimals, or below 0.001."""
    return gettext("below %(p)s", p=number(0.001, digits=3)) if p < 0.001 else number(p, digits=3)
