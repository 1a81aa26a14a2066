"""The acts of a study, each done by a person in front of pages: nothing here calls a service."""

import re
from dataclasses import dataclass
from html import unescape

from flask import Flask

from tests.journeys.script import (
    COMMENTS,
    DESK,
    FRENCH_WRITER,
    PROBLEMS,
    PROPOSALS,
    WORDINGS,
    Keep,
    Merge,
    Park,
    Sheet,
    Written,
)
from tests.journeys.visitor import Form, Visitor

CHOICES = {"o": "outside", "i": "information"}
CRITERIA = ("importance", "feasibility")
CARD_BUTTONS = ("Read the invitation", "Start", "Continue", "Look at my answers", "Read the results")


@dataclass
class Expert:
    """An expert of the panel, found by the mail that invited them; `number` is their column in the script."""

    number: int
    name: str
    link: str
    browser: Visitor
    receipts: dict[int, str]


class Consultation:
    """One objective of the demo from its setup on, seen by its facilitator, the secretariat and its experts."""

    def __init__(self, app: Flask, *, code: str) -> None:
        self.app = app
        self.code, self.title = code, ""
        self.facilitator = self.staff("facilitator")
        self.secretary = self.staff("secretariat")
        self.experts: list[Expert] = []
        self.codes: dict[str, str] = {}
        """Key in the script to the code the statement was given, such as `map` to `A5-06`."""

    def staff(self, role: str) -> Visitor:
        return Visitor(self.app.test_client()).open(f"/demo/{role}").send("Sign in")

    # The facilitator

    def to_task_force(self) -> Visitor:
        self.facilitator.open("/")
        row = next(row for row in self.facilitator.tables[0] if row[0] == self.code)
        self.title = row[1]
        return self.facilitator.follow(self.title)

    def plan_round_of_ideas(self) -> None:
        self.to_task_force().send("Plan round 1")

    def open_planned_round(self, *, n_people: int) -> None:
        """Press the button under the checklist, with the closing time it proposes."""
        self.facilitator.send(f"Open it and mail {n_people} people")

    def close_round(self, number: int) -> str:
        """Close after a look at the preview; returns what the preview said."""
        self.to_task_force().follow(f"Close round {number}")
        preview = self.facilitator.text
        self.facilitator.send(f"Close round {number}")
        return preview

    def place_every_idea(self) -> None:
        """Work the desk from the top until no idea waits; every decision is looked up in the script."""
        desk = self.to_task_force().follow("Place ")
        while has_form(desk, "Keep as a statement"):
            form = desk.form("Keep as a statement")
            match DESK[idea_in_hand(form)]:
                case Keep(key, english, french):
                    desk.send_form(form, {"text-en": english, "text-fr": french}, press="Keep as a statement")
                    self.codes[key] = re.findall(rf"Placed as ({self.code}-\d+)", desk.text)[0]
                case Merge(key) if key not in self.codes:
                    desk.follow(SOURCES[key])
                case Merge(key):
                    desk.send(f"Merge the idea in hand into {self.codes[key]}")
                case Park(reason):
                    desk.send("Set aside with this reason", {"reason": reason})
            if not has_form(desk, "Keep as a statement"):
                desk.follow("Synthesis")

    def link_by_hand(self, key: str, parent: str) -> None:
        """Say on the statement's page what it belongs to."""
        self.open_statement(key)
        chosen = self.facilitator.option("Save the link", "parent", self.codes[parent])
        self.facilitator.send("Save the link", {"parent": chosen})

    def open_statement(self, key: str) -> Visitor:
        """The page of a statement, through the synthesis desk."""
        kind_page = self.to_task_force().follow("Synthesis")
        for _, label in list(kind_page.links):
            if label.endswith("✓"):
                kind_page.follow(label)
                if kind_page.has_link(DESK_WORDS[key]):
                    return kind_page.follow(DESK_WORDS[key])
        raise AssertionError(f"no statement {key} on the desk")

    def build_next_round(self, number: int) -> str:
        """Plan the round as the rule proposes; returns the page with the proposals."""
        self.to_task_force().follow(f"Build round {number}")
        proposals = self.facilitator.text
        self.facilitator.send(f"Plan round {number}")
        return proposals

    def review_comments(self) -> None:
        """Share, paraphrase or withhold each comment as the script says."""
        self.to_task_force().follow("Comments")
        for written in COMMENTS:
            form = next(form for form in self.facilitator.forms if written.text in form.words)
            values: dict[str, str | list[str]] = {}
            if written.decision == "paraphrase":
                values = {"text-en": written.paraphrase[0], "text-fr": written.paraphrase[1]}
            button = {"share": "Share as written", "withhold": "Withhold", "paraphrase": "Share this paraphrase"}
            self.facilitator.send_form(form, values, press=button[written.decision])

    def open_board(self, number: int) -> Visitor:
        """The consensus board of a closed round, from the list of rounds."""
        page = self.to_task_force()
        rounds = [row[0] for row in page.tables[0] if "Consensus" in row[-1]]
        # The tab of the latest board stands first and has the same words.
        _, *boards = [href for href, words in page.links if words == "Consensus"]
        return page.open(boards[rounds.index(str(number))])

    def publish(self) -> str:
        """Publish after a look at the preview; returns what the preview said."""
        self.to_task_force().follow("Publish the outcomes")
        preview = self.facilitator.text
        self.facilitator.send("Publish")
        return preview

    # The experts

    def read_mail(self, kind: str) -> dict[str, str]:
        """Name to the personal link in the newest mail of this kind; the demo keeps mails instead of sending them."""
        outbox = Visitor(self.app.test_client()).open("/demo/outbox")
        links: dict[str, str] = {}
        addresses = [href for href, _ in outbox.links if href.startswith("/demo/outbox/")]
        for address, row in zip(addresses, outbox.tables[0][1:], strict=True):
            if row[0] == kind and row[1] not in links:
                mail = Visitor(self.app.test_client()).open(address)
                links[row[1]] = next(href for href, words in mail.links if words == "Open the personal link")
        return links

    def invite_experts(self) -> None:
        """Everybody who got an invitation, in the order of their names."""
        for number, (name, link) in enumerate(sorted(self.read_mail("Invitation").items())):
            path = link.removeprefix("http://localhost")
            self.experts.append(Expert(number, name, path, Visitor(self.app.test_client()), {}))

    def enter(self, expert: Expert) -> None:
        """Open the real link, press its button, read what it is about, agree."""
        browser = expert.browser.open(f"{expert.link}?language=en").send("Continue")
        self.to_work(browser)
        browser.send("Start", {"agree": "yes"})

    def go_on(self, expert: Expert) -> Visitor:
        """Come back later by the same link."""
        return self.to_work(expert.browser.open(expert.link))

    def to_work(self, browser: Visitor) -> Visitor:
        """Who sits in one task force is there already; who sits in several chooses this one."""
        if browser.path.startswith("/my/?") or browser.path == "/my/":
            browser.follow(self.title)
            browser.follow(next(words for words in CARD_BUTTONS if browser.has_link(words)))
        return browser

    def write_ideas(self, expert: Expert) -> None:
        """Both pages of cards, then the last look and the receipt."""
        browser = expert.browser
        if expert.number == FRENCH_WRITER:
            browser.send("Français")
        fill(browser, PROBLEMS.get(expert.number, {}))
        fill(browser, PROPOSALS.get(expert.number, {}))
        if expert.number == FRENCH_WRITER:
            browser.follow("English")
        self.send_answers(expert, number=1)

    def rate(self, expert: Expert, sheet: Sheet, *, comments: tuple[Written, ...] = ()) -> None:
        """Every section of the round, as the sheet says; the browser stands on the first section."""
        browser = expert.browser
        while "/rate/" in browser.path:
            values = self.ratings_on_page(browser, sheet, column=expert.number)
            for written in comments:
                field = f"c-{statement_on_page(browser, written.key)}"
                if written.expert == expert.number and field in browser.form("Save and continue").names():
                    values |= {field: written.text, field.replace("c-", "s-"): written.stance}
            browser.send("Save and continue", values)

    def ratings_on_page(self, browser: Visitor, sheet: Sheet, *, column: int) -> dict[str, str | list[str]]:
        """The radios to choose on this page: form field to value."""
        names = [name for name in browser.form("Save and continue").names("radio") if name.startswith("r-")]
        values: dict[str, str | list[str]] = {}
        for criterion, rows in sheet.items():
            for key, row in rows.items():
                cell = row.split()[column]
                of_statement = [n for n in names if n.split("-")[1] == str(statement_on_page(browser, key))]
                if cell != "." and of_statement:
                    values[of_statement[CRITERIA.index(criterion)]] = CHOICES.get(cell, cell)
        return values

    def send_answers(self, expert: Expert, *, number: int) -> None:
        """From the last look to the receipt."""
        expert.browser.send("Send my answers")
        expert.receipts[number] = receipt_on(expert.browser)


