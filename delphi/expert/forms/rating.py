"""A page of ratings: the fields it has, what was chosen in them, and what is wrong with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from delphi.expert.forms.seen import NOTHING, Seen
from delphi.expert.sitting import Problem
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.my_answers import Cell, OwnComment, OwnRating
from surveys.queries.questionnaire import Questionnaire
from surveys.rules.answers import Asked, CommentAnswer, RatingAnswer
from surveys.rules.texts import COMMENT_LIMIT, clean_text
from surveys.vocabulary import RatingState, Stance, ViolationCode

WORDS = {"outside": RatingState.OUTSIDE_EXPERTISE, "information": RatingState.NEED_INFORMATION}
WORD_OF = {state: word for word, state in WORDS.items()}
NO_ANSWER = NOTHING
RATING_FIELD = re.compile(r"r-([0-9]{1,9})-([0-9]{1,9})")
COMMENT_FIELD = re.compile(r"c-([0-9]{1,9})")
STANCE_FIELD = re.compile(r"s-([0-9]{1,9})")
SILENCE_FIELD = re.compile(r"w-([0-9]{1,9})")
"""A box: I prefer not to say why."""
SIDES = {side.value: side for side in Stance}
KEEP = re.compile(r"keep (r-[0-9]{1,9}-[0-9]{1,9}) ([a-z0-9-]{1,12})")
"""The value of a button that answers as one did before: which field, and which of its radios."""
POINT = re.compile(r"-?[0-9]{1,4}")


def rating_field(statement_id: int, criterion_id: int) -> str:
    return f"r-{statement_id}-{criterion_id}"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a page shows as chosen and written, whether it comes from the database or from a form sent back."""

    choices: dict[Cell, str] = field(default_factory=dict)
    """Cell to the value of its chosen radio: a point, a word of `WORDS`, or `none`."""
    comments: dict[int, str] = field(default_factory=dict)
    stances: dict[int, str] = field(default_factory=dict)

    def over(self, other: "Filled") -> "Filled":
        """This, and `other` where this says nothing."""
        if not (self.choices or self.comments or self.stances):
            return other
        return Filled(
            choices={**other.choices, **self.choices},
            comments={**other.comments, **self.comments},
            stances={**other.stances, **self.stances},
        )

    def texts_of(self, statement_ids: Iterable[int]) -> dict[str, str]:
        """What is written about some statements, and which way it speaks, by field."""
        if not (self.comments or self.stances):
            return {}
        return {
            f"{start}-{each}": texts[each]
            for each in statement_ids
            for start, texts in (("c", self.comments), ("s", self.stances))
            if each in texts
        }

    def by_field(self) -> dict[str, str]:
        """Field name to what is chosen or written there."""
        return {
            **{rating_field(*cell): choice for cell, choice in self.choices.items()},
            **{f"c-{statement_id}": text for statement_id, text in self.comments.items()},
            **{f"s-{statement_id}": stance for statement_id, stance in self.stances.items()},
        }


@dataclass(frozen=True, slots=True)
class PostedRatings:
    """A page that was sent: what was answered on it, all as typed, and every problem found (then nothing is stored)."""

    answers: tuple[RatingAnswer, ...]
    comments: tuple[CommentAnswer, ...]
    problems: tuple[Problem, ...]
    touched: tuple[str, ...]
    """The fields that the person changed on this page; answers of others are not in `answers` and `comments`."""
    typed: Mapping[str, str]
    """Everything that was sent."""
    questionnaire: Questionnaire

    @property
    def filled(self) -> Filled:
        """What the page showed when it was sent."""
        fields = _fields_of(self.questionnaire)
        filled = Filled()
        for name, value in self.typed.items():
            if name in fields.ratings:
                filled.choices[fields.ratings[name].cell] = value
            elif name in fields.comments:
                statement_id, stance = fields.comments[name]
                filled.comments[statement_id] = value
                filled.stances[statement_id] = self.typed.get(stance, "")
        return filled


@lru_cache(maxsize=1_000)
def choice_of(rating: OwnRating) -> str:
    """The value of the radio that stands for a stored answer."""
    return str(rating.value) if rating.value is not None else WORD_OF.get(rating.state, "")


def filled_from_store(ratings: Mapping[Cell, OwnRating], comments: Mapping[int, OwnComment]) -> Filled:
    return Filled(
        choices=dict(zip(ratings, map(choice_of, ratings.values()), strict=True)),
        comments={statement_id: comment.text for statement_id, comment in comments.items()},
        stances={statement_id: comment.stance.value for statement_id, comment in comments.items()},
    )


def filled_from_drafts(drafts: Mapping[str, str]) -> Filled:
    """What was typed and is no answer yet; ratings have no drafts."""
    filled = Filled()
    for name, value in drafts.items():
        if match := COMMENT_FIELD.fullmatch(name):
            filled.comments[int(match[1])] = value
        elif match := STANCE_FIELD.fullmatch(name):
            filled.stances[int(match[1])] = value
    return filled


