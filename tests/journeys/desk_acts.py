"""What one facilitator and a panel of sixty do in front of pages, from the template to the published outcomes."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html import unescape

import numpy as np
from flask import Flask
from sqlmodel import Session, col, select

from delphi.demo.authorship import WrittenIdea, write_ideas
from delphi.demo.content import StatementContent, demo_content
from delphi.jobs import Worker
from delphi.mail.messages import LINK
from surveys.localized import LocalizedText
from surveys.models import StatementVersion
from tests.journeys.acts import fill, has_form, idea_in_hand
from tests.journeys.visitor import Form, Visitor

GIVEN = ("Awa", "Kofi", "Ida", "Luc", "Mei", "Omar", "Ana", "Jon", "Noor", "Eva")
FAMILY = ("Diarra", "Mensah", "Berg", "Martin", "Chen", "Haddad")
N_PANEL = 60
N_RATERS = 32
"""More than half of those asked, or no statement could be agreed."""
CODE = "A5"
CONTENT = demo_content()[CODE]
STATEMENTS = {statement.key: statement for statement in CONTENT.statements}
RATED = ("activity", "obstacle", "success_factor")


def name_of(number: int) -> str:
    return f"{GIVEN[number % 10]} {FAMILY[number // 10]}"


def language_of(number: int) -> str:
    return "fr" if number % 3 else "en"


def ideas() -> tuple[WrittenIdea, ...]:
    """The demo's ideas on this objective, each with the panellist who types it."""
    languages = [language_of(number) for number in range(N_RATERS)]
    return write_ideas(CONTENT, languages=languages, writers=range(N_RATERS), rng=np.random.RandomState(1))


def sixty_lines() -> str:
    """A panel as it is copied from a spreadsheet; five lines of it are faulty."""
    lines = ["Name\tE-mail\tLanguage\tCollege"]
    for number in range(N_PANEL):
        address = name_of(number).replace(" ", ".").lower()
        lines.append(f"{name_of(number)}\t{address}@panel.example\t{language_of(number)}\tBusiness")
    lines[4] = lines[4].replace("@", " at ")
    lines[9] = lines[8]
    lines[20] = lines[20].replace("\tfr\t", "\t\t").replace("\ten\t", "\t\t")
    lines[31] = lines[31].replace("Business", "")
    lines[45] = lines[45].replace("Business", "Martians")
    return "\n".join(lines)


MENDED: dict[str, str | list[str]] = {
    "cell-5-email": "luc.diarra@panel.example",
    "cell-10-name": name_of(8),
    "cell-10-email": "noor.diarra@panel.example",
    "cell-21-language": language_of(19),
    "cell-32-college": "-",
    "cell-46-college": "Business",
}


def place_of(key: str) -> int:
    """0 to 3: agreed, agreed to drop, two camps, scattered in round 2 and agreed in round 3."""
    return list(STATEMENTS).index(key) % 4


def rating(key: str, *, number: int, round_number: int) -> int:
    """What panellist `number` says: by the place of the statement agreed, agreed to drop, two camps, or scattered."""
    match place_of(key):
        case 0:
            return 8 + number % 2
        case 1:
            return 1 + number % 2
        case 2:
            return 9 if number % 2 else 1
        case _:
            return 8 if round_number == 3 else 1 + (number * 5) % 9


