"""The page of further questions of a round, and what one expert answered to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from delphi.expert.pages.further import QuestionsLine, line_of
from delphi.expert.pages.ideas import PARTS, minutes_of_parts
from delphi.expert.pages.opened import Opened, opened
from delphi.expert.pages.rating import SectionLine, saved_words
from delphi.expert.pages.sections import worksheet
from delphi.expert.sitting import Problem, Sitting
from delphi.questions.before import Before, before_of
from delphi.questions.blocks import QuestionBlock, question_block, typed_from_store
from delphi.questions.words import answer_lines, state_words
from surveys.localized import LocalizedText
from surveys.queries.drafts import own_drafts
from surveys.queries.my_answers import OwnIdea, own_ideas
from surveys.queries.questions import OwnAnswer, Progress, own_question_answers, questions_of
from surveys.queries.repeated_questions import EarlierQuestion, earlier_questions
from surveys.rules.glossary import Term, terms_in, terms_of
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import CHOICE, Control
from surveys.rules.questions.fields import ANSWERING, all_fields, field_name
from surveys.rules.questions.texts import LONG_LIMIT
from surveys.vocabulary import RoundKind


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of an ideas round in the list of sections."""

    part: str
    n_ideas: int
    minutes: int


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    sitting: Sitting
    sections: tuple[SectionLine, ...]
    parts: tuple[PartLine, ...]
    line: QuestionsLine
    minutes: int
    """Left for the whole round."""
    blocks: tuple[QuestionBlock, ...]
    terms: tuple[Term, ...]
    """Of the study's glossary, those that stand in the questions."""
    saved: str
    opened: Opened
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question with what this expert answered to it, in words."""

    text: LocalizedText
    lines: tuple[str, ...]


def questions_page(
    session: Session,
    *,
    sitting: Sitting,
    typed: Mapping[int, Mapping[str, str]] | None = None,
    sentences: Mapping[int, str] | None = None,
    problems: Sequence[Problem] = (),
) -> QuestionsPage | None:
    """The questions of the round; None where it has none. `typed` goes before what is stored."""
    round_id, panellist_id = sitting.asked.id, sitting.seat.panellist_id
    questions = questions_of(session, round_id=round_id)
    if not questions:
        return None
    stored = own_question_answers(session, round_id=round_id, panellist_id=panellist_id)
    drafts = own_drafts(session, round_id=round_id, panellist_id=panellist_id)
    earlier = earlier_questions(session, round_id=round_id, panellist_id=panellist_id)
    fields = {
        question.id: {**typed_from_store(question, stored.get(question.id)), **_of_question(question, drafts)}
        for question in questions
    }
    line, measured = line_of(Progress(len(questions), len(stored))), sitting.asked.minutes
    sections: tuple[SectionLine, ...] = ()
    parts: tuple[PartLine, ...] = ()
    if sitting.asked.kind is RoundKind.RATING:
        sheet = worksheet(session, sitting=sitting)
        minutes = sheet.minutes_left(questions=line, measured=measured)
        sections = sheet.lines(minutes.parts)
    else:
        ideas = own_ideas(session, round_id=round_id, panellist_id=panellist_id)
        minutes = minutes_of_parts(ideas.values(), questions=line, measured=measured)
        parts = _parts(ideas.values(), minutes=minutes.parts)
    return QuestionsPage(
        sitting=sitting,
        sections=sections,
        parts=parts,
        line=minutes.questions,
        minutes=minutes.total,
        blocks=tuple(
            question_block(
                question,
                number=number,
                typed=(typed or {}).get(question.id, fields[question.id]),
                problem=(sentences or {}).get(question.id, ""),
                before=_before(earlier.get(question.id), sitting=sitting),
            )
            for number, question in enumerate(questions, start=1)
        ),
        terms=terms_in(terms_of(sitting.asked.panel.glossary), *(text for one in questions for text in one.texts())),
        saved=saved_words(sitting),
        opened=replace(
            opened(sitting, shown=_shown(questions, fields)),
            saves_by="expert.keep_question_field",
            limit=LONG_LIMIT,
        ),
        problems=tuple(problems),
    )


def _before(earlier: EarlierQuestion | None, *, sitting: Sitting) -> Before | None:
    if earlier is None:
        return None
    found = before_of(earlier, min_group_size=sitting.asked.min_group_size)
    return found if sitting.asked.shows_feedback else replace(found, group="", table=None)


def _of_question(question: AskedQuestion, drafts: Mapping[str, str]) -> dict[str, str]:
    """The drafts of one question by their names within it."""
    prefix = field_name(question.id, "")
    return {name.removeprefix(prefix): drafts[name] for name in all_fields(question) if name in drafts}


def _shown(questions: Sequence[AskedQuestion], fields: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
    """Every field as the page shows it; where no way out is chosen, the first radio button is."""
    shown: dict[str, str] = {}
    for question in questions:
        first = {} if QUESTION_KINDS[question.kind].control is Control.RADIOS else {CHOICE: ANSWERING}
        shown.update({field_name(question.id, name): value for name, value in {**first, **fields[question.id]}.items()})
    return shown


def answered_questions(
    questions: Sequence[AskedQuestion], own: Mapping[int, OwnAnswer]
) -> tuple[AnsweredQuestion, ...]:
    """Every question of the round with the expert's own answer."""
    found = []
    for question in questions:
        given = own.get(question.id)
        lines = (
            answer_lines(question, given.answer)
            if given is not None and given.answer is not None
            else (state_words(given.state if given else None),)
        )
        found.append(AnsweredQuestion(question.text, lines))
    return tuple(found)


def _parts(ideas: Collection[OwnIdea], *, minutes: Sequence[int]) -> tuple[PartLine, ...]:
    return tuple(
        PartLine(part, sum(idea.kind in kinds for idea in ideas), left)
        for (part, kinds), left in zip(PARTS.items(), minutes, strict=True)
    )
