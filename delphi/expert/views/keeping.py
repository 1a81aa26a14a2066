"""Nothing typed is lost: the page for a round that closed meanwhile, and its texts as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext

from delphi.expert import blueprint
from delphi.expert.forms.ideas import kind_and_number
from delphi.expert.forms.rating import NO_ANSWER, WORDS, Filled
from delphi.expert.pages.opened import shelf_of
from delphi.expert.sitting import Sitting
from delphi.i18n import in_language, moment
from delphi.questions.words import group_words, option_words, state_words
from delphi.security import requires
from delphi.sentences import KINDS
from surveys.errors import RuleViolation
from surveys.queries.questionnaire import Questionnaire
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.asked import CHOICE
from surveys.rules.questions.fields import WAYS_OUT
from surveys.vocabulary import Permission, QuestionKind, RatingState

MOST_KEPT = 200_000
"""Characters of a download: more than a round can hold, less than a way to make the server echo anything."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed about one statement or in one card."""

    heading: str
    lines: tuple[str, ...]
    text: str


def was_saved_elsewhere(sitting: Sitting) -> bool:
    """Whether these answers were saved after the page that is now sent was opened."""
    seen, saved_at = request.form.get("seen"), sitting.saved_at
    return seen is not None and saved_at is not None and saved_at.isoformat() != seen.split(" ")[0]


def typed_ratings(filled: Filled, *, questionnaire: Questionnaire) -> list[Kept]:
    """What was chosen and written on a page of ratings, by statement."""
    kept = []
    for statement in questionnaire.statements:
        lines = []
        for criterion in questionnaire.criteria_of(statement.kind):
            choice = filled.choices.get((statement.id, criterion.id), NO_ANSWER)
            if choice != NO_ANSWER:
                lines.append(gettext("%(label)s:", label=in_language(criterion.name)) + f" {_choice_words(choice)}")
        text = filled.comments.get(statement.id, "").strip()
        if lines or text:
            kept.append(Kept(in_language(statement.text), tuple(lines), text))
    return kept


def _choice_words(choice: str) -> str:
    if choice not in WORDS:
        return choice[:40]
    if WORDS[choice] is RatingState.OUTSIDE_EXPERTISE:
        return str(gettext("Outside my expertise"))
    return str(gettext("I need more information"))


def typed_ideas(texts: Mapping[str, str]) -> list[Kept]:
    """What was written on a page of cards."""
    kept = []
    for slot, text in texts.items():
        found = kind_and_number(slot)
        if found is not None and text.strip():
            kept.append(Kept(slot_words(slot), (), text.strip()))
    return kept


def slot_words(slot: str) -> str:
    """A card's field as a person knows it, such as "Cause 2"."""
    found = kind_and_number(slot)
    return f"{KINDS[found[0]]} {found[1]}" if found else slot


def typed_questions(typed: Mapping[int, Mapping[str, str]], *, questions: Sequence[AskedQuestion]) -> list[Kept]:
    """What was typed and chosen on a page of questions, readable even where it is no answer yet."""
    kept = []
    for question in questions:
        fields = dict(typed.get(question.id, {}))
        options, words = option_words(question), {**option_words(question), **group_words(question)}
        way = fields.pop(CHOICE, "")
        lines = [
            gettext("%(label)s:", label=options.get(name, name)) + f" {words.get(value, value)}"
            for name, value in fields.items()
            if value
        ]
        if question.kind in (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT):
            lines, text = [], "\n".join(fields.values()).strip()
        else:
            text = ""
        if way in WAYS_OUT:
            lines.append(state_words(WAYS_OUT[way]))
        elif way in options:
            lines.append(options[way])
        if lines or text:
            kept.append(Kept(in_language(question.text), tuple(lines), text))
    return kept


def closed_meanwhile(sitting: Sitting, violation: RuleViolation, kept: list[Kept]) -> tuple[str, int]:
    """The page for answers that came too late: when the round closed, what was typed, whom to ask. Stores nothing."""
    panel = sitting.asked.panel
    closed_at: datetime | None = violation.params.get("closed_at")
    as_file = "\n\n".join("\n".join([item.heading, *item.lines, *([item.text] if item.text else [])]) for item in kept)
    page = render_template(
        "expert/closed.html",
        sitting=sitting,
        closed_at=moment(closed_at, panel.time_zone),
        kept=kept,
        shelf=shelf_of(sitting),
        as_file=f"{panel.code}, {in_language(panel.title)}\n\n{as_file}\n",
    )
    return page, 409


@blueprint.post("/kept")
@requires(Permission.SEE_OWN_PANELS)
def kept_file() -> Any:
    """The posted text as a file to keep. Nothing is stored."""
    text = request.form.get("text", "")[:MOST_KEPT].replace("\r\n", "\n")
    return Response(
        text,
        mimetype="text/plain",
        headers={"Content-Disposition": 'attachment; filename="delphi.txt"'},
    )
