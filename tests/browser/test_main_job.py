"""The main job once in a real browser without scripts: experts on a phone in French, staff at a desk in English."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import RunningDemo, start_demo, stop
from tests.browser.looking import Watch, overhang

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = "C4"
ACTIVITIES = {
    "Former les conseillers": "Train the advisers",
    "Cartographier les sols": "Map the soils",
    "Payer la première année": "Pay the first year",
}
RATINGS_2 = {
    "Former les conseillers": "988798",
    "Cartographier les sols": "258369",
    "Payer la première année": "789988",
}
RATINGS_3 = {"Cartographier les sols": "778787"}
COMMENT = "Une carte montre où agir d'abord."


@pytest.fixture
def fresh_demo(tmp_path: Path) -> Iterator[RunningDemo]:
    """A demo of its own, before its first round."""
    process, links = start_demo(tmp_path, "--stage", "setup")
    yield links
    stop(process)


class Study:
    """One task force seen through windows; no page of theirs may be wider than its window."""

    def __init__(self, browser: Browser, demo: RunningDemo, *, desk: BrowserContext) -> None:
        self.browser, self.demo, self.desk = browser, demo, desk
        self.watch = Watch(demo.base)
        self.watch.attach(desk)
        self.facilitator = self.sign_in(demo.facilitator)
        self.secretary: Page
        self.experts: list[Page] = []
        self.n_measured, self.too_wide = 0, list[str]()

    def sign_in(self, address: str) -> Page:
        page = self.desk.new_page()
        page.goto(address)
        page.locator("main button").click()
        return page

    def measure(self, page: Page, name: str) -> None:
        self.n_measured += 1
        self.too_wide += [f"{name}: {one}" for one in overhang(page)]

    # The facilitator

    def to_task_force(self) -> Page:
        self.facilitator.goto(f"{self.demo.base}/facilitate/")
        self.facilitator.locator("tr", has=self.facilitator.get_by_role("cell", name=CODE, exact=True)).locator(
            "th a"
        ).click()
        return self.facilitator

    def open_round(self, name: str) -> None:
        self.measure(self.facilitator, f"opening-{name}")
        self.facilitator.get_by_role("button", name=re.compile("^Open it and mail 6 people")).click()

    def close_round(self, number: int) -> None:
        self.to_task_force().get_by_role("link", name=f"Close round {number}").first.click()
        self.measure(self.facilitator, f"closing-{number}")
        self.facilitator.get_by_role("button", name=f"Close round {number}").click()

    def place_every_idea(self) -> None:
        desk = self.to_task_force()
        desk.get_by_role("link", name=re.compile("^Place ")).first.click()
        self.measure(desk, "synthesis")
        for _ in range(len(ACTIVITIES)):
            idea = desk.locator("textarea[name=text-fr]").input_value()
            desk.locator("textarea[name=text-en]").fill(ACTIVITIES[idea])
            desk.get_by_role("button", name="Keep as a statement").click()

    def build_round(self, number: int) -> None:
        self.to_task_force().get_by_role("link", name=f"Build round {number}").first.click()
        self.measure(self.facilitator, f"building-{number}")
        self.facilitator.get_by_role("button", name=f"Plan round {number}").click()

    def share_the_comment(self) -> None:
        self.to_task_force().get_by_role("link", name="Comments").first.click()
        self.facilitator.get_by_text("Paraphrase", exact=True).first.click()
        self.facilitator.locator("textarea[name=text-fr]").first.fill("Une carte aide à choisir.")
        self.facilitator.locator("textarea[name=text-en]").first.fill("A map helps to choose.")
        self.facilitator.get_by_role("button", name="Share this paraphrase").first.click()

    def board(self, name: str) -> str:
        self.to_task_force().locator("nav.tabs a", has_text="Consensus").click()
        self.measure(self.facilitator, f"board-{name}")
        return self.facilitator.locator("main").inner_text()

    def publish(self) -> str:
        self.to_task_force().get_by_role("link", name="Publish the outcomes").first.click()
        self.measure(self.facilitator, "publishing")
        self.facilitator.get_by_role("button", name="Publish", exact=True).click()
        self.measure(self.facilitator, "outcomes")
        return self.facilitator.locator("main").inner_text()

    # The experts

    def invite_experts(self) -> None:
        """A phone for everybody who got an invitation; the demo keeps its mails to be read."""
        mails = self.desk.new_page()
        mails.goto(f"{self.demo.base}/demo/outbox")
        addresses = [
            link.get_attribute("href") for link in mails.get_by_role("link", name="Invitation", exact=True).all()
        ]
        for address in addresses:
            mails.goto(f"{self.demo.base}{address}")
            link = mails.get_by_role("link", name="Open the personal link").get_attribute("href")
            phone = self.browser.new_context(
                viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="fr-FR"
            )
            self.watch.attach(phone)
            self.experts.append(phone.new_page())
            self.experts[-1].goto(f"{link}?language=fr")

    def enter(self, expert: Page, *, number: int) -> None:
        if number == 0:
            self.measure(expert, "invitation")
        expert.locator("main form button.button").click()
        self.to_questions(expert)
        if number == 0:
            self.measure(expert, "welcome")
        expert.locator("input[name=agree]").check()
        expert.locator("main form button.button").click()

    def to_questions(self, expert: Page) -> None:
        """Who sits in several task forces chooses this one."""
        if re.search(r"/my/(\?.*)?$", expert.url):
            card = expert.locator("li.entry", has=expert.locator("p.kind", has_text=CODE))
            card.locator("a.button").click()

    def write_idea(self, expert: Page, idea: str, *, number: int) -> None:
        expert.locator("textarea[name=problem-1]").fill("Le sol se perd")
        if number == 0:
            self.measure(expert, "problems")
        expert.locator("textarea[name=problem-1]").fill("")
        next_page(expert)
        expert.locator("textarea[name=activity-1]").fill(idea)
        if number == 0:
            self.measure(expert, "proposals")
        next_page(expert)
        send(expert)

    def rate(self, expert: Page, ratings: dict[str, str], *, number: int, name: str) -> None:
        expert.goto(f"{self.demo.base}/my/")
        self.to_questions(expert)
        for block in expert.locator("fieldset.block").all():
            wording = block.locator(".statement").first.inner_text()
            importance, feasibility = block.locator("fieldset.question").all()
            importance.locator(f"input[value='{ratings[wording][number]}']").check()
            feasibility.locator("input[value='outside']").check()
            if number == 0 and wording == "Cartographier les sols" and name == "round-2":
                block.locator("details.comment summary").click()
                block.locator("textarea").fill(COMMENT)
        if number == 0:
            self.measure(expert, name)
        next_page(expert)
        send(expert)
        if number == 0:
            self.measure(expert, f"receipt-{name}")


def next_page(expert: Page) -> None:
    expert.locator("button[name=then][value=next]").click()


def send(expert: Page) -> None:
    expert.locator("main form button.button").click()
    assert expert.url.endswith("/receipt")


def test_main_job_in_a_browser_without_scripts(
    chromium: Browser, desk: BrowserContext, fresh_demo: RunningDemo
) -> None:
    study = Study(chromium, fresh_demo, desk=desk)

    study.to_task_force().get_by_role("button", name="Plan round 1").click()
    study.open_round("1")
    study.invite_experts()
    assert len(study.experts) == 6
    for number, (expert, idea) in enumerate(zip(study.experts, ACTIVITIES, strict=False)):
        study.enter(expert, number=number)
        study.write_idea(expert, idea, number=number)
    study.close_round(1)
    study.place_every_idea()

    study.build_round(2)
    study.open_round("2")
    for number, expert in enumerate(study.experts):
        if number >= len(ACTIVITIES):
            study.enter(expert, number=number)
        study.rate(expert, RATINGS_2, number=number, name="round-2")
    study.close_round(2)
    study.share_the_comment()
    assert "2 of 3 statements" in study.board("2")

    study.build_round(3)
    study.open_round("3")
    second_look = study.experts[1]
    second_look.goto(f"{fresh_demo.base}/my/")
    study.to_questions(second_look)
    assert second_look.locator("fieldset.block").count() == 1
    assert second_look.locator(".own input").first.get_attribute("value") == "5"
    assert "Une carte aide à choisir." in second_look.locator("main").inner_text()
    for number, expert in enumerate(study.experts):
        study.rate(expert, RATINGS_3, number=number, name="round-3")
    study.close_round(3)
    assert "1 of 1 statement" in study.board("3")
    outcomes = study.publish()
    in_order = sorted(ACTIVITIES.values(), key=outcomes.index)
    assert in_order == ["Train the advisers", "Pay the first year", "Map the soils"]

    secretary = study.sign_in(fresh_demo.secretariat)
    secretary.get_by_role("link", name="Activities", exact=True).click()
    study.measure(secretary, "activities")
    for text in ACTIVITIES.values():
        assert secretary.get_by_role("link", name=text, exact=True).count() == 1
    secretary.get_by_role("link", name="Exports", exact=True).click()
    study.measure(secretary, "exports")
    activities = secretary.locator("section[aria-labelledby=file-activities]")
    activities.locator("select[name=format]").select_option("csv")
    activities.locator("select[name=in_language]").select_option("fr")
    with secretary.expect_download() as download:
        activities.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith("-activities-fr.csv")
    assert "Cartographier les sols" in Path(download.value.path()).read_text(encoding="utf-8-sig")

    assert study.too_wide == []
    assert study.watch.foreign == []
    assert study.watch.complaints == []
    assert study.n_measured == 23
    for expert in study.experts:
        expert.context.close()
