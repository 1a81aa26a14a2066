"""What every form shares: protection by token, cleaned text, errors in the page's language."""

import re
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError

from delphi.sentences import KINDS, violation_sentence
from surveys.errors import RuleViolation
from surveys.rules.texts import clean_text
from surveys.vocabulary import StatementKind


class BaseForm(FlaskForm):
    """A form whose texts pass the same gate as every other text (`surveys.rules.texts`)."""

    def error_summary(self) -> list[tuple[str, str]]:
        """(field id, message) for the list on top of the page, in the order of the fields."""
        return [(field.id, str(message)) for field in self for message in field.errors]


class CleanText:
    """Validator: store the text cleaned; refuse what is too long, saying by how much."""

    def __init__(self, *, limit: int, required: bool = False) -> None:
        self.limit = limit
        self.required = required

    def __call__(self, form: BaseForm, field: Field) -> None:
        try:
            field.data = clean_text(field.data or "", limit=self.limit)
        except RuleViolation as violation:
            raise ValidationError(violation_sentence(violation)) from violation
        if self.required and not field.data:
            raise ValidationError(gettext("Please fill in this field."))


UNTYPED = re.compile(r"csrf_token|(?:\w+_)?pass(?:word|code)|seen|client|touched|then|digest|preview|(?:r|s|on)-.*")
"""Fields that hold no text of the person: what the page itself sends along, and choices."""
SECRET = re.compile(r"csrf_token|(?:\w+_)?pass(?:word|code)")
"""Fields that are never shown or sent along again."""
CARD = re.compile(r"([a-z_]+)-([0-9]+)")
SHORTEST_TEXT = 3


def posted_fields(values: Any) -> list[tuple[str, str]]:
    """Everything that was sent, to be sent again: every non-empty field but the token and passwords."""
    return [(name, value) for name, value in values.items(multi=True) if value and not SECRET.fullmatch(name)]


def typed_texts(values: Any) -> list[tuple[str, str]]:
    """What somebody typed, for pages that show it again: (words that name the field, text) each."""
    found = [
        (name, value)
        for name, value in values.items(multi=True)
        if len(value) >= SHORTEST_TEXT and not UNTYPED.fullmatch(name)
    ]
    return [(_field_words(name, number), value) for number, (name, value) in enumerate(found, start=1)]


def _field_words(name: str, number: int) -> str:
    card = CARD.fullmatch(name)
    if card is not None and card[1] == "c":
        return str(gettext("Your comment"))
    if card is not None and card[1] in set(StatementKind):
        return f"{KINDS[StatementKind(card[1])]} {card[2]}"
    return str(gettext("Text %(number)s", number=number))
