"""Every page about accounts, data protection and health, in both languages, light and dark, wide and narrow."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.office_states import LEAD_BACK, NO_PAGES, STRANGER, build
from tests.browser.serving import serving
from tests.browser.test_secretariat_pages import LOOKS, VIEWS
from tests.browser.visiting import State, Windows, faults_of_list, wrong_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OURS = ("account", "privacy", "operations")


def test_the_list_of_pages_is_complete(app: Flask) -> None:
    states, _ = build(app)
    assert faults_of_list(app, states, rooms=OURS, apart=(*LEAD_BACK, *NO_PAGES)) == set()


@pytest.fixture
def windows(chromium: Browser, app: Flask) -> Iterator[tuple[Windows, list[State]]]:
    states, people = build(app)
    with serving(app) as base:
        found = Windows(chromium, base)
        for who, person_id in people.items():
            found.sign_in_staff(who, app=app, person_id=person_id)
        found.leave_signed_out(STRANGER)
        yield found, states
        found.close()


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(windows: tuple[Windows, list[State]], language: str) -> None:
    opened, states = windows
    problems: list[str] = []
    for state in states:
        form_at = "/account/sign-in" if state.who == STRANGER else "/account/"
        page = opened.open(state, language=language, form_at=form_at)
        assert page.get_attribute("html", "lang") == language, state.name
        problems += [f"{state.name} {one}" for one in wrong_with(page, views=VIEWS, looks=LOOKS[language])]
    assert problems == []
