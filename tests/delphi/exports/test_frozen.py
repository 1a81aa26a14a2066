"""What was frozen stays: an export reads no live rating."""

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import FrozenRating, Rating
from tests.conftest import SECRET_KEY
from tests.delphi.exports.files import export_activities, export_data
from tests.published import PublishedStudy, a_published_study


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)


def files(session: Session, study: PublishedStudy) -> list[bytes]:
    return [
        export(session, study_id=study.study_id, format=name, language="en")
        for export in (export_activities, export_data)
        for name in ("csv", "xlsx", "json")
    ]


def test_changing_a_rating_of_a_closed_round_changes_no_file(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
    with database.reading() as session:
        before = files(session, study)
    with database.writing() as session:
        for rating in session.exec(select(Rating).where(Rating.value == 9)).all():
            rating.value = 1
            session.add(rating)
    with database.reading() as session:
        assert files(session, study) == before


def test_changing_a_frozen_rating_changes_the_ratings_and_no_figure(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
    with lite.reading() as session:
        statistics, whole = (
            export_data(session, study_id=study.study_id, format=name, language="en") for name in ("csv", "json")
        )
    with lite.writing() as session:
        rating = session.exec(select(FrozenRating).where(FrozenRating.value == 9)).first()
        assert rating is not None
        rating.value = 1
        session.add(rating)
    with lite.reading() as session:
        assert export_data(session, study_id=study.study_id, format="csv", language="en") == statistics
        assert export_data(session, study_id=study.study_id, format="json", language="en") != whole


def test_open_rounds_and_unpublished_outcomes_are_in_no_file(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session, publish=False)
    with lite.reading() as session:
        content = export_activities(session, study_id=study.study_id, format="csv", language="en").decode("utf-8-sig")
    assert len(content.strip().splitlines()) == 1
