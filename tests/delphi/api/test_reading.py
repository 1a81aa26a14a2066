"""What a program reads: published things of its own study, as described, and nothing else."""

import json
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from sqlmodel import select

from delphi.api.endpoints import ENDPOINTS
from delphi.api.limits import Buckets
from delphi.api.views import BUCKETS
from delphi.exports.published import published_study
from delphi.exports.schema import as_document, json_schema
from surveys.models import ApiToken, Person
from tests.builders import NOW
from tests.delphi.api.conftest import Shelf, a_shelf

LISTS = ("objectives", "activities", "statements", "results")


def everything(shelf: Shelf) -> dict[str, list[dict[str, Any]]]:
    return {name: shelf.ask(shelf.study(f"/{name}?per_page=200")).get_json()["items"] for name in LISTS}


def test_a_program_reads_the_published_activities_with_what_belongs_to_them(read_only: Shelf) -> None:
    page = read_only.ask(read_only.study("/activities?objective=A5")).get_json()
    assert (page["total"], page["page"], page["next"]) == (4, 1, None)
    assert [one["rank"] for one in page["items"]] == [1, 2, 3, None]
    first = page["items"][0]
    assert first["code"] == "A5-01"
    assert (first["outcome"], first["obstacles"]) == ("agreed", ["A5-06", "A5-05"])
    assert first["text"] == {"en": "A activity 1", "fr": "A activity 1 (fr)"}


def test_results_are_the_frozen_figures(read_only: Shelf) -> None:
    one = read_only.ask(read_only.study("/results/A5-01.importance.1")).get_json()
    assert one["frequency"] == [0, 0, 0, 0, 0, 0, 0, 3, 3]
    assert (one["n"], one["median"], one["agreement_k"], one["agreement_n"]) == (6, 8.5, 6, 6)
    assert one["verdict"] == "in"


def test_small_groups_keep_their_distribution_to_themselves(read_only: Shelf) -> None:
    few = read_only.ask(read_only.study("/results/A5-04.importance.1")).get_json()
    assert (few["n"], few["shown"]) == (2, "nothing")
    hidden = ("frequency", "median", "q1", "q3", "iqr", "mean", "sd", "agreement_k", "rank", "verdict")
    assert {name: few[name] for name in hidden} == dict.fromkeys(hidden)


def test_nothing_unpublished_foreign_or_personal_is_in_any_answer(read_only: Shelf) -> None:
    with read_only.app.extensions["delphi_database"].reading() as session:
        people = session.exec(select(Person)).all()
    answers = [read_only.ask("/studies").text, read_only.ask(read_only.study()).text]
    answers += [read_only.ask(read_only.study(f"/{name}?per_page=200")).text for name in LISTS]
    text = "\n".join(answers)
    assert "A5-01" in text
    assert [word for word in ("UNPUBLISHED", "A5-99", "foreign", "hidden") if word in text] == []
    assert [one.id for one in people if one.name in text or one.email in text] == []


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if "{study_id}" in one.path], ids=lambda one: one.name)
def test_another_study_is_not_there_for_this_key(read_only: Shelf, endpoint: Any) -> None:
    named = {"code": "A5-01" if "objectives" not in endpoint.path else "A5", "id": "A5-01.importance.1"}
    own = endpoint.path.format(study_id=read_only.own.study_id, **named)
    assert read_only.ask(own).status_code == 200
    for study in (read_only.other, read_only.hidden):
        answer = read_only.ask(endpoint.path.format(study_id=study.study_id, **named))
        assert (answer.status_code, answer.get_json()["status"]) == (404, 404)


