"""`verify` finds one changed answer, figure or seal, and nothing where nothing was changed."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import FrozenRating, Rating, RoundResult, Snapshot
from surveys.services.rounds import close_round
from surveys.services.verification import Difference, DifferenceKind, verify
from tests.builders import NOW, a_study, an_open_rating_round, as_facilitator, rate


def a_closed_round(database: Database) -> int:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=2)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 | 8 8 | 7 8 | 9 8 | 8 . | 8 2")
        close_round(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        return round_.id


def differences(database: Database) -> tuple[Difference, ...]:
    with database.reading() as session:
        return verify(session).differences


def test_an_untouched_round_fits(database: Database) -> None:
    a_closed_round(database)
    with database.reading() as session:
        verified = verify(session)
    assert verified.differences == ()
    assert (verified.n_snapshots, verified.n_answers, verified.n_figures) == (1, 11, 4)


def test_a_changed_answer_is_named(database: Database) -> None:
    a_closed_round(database)
    with database.writing() as session:
        rating = session.exec(select(Rating).where(Rating.value == 2)).one()
        rating.value = 9
        panellist_id = rating.panellist_id
    (found,) = differences(database)
    assert (found.kind, found.task_force, found.round_number) == (DifferenceKind.ANSWER, "A5", 1)
    assert (found.statement, found.criterion, found.panellist_id) == ("A5-02", "importance", panellist_id)
    assert (found.stored, found.expected) == ("9", "2")


def test_a_deleted_answer_is_named(lite: Database) -> None:
    a_closed_round(lite)
    with lite.writing() as session:
        session.delete(session.exec(select(Rating).where(Rating.value == 2)).one())
    assert [(d.kind, d.stored, d.expected) for d in differences(lite)] == [(DifferenceKind.ANSWER, "nothing", "2")]


def _change_frozen(session: Session) -> None:
    session.exec(select(FrozenRating).where(FrozenRating.value == 2)).one().value = 9


def _change_figure(session: Session) -> None:
    session.exec(select(RoundResult).where(RoundResult.median == 8.0)).first().median = 7.5  # type: ignore[union-attr]


def _change_rank_in_report(session: Session) -> None:
    result = session.exec(select(RoundResult).where(RoundResult.n == 6)).one()
    result.report = {**result.report, "consensus_class": "leaning"}


def _change_seal(session: Session) -> None:
    session.exec(select(Snapshot)).one().digest = "0" * 64


def _change_audience(session: Session) -> None:
    snapshot = session.exec(select(Snapshot)).one()
    snapshot.audience = {**snapshot.audience, "answered": snapshot.audience["answered"][1:]}


def _change_rule(session: Session) -> None:
    snapshot = session.exec(select(Snapshot)).one()
    snapshot.rule = {**snapshot.rule, "min_n": 3}


def _delete_result(session: Session) -> None:
    session.delete(session.exec(select(RoundResult).where(RoundResult.n == 6)).one())


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_change_frozen, DifferenceKind.SEAL),
        (_change_frozen, DifferenceKind.ANSWER),
        (_change_frozen, DifferenceKind.FIGURE),
        (_change_figure, DifferenceKind.FIGURE),
        (_change_rank_in_report, DifferenceKind.FIGURE),
        (_change_seal, DifferenceKind.SEAL),
        (_change_seal, DifferenceKind.LOG),
        (_change_audience, DifferenceKind.SEAL),
        (_change_rule, DifferenceKind.SEAL),
        (_delete_result, DifferenceKind.MISSING_RESULT),
    ],
)
def test_every_kind_of_change_is_found(lite: Database, change: Callable[[Session], None], kind: DifferenceKind) -> None:
    a_closed_round(lite)
    with lite.writing() as session:
        change(session)
    assert kind in {difference.kind for difference in differences(lite)}
