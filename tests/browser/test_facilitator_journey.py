"""The facilitator's whole study in Chromium, from the template to the published outcomes, with the keyboard alone."""

import pytest
from playwright.sync_api import Browser

from delphi import clock
from delphi.database import Database
from tests.browser.keyboard import KeyboardVisitor
from tests.browser.quick_panel import QuickPanel
from tests.browser.serving import serving
from tests.builders import a_study, staff_client
from tests.conftest import an_app
from tests.journeys.desk_acts import Time
from tests.journeys.facilitator_story import Story

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES_ON_THE_WAY = 20


def test_from_the_template_to_the_published_outcomes_with_keys_alone(
    lite: Database, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    app = an_app(lite, demo=True)
    with lite.writing() as session:
        small = a_study(session)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    client, cookie = staff_client(app, small.facilitator_id), app.config["SESSION_COOKIE_NAME"]
    with serving(app) as base:
        lukas = KeyboardVisitor(client, context.new_page(), base=base, cookie=cookie)
        try:
            Story(app, time, lukas=lukas, panel=QuickPanel(app)).play()
        finally:
            context.close()
            app.extensions["delphi_database"].engine.dispose()
    assert lukas.problems == [], "\n".join(lukas.problems)
    assert lukas.watch.complaints == []
    assert lukas.watch.foreign == []
    assert len(lukas.shapes) >= PAGES_ON_THE_WAY
