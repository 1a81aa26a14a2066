"""The programme board shows where each task force stands, and nothing of open rounds but who responded."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import Outcome, Panellist, Rating, Round, RoundResult, Statement
from surveys.queries.programme import ProgrammeRow, programme_of
from surveys.rules.blockers import Blocker
from surveys.services.categories import assign_category
from tests.builders import (
    NOW,
    a_study,
    a_task_force,
    an_open_rating_round,
    rate,
    staff_client,
)
from tests.delphi.secretariat.conftest import counted_statements
from tests.published import PublishedStudy, a_published_study


def row_of(session: Session, study: PublishedStudy, code: str) -> ProgrammeRow:
    rows = programme_of(session, study_id=study.study_id, now=NOW)
    return next(row for row in rows if row.objective.code == code)


def board_text(client: FlaskClient, study_id: int, query: str = "") -> str:
    response = client.get(f"/secretariat/studies/{study_id}/{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_home_goes_straight_to_the_only_study(desk: FlaskClient, study: PublishedStudy) -> None:
    response = desk.get("/secretariat/")
    assert response.headers["Location"] == f"/secretariat/studies/{study.study_id}/"


def test_a_published_task_force_is_counted_from_frozen_results(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        row = row_of(session, study, "A5")
        assert row.agreement is not None
        assert (row.n_panel, row.n_asked, row.n_responded) == (6, 6, 6)
        assert (row.agreement.n_agreed, row.agreement.n_dropped, row.agreement.n_rated) == (4, 0, 7)
        mirrored = row_of(session, study, "B1").agreement
        assert mirrored is not None
        assert (mirrored.n_agreed, mirrored.n_dropped) == (0, 4)
        for rating in session.exec(select(Rating)).all():
            rating.value = None if rating.value is None else 1
            session.add(rating)
        session.flush()
        assert row_of(session, study, "A5").agreement == row.agreement


def test_what_is_missing_moves_from_category_to_facility_to_nothing(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        assert (row_of(session, study, "A5").finding.blocker, row_of(session, study, "A5").n_uncategorised) == (
            Blocker.UNCATEGORISED,
            4,
        )
        assign_category(
            session,
            actor=None,
            study_id=study.study_id,
            statement_ids=[study.statements[f"A5-0{number}"] for number in (1, 2, 3, 4)],
            category_id=study.categories["markets"],
            now=NOW,
        )
        row = row_of(session, study, "A5")
        assert (row.finding.blocker, row.n_unassigned) == (Blocker.UNASSIGNED, 4)
        # The activities that B1 agreed to drop need neither.
        assert row_of(session, study, "B1").n_uncategorised == 2


def test_needs_me_is_in_the_address_and_filters(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    with app.extensions["delphi_database"].writing() as session:
        a_task_force(session, study_id=study.study_id, goal_id=1, code="A6")
        for outcome in session.exec(
            select(Outcome).join(Statement, Statement.id == Outcome.statement_id).where(Statement.code.startswith("A5"))
        ).all():
            session.delete(outcome)
        session.get_one(Round, study.rounds[0]).closed_at = datetime.now(UTC) - timedelta(days=1)
    everything = board_text(desk, study.study_id)
    mine = board_text(desk, study.study_id, "?show=needs-me")
    assert [f'id="{code}"' in everything for code in ("A5", "A6", "B1")] == [True, True, True]
    # A5 is with its facilitator again; nobody facilitates A6; B1 has published without categories.
    assert [f'id="{code}"' in mine for code in ("A5", "A6", "B1")] == [False, True, True]
    assert "Nobody facilitates this task force." in mine
    assert "Published activities without a category: 2." in mine
    assert "2 task forces need you" in mine


def test_an_open_round_shows_response_and_deadline_and_no_result(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    deadline = datetime.now(UTC) + timedelta(days=2, hours=1)
    with database.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small, deadline_at=deadline)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 9 9 | 8 9 8")
    text = board_text(staff_client(app, small.secretary_id), small.study_id)
    assert "0 of 6" in text, "saved but not sent yet"
    assert "2 days left" in text
    assert "Fewer than half have sent their answers" in text
    assert "agreed</span>" not in text
    assert "no rating round closed yet" in text
    with database.reading() as session:
        assert session.exec(select(RoundResult)).all() == []


def test_statement_count_does_not_grow_with_task_forces_experts_or_statements(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]

    def sent(study: PublishedStudy) -> int:
        with database.reading() as session, counted_statements(database.engine) as count:
            programme_of(session, study_id=study.study_id, now=NOW)
            return count()

    with database.writing() as session:
        small = a_published_study(session)
    few = sent(small)
    with database.writing() as session:
        for number in range(1, 7):
            task_force_id = a_task_force(session, study_id=small.study_id, goal_id=1, code=f"C{number}")
            session.add(Panellist(task_force_id=task_force_id, person_id=small.small.experts[0]))
            session.add(Round(task_force_id=task_force_id, number=1, kind="ideas"))
    assert sent(small) == few
    assert few <= 14


def test_the_board_of_another_study_does_not_exist(app: Flask, study: PublishedStudy, desk: FlaskClient) -> None:
    with app.extensions["delphi_database"].writing() as session:
        foreign = a_study(session, slug="foreign", code="C1")
    for path in ("", "activities", "categories", "facilities", "exports", "log", "exports/data-en.csv"):
        assert desk.get(f"/secretariat/studies/{foreign.study_id}/{path}").status_code == 404