def unfinished_comments(drafts: Filled) -> list[Problem]:
    """What keeps each kept comment from being an answer, beside its field."""
    problems = []
    for statement_id, text in drafts.comments.items():
        try:
            clean_text(text, limit=COMMENT_LIMIT)
        except RuleViolation as violation:
            problems.append(Problem(f"c-{statement_id}", violation_sentence(violation)))
    return problems


def silences_in(form: Mapping[str, str]) -> tuple[int, ...]:
    """The statements about which the box "I prefer not to say" is ticked."""
    return tuple(int(name.removeprefix("w-")) for name in filter(SILENCE_FIELD.fullmatch, form))


def with_kept(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a page that was sent, as the pressed button leaves them: it may keep the answer of before."""
    fields = dict(form.items())
    if match := KEEP.fullmatch(fields.get("then", "")):
        fields[match[1]] = match[2]
    return fields


def read_ratings(form: Mapping[str, str], *, questionnaire: Questionnaire, seen: Seen) -> PostedRatings:
    """Everything answered on a page that was sent, in one pass; what was not touched there is left as it is stored.

    Raises
    ------
    RuleViolation
        `unknown_statement` for a field of no statement of this round.
    """
    fields = _fields_of(questionnaire)
    ratings, remarks = fields.ratings, fields.comments
    answers: list[RatingAnswer] = []
    comments: list[CommentAnswer] = []
    problems: list[Problem] = []
    touched: list[str] = []
    for name, value in form.items():
        if name in ratings:
            if not seen.is_touched(name, value):
                continue
            touched.append(name)
            try:
                answers.append(ratings[name].answer(value))
            except RuleViolation as violation:
                problems.append(Problem(name, violation_sentence(violation)))
        elif name in remarks:
            statement_id, stance_name = remarks[name]
            stance = form.get(stance_name, "")
            new = [each for each in (name, stance_name) if each in form and seen.is_touched(each, form[each])]
            if not new and not value:
                continue
            try:
                text = clean_text(value, limit=COMMENT_LIMIT)
            except RuleViolation as violation:
                problems.append(Problem(name, violation_sentence(violation)))
                continue
            if not new:
                continue
            # A new text takes its page's stance with it; a stance alone leaves the text as it is stored.
            touched.extend((name, stance_name) if name in new else new)
            side = SIDES.get(stance, Stance.NEUTRAL)
            comments.append(CommentAnswer(statement_id, text if name in new else None, side))
        elif match := RATING_FIELD.fullmatch(name) or COMMENT_FIELD.fullmatch(name):
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=int(match[1]))
    return PostedRatings(tuple(answers), tuple(comments), tuple(problems), tuple(touched), form, questionnaire)


@dataclass(frozen=True, slots=True)
class RatingField:
    """One question of a page: its cell, and what may be answered there."""

    cell: Cell
    asked: Asked
    known: dict[str, RatingAnswer] = field(default_factory=dict)
    """The answers given so far: few different ones are, and each is read once and is the same for everybody."""

    def answer(self, value: str) -> RatingAnswer:
        """What `value` answers. Raises RuleViolation (`value_off_scale`)."""
        answer = self.known.get(value)
        if answer is None:
            answer = self.known[value] = _rating(self.cell, value, asked=self.asked)
        return answer


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The names of the fields that a questionnaire has."""

    ratings: Mapping[str, RatingField]
    comments: Mapping[str, tuple[int, str]]
    """Of a comment's field: its statement, and the name of the field beside it."""


@lru_cache(maxsize=256)
def _fields_of(questionnaire: Questionnaire) -> FieldNames:
    return FieldNames(
        {rating_field(*cell): RatingField(cell, asked) for cell, asked in questionnaire.cells.items()},
        {f"c-{each}": (each, f"s-{each}") for each in questionnaire.by_id},
    )


def rating_choice(cell: Cell, value: str) -> RatingAnswer:
    """What a radio's value answers; a value that is neither a number nor a word is a rating without a point."""
    if value == NO_ANSWER:
        return RatingAnswer(*cell, state=None)
    if value in WORDS:
        return RatingAnswer(*cell, state=WORDS[value])
    return RatingAnswer(*cell, state=RatingState.RATED, value=int(value) if POINT.fullmatch(value) else None)


def _rating(cell: Cell, value: str, *, asked: Asked) -> RatingAnswer:
    answer = rating_choice(cell, value)
    if answer.state is RatingState.RATED and (answer.value is None or not asked.lower <= answer.value <= asked.upper):
        raise RuleViolation(
            ViolationCode.VALUE_OFF_SCALE,
            statement=asked.statement_code,
            value=value[:40],
            lower=asked.lower,
            upper=asked.upper,
        )
    return answer
