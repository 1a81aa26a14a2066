"""One section of a rating round: blocks of statements, each with its scales and, from the second look on, the group."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from delphi.expert.forms.rating import Filled, rating_field
from delphi.expert.pages.further import QuestionsLine
from delphi.expert.pages.opened import Opened
from delphi.expert.pages.scales import Question, choices_of, group_of, question_of
from delphi.expert.rendering import GAP
from delphi.expert.sitting import Problem, Sitting, time_of_day
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.feedback import EarlierRound
from surveys.queries.questionnaire import AskedCriterion, AskedStatement
from surveys.rules.anonymity import Disclosure
from surveys.rules.feedback import Argument, readable_arguments
from surveys.vocabulary import Stance, StatementKind

ANYWHERE = 999_999_999
"""Stands for the id of a statement in a block that is rendered once for many."""
FIELD_OF_STATEMENT = re.compile(r"[rc]-[0-9]+(-[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands around and below the text of one statement: its questions, arguments and comment."""

    statement_id: int
    kind: StatementKind
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
class PlacedBlock:
    """A block in its place on the page. Blocks that look alike are one `block`, made for the statement `ANYWHERE`."""

    statement_id: int
    number: int
    text: LocalizedText
    block: Block
    checked: tuple[int, ...] = ()
    """Of a shared block: which of its radios are chosen, counted through the block."""

    @property
    def is_shared(self) -> bool:
        return self.block.statement_id == ANYWHERE


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
    blocks: tuple[PlacedBlock, ...]
    earlier_number: int
    """The round whose answers are shown beside; 0 on a first look."""
    minutes: int
    n_statements: int
    n_done: int
    saved: str
    opened: Opened
    problems: tuple[Problem, ...]


def blocks_of(
    statements: Sequence[AskedStatement],
    *,
    sitting: Sitting,
    criteria: Sequence[AskedCriterion],
    filled: Filled,
    earlier: EarlierRound | None,
    parents: dict[int, LocalizedText],
    problems: Sequence[Problem],
) -> tuple[PlacedBlock, ...]:
    """The blocks of one page in the order given."""
    sentences = {problem.anchor: problem.sentence for problem in problems}
    mended = {int(anchor.split("-")[1]) for anchor in sentences if FIELD_OF_STATEMENT.fullmatch(anchor)}
    shared: dict[tuple[StatementKind, int | None], Block] = {}

    def block_of(statement: AskedStatement, statement_id: int, asked: Sequence[AskedCriterion]) -> Block:
        results = _comparable(statement, asked, earlier)
        level = _level(statement, asked, sitting, results)
        arguments = _arguments(statement, sitting=sitting, earlier=earlier, level=level) if results else {}
        said = earlier.comments.get(statement.id, []) if earlier and results else []
        return Block(
            statement_id=statement_id,
            kind=statement.kind,
            hangs_on=parents.get(statement.parent_id) if statement.parent_id else None,
            questions=tuple(
                question_of(
                    (statement.id, criterion.id),
                    criterion,
                    sitting,
                    "" if statement_id == ANYWHERE else filled.choices.get((statement.id, criterion.id), ""),
                    results,
                    field=rating_field(statement_id, criterion.id),
                    problem=sentences.get(rating_field(statement_id, criterion.id), ""),
                    gap=GAP if statement_id == ANYWHERE else "",
                )
                for criterion in asked
            ),
            has_new_wording=earlier is not None and results is None,
            arguments=arguments,
            hides_arguments=len(said) > sum(map(len, arguments.values())),
            own_earlier_comment=earlier.own_comments.get(statement.id, "") if earlier and results else "",
            comment=filled.comments.get(statement.id, ""),
            stance=filled.stances.get(statement.id, ""),
            comment_problem=sentences.get(f"c-{statement.id}", ""),
        )

    placed = []
    for number, statement in enumerate(statements, start=1):
        asked = [criterion for criterion in criteria if statement.kind in criterion.kinds]
        said_something = filled.comments.get(statement.id) or filled.stances.get(statement.id)
        if earlier is not None or said_something or statement.id in mended:
            block = block_of(statement, statement.id, asked)
        else:
            key = (statement.kind, statement.parent_id)
            block = shared.get(key) or shared.setdefault(key, block_of(statement, ANYWHERE, asked))
        placed.append(PlacedBlock(statement.id, number, statement.text, block, _checked(statement.id, asked, filled)))
    return tuple(placed)


def _checked(statement_id: int, asked: Sequence[AskedCriterion], filled: Filled) -> tuple[int, ...]:
    """Which radios of a block are chosen, counted through its questions."""
    found, before = [], 0
    for criterion in asked:
        choices = choices_of(criterion)
        chosen = filled.choices.get((statement_id, criterion.id), "")
        if chosen in choices:
            found.append(before + choices.index(chosen))
        before += len(choices)
    return tuple(found)


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
            view = group_of(result.frequency, result.median, criterion, sitting)
            return view.disclosure
    return Disclosure.NOTHING


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


def saved_words(saved_at: datetime | None, sitting: Sitting) -> str:
    return time_of_day(saved_at, time_zone=sitting.asked.panel.time_zone)
