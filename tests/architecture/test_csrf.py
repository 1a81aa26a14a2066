"""Every form is refused without its token and with that of somebody else, also for those who may send it."""

import pytest
from flask import Flask

from delphi.security import csrf
from tests.builders import a_study, an_administrator, staff_client, token_in

PARTS = ("/data-protection/find", "/data-protection/log/check", "/data-protection/breaches")


def exempt(app: Flask) -> set[str]:
    """Endpoints that ask for no token: their secret is in the request itself, or they are no forms."""
    views = csrf._exempt_views
    return {name for name, view in app.view_functions.items() if f"{view.__module__}.{view.__name__}" in views}


@pytest.mark.parametrize("address", PARTS)
def test_a_form_needs_its_own_token(app: Flask, address: str) -> None:
    with app.extensions["delphi_database"].writing() as session:
        one, other = an_administrator(session), an_administrator(session, email="other@example.org")
    client, stranger = staff_client(app, one), staff_client(app, other)
    foreign = token_in(stranger.get("/data-protection/").text)
    for fields in ({}, {"csrf_token": foreign}, {"csrf_token": "x"}):
        assert client.post(address, data=fields).status_code == 400
    own = token_in(client.get("/data-protection/").text)
    assert client.post(address, data={"csrf_token": own}).status_code != 400


def test_every_post_address_is_behind_the_token(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    client = staff_client(app, small.secretary_id)
    checked, free = 0, exempt(app)
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in free:
            continue
        arguments = dict.fromkeys(rule.arguments, 1)
        try:
            address = app.url_map.bind("localhost").build(rule.endpoint, arguments, method="POST")
        except ValueError:
            continue
        assert client.post(address, data={}).status_code in (400, 404), address
        checked += 1
    assert checked > 50
    assert len(free) < 15
