"""A page of ratings: the fields it has, what was chosen in them, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

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
NO_ANSWER = "none"
RATING_FIELD = re.compile(r"r-([0-9]{1,9})-([0-9]{1,9})")
COMMENT_FIELD = re.compile(r"c-([0-9]{1,9})")
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
        return Filled(
            choices={**other.choices, **self.choices},
            comments={**other.comments, **self.comments},
            stances={**other.stances, **self.stances},
        )


@dataclass(frozen=True, slots=True)
class PostedRatings:
    """A page that was sent: its answers, the same as typed, and every problem found (then nothing is to be stored)."""

    answers: tuple[RatingAnswer, ...]
    comments: tuple[CommentAnswer, ...]
    filled: Filled
    problems: tuple[Problem, ...]


def choice_of(rating: OwnRating) -> str:
    """The value of the radio that stands for a stored answer."""
    return str(rating.value) if rating.value is not None else WORD_OF.get(rating.state, "")


def filled_from_store(ratings: Mapping[Cell, OwnRating], comments: Mapping[int, OwnComment]) -> Filled:
    return Filled(
        choices={cell: choice_of(rating) for cell, rating in ratings.items()},
        comments={statement_id: comment.text for statement_id, comment in comments.items()},
        stances={statement_id: comment.stance.value for statement_id, comment in comments.items()},
    )


def read_ratings(form: Mapping[str, str], *, questionnaire: Questionnaire) -> PostedRatings:
    """Everything answered on a page that was sent, in one pass.

    Raises
    ------
    RuleViolation
        `unknown_statement` for a field of no statement of this round.
    """
    asked = questionnaire.cells()
    known = {statement.id for statement in questionnaire.statements}
    answers: list[RatingAnswer] = []
    comments: list[CommentAnswer] = []
    problems: list[Problem] = []
    filled = Filled()
    for name, value in form.items():
        if match := RATING_FIELD.fullmatch(name):
            cell = (int(match[1]), int(match[2]))
            if cell not in asked:
                raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=cell[0])
            filled.choices[cell] = value
            try:
                answers.append(_rating(cell, value, asked=asked[cell]))
            except RuleViolation as violation:
                problems.append(Problem(name, violation_sentence(violation)))
        elif match := COMMENT_FIELD.fullmatch(name):
            statement_id = int(match[1])
            if statement_id not in known:
                raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=statement_id)
            stance = form.get(f"s-{statement_id}", "")
            filled.comments[statement_id] = value
            filled.stances[statement_id] = stance
            try:
                text = clean_text(value, limit=COMMENT_LIMIT)
            except RuleViolation as violation:
                problems.append(Problem(name, violation_sentence(violation)))
                continue
            sides = {side.value: side for side in Stance}
            comments.append(CommentAnswer(statement_id, text, sides.get(stance, Stance.NEUTRAL)))
    return PostedRatings(tuple(answers), tuple(comments), filled, tuple(problems))


def _rating(cell: Cell, value: str, *, asked: Asked) -> RatingAnswer:
    if value == NO_ANSWER:
        return RatingAnswer(*cell, state=None)
    if value in WORDS:
        return RatingAnswer(*cell, state=WORDS[value])
    point = int(value) if POINT.fullmatch(value) else None
    if point is None or not asked.lower <= point <= asked.upper:
        raise RuleViolation(
            ViolationCode.VALUE_OFF_SCALE,
            statement=asked.statement_code,
            value=value[:40],
            lower=asked.lower,
            upper=asked.upper,
        )
    return RatingAnswer(*cell, state=RatingState.RATED, value=point)
