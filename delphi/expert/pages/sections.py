"""Gathers what a rating round's pages show: the sections of one expert, how far they are, one of them in full."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlmodel import Session

from delphi.expert.forms.rating import (
    Filled,
    filled_from_drafts,
    filled_from_store,
    rating_field,
    unfinished_comments,
)
from delphi.expert.pages.further import QuestionsLine, questions_line
from delphi.expert.pages.minutes import MinutesLeft, minutes_left
from delphi.expert.pages.opened import opened
from delphi.expert.pages.rating import Frame, RatingPage, SectionLine, blocks_of, saved_words
from delphi.expert.sitting import Problem, Sitting
from delphi.i18n import in_language
from surveys.queries.feedback import earlier_round
from surveys.queries.my_answers import Cell, OwnAnswers, own_answers
from surveys.queries.questionnaire import AskedStatement, Questionnaire, questionnaire_of
from surveys.queries.reasons import silences_among, statements_without_reason
from surveys.rules.effort import minutes_to_rate, seconds_to_rate
from surveys.rules.sections import Orderable, Section, sections_for
from surveys.vocabulary import StatementKind

MOST_KEPT = 2_048
"""Orders of statements that are kept: one a person and round."""


@dataclass(frozen=True)
class Worksheet:
    """A rating round as one expert has it: the questions in sections and what is stored of the answers."""

    questionnaire: Questionnaire
    sections: tuple[Section, ...]
    own: OwnAnswers
    with_feedback: bool
    """Whether the group's earlier answers stand beside, which take time to read."""

    def statements_of(self, number: int) -> list[AskedStatement]:
        """The statements of section `number` (from 1) in this expert's order."""
        return [self.questionnaire.by_id[statement_id] for statement_id in self.sections[number - 1]]

    @cached_property
    def n_blank(self) -> dict[int, int]:
        """Statement id to how many of its questions have no answer; those of which all have one are not in it."""
        blank = self.questionnaire.cells.keys() - self.own.ratings.keys()
        return Counter(statement_id for statement_id, _ in blank) if blank else {}

    def is_done(self, statement: AskedStatement) -> bool:
        """Whether every question about the statement has an answer."""
        return statement.id not in self.n_blank

    @property
    def n_done(self) -> int:
        return len(self.questionnaire.statements) - len(self.n_blank)

    def minutes_left(self, *, questions: QuestionsLine, measured: int | None) -> MinutesLeft:
        """Minutes for what is open in each section and in the further questions."""
        blanks = self.n_blank
        return minutes_left(
            [self._seconds(list(filter(None, map(blanks.get, section)))) for section in self.sections],
            left=minutes_to_rate(
                n_statements=len(blanks), n_answers=sum(blanks.values()), with_feedback=self.with_feedback
            ),
            whole=minutes_to_rate(
                n_statements=len(self.questionnaire.statements),
                n_answers=len(self.questionnaire.cells),
                with_feedback=self.with_feedback,
            ),
            questions=questions,
            measured=measured,
        )

    def _seconds(self, n_open: Sequence[int]) -> int:
        """Seconds for statements with so many open questions each."""
        return seconds_to_rate(n_statements=len(n_open), n_answers=sum(n_open), with_feedback=self.with_feedback)

    def lines(self, minutes: Sequence[int]) -> tuple[SectionLine, ...]:
        """The sections with the `minutes` that each still takes."""
        blanks = self.n_blank
        return tuple(
            SectionLine(
                number=number,
                kinds=_kinds_in(self.questionnaire, section),
                n_statements=len(section),
                n_done=len(section) - sum(map(blanks.__contains__, section)),
                minutes=each,
            )
            for number, (section, each) in enumerate(zip(self.sections, minutes, strict=True), start=1)
        )


@lru_cache(maxsize=MOST_KEPT)
def _kinds_in(questionnaire: Questionnaire, section: Section) -> tuple[StatementKind, ...]:
    kinds = {questionnaire.by_id[statement_id].kind for statement_id in section}
    return tuple(kind for kind in StatementKind if kind in kinds)


@lru_cache(maxsize=MOST_KEPT)
def _fields_in(questionnaire: Questionnaire, section: Section) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
    """The radios of a section: the names of their fields, and their cells."""
    cells = tuple(cell for statement_id in section for cell in questionnaire.cells_of[statement_id])
    return tuple(rating_field(*cell) for cell in cells), cells


