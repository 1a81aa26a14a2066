"""The facilitator's views, one module for each part of the work."""

from delphi.facilitator.views import (
    boards,
    charts,
    comments,
    frameworks,
    next_rounds,
    outcomes,
    panel,
    protocols,
    questions,
    rounds,
    statements,
    studies,
    synthesis,
    task_forces,
    what_if,
)

__all__ = [
    "boards",
    "charts",
    "comments",
    "frameworks",
    "next_rounds",
    "outcomes",
    "panel",
    "protocols",
    "questions",
    "rounds",
    "statements",
    "studies",
    "synthesis",
    "task_forces",
    "what_if",
]
