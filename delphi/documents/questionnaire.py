"""The questionnaire of an open round on paper: coded items under a personal code, no name and nobody's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, ngettext
from sqlmodel import Session

from delphi import sentences
from delphi.consent import consent_text
from delphi.documents.typesetting import typeset
from delphi.i18n import in_language, language, moment
from delphi.questions.words import group_words, how_to_answer, option_words
from surveys.queries.asked_round import AskedRound
from surveys.queries.questionnaire import AskedCriterion, AskedStatement, Questionnaire, questionnaire_of
from surveys.queries.questions import questions_of
from surveys.rules.paper import item_code
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import Control
from surveys.vocabulary import QuestionKind, RoundKind, StatementKind

POINTS_AT_MOST = 11
"""A longer scale is a box to write a number in."""
CARDS = {
    StatementKind.PROBLEM: 4,
    StatementKind.ACTIVITY: 4,
    StatementKind.OBSTACLE: 3,
    StatementKind.SUCCESS_FACTOR: 3,
}
"""Ideas that fit on the paper; the last line of the sheet says that more may be added."""
ALSO = {StatementKind.PROBLEM: (StatementKind.CAUSE, StatementKind.CONSEQUENCE)}
LINES = {Control.LINE: 1, Control.PARAGRAPH: 5, Control.NUMBER: 1}
TICKED = (Control.CHECKBOXES, Control.RADIOS)


@dataclass(frozen=True, slots=True)
class PaperFeedback:
    """What the group answered and said in the round before, in words: by question, and by statement."""

    lead: str
    of_cell: Mapping[tuple[int, int], str]
    of_statement: Mapping[int, tuple[str, ...]]


NO_FEEDBACK = PaperFeedback("", {}, {})


@dataclass(frozen=True, slots=True)
class PaperQuestionnaire:
    """Everything one sheet is made of. `code` is the personal code; `needs_consent` where none was given yet."""

    asked: AskedRound
    questionnaire: Questionnaire
    questions: Sequence[AskedQuestion]
    code: str
    needs_consent: bool
    min_group_size: int
    feedback: PaperFeedback = NO_FEEDBACK


def paper_questionnaire(
    session: Session, *, asked: AskedRound, code: str, needs_consent: bool, feedback: PaperFeedback | None = None
) -> PaperQuestionnaire:
    return PaperQuestionnaire(
        asked=asked,
        questionnaire=questionnaire_of(session, round_id=asked.id),
        questions=questions_of(session, round_id=asked.id),
        code=code,
        needs_consent=needs_consent,
        min_group_size=asked.min_group_size,
        feedback=feedback or NO_FEEDBACK,
    )


def questionnaire_pdf(paper: PaperQuestionnaire) -> bytes:
    return typeset("questionnaire", questionnaire_data(paper))


def questionnaire_data(paper: PaperQuestionnaire) -> dict[str, Any]:
    """What the sheet says, in the language of the page."""
    asked = paper.asked
    panel = asked.panel
    is_rating = asked.kind is RoundKind.RATING
    sections = _rating_sections(paper.questionnaire, paper.feedback) if is_rating else _idea_sections()
    if paper.questions:
        sections.append(
            {"heading": gettext("Questions"), "hint": "", "entries": [_question(q) for q in paper.questions]}
        )
    return {
        "language": language(),
        "title": in_language(panel.title),
        "place": gettext(
            "%(study)s · task force %(code)s · round %(number)s",
            study=in_language(panel.study_name),
            code=panel.code,
            number=asked.number,
        ),
        "foot": gettext(
            "%(code)s, round %(number)s · sheet %(sheet)s", code=panel.code, number=asked.number, sheet=paper.code
        ),
        "code": {"label": gettext("Your code"), "value": paper.code},
        "lead": _lead(paper),
        "consent": gettext("I have read this and agree to take part.") if paper.needs_consent else "",
        "terms": _terms(paper) if paper.needs_consent else [],
        "wayout": [gettext("Outside my expertise"), gettext("I need more information")],
        "sections": sections,
    }


def _lead(paper: PaperQuestionnaire) -> list[str]:
    panel = paper.asked.panel
    perspective = in_language(panel.perspective)
    lead = [line for line in (perspective, paper.feedback.lead) if line]
    lead.append(gettext("Tick or write clearly; every field may stay empty. Your name does not belong on this sheet."))
    if panel.contact_email:
        lead.append(
            gettext(
                "Please give or send it back to %(name)s (%(email)s).",
                name=panel.contact_name or panel.contact_email,
                email=panel.contact_email,
            )
        )
    deadline: datetime | None = paper.asked.deadline_at
    if deadline is not None:
        lead.append(gettext("It must be there by %(moment)s.", moment=moment(deadline, panel.time_zone)))
    lead.append(
        gettext(
            "What you write is typed in under your code. You can read it online through your personal link, "
            "and change it there until the round closes. You can leave the study at any time."
        )
    )
    return lead


def _terms(paper: PaperQuestionnaire) -> list[str]:
    """What the tick agrees to, as on the page that experts meet online."""
    text = consent_text(paper.asked.panel.consent, min_group_size=paper.min_group_size)
    return [*text.points, text.small_panel, text.group_size]


def _rating_sections(questionnaire: Questionnaire, feedback: PaperFeedback) -> list[dict[str, Any]]:
    present = {statement.kind for statement in questionnaire.statements}
    return [
        {
            "heading": str(sentences.KINDS_PLURAL[kind]),
            "hint": "",
            "entries": [
                _statement(statement, questionnaire.criteria_of(kind), feedback)
                for statement in questionnaire.statements
                if statement.kind is kind
            ],
        }
        for kind in StatementKind
        if kind in present
    ]


def _statement(
    statement: AskedStatement, criteria: Sequence[AskedCriterion], feedback: PaperFeedback
) -> dict[str, Any]:
    return _entry(
        statement.code,
        in_language(statement.text),
        scales=[
            {**_scale(criterion, letter), "before": feedback.of_cell.get((statement.id, criterion.id), "")}
            for criterion, letter in zip(criteria, "abcdefghij", strict=False)
        ],
        said=feedback.of_statement.get(statement.id, ()),
        label=gettext("Comment, for or against (others read it without your name)"),
        lines=1,
    )


def _scale(criterion: AskedCriterion, letter: str) -> dict[str, Any]:
    is_number = len(criterion.points) > POINTS_AT_MOST
    middle = criterion.lower + (criterion.upper - criterion.lower) // 2
    ends = gettext("a number from %(lower)s to %(upper)s", lower=criterion.lower, upper=criterion.upper)
    return {
        "code": letter,
        "question": in_language(criterion.question),
        "is_number": is_number,
        "points": [] if is_number else list(criterion.points),
        "low": ends if is_number else in_language(criterion.labels.get(criterion.lower)),
        "middle": "" if is_number else in_language(criterion.labels.get(middle)),
        "high": "" if is_number else in_language(criterion.labels.get(criterion.upper)),
    }


def _idea_sections() -> list[dict[str, Any]]:
    asks = {
        StatementKind.PROBLEM: gettext("What problem keeps this objective from moving forward?"),
        StatementKind.ACTIVITY: gettext("What should be done? By whom?"),
        StatementKind.OBSTACLE: gettext("What stands in the way?"),
        StatementKind.SUCCESS_FACTOR: gettext("What makes it succeed?"),
    }
    more = {
        StatementKind.CAUSE: gettext("Why is that so? (its cause, if you like)"),
        StatementKind.CONSEQUENCE: gettext("What follows from it? (its consequence, if you like)"),
    }
    on = {
        StatementKind.ACTIVITY: gettext("For problem P___ (if you like)"),
        StatementKind.OBSTACLE: gettext("For activity A___ (if you like)"),
        StatementKind.SUCCESS_FACTOR: gettext("For activity A___ (if you like)"),
    }
    sections = []
    for kind, n_cards in CARDS.items():
        entries = []
        for number in range(1, n_cards + 1):
            entries.append(_entry(item_code(kind, number), str(sentences.KINDS[kind]), label=on.get(kind, ""), lines=2))
            entries += [_entry(item_code(also, number), more[also], lines=1) for also in ALSO.get(kind, ())]
        hint = ngettext(
            "Room for %(num)d; write more on another sheet.", "Room for %(num)d; write more on another sheet.", n_cards
        )
        sections.append({"heading": asks[kind], "hint": hint, "entries": entries})
    return sections


def _question(question: AskedQuestion) -> dict[str, Any]:
    control = QUESTION_KINDS[question.kind].control
    options = option_words(question)
    unit = "%" if question.kind is QuestionKind.PROBABILITY else in_language(question.unit)
    hints = [in_language(question.hint), _how_on_paper(question, control)]
    return _entry(
        question.code,
        in_language(question.text),
        hint=" ".join(hint for hint in hints if hint),
        options=[
            {"code": str(place), "text": words, "mark": "tick" if control in TICKED else "box"}
            for place, words in enumerate(options.values(), start=1)
        ],
        label=unit if control is Control.NUMBER else "",
        lines=LINES.get(control, 0),
    )


def _how_on_paper(question: AskedQuestion, control: Control) -> str:
    if control is Control.OPTION_PER_PLACE:
        return ngettext(
            "Write 1 beside the best one.",
            "Write 1 beside the best, 2 beside the second, up to %(num)d; leave the others empty.",
            question.choose_at_most,
        )
    if control is Control.GROUP_PER_OPTION:
        groups = "; ".join(
            f"{letter} = {words}"
            for letter, words in zip("ABCDEFGHIJKLMNOP", group_words(question).values(), strict=False)
        )
        return gettext("Write the letter of its group beside each: %(groups)s.", groups=groups)
    return how_to_answer(question)


def _entry(
    code: str,
    text: str,
    *,
    hint: str = "",
    scales: Sequence[dict[str, Any]] = (),
    options: Sequence[dict[str, str]] = (),
    said: Sequence[str] = (),
    label: str = "",
    lines: int = 0,
) -> dict[str, Any]:
    return {
        "code": code,
        "text": text,
        "hint": hint,
        "scales": list(scales),
        "options": list(options),
        "said": list(said),
        "label": label,
        "lines": lines,
    }
