"""Ratings collected elsewhere become closed rounds; two published studies come out as they were printed."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from analysis.types import Scale
from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.file_problems import FileProblem
from surveys.models import (
    AuditEvent,
    College,
    Criterion,
    FrozenRating,
    Panellist,
    Protocol,
    Round,
    RoundResult,
    Snapshot,
    Statement,
)
from surveys.rating_study import ConsensusOptions, read_ratings_to_import, slug_of
from surveys.rules.median_class import median_class
from surveys.services.ratings_import import ImportedRatings, import_ratings
from surveys.vocabulary import AuditAction, RatingState, RoundStatus, ViolationCode
from tests.builders import NOW

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
NINE = Scale(1, 9)
SMALL = """expert,group,round,item,rating,na_reason
E1,farmers,2,Q1,8,
E1,farmers,2,Q2,3,
E2,farmers,2,Q1,,no_opinion
E2,farmers,2,Q2,,
E3,traders,2,Q1,9,
E1,farmers,5,Q1,7,
E3,traders,5,Q1,,abstained
"""

Figures = dict[tuple[int, str], RoundResult]


def made_of(
    database: Database,
    source: Path | bytes,
    *,
    scale: Scale = NINE,
    name: str = "Puff Bars",
    options: ConsensusOptions | None = None,
) -> ImportedRatings:
    table = read_ratings_to_import(source, scale=scale)
    with database.writing() as session:
        return import_ratings(session, table=table, name=name, options=options, actor=None, now=NOW)


def figures(session: Session) -> Figures:
    """(round number, statement code) to its frozen result."""
    rows = session.exec(
        select(Round.number, Statement.code, RoundResult)
        .join(Snapshot, col(Snapshot.round_id) == Round.id)
        .join(RoundResult, col(RoundResult.snapshot_id) == Snapshot.id)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
    ).all()
    return {(number, code): result for number, code, result in rows}


def response_rate(result: RoundResult) -> float:
    """Ratings of those who returned the round."""
    returned = result.n + result.report["n_dont_know"] + result.report["n_missing"]
    return round(100 * result.n / returned, 1)


@pytest.fixture
def dataset() -> Path:
    if not DATASETS.is_dir():
        pytest.skip("the published data sets are not on this machine")
    return DATASETS


def test_rounds_keep_their_numbers_and_are_closed(database: Database) -> None:
    made = made_of(database, SMALL.encode())
    assert (made.round_numbers, made.n_panellists, made.n_statements) == ((2, 5), 3, 2)
    with database.reading() as session:
        rounds = session.exec(select(Round).order_by(col(Round.number))).all()
        assert [(one.number, one.status) for one in rounds] == [(2, RoundStatus.CLOSED), (5, RoundStatus.CLOSED)]
        assert set(figures(session)) == {(2, "Q1"), (2, "Q2"), (5, "Q1")}


def test_panellists_are_nobody_and_sit_in_the_colleges_of_the_file(lite: Database) -> None:
    made_of(lite, SMALL.encode())
    with lite.reading() as session:
        assert set(session.exec(select(Panellist.person_id)).all()) == {None}
        colleges = {college.id: college.code for college in session.exec(select(College)).all()}
        seats = session.exec(select(Panellist.college_id).order_by(col(Panellist.id))).all()
        assert [colleges[seat] for seat in seats if seat is not None] == ["farmers", "farmers", "traders"]


def test_reasons_become_states_and_blanks_stay_blank(lite: Database) -> None:
    made = made_of(lite, SMALL.encode())
    assert made.n_answers == 6
    with lite.reading() as session:
        states = [one.state for one in session.exec(select(FrozenRating)).all()]
        assert sorted(states) == sorted(
            [RatingState.RATED] * 4 + [RatingState.OUTSIDE_EXPERTISE, RatingState.ABSTAINED]
        )
        found = figures(session)
        # E2 returned round 2 without rating Q1; in round 5 E2 is missing altogether.
        assert response_rate(found[2, "Q1"]) == 66.7
        assert response_rate(found[5, "Q1"]) == 100.0


def test_thresholds_of_the_published_study_go_into_the_locked_protocol(lite: Database) -> None:
    made_of(lite, SMALL.encode(), options=ConsensusOptions(agree_from=8, agreement="2/3", iqr=3))
    with lite.reading() as session:
        rule = session.exec(select(Protocol)).one().settings["criteria"]["rating"]
    assert rule == {"agree_from": 8, "agree_to": 9, "agreement": "2/3", "iqr": 3}


def test_thresholds_off_the_scale_are_refused_and_leave_nothing(lite: Database) -> None:
    with pytest.raises(ValueError, match="0-9 is outside the scale 1-9"):
        made_of(lite, SMALL.encode(), options=ConsensusOptions(agree_from=0))
    with lite.reading() as session:
        assert session.exec(select(Round)).all() == []


def test_every_criterion_of_the_file_is_asked_of_every_statement(lite: Database) -> None:
    text = "expert,item,criterion,rating\n" + "".join(
        f"E{expert},Q1,{criterion},{expert}\n" for expert in range(1, 7) for criterion in ("Benefit", "Cost total")
    )
    made_of(lite, text.encode())
    with lite.reading() as session:
        criteria = session.exec(select(Criterion).order_by(col(Criterion.position))).all()
        assert [(one.code, one.name["fr"], one.is_primary) for one in criteria] == [
            ("benefit", "Benefit", True),
            ("cost-total", "Cost total", False),
        ]
        assert [result.n for result in session.exec(select(RoundResult)).all()] == [6, 6]


def test_a_name_that_is_taken_is_refused(lite: Database) -> None:
    made_of(lite, SMALL.encode())
    with pytest.raises(RuleViolation) as refused:
        made_of(lite, SMALL.encode())
    assert refused.value.code is ViolationCode.STUDY_EXISTS


def test_the_log_names_file_and_content(lite: Database) -> None:
    made_of(lite, SMALL.encode())
    with lite.reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.RATINGS_IMPORTED)).one()
    assert (event.details["rounds"], len(event.details["digest"])) == ([2, 5], 64)


def test_a_fraction_counts_as_the_next_point_on_a_fine_scale_only(lite: Database) -> None:
    text = b"expert,item,rating\nE1,Q1,62.5\nE2,Q1,0.3\n"
    made = made_of(lite, text, scale=Scale(0, 100))
    assert made.notices == (
        "line 2: 62.5 counts as 63, here and wherever it stands",
        "line 3: 0.3 counts as 0, here and wherever it stands",
    )
    with pytest.raises(FileProblem, match=r'"100\.4" is not on the scale 0-100'):
        read_ratings_to_import(b"expert,item,rating\nE1,Q1,100.4\n", scale=Scale(0, 100))
    with pytest.raises(FileProblem, match=r'"2\.5" is not a whole number of the scale 1-9'):
        read_ratings_to_import(b"expert,item,rating\nE1,Q1,2.5\n", scale=NINE)


@pytest.mark.parametrize(
    ("name", "slug"), [("Puff Bars", "puff-bars"), ("Évaluation 3 !", "evaluation-3"), ("土", "study")]
)
def test_slug_of_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_unisante_table_comes_out_as_it_was_published(lite: Database, dataset: Path) -> None:
    folder = dataset / "unisante_ftd"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["table"]
    made = made_of(lite, folder / "ratings.csv", options=ConsensusOptions(agreement="1/2", iqr=3))
    assert (made.n_panellists, made.round_numbers) == (26, (2, 3))
    with lite.reading() as session:
        found = figures(session)
    assert len(found) == len(expected) == 33
    assert [row["item"] for row in expected if published(found[row["round"], row["item"]]) != as_printed(row)] == []


def published(result: RoundResult) -> dict[str, Any]:
    """The published columns from one frozen result, as a board reads them."""
    return {
        "n": result.n,
        "response_rate_pct": response_rate(result),
        "median": result.median,
        "q1": result.q1,
        "q3": result.q3,
        "agreement": median_class(result.median, box=(7, 9), scale=(1, 9)).value,
        "consensus": result.report["criteria"]["iqr"],
        "half_agree": result.report["criteria"]["agreement"],
    }


def as_printed(row: dict[str, Any]) -> dict[str, Any]:
    columns = ("n", "response_rate_pct", "median", "q1", "q3", "consensus")
    agreement = row["agreement"] or "none"
    return {**{name: row[name] for name in columns}, "agreement": agreement, "half_agree": agreement == "agree"}


def test_replicats_means_come_out_as_they_were_published(lite: Database, dataset: Path) -> None:
    folder = dataset / "replicats_p1"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    made = made_of(lite, folder / "ratings.csv", scale=Scale(0, 100), name="Replicability")
    assert (made.n_panellists, made.n_statements, made.round_numbers) == (25, 25, (1, 2))
    with lite.reading() as session:
        found = figures(session)
    for row in expected["table"]:
        assert found[row["round"], row["item"]].mean == pytest.approx(row["mean"], abs=0.05)
    for item, rounds in expected["own_computation"].items():
        for number, name in ((1, "r1"), (2, "r2")):
            result = found[number, item]
            assert (result.median, result.iqr) == (rounds[name]["median"], rounds[name]["iqr"]), (item, number)
            assert result.mean == pytest.approx(rounds[name]["mean"], abs=0.05)
