"""What every form shares: protection by token, cleaned text, errors in the page's language."""

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError

from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.rules.texts import clean_text


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


def posted_texts(values: Any) -> list[tuple[str, str]]:
    """What somebody typed, for pages that show it again: every non-empty field but the token and passwords."""
    hidden = ("csrf_token", "password")
    return [(name, value) for name, value in values.items(multi=True) if value and name not in hidden]