DESK_WORDS = {key: kept.english for key, kept in WORDINGS.items()}
SOURCES = {choice.key: idea for idea, choice in DESK.items() if isinstance(choice, Keep)}


def fill(browser: Visitor, texts: dict[str, str]) -> None:
    """Type into a page of cards and go on, whatever the button is called in its language."""
    form = next(form for form in browser.forms if "seen" in form.names())
    next_button = next(c.label for c in form.controls if c.name == "then" and c.value == "next")
    browser.send_form(form, dict(texts), press=next_button)


def idea_in_hand(form: Form) -> str:
    """The text of the idea the desk holds out: it stands in the field of its own language."""
    return next(c.value for c in form.controls if c.name.startswith("text-") and c.value)


def blocks_on_page(browser: Visitor) -> dict[str, tuple[int, str]]:
    """Key of each statement on a page of ratings to the number its fields carry, and its block in words."""
    parts = re.split(r'id="statement-(\d+)"', browser.page)
    blocks = {}
    for number, source in zip(parts[1::2], parts[2::2], strict=True):
        wording = unescape(re.findall(r'class="statement">\s*(.*?)\s*</', source)[0])
        key = next(key for key, kept in WORDINGS.items() if wording in (kept.english, kept.french))
        blocks[key] = int(number), " ".join(unescape(re.sub(r"<[^>]*>", " ", source)).split())
    return blocks


def statement_on_page(browser: Visitor, key: str) -> int:
    """The number by which the page's fields name a statement; 0 where it is not on this page."""
    return blocks_on_page(browser).get(key, (0, ""))[0]


def has_form(page: Visitor, words: str) -> bool:
    return any(words in c.label for form in page.forms for c in form.controls if c.kind == "submit")


def receipt_on(browser: Visitor) -> str:
    """The receipt that a page shows."""
    return re.findall(r"Receipt</span> <b>([^<]+)</b>", browser.page)[0]
