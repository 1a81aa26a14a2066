"""The facilitator's views, one module for each part of the work."""

from delphi.facilitator.views import (
    boards,
    charts,
    comments,
    next_rounds,
    outcomes,
    questions,
    rounds,
    statements,
    synthesis,
    task_forces,
    what_if,
)

__all__ = [
    "boards",
    "charts",
    "comments",
    "next_rounds",
    "outcomes",
    "questions",
    "rounds",
    "statements",
    "synthesis",
    "task_forces",
    "what_if",
]
