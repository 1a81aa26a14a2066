"""How many minutes a questionnaire asks for, said before it is opened and while it is answered."""

from math import ceil

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


def minutes_to_rate(*, n_statements: int, n_answers: int, with_feedback: bool) -> int:
    """Minutes for `n_statements` that ask for `n_answers` in all; at least 1 where there is anything to do."""
    per_statement = READING_SECONDS + (FEEDBACK_SECONDS if with_feedback else 0)
    return ceil((n_statements * per_statement + n_answers * RATING_SECONDS) / 60)


def minutes_to_answer(n_questions: int) -> int:
    """Minutes for questions beside ratings or ideas; at least 1 where there is one."""
    return ceil(n_questions * QUESTION_SECONDS / 60)
