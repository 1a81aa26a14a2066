"""One question about one statement: its points with their words, one's own earlier answer, the group's answers."""

from dataclasses import dataclass

from flask_babel import gettext

from delphi.expert.forms.rating import NO_ANSWER, WORDS, choice_of
from delphi.expert.sitting import Sitting
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.feedback import EarlierRound
from surveys.queries.my_answers import Cell, OwnRating
from surveys.queries.questionnaire import AskedCriterion
from surveys.rules.feedback import GroupView, group_view
from surveys.vocabulary import RatingState

BAR_LEVELS = 12
SMALLEST_FULL_BAR = 3
"""Fewer answers than this never fill the height: one answer must not look like a crowd."""


@dataclass(frozen=True, slots=True)
class Point:
    """One radio of a scale, with the group's answers that stand on it."""

    value: int
    spoken: str
    count: int
    level: int
    is_own: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion of one statement."""

    field: str
    question: LocalizedText
    points: tuple[Point, ...]
    low: str
    middle: str
    high: str
    chosen: str
    group: GroupView | None
    counts_spoken: str
    own_choice: str
    own_sentence: str
    keep_label: str
    problem: str
    gap: str
    """What stands behind each radio where the choice is put in afterwards, see `delphi.expert.rendering`."""


def choices_of(criterion: AskedCriterion) -> tuple[str, ...]:
    """The values of a question's radios in the order of the page."""
    return (*map(str, criterion.points), *WORDS, NO_ANSWER)


def group_of(
    frequency: tuple[int, ...], median: float | None, criterion: AskedCriterion, sitting: Sitting
) -> GroupView:
    return group_view(
        frequency=frequency, median=median, lower=criterion.lower, min_group_size=sitting.asked.min_group_size
    )


def question_of(
    cell: Cell,
    criterion: AskedCriterion,
    sitting: Sitting,
    chosen: str,
    earlier: EarlierRound | None,
    *,
    field: str,
    problem: str,
    gap: str = "",
) -> Question:
    result = earlier.results.get(cell) if earlier else None
    shown = result is not None and sitting.asked.shows_feedback
    group = group_of(result.frequency, result.median, criterion, sitting) if shown and result else None
    own = earlier.own.get(cell) if earlier else None
    own_choice = choice_of(own) if own else ""
    counts = group.counts if group and group.counts else (0,) * len(criterion.points)
    points = tuple(
        Point(
            value=value,
            spoken=_spoken(criterion, value, is_own=own_choice == str(value)),
            count=count,
            level=_bar_level(count, max(counts)),
            is_own=own_choice == str(value),
            is_chosen=chosen == str(value),
        )
        for value, count in zip(criterion.points, counts, strict=True)
    )
    middle = criterion.lower + (criterion.upper - criterion.lower) // 2
    return Question(
        field=field,
        question=criterion.question,
        points=points,
        low=_word(criterion, criterion.lower),
        middle=_word(criterion, middle) if len(points) % 2 else "",
        high=_word(criterion, criterion.upper),
        chosen=chosen,
        group=group,
        counts_spoken=", ".join(f"{point.value}: {point.count}" for point in points if point.count),
        own_choice=own_choice,
        own_sentence=_own_sentence(own, number=earlier.number) if earlier else "",
        keep_label=_keep_label(own) if own else "",
        problem=problem,
        gap=gap,
    )


def _bar_level(count: int, largest: int) -> int:
    return -(-BAR_LEVELS * count // max(largest, SMALLEST_FULL_BAR))


def _word(criterion: AskedCriterion, value: int) -> str:
    words = criterion.labels.get(value)
    return words.in_language(language()) if words else ""


def _spoken(criterion: AskedCriterion, value: int, *, is_own: bool) -> str:
    """The accessible name of a radio: its number, its word, and whether it was chosen before."""
    word = _word(criterion, value)
    name = f"{value}, {word}" if word else str(value)
    return str(gettext("%(answer)s (your answer before)", answer=name)) if is_own else name


def _own_sentence(own: OwnRating | None, *, number: int) -> str:
    if own is None:
        return str(gettext("You did not answer this in round %(number)s.", number=number))
    if own.state is RatingState.OUTSIDE_EXPERTISE:
        return str(gettext("In round %(number)s you said: outside my expertise.", number=number))
    if own.state is RatingState.NEED_INFORMATION:
        return str(gettext("In round %(number)s you said: I need more information.", number=number))
    return str(gettext("You answered %(value)s.", value=own.value))


def _keep_label(own: OwnRating) -> str:
    if own.state is RatingState.OUTSIDE_EXPERTISE:
        return str(gettext("Keep “outside my expertise”"))
    if own.state is RatingState.NEED_INFORMATION:
        return str(gettext("Keep “I need more information”"))
    return str(gettext("Keep %(value)s", value=own.value))
