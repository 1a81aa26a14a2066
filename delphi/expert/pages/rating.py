"""One section of a rating round: blocks of statements, each with its scales and, from the second look on, the group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from delphi.expert.forms.rating import Filled, rating_field
from delphi.expert.pages.further import QuestionsLine
from delphi.expert.pages.opened import Opened
from delphi.expert.pages.scales import Look, first_look, look_at
from delphi.expert.sitting import Problem, Sitting, time_of_day
from delphi.i18n import language
from surveys.queries.asked_round import AskedRound, PanelContext
from surveys.queries.feedback import EarlierRound
from surveys.queries.questionnaire import AskedCriterion, AskedStatement, Questionnaire
from surveys.rules.anonymity import Disclosure, disclosure
from surveys.rules.feedback import Argument, readable_arguments
from surveys.rules.glossary import Term, terms_in, terms_of
from surveys.vocabulary import Stance, StatementKind


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the questions of a block; like a `Look` the same for everybody."""

    statement: AskedStatement
    n_blocks: int
    """On the page."""
    has_new_wording: bool
    terms: tuple[Term, ...]
    """Of the study's glossary, those that stand in the statement."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A question with what is chosen in it: the value of a radio, or nothing."""

    look: Look
    chosen: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What one person wrote about one statement, now and in the earlier round."""

    text: str = ""
    stance: str = ""
    earlier: str = ""
    problem: str = ""
    is_asked_why: bool = False
    is_silent: bool = False
    """Prefers not to say why."""


BLANK = Remark()


class FirstLook(NamedTuple):
    """One statement with its questions, met for the first time and not remarked on: but for `chosen` like anybody's."""

    number: int
    statement: AskedStatement
    chosen: tuple[str | None, ...]
    """The value of the radio chosen in each question, or nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """One statement with its questions, the arguments of others and one's own remark."""

    number: int
    heading: Heading
    scales: tuple[Scale, ...]
    arguments: Mapping[Stance, tuple[Argument, ...]]
    hides_arguments: bool
    remark: Remark
    is_second_look: bool

    @property
    def statement(self) -> AskedStatement:
        return self.heading.statement


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in the list on top: which kinds, how far, how many minutes left."""

    number: int
    kinds: tuple[StatementKind, ...]
    n_statements: int
    n_done: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the blocks: the same for everybody who has come as far."""

    asked: AskedRound
    number: int
    sections: tuple[SectionLine, ...]
    questions: QuestionsLine
    """The questions behind the statements."""
    earlier_number: int
    """The round whose answers are shown beside; 0 on a first look."""
    minutes: int
    n_statements: int
    n_done: int
    n_asked_why: int
    """Statements of this page about which a reason is asked."""

    @property
    def is_last(self) -> bool:
        """Whether nothing is asked behind this page."""
        return self.number == len(self.sections) and not self.questions.n_asked


@dataclass(frozen=True, slots=True)
class RatingPage:
    frame: Frame
    questionnaire: Questionnaire
    blocks: tuple[Block | FirstLook, ...]
    saved: str
    opened: Opened
    problems: tuple[Problem, ...]


def blocks_of(
    statements: Sequence[AskedStatement],
    *,
    sitting: Sitting,
    questionnaire: Questionnaire,
    filled: Filled,
    earlier: EarlierRound | None,
    problems: Sequence[Problem],
    asked_why: frozenset[int] = frozenset(),
    silent: frozenset[int] = frozenset(),
) -> tuple[Block | FirstLook, ...]:
    """The blocks of one page in the order given."""
    sentences = {problem.anchor: problem.sentence for problem in problems}
    is_particular = earlier is not None or sentences or asked_why or silent
    remarked = filled.comments.keys() | filled.stances.keys()
    panel, choices, cells_of = sitting.asked.panel, filled.choices, questionnaire.cells_of
    blocks: list[Block | FirstLook] = []
    for number, statement in enumerate(statements, start=1):
        if not is_particular and statement.id not in remarked:
            blocks.append(FirstLook(number, statement, tuple(map(choices.get, cells_of[statement.id]))))
            continue
        asked = questionnaire.criteria_of(statement.kind)
        results = _comparable(statement, asked, earlier)
        said = results.comments.get(statement.id, []) if results else []
        arguments = _arguments(statement, asked, sitting, results) if results and said else {}
        blocks.append(
            Block(
                number=number,
                heading=_heading(
                    statement,
                    n_blocks=len(statements),
                    panel=panel,
                    has_new_wording=earlier is not None and results is None,
                ),
                scales=tuple(
                    Scale(
                        look=look_at(statement.id, criterion, sitting=sitting, earlier=results),
                        chosen=choices.get((statement.id, criterion.id), ""),
                        problem=sentences.get(rating_field(statement.id, criterion.id), "") if sentences else "",
                    )
                    for criterion in asked
                ),
                arguments=arguments,
                hides_arguments=len(said) > sum(map(len, arguments.values())),
                remark=replace(
                    _remark(statement.id, filled=filled, earlier=results, sentences=sentences),
                    is_asked_why=statement.id in asked_why,
                    is_silent=statement.id in silent,
                )
                if statement.id in asked_why | silent
                else _remark(statement.id, filled=filled, earlier=results, sentences=sentences),
                is_second_look=earlier is not None,
            )
        )
    return tuple(blocks)


