"""The adviser on a rule before its lock: what random answers would pass, and which panel is large enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from analysis.adviser import LARGEST_PANEL, LARGEST_PUBLISHED_PANEL, advise
from analysis.types import Scale
from delphi.i18n import in_language, number, percent
from delphi.sentences.finding import DEFINITIONS
from surveys.rules.protocol import ProtocolSettings
from surveys.study_files import ScaleEntry

PANEL_LIMIT, ITEMS_LIMIT = 500, 1_000


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """What one published rule would mean for this scale and panel."""

    name: str
    chance: str
    smallest_panel: str


@dataclass(frozen=True, slots=True)
class Advice:
    """For one criterion; `is_risky` where random answers pass more often than one time in twenty."""

    criterion: str
    chance: str
    sentences: tuple[str, ...]
    is_risky: bool
    published: tuple[PublishedLine, ...]


def advice_of(settings: ProtocolSettings, *, scales: Sequence[ScaleEntry], n: int, n_items: int) -> tuple[Advice, ...]:
    """Advice on each criterion's rule for `n` answers an item and a list of `n_items`."""
    return tuple(_advice(settings, entry=entry, n=n, n_items=n_items) for entry in scales)


def expected(values: Mapping[str, str], *, panels: Mapping[str, int], min_n: int) -> tuple[int, int]:
    """Answers expected and length of the list: as typed, else the smallest panel there is and twenty statements."""
    sizes = [size for size in panels.values() if size]
    usual = max(min(sizes), 1) if sizes else max(min_n, 1)
    return _typed(values.get("n", ""), usual, PANEL_LIMIT), _typed(values.get("n_items", ""), 20, ITEMS_LIMIT)


def _typed(text: str, usual: int, limit: int) -> int:
    return min(max(int(text), 1), limit) if text.strip().isdigit() and len(text) < 6 else usual


def _advice(settings: ProtocolSettings, *, entry: ScaleEntry, n: int, n_items: int) -> Advice:
    found = advise(rule=settings.rule_for(entry.code), scale=Scale(entry.lower, entry.upper), n=n, n_items=n_items)
    chance = found.random_pass.chance
    sentences = []
    if chance is None:
        sentences.append(
            gettext("With %(n)s answers no statement gets a verdict: the rule asks for %(needed)s.", n=n,
                    needed=settings.min_n)
        )  # fmt: skip
    else:
        sentences.append(
            gettext("With %(n)s people, random answers would pass %(chance)s of the time.", n=n, chance=_chance(chance))
        )
        sentences.append(
            ngettext(
                "Of %(num)d statement, about %(passed)s would be agreed by chance alone.",
                "Of %(num)d statements, about %(passed)s would be agreed by chance alone.",
                n_items,
                passed=number(found.expected_false, 1),
            )
        )
    sentences.append(_smallest(found.smallest_panel, found.lasting_panel))
    return Advice(
        criterion=in_language(entry.name) or entry.code,
        chance="–" if chance is None else _chance(chance),
        sentences=tuple(sentences),
        is_risky=chance is None or chance >= 0.05,
        published=tuple(
            PublishedLine(
                name=str(DEFINITIONS.get(one.id, one.id)),
                chance="–" if one.chance is None else _chance(one.chance),
                smallest_panel=number(one.smallest_panel)
                if one.smallest_panel is not None
                else gettext("more than %(n)s", n=LARGEST_PUBLISHED_PANEL),
            )
            for one in found.published
        ),
    )


def _chance(chance: float) -> str:
    """A small chance is not called none."""
    return gettext("less than %(share)s", share=percent(0.001, 1)) if 0 < chance < 0.001 else percent(chance, 1)


def _smallest(smallest: int | None, lasting: int | None) -> str:
    if smallest is None:
        return gettext("No panel of up to %(n)s people keeps random answers under 5 %%.", n=LARGEST_PANEL)
    if lasting in (None, smallest):
        return gettext("The smallest panel that keeps random answers under 5 %% has %(n)s people.", n=smallest)
    return gettext(
        "The smallest panel that keeps random answers under 5 %% has %(n)s people; from %(lasting)s on every one does.",
        n=smallest,
        lasting=lasting,
    )
