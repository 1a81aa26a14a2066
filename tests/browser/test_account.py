"""Accounts in Chromium: a passkey is made and used with a virtual authenticator; the pages are accessible and fit."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlmodel import select

from surveys.models import Passkey, SignIn
from tests.browser.looking import axe_problems, overhang
from tests.browser.serving import serving
from tests.delphi.account.staff_room import PASSWORD, PAULA, Room

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application at `localhost`: browsers bind no passkey to a number."""
    with serving(app) as base:
        named = base.replace("127.0.0.1", "localhost")
        app.config["DELPHI"] = replace(app.config["DELPHI"], base_url=named)
        yield named


def virtual_authenticator(page: Page) -> None:
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/account/sign-in")
    page.fill("#email", PAULA)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def looks_right(page: Page) -> None:
    assert axe_problems(page) == []
    assert overhang(page) == []


def test_a_passkey_is_made_and_opens_the_second_step(app: Flask, chromium: Browser, address: str) -> None:
    room = Room(app)
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    virtual_authenticator(page)
    give_password(page, address)
    page.goto(f"{address}/account/")
    page.get_by_role("button", name="Make a passkey").click()
    looks_right(page)
    page.fill("#name", "Laptop")
    with page.expect_navigation():
        page.get_by_role("button", name="Make a passkey").click()
    assert page.locator(".codes li").count() == 10
    looks_right(page)
    page.get_by_role("button", name="Sign out").click()
    give_password(page, address)
    assert page.locator("h1").inner_text() == "Second step"
    looks_right(page)
    with page.expect_navigation(url=f"{address}/secretariat/**"):
        page.get_by_role("button", name="Use a passkey").click()
    with room.database.reading() as session:
        key = session.exec(select(Passkey)).one()
        assert key.name == "Laptop" and key.last_used_at is not None
        assert [one.is_strong for one in session.exec(select(SignIn).order_by(SignIn.id)).all()] == [True, True]  # type: ignore[arg-type]
    context.close()