def blank_block(
    statement: AskedStatement, *, asked: Sequence[AskedCriterion], panel: PanelContext, n_blocks: int
) -> Block:
    """The block of a first look with nothing chosen, without its number."""
    return Block(
        number=0,
        heading=_heading(statement, n_blocks=n_blocks, panel=panel, has_new_wording=False),
        scales=tuple(Scale(look=first_look(statement.id, criterion), chosen="") for criterion in asked),
        arguments={},
        hides_arguments=False,
        remark=BLANK,
        is_second_look=False,
    )


def _heading(statement: AskedStatement, *, n_blocks: int, panel: PanelContext, has_new_wording: bool) -> Heading:
    return Heading(
        statement=statement,
        n_blocks=n_blocks,
        has_new_wording=has_new_wording,
        terms=terms_in(terms_of(panel.glossary), statement.text),
    )


def _remark(statement_id: int, *, filled: Filled, earlier: EarlierRound | None, sentences: Mapping[str, str]) -> Remark:
    remark = Remark(
        text=filled.comments.get(statement_id, ""),
        stance=filled.stances.get(statement_id, ""),
        earlier=earlier.own_comments.get(statement_id, "") if earlier else "",
        problem=sentences.get(f"c-{statement_id}", ""),
    )
    return BLANK if remark == BLANK else remark


def _comparable(
    statement: AskedStatement, asked: Sequence[AskedCriterion], earlier: EarlierRound | None
) -> EarlierRound | None:
    """The earlier round where it asked this very wording; answers to other words are not compared."""
    if earlier is None:
        return None
    found = [earlier.results.get((statement.id, criterion.id)) for criterion in asked]
    same = any(result is not None and result.meaning == statement.meaning for result in found)
    return earlier if same else None


def _level(
    statement: AskedStatement, asked: Sequence[AskedCriterion], sitting: Sitting, earlier: EarlierRound
) -> Disclosure:
    """How much may be shown of what was said about a statement: what its primary question allows."""
    if not sitting.asked.shows_feedback:
        return Disclosure.NOTHING
    for criterion in sorted(asked, key=lambda each: not each.is_primary):
        result = earlier.results.get((statement.id, criterion.id))
        if result is not None:
            return disclosure(sum(result.frequency), min_group_size=sitting.asked.min_group_size)
    return Disclosure.NOTHING


def _arguments(
    statement: AskedStatement, asked: Sequence[AskedCriterion], sitting: Sitting, earlier: EarlierRound
) -> dict[Stance, tuple[Argument, ...]]:
    readable = readable_arguments(
        earlier.comments.get(statement.id, []),
        level=_level(statement, asked, sitting, earlier),
        language=language(),
        writers=earlier.writers,
        seed=f"{sitting.asked.order_seed}:{sitting.seat.panellist_id}:{statement.id}",
    )
    return {
        stance: tuple(argument for argument in readable if argument.stance is stance)
        for stance in Stance
        if any(argument.stance is stance for argument in readable)
    }


def saved_words(sitting: Sitting) -> str:
    """When the expert last saved: "14:32"; empty where nothing is saved yet."""
    return time_of_day(sitting.saved_at, time_zone=sitting.asked.panel.time_zone)
