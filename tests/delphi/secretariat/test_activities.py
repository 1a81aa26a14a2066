"""The activity list: frozen figures, ranks, filters in the address, the unranked apart."""

import csv
import io
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from delphi.database import Database
from surveys.models import Rating
from surveys.queries.activities import ranked_statements
from surveys.services.categories import assign_category
from surveys.services.facilities import decide_facility
from tests.builders import NOW, as_secretary
from tests.delphi.secretariat.conftest import counted_statements
from tests.published import PublishedStudy, a_further_objective


def page(client: FlaskClient, study: PublishedStudy, query: str = "") -> str:
    response = client.get(f"/secretariat/studies/{study.study_id}/activities{query}")
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def codes(text: str) -> list[str]:
    """Codes of the listed statements in the order of the page."""
    return re.findall(r'<span class="soft small">([A-Z]\d-\d\d)(?: ·|<)', text)


def cells(text: str, code: str) -> list[str]:
    """The numbers beside one statement: n, median, IQR, agreement."""
    row = next(part for part in text.split("<tr>") if f'small">{code}' in part)
    return re.findall(r'<td class="num" data-head="[^"]+">([^<]+)</td>', row)[-4:]


def test_activities_stand_by_objective_and_rank_with_the_unranked_apart(
    desk: FlaskClient, study: PublishedStudy
) -> None:
    text = page(desk, study)
    ranked, _, apart = text.partition('id="unranked"')
    assert codes(ranked) == ["A5-01", "A5-02", "A5-03", "B1-03", "B1-02", "B1-01"]
    assert codes(apart) == ["A5-04", "B1-04"]
    assert "2 of the 5 ratings needed." in apart
    assert cells(text, "A5-01") == ["6", "8.5", "1", "6 of 6"]
    assert cells(text, "A5-02") == ["5", "8", "0", "5 of 5"]


def test_obstacles_and_success_factors_stand_beside_their_activity(desk: FlaskClient, study: PublishedStudy) -> None:
    text = page(desk, study)
    first = next(part for part in text.split("<tr>") if 'small">A5-01' in part)
    second = next(part for part in text.split("<tr>") if 'small">A5-02' in part)
    assert re.findall(r"A5-0[567](?=, )", first) == ["A5-06", "A5-05", "A5-07"]
    assert "A5-05" not in second


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?objective=B1", ["B1-03", "B1-02", "B1-01", "B1-04"]),
        ("?goal=A", ["A5-01", "A5-02", "A5-03", "A5-04"]),
        ("?outcome=agreed", ["A5-01", "A5-02"]),
        ("?outcome=dropped", ["B1-02", "B1-01"]),
        ("?category=markets", ["A5-02"]),
        ("?facility=GF.1", ["A5-01"]),
        ("?facility=none&outcome=agreed", ["A5-02"]),
        ("?category=none&objective=A5", ["A5-01", "A5-03", "A5-04"]),
        ("?kind=obstacle&objective=A5", ["A5-06", "A5-05"]),
        ("?kind=success_factor", ["A5-07", "B1-07"]),
        ("?kind=nonsense&objective=A5", ["A5-01", "A5-02", "A5-03", "A5-04"]),
        ("?objective=Z9", []),
        ("?order=overall", ["A5-01", "A5-02", "A5-03", "B1-03", "B1-02", "B1-01", "A5-04", "B1-04"]),
    ],
)
def test_filters_are_in_the_address(
    app: Flask, desk: FlaskClient, study: PublishedStudy, query: str, expected: list[str]
) -> None:
    with app.extensions["delphi_database"].writing() as session:
        actor = as_secretary(study.small)
        assign_category(
            session,
            actor=actor,
            study_id=study.study_id,
            statement_ids=[study.statements["A5-02"]],
            category_id=study.categories["markets"],
            now=NOW,
        )
        decide_facility(
            session,
            actor=actor,
            study_id=study.study_id,
            statement_ids=[study.statements["A5-01"]],
            facility_id=study.facilities["GF.1"],
            source="Bureau",
            reason="Because",
            now=NOW,
        )
    text = page(desk, study, query)
    assert codes(text) == expected
    assert ("Nothing matches this choice." in text) is (not expected)


def test_texts_and_titles_are_in_the_readers_language(desk: FlaskClient, study: PublishedStudy) -> None:
    text = page(desk, study, "?language=fr")
    assert "Objectif A5" in text
    assert "A activity 1 (fr)" in text


def test_page_and_export_show_the_same_rows(desk: FlaskClient, study: PublishedStudy) -> None:
    text = page(desk, study)
    content = desk.get(f"/secretariat/studies/{study.study_id}/exports/activities-en.csv").data.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(content, newline="")) if row["Kind"] == "Activity"]
    assert sorted(row["Code"] for row in rows) == sorted(codes(text))
    for row in rows:
        shown = cells(text, row["Code"])
        agreement = f"{row['Ratings that agree (k)']} of {row['Agreement: of how many']}"
        assert (shown[0], float(shown[1]), shown[3]) == (row["Ratings (n)"], float(row["Median"]), agreement)


def test_changing_a_rating_of_a_closed_round_changes_nothing_that_is_shown(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    paths = ("activities", "activities?kind=obstacle", "", "exports/activities-en.csv", "exports/data-fr.json")
    addresses = [f"/secretariat/studies/{study.study_id}/{path}" for path in paths]
    addresses.append(f"/secretariat/statements/{study.statements['A5-01']}")

    def shown() -> list[str]:
        pages = [desk.get(address).get_data(as_text=True) for address in addresses]
        return [re.sub(r'name="csrf_token" value="[^"]+"', "", text) for text in pages]

    before = shown()
    with app.extensions["delphi_database"].writing() as session:
        rating = session.exec(select(Rating).where(Rating.statement_id == study.statements["A5-01"])).first()
        assert rating is not None
        rating.value = 1
        session.add(rating)
    assert shown() == before


def test_statement_count_does_not_depend_on_the_number_of_rows(app: Flask, study: PublishedStudy) -> None:
    database: Database = app.extensions["delphi_database"]

    def sent(n_rows: int) -> int:
        with database.reading() as session, counted_statements(database.engine) as count:
            assert len(ranked_statements(session, study_id=study.study_id)) == n_rows
            return count()

    few = sent(14)
    with database.writing() as session:
        a_further_objective(session, study, code="C1")
    assert sent(21) == few == 13


def test_empty_list_says_what_comes_next(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    from surveys.models import Outcome

    with app.extensions["delphi_database"].writing() as session:
        for outcome in session.exec(select(Outcome)).all():
            session.delete(outcome)
    assert "No task force has published yet." in page(desk, study)
