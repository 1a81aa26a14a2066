"""Gathers what a rating round's pages show: the sections of one expert, how far they are, one of them in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from delphi.expert.forms.rating import (
    Filled,
    filled_from_drafts,
    filled_from_store,
    rating_field,
    unfinished_comments,
)
from delphi.expert.pages.further import questions_line
from delphi.expert.pages.opened import opened
from delphi.expert.pages.rating import RatingPage, SectionLine, blocks_of, saved_words
from delphi.expert.sitting import Problem, Sitting
from delphi.i18n import in_language
from surveys.queries.drafts import own_drafts
from surveys.queries.feedback import earlier_round, parent_texts
from surveys.queries.my_answers import Cell, OwnComment, OwnRating, own_comments, own_ratings, own_submission
from surveys.queries.questionnaire import AskedStatement, Questionnaire, questionnaire_of
from surveys.queries.reasons import silent_about, statements_without_reason
from surveys.rules.effort import minutes_to_rate
from surveys.rules.sections import Orderable, Section, sections_for
from surveys.vocabulary import StatementKind


@dataclass(frozen=True)
class Worksheet:
    """A rating round as one expert has it: the questions in sections and what is stored of the answers."""

    questionnaire: Questionnaire
    sections: tuple[Section, ...]
    ratings: Mapping[Cell, OwnRating]
    comments: Mapping[int, OwnComment]
    with_feedback: bool

    def statements_of(self, number: int) -> list[AskedStatement]:
        """The statements of section `number` (from 1) in this expert's order."""
        by_id = {statement.id: statement for statement in self.questionnaire.statements}
        return [by_id[statement_id] for statement_id in self.sections[number - 1]]

    @cached_property
    def n_blank(self) -> dict[int, int]:
        """Statement id to how many of its questions have no answer."""
        questionnaire, ratings = self.questionnaire, self.ratings
        return {
            statement.id: sum(
                (statement.id, criterion.id) not in ratings for criterion in questionnaire.criteria_of(statement.kind)
            )
            for statement in questionnaire.statements
        }

    def is_done(self, statement: AskedStatement) -> bool:
        """Whether every question about the statement has an answer."""
        return not self.n_blank[statement.id]

    @property
    def n_done(self) -> int:
        return sum(map(self.is_done, self.questionnaire.statements))

    def minutes(self, statements: Sequence[AskedStatement]) -> int:
        """Minutes that the open questions about `statements` take."""
        blanks = [self.n_blank[statement.id] for statement in statements]
        return minutes_to_rate(
            n_statements=sum(n > 0 for n in blanks), n_answers=sum(blanks), with_feedback=self.with_feedback
        )

    def lines(self) -> tuple[SectionLine, ...]:
        return tuple(self._line(number) for number in range(1, len(self.sections) + 1))

    def _line(self, number: int) -> SectionLine:
        statements = self.statements_of(number)
        kinds = {statement.kind for statement in statements}
        return SectionLine(
            number=number,
            kinds=tuple(kind for kind in StatementKind if kind in kinds),
            n_statements=len(statements),
            n_done=sum(map(self.is_done, statements)),
            minutes=self.minutes(statements),
        )


def sections_of(questionnaire: Questionnaire, *, sitting: Sitting) -> tuple[Section, ...]:
    """The sections of a questionnaire as this expert meets them."""
    return sections_for(
        [
            Orderable(each.id, each.kind, str(each.category) if each.category else "")
            for each in questionnaire.statements
        ],
        order_seed=sitting.asked.order_seed,
        panellist_id=sitting.seat.panellist_id,
    )


def worksheet(session: Session, *, sitting: Sitting, with_feedback: bool = False) -> Worksheet:
    """The round of this sitting with the expert's stored answers, in five statements."""
    asked, panellist_id = sitting.asked, sitting.seat.panellist_id
    questionnaire = questionnaire_of(session, round_id=asked.id)
    return Worksheet(
        questionnaire=questionnaire,
        sections=sections_of(questionnaire, sitting=sitting),
        ratings=own_ratings(session, round_id=asked.id, panellist_id=panellist_id),
        comments=own_comments(session, round_id=asked.id, panellist_id=panellist_id),
        with_feedback=with_feedback,
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
    # Read before the answers: a page may know less of the time than of the values, never more.
    submission = own_submission(session, round_id=asked.id, panellist_id=panellist_id)
    saved_at = submission.saved_at if submission else None
    earlier = earlier_round(
        session, task_force_id=asked.panel.task_force_id, before_number=asked.number, panellist_id=panellist_id
    )
    sheet = worksheet(session, sitting=sitting, with_feedback=earlier is not None and asked.shows_feedback)
    if not 1 <= number <= len(sheet.sections):
        return None
    stored = filled_from_store(sheet.ratings, sheet.comments)
    drafts = filled_from_drafts(own_drafts(session, round_id=asked.id, panellist_id=panellist_id))
    filled = typed.over(drafts.over(stored)) if typed else drafts.over(stored)
    statements = sheet.statements_of(number)
    wants_reasons = asks_why and asked.asks_reason
    apart = (
        statements_without_reason(session, round_id=asked.id, panellist_id=panellist_id)
        if wants_reasons
        else frozenset()
    )
    questions = questions_line(session, sitting=sitting)
    return RatingPage(
        asked=asked,
        number=number,
        sections=sheet.lines(),
        questions=questions,
        blocks=blocks_of(
            statements,
            sitting=sitting,
            questionnaire=sheet.questionnaire,
            filled=filled,
            earlier=earlier,
            parents=parent_texts(session, task_force_id=asked.panel.task_force_id),
            problems=[*problems, *unfinished_comments(drafts)],
            asked_why=apart,
            silent=silent_about(session, round_id=asked.id, panellist_id=panellist_id)
            if asked.asks_reason
            else frozenset(),
        ),
        earlier_number=earlier.number if earlier else 0,
        minutes=sheet.minutes(sheet.questionnaire.statements) + questions.minutes,
        n_statements=len(sheet.questionnaire.statements),
        n_done=sheet.n_done,
        saved=saved_words(saved_at, sitting),
        opened=opened(sitting, saved_at=saved_at, shown=drafts.over(stored).of(each.id for each in statements)),
        problems=tuple(problems),
        n_asked_why=sum(each.id in apart for each in statements),
    )


def stored_now(session: Session, *, sitting: Sitting) -> Filled:
    """What a page opened now would show: the stored answers, and drafts before them."""
    round_id, panellist_id = sitting.asked.id, sitting.seat.panellist_id
    stored = filled_from_store(
        own_ratings(session, round_id=round_id, panellist_id=panellist_id),
        own_comments(session, round_id=round_id, panellist_id=panellist_id),
    )
    return filled_from_drafts(own_drafts(session, round_id=round_id, panellist_id=panellist_id)).over(stored)


def labels_of(questionnaire: Questionnaire) -> dict[str, str]:
    """What each field of a rating round is about, in words."""
    labels = {}
    for statement in questionnaire.statements:
        text = in_language(statement.text)
        for criterion in questionnaire.criteria_of(statement.kind):
            labels[rating_field(statement.id, criterion.id)] = f"{text} ({in_language(criterion.name)})"
        labels[f"c-{statement.id}"] = labels[f"s-{statement.id}"] = text
    return labels
