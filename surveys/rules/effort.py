"""How many minutes a questionnaire asks for, said before it is opened and while it is answered."""

from collections.abc import Collection, Sequence
from math import ceil

from surveys.vocabulary import RATED_KINDS, StatementKind

READING_SECONDS = 20
"""To read one statement and form a view."""
RATING_SECONDS = 10
"""To choose one answer on one criterion."""
FEEDBACK_SECONDS = 20
"""To read what the group answered and why."""
PROBLEMS_MINUTES = 7
PROPOSALS_MINUTES = 5
IDEAS_MINUTES = PROBLEMS_MINUTES + PROPOSALS_MINUTES
QUESTION_SECONDS = 45
"""To read and answer one question beside the ratings."""


def seconds_to_rate(*, n_statements: int, n_answers: int, with_feedback: bool) -> int:
    """Seconds for `n_statements` that ask for `n_answers` in all."""
    per_statement = READING_SECONDS + (FEEDBACK_SECONDS if with_feedback else 0)
    return n_statements * per_statement + n_answers * RATING_SECONDS


def minutes_to_rate(*, n_statements: int, n_answers: int, with_feedback: bool) -> int:
    """`seconds_to_rate` in minutes; at least 1 where there is anything to do."""
    return ceil(seconds_to_rate(n_statements=n_statements, n_answers=n_answers, with_feedback=with_feedback) / 60)


def minutes_to_answer(n_questions: int) -> int:
    """Minutes for questions beside ratings or ideas; at least 1 where there is one."""
    return ceil(n_questions * QUESTION_SECONDS / 60)


def minutes_for_ideas(kinds: Collection[StatementKind]) -> int:
    """Minutes for the parts of a round of ideas of which none is among the `kinds` already written."""
    has_proposals = not set(RATED_KINDS).isdisjoint(kinds)
    has_problems = not set(StatementKind).difference(RATED_KINDS).isdisjoint(kinds)
    return (0 if has_problems else PROBLEMS_MINUTES) + (0 if has_proposals else PROPOSALS_MINUTES)


def minutes_on_measure(left: int, *, whole: int, measured: int | None) -> int:
    """The share `left` of `whole` estimated minutes of those measured in a pilot; `left` itself without one."""
    if measured is None or not left:
        return left
    return max(1, ceil(measured * left / whole))


def minutes_by_part(efforts: Sequence[int], *, total: int) -> tuple[int, ...]:
    """Whole minutes in proportion to `efforts` that add up to `total`, by largest remainders (the first of equal ones).

    A short part may get 0, which means less than a minute. Without any effort all get 0.
    """
    whole = sum(efforts)
    if not whole:
        return (0,) * len(efforts)
    shares = [divmod(effort * total, whole) for effort in efforts]
    n_over = total - sum(minutes for minutes, _ in shares)
    rounded_up = set(sorted(range(len(shares)), key=lambda part: -shares[part][1])[:n_over])
    return tuple(minutes + (part in rounded_up) for part, (minutes, _) in enumerate(shares))
