"""Somebody with access to the database changes one answer of a closed round."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlmodel import select, update

from surveys.models import Criterion, Rating, Round, Statement, TaskForce


@dataclass(frozen=True)
class Tampering:
    """The one answer of value `old` to the importance of a statement in a round becomes `new`."""

    round_number: int
    code: str
    old: int
    new: int


@contextmanager
def changed_rating(app: Flask, tampering: Tampering) -> Iterator[None]:
    """The answer is another one inside, and again what it was afterwards."""
    _change(app, tampering, old=tampering.old, new=tampering.new)
    try:
        yield
    finally:
        _change(app, tampering, old=tampering.new, new=tampering.old)


def _change(app: Flask, tampering: Tampering, *, old: int, new: int) -> None:
    with app.extensions["delphi_database"].writing() as session:
        statement = session.exec(select(Statement).where(Statement.code == tampering.code)).one()
        study_id = session.get_one(TaskForce, statement.task_force_id).study_id
        round_id = session.exec(
            select(Round.id).where(
                Round.task_force_id == statement.task_force_id, Round.number == tampering.round_number
            )
        ).one()
        criterion_id = session.exec(
            select(Criterion.id).where(Criterion.study_id == study_id, Criterion.code == "importance")
        ).one()
        changed = session.connection().execute(
            update(Rating)
            .where(
                Rating.round_id == round_id,
                Rating.statement_id == statement.id,
                Rating.criterion_id == criterion_id,
                Rating.value == old,
            )
            .values(value=new)
        )
        assert changed.rowcount == 1