def sections_of(questionnaire: Questionnaire, *, sitting: Sitting) -> tuple[Section, ...]:
    """The sections of a questionnaire as this expert meets them."""
    return _sections(questionnaire, sitting.asked.order_seed, sitting.seat.panellist_id)


@lru_cache(maxsize=MOST_KEPT)
def _sections(questionnaire: Questionnaire, order_seed: int, panellist_id: int) -> tuple[Section, ...]:
    return sections_for(
        [
            Orderable(each.id, each.kind, str(each.category) if each.category else "")
            for each in questionnaire.statements
        ],
        order_seed=order_seed,
        panellist_id=panellist_id,
    )


def worksheet(session: Session, *, sitting: Sitting) -> Worksheet:
    """The round of this sitting with the expert's stored answers, in three statements."""
    questionnaire = questionnaire_of(session, round_id=sitting.asked.id)
    return Worksheet(
        questionnaire=questionnaire,
        sections=sections_of(questionnaire, sitting=sitting),
        own=own_answers(session, round_id=sitting.asked.id, panellist_id=sitting.seat.panellist_id),
        with_feedback=sitting.asked.has_earlier and sitting.asked.shows_feedback,
    )


def rating_page(
    session: Session,
    *,
    sitting: Sitting,
    number: int,
    typed: Filled | None = None,
    problems: Sequence[Problem] = (),
    asks_why: bool = False,
) -> RatingPage | None:
    """Section `number` of the round; None where there is no such section. `typed` goes before what is stored.

    `asks_why` puts the question for a reason to answers that lie apart, where the round asks for reasons.
    """
    asked, panellist_id = sitting.asked, sitting.seat.panellist_id
    earlier = (
        earlier_round(
            session, task_force_id=asked.panel.task_force_id, before_number=asked.number, panellist_id=panellist_id
        )
        if asked.has_earlier
        else None
    )
    sheet = worksheet(session, sitting=sitting)
    if not 1 <= number <= len(sheet.sections):
        return None
    drafts = filled_from_drafts(sheet.own.drafts)
    now = drafts.over(filled_from_store(sheet.own.ratings, sheet.own.comments))
    section, statements = sheet.sections[number - 1], sheet.statements_of(number)
    wants_reasons = asks_why and asked.asks_reason
    apart = (
        statements_without_reason(session, round_id=asked.id, panellist_id=panellist_id)
        if wants_reasons
        else frozenset()
    )
    minutes = sheet.minutes_left(questions=questions_line(session, sitting=sitting), measured=asked.minutes)
    names, cells = _fields_in(sheet.questionnaire, section)
    return RatingPage(
        frame=Frame(
            asked=asked,
            number=number,
            sections=sheet.lines(minutes.parts),
            questions=minutes.questions,
            earlier_number=earlier.number if earlier else 0,
            minutes=minutes.total,
            n_statements=len(sheet.questionnaire.statements),
            n_done=sheet.n_done,
            n_asked_why=sum(each.id in apart for each in statements) if apart else 0,
        ),
        questionnaire=sheet.questionnaire,
        blocks=blocks_of(
            statements,
            sitting=sitting,
            questionnaire=sheet.questionnaire,
            filled=typed.over(now) if typed else now,
            earlier=earlier,
            problems=[*problems, *unfinished_comments(drafts)],
            asked_why=apart,
            silent=silences_among(sheet.own.drafts) if asked.asks_reason else frozenset(),
        ),
        saved=saved_words(sitting),
        opened=opened(sitting, shown=now.texts_of(section), choices=(names, tuple(map(now.choices.get, cells)))),
        problems=tuple(problems),
    )


def stored_now(session: Session, *, sitting: Sitting) -> Filled:
    """What a page opened now would show: the stored answers, and drafts before them."""
    own = own_answers(session, round_id=sitting.asked.id, panellist_id=sitting.seat.panellist_id)
    return filled_from_drafts(own.drafts).over(filled_from_store(own.ratings, own.comments))


def labels_of(questionnaire: Questionnaire) -> dict[str, str]:
    """What each field of a rating round is about, in words."""
    labels = {}
    for statement in questionnaire.statements:
        text = in_language(statement.text)
        for criterion in questionnaire.criteria_of(statement.kind):
            labels[rating_field(statement.id, criterion.id)] = f"{text} ({in_language(criterion.name)})"
        labels[f"c-{statement.id}"] = labels[f"s-{statement.id}"] = text
    return labels