class Panel:
    """The sixty; only those who answer have a browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browsers: dict[int, Visitor] = {}
        self.links: dict[int, str] = {}
        self.mails: list[EmailMessage] = []
        self.worker = Worker(
            app.extensions["delphi_database"],
            settings=app.config["DELPHI"],
            name="journey",
            deliver=self.mails.append,
        )

    def read_mail(self) -> dict[str, str]:
        """Let the worker send what is due: each reader's name to the personal link in their newest mail."""
        self.worker.send_due()
        links = {}
        for message in self.mails:
            body = message.get_body(("plain",))
            found = LINK.search(str(body.get_content())) if body is not None else None
            if found:
                links[message["To"].addresses[0].display_name] = found.group().removeprefix("http://localhost")
        self.links = {number: links[name_of(number)] for number in range(N_PANEL) if name_of(number) in links}
        return links

    def enter(self, number: int) -> Visitor:
        """Open the link, press its button, agree."""
        browser = Visitor(self.app.test_client()).open(f"{self.links[number]}?language=en").send("Continue")
        self.browsers[number] = browser
        return browser.send("Start", {"agree": "yes"})

    def write(self, number: int, written: list[WrittenIdea]) -> None:
        """Both pages of cards in the own language, then the last look."""
        browser = self.enter(number)
        if language_of(number) == "fr":
            browser.send("Français")
        for kinds in (("problem", "cause", "consequence"), ("activity", "obstacle", "success_factor")):
            typed = {one.slot: one.text for one in written if one.kind.value in kinds}
            # Cause and consequence hang on the card they are typed on.
            typed |= {
                f"on-{one.slot}": one.parent_slot
                for one in written
                if one.kind.value in kinds and one.parent_slot and one.kind.value not in ("cause", "consequence")
            }
            fill(browser, typed)
        if language_of(number) == "fr":
            browser.follow("English")
        browser.send("Send my answers")
        assert browser.path.endswith("/receipt")

    def rate(self, number: int, *, round_number: int, keys: dict[str, str]) -> None:
        """Every section; `keys` leads from an English wording to the statement."""
        browser = self.browsers.get(number)
        if browser is None:
            browser = self.enter(number)
        else:
            browser.open(self.links[number])
            if has_form(browser, "Continue"):
                browser.send("Continue")
        while "/rate/" in browser.path:
            form = browser.form("Save and continue")
            values: dict[str, str | list[str]] = {}
            for part in re.split(r'(?=id="statement-\d+")', browser.page)[1:]:
                wording = _plain(re.findall(r'class="statement">\s*(.*?)\s*</', part)[0])
                key = keys[wording]
                statement = re.match(r'id="statement-(\d+)"', part)
                assert statement
                value = str(rating(key, number=number, round_number=round_number))
                values |= dict.fromkeys(_radios(form, statement[1]), value)
            browser.send("Save and continue", values)
        browser.send("Send my answers")
        assert browser.path.endswith("/receipt")


def _radios(form: Form, statement: str) -> list[str]:
    return [name for name in form.names("radio") if name.startswith(f"r-{statement}-")]


def _plain(source: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", source)).split())


def place_every_idea(desk: Visitor, *, written: tuple[WrittenIdea, ...], untranslated: int) -> dict[str, str]:
    """Work the desk to the last idea; key of each statement to its code. The first few get no French text yet."""
    by_text = {one.text: one for one in written}
    codes: dict[str, str] = {}
    while has_form(desk, "Keep as a statement"):
        form = desk.form("Keep as a statement")
        idea = by_text[idea_in_hand(form)]
        if idea.statement is None:
            desk.send("Set aside with this reason", {"reason": idea.parked_reason})
        elif idea.statement in codes:
            desk.send(f"Merge the idea in hand into {codes[idea.statement]}")
        else:
            texts = _texts(STATEMENTS[idea.statement])
            if idea.language == "en" and idea.kind.value == "activity" and untranslated:
                texts["text-fr"], untranslated = "", untranslated - 1
            desk.send_form(form, dict(texts), press="Keep as a statement")
            codes[idea.statement] = re.findall(rf"Placed as ({CODE}-\d+)", desk.text)[0]
        if not has_form(desk, "Keep as a statement"):
            desk.follow("Synthesis")
    return codes


def _texts(statement: StatementContent) -> dict[str, str]:
    return {"text-en": statement.text["en"], "text-fr": statement.text["fr"]}


def lines_by_key(reader: Visitor, heading: str) -> dict[str, dict[str, str]]:
    """Key of each statement to its cells by heading, in the tables on the page that have this heading."""
    found = {}
    for table in (one for one in reader.tables if one and heading in one[0]):
        for row in (row for row in table[1:] if len(row) == len(table[0])):
            key = next(
                key
                for key, one in STATEMENTS.items()
                if any(cell.startswith(" ".join(one.text["en"].split())) for cell in row)
            )
            found[key] = dict(zip(table[0], row, strict=True))
    return found


class Time:
    """The clock of the program, which the test moves on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def newest_text(session: Session, *, statement_id: int) -> LocalizedText:
    return (
        session.exec(
            select(StatementVersion)
            .where(StatementVersion.statement_id == statement_id)
            .order_by(col(StatementVersion.number).desc())
        )
        .all()[0]
        .text
    )
