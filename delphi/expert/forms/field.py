"""One field as a script sends it while somebody types: its name says what it answers, as on the page's own form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from delphi.expert.forms.ideas import CARDS_AT_MOST, card_parent, kind_and_number
from delphi.expert.forms.rating import COMMENT_FIELD, RATING_FIELD, SILENCE_FIELD, STANCE_FIELD, rating_choice
from delphi.expert.forms.seen import BLANK, CLIENT_LENGTH, sequence_in
from surveys.errors import RuleViolation
from surveys.rules.answers import CommentAnswer, IdeaAnswer
from surveys.rules.texts import clean_text
from surveys.services.field_saving import PARENT, FieldAnswer, ParentAnswer, SilenceAnswer, StanceAnswer
from surveys.services.field_writes import Write
from surveys.vocabulary import Stance, ViolationCode

NAME_LENGTH = 60
VALUE_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class PostedField:
    """A write, and the mark of the value the page knew to be stored; None where it says nothing of that."""

    write: Write
    known: str | None


def read_field(posted: Mapping[str, Any]) -> PostedField | None:
    """The write in a request; None where a part is missing or is not what it should be."""
    field, value, client = posted.get("field"), posted.get("value"), posted.get("client")
    known = posted.get("known")
    sequence = sequence_in(posted.get("sequence"))
    if not (isinstance(field, str) and isinstance(value, str) and isinstance(client, str)):
        return None
    if not (known is None or isinstance(known, str)):
        return None
    if sequence is None or not field or len(field) > NAME_LENGTH or len(value) > VALUE_LENGTH:
        return None
    if not 0 < len(client) <= CLIENT_LENGTH or not client.isascii() or not client.isprintable():
        return None
    return PostedField(Write(field, value, client, sequence), known or (None if known is None else BLANK))


def answer_in(write: Write) -> FieldAnswer:
    """What a write answers.

    Raises
    ------
    RuleViolation
        `unknown_statement` for a name that is no field of such pages, `value_off_scale` for a rating that is neither
        a number nor a way out.
    """
    if match := RATING_FIELD.fullmatch(write.field):
        return rating_choice((int(match[1]), int(match[2])), write.value)
    if match := COMMENT_FIELD.fullmatch(write.field):
        return CommentAnswer(int(match[1]), _plain(write.value))
    if match := STANCE_FIELD.fullmatch(write.field):
        if write.value not in set(Stance):
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
        return StanceAnswer(int(match[1]), Stance(write.value))
    if match := SILENCE_FIELD.fullmatch(write.field):
        return SilenceAnswer(int(match[1]), prefers=bool(write.value))
    slot = write.field.removeprefix(PARENT)
    found = kind_and_number(slot)
    if found is None or found[1] > CARDS_AT_MOST:
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    kind, number = found
    if slot == write.field:
        return IdeaAnswer(slot, kind, _plain(write.value), card_parent(kind, number))
    if write.value and kind_and_number(write.value) is None:
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    return ParentAnswer(slot, kind, write.value or None)


def _plain(text: str) -> str:
    """The text without its outer blanks, of any length: whether it is too long is for the service to say."""
    return clean_text(text, limit=VALUE_LENGTH)
