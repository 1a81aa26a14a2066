"""What one expert is shown of the group's earlier answers: counts, a sentence or nothing, and which arguments.

No threshold, verdict or spread is part of it: told that three quarters agree, people move towards the majority
(Barrios et al., Technological Forecasting and Social Change 2021).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from surveys.localized import LocalizedText
from surveys.rules.anonymity import Disclosure, disclosure, groups_to_show
from surveys.vocabulary import Stance

WRITERS_TO_SHOW_A_LANGUAGE = 3
"""A lone French comment among English ones would name its author."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the scale with the number of answers on it."""

    lower: int
    upper: int
    count: int


@dataclass(frozen=True, slots=True)
class CollegeCounts:
    """One college's answers to one question: (value, how many) from the lowest on."""

    code: str
    name: LocalizedText
    counts: tuple[tuple[int, int], ...]

    @property
    def n(self) -> int:
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class GroupView:
    """The group's answers to one question as far as they may be shown; what may not be shown is not in here."""

    disclosure: Disclosure
    n: int | None = None
    counts: tuple[int, ...] = ()
    """Answers per scale point from the lowest on; empty unless everything may be shown."""
    bands: tuple[Band, ...] = ()
    """The counts again by thirds of the scale, where it has thirds."""
    median: float | None = None
    lowest: int | None = None
    highest: int | None = None


def group_view(*, frequency: Sequence[int], median: float | None, lower: int, min_group_size: int) -> GroupView:
    """What experts see of one frozen result; `frequency` counts the answers per point, `lower` is the first point."""
    n = sum(frequency)
    level = disclosure(n, min_group_size=min_group_size)
    if level is Disclosure.NOTHING:
        return GroupView(disclosure=level)
    used = [lower + index for index, count in enumerate(frequency) if count]
    if level is Disclosure.SENTENCE:
        return GroupView(disclosure=level, median=median, lowest=used[0], highest=used[-1])
    return GroupView(
        disclosure=level,
        n=n,
        counts=tuple(frequency),
        bands=_thirds(frequency, lower=lower),
        median=median,
        lowest=used[0],
        highest=used[-1],
    )


def colleges_shown(
    colleges: Sequence[CollegeCounts], *, n_total: int, min_group_size: int
) -> tuple[CollegeCounts, ...]:
    """The colleges whose counts may stand beside the group's: each is large enough, and so is whoever is left."""
    sizes = {one.code: one.n for one in colleges}
    shown = groups_to_show(sizes, n_total=n_total, min_group_size=min_group_size)
    return tuple(one for one in colleges if one.code in shown and one.n < n_total)


def _thirds(frequency: Sequence[int], *, lower: int) -> tuple[Band, ...]:
    width, rest = divmod(len(frequency), 3)
    if rest or not width:
        return ()
    return tuple(
        Band(lower + start, lower + start + width - 1, sum(frequency[start : start + width]))
        for start in range(0, 3 * width, width)
    )


@dataclass(frozen=True, slots=True)
class WrittenComment:
    """A comment the facilitator shared. `shared_text` is empty where it is shared as it was written."""

    stance: Stance
    text: str
    language: str
    shared_text: Mapping[str, str]

    @property
    def is_paraphrased(self) -> bool:
        return bool(self.shared_text) and self.shared_text.get(self.language) != self.text


@dataclass(frozen=True, slots=True)
class Argument:
    """A comment as others read it: which side, which words, the language of these words. Nothing else."""

    stance: Stance
    text: str
    language: str


def readable_arguments(
    comments: Sequence[WrittenComment],
    *,
    level: Disclosure,
    language: str,
    writers: Mapping[str, int],
    seed: str,
) -> tuple[Argument, ...]:
    """The comments one expert may read, in an order drawn from `seed` that says nothing of author or time.

    From the minimum group size on, all of them; for 3 or 4 answers only what the facilitator paraphrased; below,
    none. A comment that the reader would meet in its author's own language, because the facilitator gave no version in
    the reader's, is shown only where at least three people wrote in that language (`writers`: people by language), or
    nobody wrote in another one.
    """
    if level is Disclosure.NOTHING:
        return ()
    arguments = []
    for comment in comments:
        if level is Disclosure.SENTENCE and not comment.is_paraphrased:
            continue
        shared = LocalizedText(comment.shared_text or {comment.language: comment.text})
        used = shared.language_used(language)
        names_a_language = used == comment.language and not (used == language and comment.shared_text)
        if names_a_language and not _is_shared_language(used, writers=writers):
            continue
        arguments.append(Argument(comment.stance, shared.in_language(language), used))
    # Sorted first, so that the order in the database (that of writing) leaves no trace in the shuffle.
    arguments.sort(key=lambda argument: (argument.stance, argument.text))
    Random(f"arguments:{seed}").shuffle(arguments)
    return tuple(arguments)


def _is_shared_language(language: str, *, writers: Mapping[str, int]) -> bool:
    return writers.get(language, 0) >= WRITERS_TO_SHOW_A_LANGUAGE or set(writers) == {language}
