"""The network is cut in the middle of a form, the page is loaded anew, a second window writes: no keystroke is lost."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from surveys.models import FieldWrite, Idea, Submission, TextChange
from surveys.services.field_writes import WHOLE_PAGE
from surveys.services.rounds import close_round
from tests.browser.served_rounds import Served
from tests.browser.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Chez nous, « la ville » paie 50 % du compost;\nles autres n'ont rien. 🌱"


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    with serving(app) as address:
        yield Served(app, address=address)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone that runs scripts, in Dakar."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", timezone_id="Africa/Dakar", color_scheme="light"
    )
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext, served: Served) -> Page:
    return rating_page(phone, served)


def rating_page(phone: BrowserContext, served: Served) -> Page:
    page = phone.new_page()
    page.goto(f"{served.address}{served.link}")
    page.locator("main button").click()
    assert page.url.endswith(f"/my/rounds/{served.round_id}/rate/1")
    return page


def choose(page: Page, field: str, value: int) -> None:
    page.locator(f"label.point:has(input[name='{field}'][value='{value}'])").click()


def type_comment(page: Page, field: str, text: str) -> None:
    area = page.locator(f"textarea[name='{field}']")
    if not area.is_visible():
        page.locator(f"details:has(textarea[name='{field}']) > summary").click()
    area.press_sequentially(text, delay=5)


def status(page: Page) -> Any:
    return page.locator("[data-status]")


def progress(page: Page) -> Any:
    return page.locator("[data-status] + *")


def until_sent(page: Page) -> None:
    """Wait until the browser keeps nothing any more."""
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('delphi '))")


def kept_locally(page: Page) -> dict[str, str]:
    return {
        key: value for key, value in page.evaluate("Object.entries({...localStorage})") if key.startswith("delphi ")
    }


def test_a_chosen_point_looks_the_same_under_the_pointer(page: Page, served: Served) -> None:
    point = "label.point:has(input[name='{}'][value='{}'])".format
    colours = "face => [getComputedStyle(face).color, getComputedStyle(face).backgroundColor]"
    chosen, other = (page.locator(f"{point(served.field(), value)} .face") for value in (7, 3))
    choose(page, served.field(), 7)
    under, plain = chosen.evaluate(colours), other.evaluate(colours)
    page.locator(point(served.field(), 3)).hover()
    assert chosen.evaluate(colours) == under
    assert other.evaluate(colours) != plain, "the point that a click would choose is marked"


def test_each_change_is_saved_without_any_button(page: Page, served: Served) -> None:
    choose(page, served.field(), 7)
    expect(status(page)).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    type_comment(page, served.comment(), WORDS)
    until_sent(page)
    expect(status(page)).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    assert (served.values(), served.texts()) == ({served.field(): 7}, [WORDS])
    page.reload()
    assert page.locator(f"textarea[name='{served.comment()}']").input_value() == WORDS
    assert page.locator(f"input[name='{served.field()}']:checked").get_attribute("value") == "7"


def test_how_much_is_done_is_told_at_once(page: Page, served: Served) -> None:
    other = f"r-{served.statements[0]}-{served.feasibility_id}"
    told = [progress(page).inner_text()]
    for field, value in ((served.field(), "3"), (other, "outside"), (other, "none"), (other, "2")):
        page.locator(f"label:has(> input[name='{field}'][value='{value}'])").click()
        told.append(progress(page).inner_text())
    until_sent(page)
    page.reload()
    told.append(progress(page).inner_text())
    assert [words.removesuffix(" of 3 done") for words in told] == ["0", "0", "1", "0", "1", "1"]


def test_a_cut_line_and_a_reload_lose_no_keystroke(phone: BrowserContext, page: Page, served: Served) -> None:
    choose(page, served.field(0), 3)
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    phone.set_offline(True)
    choose(page, served.field(1), 8)
    type_comment(page, served.comment(), WORDS)
    expect(status(page)).to_have_text("Not sent yet, kept on this phone")
    page.get_by_role("button", name="Save and continue").click()
    assert page.url.endswith("/rate/1"), "without a line the form stays where it is"
    assert (served.values(), served.texts()) == ({served.field(0): 3}, [])
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    # The browser's own page about it comes after the error, and would cut the next one off.
    page.wait_for_url("chrome-error://**")
    phone.set_offline(False)
    page.goto(f"{served.address}/my/rounds/{served.round_id}/rate/1")
    assert page.locator(f"textarea[name='{served.comment()}']").input_value() == WORDS
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    assert (served.values(), served.texts()) == ({served.field(0): 3, served.field(1): 8}, [WORDS])
    assert kept_locally(page) == {}


def test_a_line_that_comes_back_is_enough(phone: BrowserContext, page: Page, served: Served) -> None:
    phone.set_offline(True)
    choose(page, served.field(2), 9)
    expect(status(page)).to_have_text("Not sent yet, kept on this phone")
    assert len(kept_locally(page)) == 1
    phone.set_offline(False)
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    assert served.values() == {served.field(2): 9}
    assert kept_locally(page) == {}


def test_nothing_stays_in_the_browser_after_sending(phone: BrowserContext, page: Page, served: Served) -> None:
    choose(page, served.field(), 5)
    page.evaluate(
        "localStorage.setItem(`${document.querySelector('[data-shelf]').dataset.shelf} c-999`,"
        " JSON.stringify({value: 'of no statement', client: 'x', sequence: 1}))"
    )
    page.get_by_role("button", name="Save and continue").click()
    page.goto(f"{served.address}/my/rounds/{served.round_id}/check")
    page.get_by_role("button", name="Send my answers").click()
    assert page.url.endswith("/receipt")
    until_sent(page)
    (submission,) = served.rows(Submission)
    assert submission.receipt in page.inner_text("main")
    assert served.values() == {served.field(): 5}


def test_on_a_phone_that_is_not_mine_nothing_is_kept(phone: BrowserContext, page: Page, served: Served) -> None:
    page.get_by_label("This is not my phone").check()
    phone.set_offline(True)
    choose(page, served.field(), 4)
    expect(status(page)).to_have_text("Not sent yet: keep this page open")
    assert page.evaluate("localStorage.length") == 0
    phone.set_offline(False)
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    assert served.values() == {served.field(): 4}
    page.get_by_role("button", name="Save and continue").click()
    page.goto(f"{served.address}/my/rounds/{served.round_id}/rate/1")
    assert page.get_by_label("This is not my phone").is_checked()


def test_two_windows_lose_nothing_and_name_both_values(phone: BrowserContext, page: Page, served: Served) -> None:
    other = phone.new_page()
    other.goto(page.url)
    choose(page, served.field(0), 3)
    type_comment(page, served.comment(0), "From the first window")
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    until_sent(page)
    choose(other, served.field(0), 8)
    notice = other.locator("p.notice")
    expect(notice).to_contain_text("“3” in another window")
    expect(notice).to_contain_text("“8” counts")
    choose(other, served.field(1), 6)
    other.get_by_role("button", name="Save and continue").click()
    assert other.url.endswith("/check")
    assert served.values() == {served.field(0): 8, served.field(1): 6}
    assert served.texts() == ["From the first window"], "a field that the second window never touched stays"
    third = phone.new_page()
    third.goto(f"{served.address}/my/rounds/{served.round_id}/rate/1")
    third.locator(f"textarea[name='{served.comment(0)}']").fill("From the third window")
    third.get_by_role("button", name="Save and continue").click()
    assert third.url.endswith("/check")
    assert served.texts() == ["From the third window"]
    assert [row.old_text for row in served.rows(TextChange)] == ["From the first window"]


def test_a_text_that_is_too_long_says_so_and_is_kept(page: Page, served: Served) -> None:
    page.locator(f"details:has(textarea[name='{served.comment()}']) > summary").click()
    area = page.locator(f"textarea[name='{served.comment()}']")
    area.fill("word " * 300)
    expect(page.locator(".count")).to_have_text("1500 of 2000 characters")
    area.fill("word " * 500)
    expect(page.locator(f"#{served.comment()}-error")).to_be_visible()
    page.goto(f"{served.address}/my/rounds/{served.round_id}/check")
    page.get_by_role("link", name=re.compile("^word word")).click()
    assert len(area.input_value().strip()) == 2_499
    area.fill("short")
    expect(page.locator(f"#{served.comment()}-error")).to_have_count(0)
    until_sent(page)
    assert served.texts() == ["short"]


def test_going_back_onto_a_refused_page_asks_nothing(page: Page, served: Served) -> None:
    page.locator(f"details:has(textarea[name='{served.comment()}']) > summary").click()
    area = page.locator(f"textarea[name='{served.comment()}']")
    too_long = "word " * 499 + "word"
    area.fill(too_long)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.wait_for_load_state("load")
    page.reload()
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(area).to_have_value(too_long)
    area.fill("short")
    until_sent(page)
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(re.compile("/check"))
    page.go_back()
    expect(area).to_have_value("short")
    assert served.texts() == ["short"]


def test_a_round_that_closed_meanwhile_keeps_the_text_on_the_page(page: Page, served: Served) -> None:
    with served.database.writing() as session:
        close_round(session, actor=None, round_id=served.round_id, now=datetime.now(UTC))
    type_comment(page, served.comment(), "Too late")
    expect(status(page)).to_contain_text("closed")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("main")).to_contain_text("Too late")
    expect(page.locator("main")).to_contain_text("This round closed meanwhile")
    until_sent(page)
    assert served.texts() == []


def test_an_ended_sign_in_says_what_to_do_and_the_link_brings_all_back(
    phone: BrowserContext, page: Page, served: Served
) -> None:
    phone.clear_cookies()
    type_comment(page, served.comment(), "Typed after lunch")
    expect(status(page)).to_contain_text("open your personal link again")
    again = rating_page(phone, served)
    assert again.locator(f"textarea[name='{served.comment()}']").input_value() == "Typed after lunch"
    expect(status(again)).to_have_text(re.compile(r"^Saved"))
    assert served.texts() == ["Typed after lunch"]


def test_going_back_shows_what_was_saved(page: Page, served: Served) -> None:
    choose(page, served.field(), 6)
    # What is still under way when a page is left is sent from the next one, which is then loaded anew.
    until_sent(page)
    page.get_by_role("button", name="Save and continue").click()
    assert page.url.endswith("/check")
    page.go_back()
    assert page.locator(f"input[name='{served.field()}']:checked").get_attribute("value") == "6"
    choose(page, served.field(), 2)
    page.get_by_role("button", name="Save and continue").click()
    assert page.url.endswith("/check")
    assert served.values() == {served.field(): 2}
    pages = [write.sequence for write in served.rows(FieldWrite) if write.field == WHOLE_PAGE]
    assert len(pages) == 2 and min(pages) > 0, "the script says up to which change the form goes"


def test_cards_are_saved_while_they_are_written(phone: BrowserContext, served: Served) -> None:
    page = phone.new_page()
    page.goto(f"{served.address}{served.ideas_link}")
    page.locator("main button").click()
    page.goto(f"{served.address}/my/rounds/{served.ideas_id}/ideas/problems")
    phone.set_offline(True)
    page.locator("[name=problem-1]").press_sequentially(WORDS, delay=2)
    page.locator("[name=cause-1]").press_sequentially("Parce que", delay=2)
    expect(status(page)).to_have_text("Not sent yet, kept on this phone")
    phone.set_offline(False)
    expect(status(page)).to_have_text(re.compile(r"^Saved"))
    ideas = {idea.slot: idea for idea in served.rows(Idea)}
    assert {slot: idea.text for slot, idea in ideas.items()} == {"problem-1": WORDS, "cause-1": "Parce que"}
    assert ideas["cause-1"].parent_id == ideas["problem-1"].id
    assert progress(page).inner_text() == "2 ideas"
    page.get_by_role("button", name="Save and continue").click()
    page.locator("[name=activity-1]").fill("More money")
    assert progress(page).inner_text() == "3 ideas"
    expect(page.locator("[name=activity-1] + .hint")).to_contain_text("Who would do what?")
    page.locator("[name=activity-1]").fill("The ministry pays the advisers")
    expect(page.locator("[name=activity-1] + .hint")).to_have_count(0)
    page.locator("[name=activity-1]").fill("")
    assert progress(page).inner_text() == "2 ideas"
    until_sent(page)


def test_the_deadline_is_told_on_the_clock_of_the_browser(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(locale="en-GB", timezone_id="Asia/Tokyo")
    page = rating_page(context, served)
    expect(page.locator("time").first).to_contain_text("on your clock")
    context.close()
    paris = chromium.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = rating_page(paris, served)
    expect(page.locator("time").first).not_to_contain_text("on your clock")
    paris.close()
