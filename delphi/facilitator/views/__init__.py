"""The facilitator's views, one module for each part of the work."""

from delphi.facilitator.views import (
    boards,
    comments,
    next_rounds,
    outcomes,
    questions,
    rounds,
    statements,
    synthesis,
    task_forces,
)

__all__ = [
    "boards",
    "comments",
    "next_rounds",
    "outcomes",
    "questions",
    "rounds",
    "statements",
    "synthesis",
    "task_forces",
]
