"""One section of a rating round: blocks of statements, each with its scales and, from the second look on, the group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from delphi.expert.forms.rating import Filled, choice_of, rating_field
from delphi.expert.pages.further import QuestionsLine
from delphi.expert.pages.opened import Opened
from delphi.expert.sitting import Problem, Sitting, time_of_day
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.feedback import EarlierRound
from surveys.queries.my_answers import OwnRating
from surveys.queries.questionnaire import AskedCriterion, AskedStatement
from surveys.rules.anonymity import Disclosure
from surveys.rules.feedback import Argument, GroupView, group_view, readable_arguments
from surveys.rules.texts import COMMENT_LIMIT
from surveys.vocabulary import RatingState, Stance, StatementKind

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


@dataclass(frozen=True, slots=True)
class Block:
    """One statement with its questions, arguments and comment."""

    statement_id: int
    number: int
    kind: StatementKind
    text: LocalizedText
    hangs_on: LocalizedText | None
    questions: tuple[Question, ...]
    has_new_wording: bool
    arguments: dict[Stance, tuple[Argument, ...]]
    hides_arguments: bool
    own_earlier_comment: str
    comment: str
    stance: str
    comment_problem: str


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in the list on top: which kinds, how far, how many minutes left."""

    number: int
    kinds: tuple[StatementKind, ...]
    n_statements: int
    n_done: int
    minutes: int


@dataclass(frozen=True, slots=True)
class RatingPage:
    sitting: Sitting
    number: int
    sections: tuple[SectionLine, ...]
    questions: QuestionsLine
    """The questions behind the statements."""
    blocks: tuple[Block, ...]
    earlier_number: int
    """The round whose answers are shown beside; 0 on a first look."""
    minutes: int
    n_statements: int
    n_done: int
    saved: str
    opened: Opened
    problems: tuple[Problem, ...]
    comment_limit: int = COMMENT_LIMIT


def blocks_of(
    statements: Sequence[AskedStatement],
    *,
    sitting: Sitting,
    criteria: Sequence[AskedCriterion],
    filled: Filled,
    earlier: EarlierRound | None,
    parents: dict[int, LocalizedText],
    problems: Sequence[Problem],
) -> tuple[Block, ...]:
    """The blocks of one page in the order given."""
    sentences = {problem.anchor: problem.sentence for problem in problems}
    blocks = []
    for number, statement in enumerate(statements, start=1):
        asked = [criterion for criterion in criteria if statement.kind in criterion.kinds]
        results = _comparable(statement, asked, earlier)
        level = _level(statement, asked, sitting, results)
        arguments = _arguments(statement, sitting=sitting, earlier=earlier, level=level) if results else {}
        shared = earlier.comments.get(statement.id, []) if earlier and results else []
        blocks.append(
            Block(
                statement_id=statement.id,
                number=number,
                kind=statement.kind,
                text=statement.text,
                hangs_on=parents.get(statement.parent_id) if statement.parent_id else None,
                questions=tuple(
                    _question(statement, criterion, sitting, filled, results, sentences) for criterion in asked
                ),
                has_new_wording=earlier is not None and results is None,
                arguments=arguments,
                hides_arguments=len(shared) > sum(map(len, arguments.values())),
                own_earlier_comment=earlier.own_comments.get(statement.id, "") if earlier and results else "",
                comment=filled.comments.get(statement.id, ""),
                stance=filled.stances.get(statement.id, ""),
                comment_problem=sentences.get(f"c-{statement.id}", ""),
            )
        )
    return tuple(blocks)


def _comparable(
    statement: AskedStatement, asked: Sequence[AskedCriterion], earlier: EarlierRound | None
) -> EarlierRound | None:
    """The earlier round where it asked this very wording; answers to other words are not compared."""
    if earlier is None:
        return None
    found = [earlier.results.get((statement.id, criterion.id)) for criterion in asked]
    same = any(result is not None and result.version_id == statement.version_id for result in found)
    return earlier if same else None


def _level(
    statement: AskedStatement, asked: Sequence[AskedCriterion], sitting: Sitting, earlier: EarlierRound | None
) -> Disclosure:
    """How much may be shown of what was said about a statement: what its primary question allows."""
    if earlier is None or not sitting.asked.shows_feedback:
        return Disclosure.NOTHING
    for criterion in sorted(asked, key=lambda each: not each.is_primary):
        result = earlier.results.get((statement.id, criterion.id))
        if result is not None:
            view = _group(result.frequency, result.median, criterion, sitting)
            return view.disclosure
    return Disclosure.NOTHING


def _group(frequency: tuple[int, ...], median: float | None, criterion: AskedCriterion, sitting: Sitting) -> GroupView:
    return group_view(
        frequency=frequency, median=median, lower=criterion.lower, min_group_size=sitting.asked.min_group_size
    )


def _arguments(
    statement: AskedStatement, *, sitting: Sitting, earlier: EarlierRound | None, level: Disclosure
) -> dict[Stance, tuple[Argument, ...]]:
    readable = readable_arguments(
        earlier.comments.get(statement.id, []) if earlier else [],
        level=level,
        language=language(),
        writers=earlier.writers if earlier else {},
        seed=f"{sitting.asked.order_seed}:{sitting.seat.panellist_id}:{statement.id}",
    )
    return {
        stance: tuple(argument for argument in readable if argument.stance is stance)
        for stance in Stance
        if any(argument.stance is stance for argument in readable)
    }


def _question(
    statement: AskedStatement,
    criterion: AskedCriterion,
    sitting: Sitting,
    filled: Filled,
    earlier: EarlierRound | None,
    sentences: dict[str, str],
) -> Question:
    cell = (statement.id, criterion.id)
    field = rating_field(*cell)
    result = earlier.results.get(cell) if earlier else None
    shown = result is not None and sitting.asked.shows_feedback
    group = _group(result.frequency, result.median, criterion, sitting) if shown and result else None
    own = earlier.own.get(cell) if earlier else None
    own_choice = choice_of(own) if own else ""
    chosen = filled.choices.get(cell, "")
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
        problem=sentences.get(field, ""),
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


def saved_words(saved_at: datetime | None, sitting: Sitting) -> str:
    return time_of_day(saved_at, time_zone=sitting.asked.panel.time_zone)
