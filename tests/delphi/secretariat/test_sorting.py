"""Categories and facilities through the browser: forms, bulk acts, previews, what is kept when something is wrong."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from surveys.models import Category, FacilityDecision, Statement
from tests.builders import token_in
from tests.published import PublishedStudy


def text_of(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def post(client: FlaskClient, address: str, *, page: str = "", **fields: object) -> TestResponse:
    """Send a form as a browser would: the token comes from the page it stands on."""
    shown = client.get(page or address)
    assert shown.status_code == 200
    return client.post(address, data={"csrf_token": token_in(shown.get_data(as_text=True)), **fields})


def category_of(app: Flask, statement_id: int) -> int | None:
    with app.extensions["delphi_database"].reading() as session:
        return session.get_one(Statement, statement_id).category_id


def decisions(app: Flask) -> list[tuple[int, int, str, str, bool]]:
    with app.extensions["delphi_database"].reading() as session:
        rows = session.exec(select(FacilityDecision).order_by(FacilityDecision.id)).all()
        return [(row.statement_id, row.facility_id, row.source, row.reason, row.superseded_at is None) for row in rows]


def test_a_category_is_made_and_shown_in_both_languages(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories"
    response = post(desk, address, name_en="Data tools", name_fr="Outils de données")
    assert response.status_code == 303
    assert "Outils de données" in text_of(desk.get(address))
    assert "Data tools" in text_of(desk.get(address))


def test_a_name_that_is_taken_comes_back_with_both_texts(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories"
    response = post(desk, address, name_en="markets", name_fr="Débouchés")
    assert response.status_code == 422
    text = text_of(response)
    assert "There is already a category with this name." in text
    assert 'value="Débouchés"' in text
    assert 'value="markets"' in text
    with app.extensions["delphi_database"].reading() as session:
        assert len(session.exec(select(Category)).all()) == 2


def test_renaming_through_the_page_of_the_category(desk: FlaskClient, study: PublishedStudy) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories/{study.categories['markets']}"
    assert post(desk, address, name_en="Value chains", name_fr="Filières").status_code == 303
    assert "<h1>Value chains</h1>" in text_of(desk.get(address))


def test_merging_asks_first_and_goes_through_with_the_digest_of_the_preview(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    root = f"/secretariat/studies/{study.study_id}/categories"
    source, target = study.categories["markets"], study.categories["training"]
    sort = f"{root}/sort"
    assert post(desk, sort, statement=[study.statements["A5-01"]], category=str(source)).status_code == 303
    preview_address = f"{root}/{source}/merge?into={target}"
    preview = text_of(desk.get(preview_address))
    assert "1 statement moves." in preview
    assert "A activity 1" in preview
    found = re.search(r'name="digest" value="(\w{64})"', preview)
    assert found is not None

    # Somebody sorts another statement in between: the merge is refused and shown anew.
    post(desk, sort, statement=[study.statements["A5-02"]], category=str(source))
    outdated = post(desk, f"{root}/{source}/merge", page=preview_address, into=target, digest=found[1])
    assert outdated.status_code == 409
    assert "2 statements move." in text_of(outdated)
    assert category_of(app, study.statements["A5-01"]) == source

    fresh = re.search(r'name="digest" value="(\w{64})"', text_of(outdated))
    assert fresh is not None
    merged = post(desk, f"{root}/{source}/merge", page=preview_address, into=target, digest=fresh[1])
    assert (merged.status_code, merged.headers["Location"]) == (303, f"{root}/{target}")
    assert {category_of(app, study.statements[code]) for code in ("A5-01", "A5-02")} == {target}
    assert "Markets, merged into Training" in text_of(desk.get(root))


def test_several_statements_are_sorted_at_once_and_the_filter_stays(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories/sort?objective=A5&kind=activity"
    chosen = [study.statements["A5-01"], study.statements["A5-03"]]
    response = post(desk, address, statement=chosen, category=str(study.categories["training"]))
    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert [category_of(app, study.statements[code]) for code in ("A5-01", "A5-02", "A5-03")] == [
        study.categories["training"],
        None,
        study.categories["training"],
    ]


def test_one_tick_takes_the_whole_objective_that_is_shown(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories/sort?kind=obstacle"
    post(desk, address, whole_objective="A5", category=str(study.categories["markets"]))
    with app.extensions["delphi_database"].reading() as session:
        sorted_ones = session.exec(select(Statement.code).where(Statement.category_id == study.categories["markets"]))
        assert sorted(sorted_ones.all()) == ["A5-05", "A5-06"]


def test_forgetting_the_category_keeps_the_ticks(app: Flask, desk: FlaskClient, study: PublishedStudy) -> None:
    address = f"/secretariat/studies/{study.study_id}/categories/sort"
    response = post(desk, address, statement=[study.statements["A5-02"]], category="")
    assert response.status_code == 422
    assert f'value="{study.statements["A5-02"]}" checked' in text_of(response)
    assert "Please choose where the statements go." in text_of(response)
    nothing = post(desk, address, category=str(study.categories["markets"]))
    assert nothing.status_code == 422
    assert "Please tick at least one statement." in text_of(nothing)


def test_one_statement_is_sorted_on_its_own_page_and_out_again(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    page = f"/secretariat/statements/{study.statements['A5-01']}"
    for value, stored in ((str(study.categories["markets"]), study.categories["markets"]), ("none", None)):
        assert post(desk, f"{page}/category", page=page, category=value).status_code == 303
        assert category_of(app, study.statements["A5-01"]) == stored


def test_activities_are_assigned_in_bulk_with_source_and_reason(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    address = f"/secretariat/studies/{study.study_id}/facilities?objective=B1"
    response = post(
        desk,
        address,
        whole_objective="B1",
        facility=str(study.facilities["CF.I"]),
        source="Roadmap 2023",
        reason="Led by the secretariat",
    )
    assert (response.status_code, response.headers["Location"]) == (303, address)
    ids = [study.statements[f"B1-0{number}"] for number in (1, 2, 3, 4)]
    assert decisions(app) == [
        (one, study.facilities["CF.I"], "Roadmap 2023", "Led by the secretariat", True) for one in ids
    ]


def test_a_decision_without_a_reason_comes_back_with_everything_typed(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    address = f"/secretariat/studies/{study.study_id}/facilities"
    response = post(
        desk,
        address,
        statement=[study.statements["A5-01"]],
        facility=str(study.facilities["GF.1"]),
        source="Bureau of 4 May",
        reason=" ",
    )
    assert response.status_code == 422
    text = text_of(response)
    assert "Please give a reason" in text
    assert 'value="Bureau of 4 May"' in text
    assert f'value="{study.facilities["GF.1"]}" selected' in text
    assert f'value="{study.statements["A5-01"]}" checked' in text
    assert decisions(app) == []


def test_the_page_of_an_activity_keeps_superseded_decisions(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    page = f"/secretariat/statements/{study.statements['A5-01']}"
    for facility, reason in (("CF.I", "First thought"), ("GF.1", "Second thought")):
        response = post(
            desk,
            f"{page}/facility",
            page=page,
            facility=str(study.facilities[facility]),
            source="Bureau",
            reason=reason,
        )
        assert response.status_code == 303
    text = text_of(desk.get(page))
    assert [(facility, current) for _, facility, _, _, current in decisions(app)] == [
        (study.facilities["CF.I"], False),
        (study.facilities["GF.1"], True),
    ]
    assert text.index("Second thought") < text.index("First thought")
    assert text.count("superseded on") == 1
    assert text.count("in force") == 1


def test_documents_that_disagree_are_both_shown_and_the_default_is_no_decision(
    desk: FlaskClient, study: PublishedStudy
) -> None:
    text = text_of(desk.get(f"/secretariat/studies/{study.study_id}/facilities"))
    assert "The documents disagree about 1 objective." in text
    conflict = text[text.index("B1: the documents disagree") :]
    assert "<b>Strategic Plan, 2022:</b> Global Facility" in conflict
    assert "<b>Roadmap 2023:</b> Core Facility" in conflict
    assert "A5: the documents disagree" not in text
    assert "Default of the objective, not a decision: Core Facility." in text
    assert "0 of 8 activities have a facility" in text


def test_log_tells_decisions_in_sentences(desk: FlaskClient, study: PublishedStudy) -> None:
    sort = f"/secretariat/studies/{study.study_id}/categories/sort"
    post(desk, sort, statement=[study.statements["B1-01"]], category=str(study.categories["markets"]))
    address = f"/secretariat/studies/{study.study_id}/log"
    text = text_of(desk.get(address))
    assert "Sorted B1-01 into the category “Markets”." in text
    assert "Paula Secretary" in text
    assert "Sorted B1-01" not in text_of(desk.get(f"{address}?task_force=A5"))


def test_another_study_s_category_and_facility_are_refused(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    page = f"/secretariat/statements/{study.statements['A5-01']}"
    assert post(desk, f"{page}/category", page=page, category="999").status_code == 404
    assert (
        post(desk, f"{page}/facility", page=page, facility="999", source="Bureau", reason="Because").status_code == 404
    )
    assert desk.get(f"/secretariat/studies/{study.study_id}/categories/999").status_code == 404
    assert decisions(app) == []