def test_an_unpublished_study_answers_with_empty_lists(shelf: Shelf) -> None:
    with shelf.app.extensions["delphi_database"].writing() as session:
        token = session.exec(select(ApiToken)).one()
        token.study_id = shelf.hidden.study_id
        session.add(token)
    root = f"/studies/{shelf.hidden.study_id}"
    assert [shelf.ask(f"{root}/{name}").get_json()["total"] for name in LISTS] == [2, 0, 0, 0]
    assert shelf.ask(root).get_json()["n_published"] == 0
    assert shelf.ask(f"{root}/statements/A5-01").status_code == 404


def test_pages_follow_each_other_without_gap(read_only: Shelf) -> None:
    found, path = [], f"/api/v1{read_only.study('/statements?per_page=5')}"
    while path:
        page = read_only.ask(path.removeprefix("/api/v1")).get_json()
        found += [one["code"] for one in page["items"]]
        path = page["next"]
    assert found == [one["code"] for one in everything(read_only)["statements"]]
    assert len(found) == len(set(found)) == 14


def test_filters_leave_what_they_say(read_only: Shelf) -> None:
    assert read_only.ask(read_only.study("/statements?kind=obstacle&objective=B1")).get_json()["total"] == 2
    assert read_only.ask(read_only.study("/activities?outcome=insufficient")).get_json()["total"] == 2
    assert read_only.ask(read_only.study("/activities?category=none-such")).get_json()["items"] == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("page=0", "page"), ("page=1_0", "page"), ("per_page=201", "per_page"), ("kind=x", "kind"), ("typo=1", "typo")],
)
def test_a_parameter_that_cannot_be_used_is_named(read_only: Shelf, query: str, parameter: str) -> None:
    answer = read_only.ask(read_only.study(f"/statements?{query}"))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert [one["parameter"] for one in answer.get_json()["errors"]] == [parameter]


def test_a_parameter_given_twice_is_refused(read_only: Shelf) -> None:
    answer = read_only.ask(read_only.study("/statements?page=1&page=2"))
    assert answer.get_json()["errors"] == [{"parameter": "page", "message": "given more than once"}]


def test_an_unchanged_answer_is_not_sent_again(read_only: Shelf) -> None:
    first = read_only.ask(read_only.study("/results"))
    again = read_only.ask(read_only.study("/results"), **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"
    other = read_only.ask(read_only.study("/activities"), **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_a_key_that_asks_too_often_waits(shelf: Shelf) -> None:
    shelf.app.extensions[BUCKETS] = Buckets(per_minute=2)
    statuses = [shelf.ask(shelf.study()).status_code for _ in range(3)]
    refused = shelf.ask(shelf.study())
    assert statuses == [200, 200, 429]
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert refused.get_json()["title"] == "Too Many Requests"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(read_only: Shelf, method: str) -> None:
    answer = read_only.app.test_client().open(
        f"/api/v1{read_only.study('/activities')}", method=method, headers={"Authorization": f"Bearer {read_only.key}"}
    )
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")


def test_an_address_that_does_not_exist_answers_as_a_program_expects(read_only: Shelf) -> None:
    answer = read_only.ask("/nothing/here")
    assert (answer.status_code, answer.mimetype, answer.get_json()["status"]) == (404, "application/problem+json", 404)


def test_the_json_document_is_made_of_the_same_records_and_fits_its_schema(read_only: Shelf) -> None:
    with read_only.app.extensions["delphi_database"].reading() as session:
        document = as_document(published_study(session, study_id=read_only.own.study_id, now=NOW))
    assert {name: document[name] for name in LISTS} == everything(read_only)
    assert document["study"] == read_only.ask(read_only.study()).get_json()
    published = json.loads(read_only.app.test_client().get("/api/v1/schema.json").data)
    assert published == json_schema()
    jsonschema_rs.validator_for(published).validate(document)
    document["results"][0]["panellist"] = 7
    assert not jsonschema_rs.validator_for(published).is_valid(document)


def test_on_each_database_the_same(app_on_each: Flask) -> None:
    shelf = a_shelf(app_on_each)
    assert [len(records) for records in everything(shelf).values()] == [2, 8, 14, 22]
