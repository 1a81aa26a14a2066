"""One question about one statement: its points with their words, one's own earlier answer, the group's answers."""

from dataclasses import dataclass
from functools import lru_cache

from flask_babel import gettext

from delphi.expert.forms.rating import NO_ANSWER, WORDS, choice_of, rating_field
from delphi.expert.sitting import Sitting
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.feedback import EarlierRound, FrozenResult
from surveys.queries.my_answers import OwnRating
from surveys.queries.questionnaire import AskedCriterion
from surveys.rules.feedback import GroupView, colleges_shown, group_view
from surveys.vocabulary import RatingState

BAR_LEVELS = 12
SMALLEST_FULL_BAR = 3
"""Fewer answers than this never fill the height: one answer must not look like a crowd."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that decides how one question about one statement looks, but for what is chosen in it now.

    Whose page it is, is not in here: equal looks are the same for everybody, and are written once.
    """

    statement_id: int
    criterion: AskedCriterion
    result: FrozenResult | None
    """The group's earlier answers, where the round shows them."""
    own: OwnRating | None
    """The reader's own earlier answer."""
    earlier_number: int
    """The round of `result` and `own`; 0 where there is nothing to compare."""
    min_group_size: int

    @property
    def field(self) -> str:
        return rating_field(self.statement_id, self.criterion.id)


@dataclass(frozen=True, slots=True)
class Point:
    """One radio of a scale, with the group's answers that stand on it."""

    value: int
    spoken: str
    count: int
    level: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A look in the words of the page's language."""

    field: str
    question: LocalizedText
    points: tuple[Point, ...]
    low: str
    middle: str
    high: str
    group: GroupView | None
    colleges: tuple[tuple[LocalizedText, str], ...]
    """Each college that may be shown, and its answers in words."""
    counts_spoken: str
    own_choice: str
    own_sentence: str
    keep_label: str
    problem: str


@lru_cache(maxsize=1_000)
def places_of(criterion: AskedCriterion) -> dict[str, int]:
    """The values of a question's radios, each with its place in the order of the page."""
    return {choice: place for place, choice in enumerate((*map(str, criterion.points), *WORDS, NO_ANSWER))}


def look_at(statement_id: int, criterion: AskedCriterion, *, sitting: Sitting, earlier: EarlierRound | None) -> Look:
    cell = (statement_id, criterion.id)
    return Look(
        statement_id=statement_id,
        criterion=criterion,
        result=earlier.results.get(cell) if earlier and sitting.asked.shows_feedback else None,
        own=earlier.own.get(cell) if earlier else None,
        earlier_number=earlier.number if earlier else 0,
        min_group_size=sitting.asked.min_group_size,
    )


def first_look(statement_id: int, criterion: AskedCriterion) -> Look:
    """A question that nobody answered before."""
    return Look(statement_id, criterion, result=None, own=None, earlier_number=0, min_group_size=0)


def question_of(look: Look, *, problem: str = "") -> Question:
    """The question as the page's language says it; `problem` is what is to be mended in it."""
    criterion, result, own = look.criterion, look.result, look.own
    group = (
        group_view(
            frequency=result.frequency,
            median=result.median,
            lower=criterion.lower,
            min_group_size=look.min_group_size,
        )
        if result
        else None
    )
    own_choice = choice_of(own) if own else ""
    counts = group.counts if group and group.counts else (0,) * len(criterion.points)
    points = tuple(
        Point(
            value=value,
            spoken=_spoken(criterion, value, is_own=own_choice == str(value)),
            count=count,
            level=_bar_level(count, max(counts)),
            is_own=own_choice == str(value),
        )
        for value, count in zip(criterion.points, counts, strict=True)
    )
    middle = criterion.lower + (criterion.upper - criterion.lower) // 2
    return Question(
        field=look.field,
        question=criterion.question,
        points=points,
        low=_word(criterion, criterion.lower),
        middle=_word(criterion, middle) if len(points) % 2 else "",
        high=_word(criterion, criterion.upper),
        group=group,
        colleges=_colleges(result, group=group, min_group_size=look.min_group_size) if result and group else (),
        counts_spoken=", ".join(f"{point.value}: {point.count}" for point in points if point.count),
        own_choice=own_choice,
        own_sentence=_own_sentence(own, number=look.earlier_number) if look.earlier_number else "",
        keep_label=_keep_label(own) if own else "",
        problem=problem,
    )


def _colleges(result: FrozenResult, *, group: GroupView, min_group_size: int) -> tuple[tuple[LocalizedText, str], ...]:
    """Answers by college; none where the group's own counts are not shown either."""
    if not group.counts:
        return ()
    shown = colleges_shown(result.by_college, n_total=sum(result.frequency), min_group_size=min_group_size)
    return tuple((one.name, ", ".join(f"{value}: {count}" for value, count in one.counts)) for one in shown)


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
