"""The list of sheets of an open round, and the form into which one of them is keyed. Online answers never get here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from delphi.documents.questionnaire import CARDS
from delphi.expert.forms.ideas import CARDS_AT_MOST, kind_and_number, slot_of
from delphi.expert.forms.rating import Filled, filled_from_store, rating_field
from delphi.expert.sitting import Problem
from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import in_language
from delphi.questions.blocks import QuestionBlock, question_block, typed_from_store
from surveys.localized import LocalizedText
from surveys.queries.asked_round import AskedRound, asked_round
from surveys.queries.my_answers import own_comments, own_ideas, own_ratings
from surveys.queries.paper import PaperSeat, PaperState, paper_seats
from surveys.queries.questionnaire import AskedCriterion, questionnaire_of
from surveys.queries.questions import own_question_answers, questions_of
from surveys.rules.paper import item_code
from surveys.rules.permissions import Actor
from surveys.vocabulary import RoundKind, StatementKind

SPARE_CARDS = 3
"""Empty fields beyond those on the sheet, for what was written on its back."""


@dataclass(frozen=True, slots=True)
class PaperListPage:
    place: Place
    asked: AskedRound
    takes_answers: bool
    seats: tuple[PaperSeat, ...]

    @property
    def n_on_paper(self) -> int:
        return sum(seat.state is PaperState.PAPER for seat in self.seats)


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """One question about one statement: its points with the words a screen reader says."""

    field: str
    question: LocalizedText
    points: tuple[tuple[int, str], ...]
    low: str
    high: str
    chosen: str
    problem: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement by its printed code."""

    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    scales: tuple[ScaleLine, ...]
    comment: str
    stance: str
    problem: str


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """One field of the sheet by its printed code; `parents` are the codes it can hang on."""

    slot: str
    code: str
    kind: StatementKind
    text: str
    parent_slot: str
    parents: tuple[tuple[str, str], ...]
    problem: str


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """What a refused form held, to be shown again."""

    filled: Filled | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    question_problems: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    language: str = ""
    has_agreed: bool = False


@dataclass(frozen=True, slots=True)
class PaperEntryPage:
    place: Place
    asked: AskedRound
    seat: PaperSeat
    statements: tuple[StatementLine, ...]
    ideas: dict[StatementKind, tuple[IdeaLine, ...]]
    questions: tuple[QuestionBlock, ...]
    language: str
    has_agreed: bool
    problems: tuple[Problem, ...]


def paper_list_page(session: Session, *, round_id: int, actor: Actor, now: datetime) -> PaperListPage:
    asked = asked_round(session, round_id=round_id)
    return PaperListPage(
        place=place_of(session, task_force_id=asked.panel.task_force_id, actor=actor),
        asked=asked,
        takes_answers=asked.takes_answers(now=now),
        seats=tuple(paper_seats(session, round_id=round_id)),
    )


def paper_entry_page(
    session: Session, *, asked: AskedRound, seat: PaperSeat, actor: Actor, typed: TypedSheet
) -> PaperEntryPage:
    """The form of one sheet with what was keyed in before. `seat` must not be one that answered online (ValueError)."""
    if seat.state is PaperState.ONLINE:
        raise ValueError("answers given online are shown to nobody")
    is_rating = asked.kind is RoundKind.RATING
    return PaperEntryPage(
        place=place_of(session, task_force_id=asked.panel.task_force_id, actor=actor),
        asked=asked,
        seat=seat,
        statements=_statements(session, asked=asked, seat=seat, typed=typed) if is_rating else (),
        ideas={} if is_rating else _ideas(session, asked=asked, seat=seat, typed=typed),
        questions=_questions(session, asked=asked, seat=seat, typed=typed),
        language=typed.language or seat.language,
        has_agreed=typed.has_agreed,
        problems=typed.problems,
    )


