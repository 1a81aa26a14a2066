"""The description is true: a fuzzer that reads it finds no server error and no answer that does not fit."""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from delphi.api.endpoints import ENDPOINTS
from delphi.api.openapi import openapi
from tests.delphi.api.conftest import Shelf

EXAMPLES = int(os.environ.get("DELPHI_TEST_EXAMPLES", "200"))
"""Requests for each endpoint: half of them as described, half not. docs/security.md has a run with more."""


def test_every_address_of_the_application_is_described(read_only: Shelf) -> None:
    described = {path.replace("{study_id}", "<int:study_id>") for path in openapi()["paths"]}
    described = {path.replace("{", "<").replace("}", ">") for path in described}
    served = {
        rule.rule.removeprefix("/api/v1")
        for rule in read_only.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and "." not in rule.rule and rule.rule != "/api/v1/"
    }
    assert served == described


def test_the_description_is_openapi_3_1_and_names_problems(read_only: Shelf) -> None:
    described = read_only.app.test_client().get("/api/v1/openapi.json").get_json()
    assert described == openapi()
    assert described["openapi"] == "3.1.0"
    for path in described["paths"].values():
        assert set(path["get"]["responses"]) == {"200", "304", "401", "404", "422", "429", "503"}


def test_the_reference_page_says_what_there_is_and_loads_nothing_from_elsewhere(read_only: Shelf) -> None:
    page = read_only.app.test_client().get("/api/v1/").text
    assert [one.path for one in ENDPOINTS if f"GET /api/v1{one.path}" not in page] == []
    assert "<script" not in page
    assert "Authorization: Bearer" in page


@pytest.fixture(scope="module")
def described(read_only: Shelf) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", read_only.app)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: one.value)
def test_no_request_brings_the_server_down(
    read_only: Shelf, described: Any, endpoint: Any, mode: GenerationMode
) -> None:
    """Schemathesis checks status, media type, headers and the answer."""
    operation = described[endpoint.path]["GET"]
    named = {"study_id": read_only.own.study_id, "code": "A5-01", "id": "A5-01.importance.1"}
    statuses: list[int] = []

    @settings(
        max_examples=EXAMPLES // 2,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # Half of the valid requests go to things that are there; what was invented is left as it is.
        if mode is GenerationMode.POSITIVE and len(statuses) % 2:
            case.path_parameters = {name: named[name] for name in case.path_parameters or {}}
        response = case.call(headers={"Authorization": f"Bearer {read_only.key}", "Accept-Encoding": "identity"})
        statuses.append(response.status_code)
        assert response.status_code < 500
        case.validate_response(response, excluded_checks=_not_ours())

    ask()
    print(f"{len(statuses)} requests, answered with {sorted(set(statuses))}")
    assert len(statuses) >= (EXAMPLES // 2 if mode is GenerationMode.POSITIVE and operation.query else 1)


def _not_ours() -> list[Any]:
    """Checks about writing interfaces, and the one that sends each request again without a key (test_keys does)."""
    from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

    return [ignored_auth, positive_data_acceptance]