def _statements(
    session: Session, *, asked: AskedRound, seat: PaperSeat, typed: TypedSheet
) -> tuple[StatementLine, ...]:
    """In the order of the sheet, and without a look back: the earlier answers may have been given online."""
    questionnaire = questionnaire_of(session, round_id=asked.id)
    stored = filled_from_store(
        own_ratings(session, round_id=asked.id, panellist_id=seat.panellist_id),
        own_comments(session, round_id=asked.id, panellist_id=seat.panellist_id),
    )
    filled = typed.filled.over(stored) if typed.filled else stored
    sentences = {problem.anchor: problem.sentence for problem in typed.problems}
    order = list(StatementKind)
    return tuple(
        StatementLine(
            statement_id=statement.id,
            code=statement.code,
            kind=statement.kind,
            text=statement.text,
            scales=tuple(
                _scale(statement.id, criterion, filled=filled, sentences=sentences)
                for criterion in questionnaire.criteria_of(statement.kind)
            ),
            comment=filled.comments.get(statement.id, ""),
            stance=filled.stances.get(statement.id, ""),
            problem=sentences.get(f"c-{statement.id}", ""),
        )
        for statement in sorted(questionnaire.statements, key=lambda each: order.index(each.kind))
    )


def _scale(statement_id: int, criterion: AskedCriterion, *, filled: Filled, sentences: Mapping[str, str]) -> ScaleLine:
    cell = (statement_id, criterion.id)
    field_name = rating_field(*cell)
    words = {value: in_language(criterion.labels.get(value)) for value in criterion.points}
    return ScaleLine(
        field=field_name,
        question=criterion.question,
        points=tuple((value, f"{value}, {word}" if word else str(value)) for value, word in words.items()),
        low=words[criterion.lower],
        high=words[criterion.upper],
        chosen=filled.choices.get(cell, ""),
        problem=sentences.get(field_name, ""),
    )


def _ideas(
    session: Session, *, asked: AskedRound, seat: PaperSeat, typed: TypedSheet
) -> dict[StatementKind, tuple[IdeaLine, ...]]:
    stored = own_ideas(session, round_id=asked.id, panellist_id=seat.panellist_id)
    texts = {**{slot: idea.text for slot, idea in stored.items()}, **typed.texts}
    parents = {**{slot: idea.parent_slot or "" for slot, idea in stored.items()}, **typed.parents}
    sentences = {problem.anchor: problem.sentence for problem in typed.problems}
    n_cards = {kind: _n_cards(kind, texts) for kind in CARDS}
    lines: dict[StatementKind, tuple[IdeaLine, ...]] = {}
    for kind in StatementKind:
        on_card = kind.parent_kind is StatementKind.PROBLEM and kind is not StatementKind.ACTIVITY
        n = n_cards[StatementKind.PROBLEM if on_card else kind]
        above = None if on_card else kind.parent_kind
        choices = (
            tuple((slot_of(above, number), item_code(above, number)) for number in range(1, n_cards[above] + 1))
            if above
            else ()
        )
        lines[kind] = tuple(
            IdeaLine(
                slot=slot_of(kind, number),
                code=item_code(kind, number),
                kind=kind,
                text=texts.get(slot_of(kind, number), ""),
                parent_slot=parents.get(slot_of(kind, number), ""),
                parents=choices,
                problem=sentences.get(slot_of(kind, number), ""),
            )
            for number in range(1, n + 1)
        )
    return lines


def _n_cards(kind: StatementKind, texts: Mapping[str, str]) -> int:
    kinds = [kind, *(each for each in StatementKind if each.parent_kind is kind)]
    if kind is not StatementKind.PROBLEM:
        kinds = [kind]
    used: Sequence[int] = [
        found[1] for slot, text in texts.items() if text and (found := kind_and_number(slot)) and found[0] in kinds
    ]
    return min(CARDS_AT_MOST, max(CARDS[kind], max(used, default=0)) + SPARE_CARDS)


def _questions(session: Session, *, asked: AskedRound, seat: PaperSeat, typed: TypedSheet) -> tuple[QuestionBlock, ...]:
    stored = own_question_answers(session, round_id=asked.id, panellist_id=seat.panellist_id)
    return tuple(
        question_block(
            question,
            number=number,
            typed=typed.questions.get(question.id, typed_from_store(question, stored.get(question.id))),
            problem=typed.question_problems.get(question.id, ""),
        )
        for number, question in enumerate(questions_of(session, round_id=asked.id), start=1)
    )
