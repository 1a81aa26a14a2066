"""The acts of a facilitator in their order, each with what is then shown and stored."""

import re
from collections.abc import Callable
from statistics import median
from typing import TypeVar

from flask import Flask
from sqlmodel import Session, col, select

from surveys.models import (
    Idea,
    IdeaPlacement,
    OutboxMessage,
    Panellist,
    Round,
    RoundResult,
    RoundStatement,
    Statement,
    Study,
    TaskForce,
)
from surveys.vocabulary import MessageKind, RoundStatus
from tests.journeys.acts import fill
from tests.journeys.desk_acts import (
    CODE,
    MENDED,
    N_PANEL,
    N_RATERS,
    RATED,
    STATEMENTS,
    Panel,
    Time,
    ideas,
    language_of,
    lines_by_key,
    name_of,
    newest_text,
    place_every_idea,
    place_of,
    rating,
    sixty_lines,
)
from tests.journeys.visitor import Visitor

T = TypeVar("T")
# In the order of `place_of`: agreed, agreed to drop, two camps, scattered and agreed after a second look.
VERDICTS = ("Agreed high", "Agreed low", "Split in two camps", "Scattered")
OUTCOMES = ("Agreed", "Agreed to drop", "Not agreed", "Agreed")
SEVEN = ["A1", "A2", "A3", "A4", "A5", "A6", "B1"]


class Story:
    """The acts in their order; each looks at what is shown and at what is stored."""

    def __init__(self, app: Flask, time: Time, *, lukas: Visitor, panel: Panel | None = None) -> None:
        self.app, self.time, self.lukas = app, time, lukas
        self.panel, self.ideas = panel or Panel(app), ideas()
        self.codes: dict[str, str] = {}
        self.task_force_id = 0

    def play(self) -> None:
        self.set_up()
        self.paste_the_panel()
        self.try_it_out()
        self.gather_ideas()
        self.place_ideas()
        self.translate()
        self.rate(2)
        self.look_at_the_board()
        self.build_round_3()
        self.rate(3)
        self.publish()

    def read(self, question: Callable[[Session], T]) -> T:
        with self.app.extensions["delphi_database"].reading() as session:
            return question(session)

    def task_force(self) -> Visitor:
        return self.lukas.open(f"/facilitate/task-forces/{self.task_force_id}")

    def days_pass(self, days: int) -> None:
        """Staff have to sign in again after a night."""
        self.time.wait(days=days)
        self.lukas.open("/demo/facilitator").send("Sign in")

    def set_up(self) -> None:
        lukas = self.lukas.open("/facilitate/").follow("New study")
        lukas.send("Go on", {"template": "objective_task_force", "source": "builtin"})
        names: dict[str, str | list[str]] = {"name-en": "Soil plan 2027", "name-fr": "Plan des sols 2027"}
        lukas.send("Create the panels", {"objectives": SEVEN, **names})
        assert "The study is made, with 7 task forces." in lukas.text
        lukas.send("Lock the protocol")
        assert "The protocol is locked." in lukas.text
        made = self.read(
            lambda session: session.exec(
                select(TaskForce, Study)
                .join(Study, col(Study.id) == TaskForce.study_id)
                .where(Study.slug == "soil-plan-2027")
            ).all()
        )
        assert sorted(one.code for one, _ in made) == SEVEN
        self.task_force_id = next(one.id for one, _ in made if one.code == CODE)
        lukas.open("/facilitate/")
        assert "7 wait for you" in lukas.text

    def paste_the_panel(self) -> None:
        lukas = self.task_force().follow("Panel")
        lukas.send("Look at the lines", {"text": sixty_lines()})
        assert "55 lines are fine. 5 lines need you." in lukas.text
        assert self.read(self.seats) == 0
        lukas.send("Check again", MENDED)
        assert "60 lines are fine." in lukas.text
        lukas.send("Add 60 people")
        assert "60 people were added to the panel." in lukas.text
        assert "Not invited yet 60" in lukas.text
        assert self.read(self.seats) == N_PANEL

    def seats(self, session: Session) -> int:
        return len(session.exec(select(Panellist).where(Panellist.task_force_id == self.task_force_id)).all())

    def try_it_out(self) -> None:
        lukas = self.task_force().send("Plan round 1 with open questions")
        assert "No sample link was opened yet" in lukas.text
        lukas.follow("Pilot: let colleagues try it out").send("Start the pilot")
        lukas.send("Mail the pilot link", {"name": "Rita Reader", "email": "rita@pilot.example", "language": "en"})
        link = self.panel.read_mail()["Rita Reader"]
        rita = Visitor(self.app.test_client()).open(f"{link}?language=en").send("Continue")
        rita.send("Start", {"agree": "yes"})
        self.time.wait(minutes=6)
        fill(rita, {"problem-1": "This is a try"})
        self.time.wait(minutes=5)
        fill(rita, {"activity-1": "Try it out"})
        rita.send("Send my answers")
        self.lukas.open(self.lukas.path)
        lukas.send("in the invitation")
        minutes = self.read(lambda session: self.round_(session, 1).minutes)
        assert f"The invitation now says {minutes} minutes." in lukas.text
        assert minutes is not None and 5 <= minutes <= 15
        lukas.send("Discard the pilot").follow("Back to the checklist")
        assert f"The invitation says {minutes} minutes, as measured." in lukas.text
        assert self.read(lambda session: len(session.exec(select(Idea)).all())) == 0, "nothing of the pilot is kept"

    def gather_ideas(self) -> None:
        lukas = self.lukas.send(f"Open it and mail {N_PANEL} people")
        assert "Round 1 is open; the mails leave in ten minutes." in lukas.text
        assert self.read(lambda session: self.mails(session, MessageKind.INVITATION)) == N_PANEL
        assert name_of(0) not in self.panel.read_mail(), "the mails wait as long as the launch can be undone"
        self.time.wait(minutes=11)
        assert len(self.panel.read_mail()) == N_PANEL + 2, "the panel, and who read the pilot"
        authors = sorted({one.author for one in self.ideas})
        for author in authors:
            self.panel.write(author, [one for one in self.ideas if one.author == author])
        n_left = N_PANEL - len(authors)
        self.days_pass(4)
        self.task_force().follow("Follow it")
        assert re.search(rf"have sent {len(authors)}\b", lukas.text)
        lukas.follow("Look at the reminder")
        lukas.send(f"Send {n_left} reminders")
        assert f"{n_left} reminders are on their way." in lukas.text
        assert self.read(lambda session: self.mails(session, MessageKind.REMINDER)) == n_left
        self.close(1)
        stored = self.read(lambda session: session.exec(select(Idea.text)).all())
        assert sorted(stored) == sorted(one.text for one in self.ideas)

    def mails(self, session: Session, kind: MessageKind) -> int:
        round_id = self.newest(session).id
        found = session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind)).all()
        return sum(message.params.get("round_id") == round_id for message in found)

    def newest(self, session: Session) -> Round:
        return session.exec(
            select(Round).where(Round.task_force_id == self.task_force_id).order_by(col(Round.number).desc())
        ).all()[0]

    def round_(self, session: Session, number: int) -> Round:
        return session.exec(
            select(Round).where(Round.task_force_id == self.task_force_id, Round.number == number)
        ).one()

    def close(self, number: int) -> None:
        lukas = self.task_force().follow(f"Close round {number}")
        assert not re.search(r"\bmedian\b|of \d+ agree", lukas.text)
        lukas.send(f"Close round {number}")
        assert f"Round {number} is closed, and its results are frozen." in lukas.text
        assert self.read(lambda session: self.round_(session, number).status) is RoundStatus.CLOSED

    def place_ideas(self) -> None:
        desk, n = self.lukas, len(self.ideas)
        assert f"0 of {n} ideas placed" in desk.text
        self.codes = place_every_idea(desk, written=self.ideas, untranslated=2)
        assert f"{n} of {n} ideas placed" in desk.text
        assert "Every idea has its place." in desk.text
        assert set(self.codes) == set(STATEMENTS)
        placed = self.read(
            lambda session: session.exec(
                select(Idea.text, Statement.code)
                .join(IdeaPlacement, col(IdeaPlacement.idea_id) == Idea.id)
                .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
                .where(col(IdeaPlacement.undone_at).is_(None))
            ).all()
        )
        assert dict(placed) == {one.text: self.codes[one.statement] for one in self.ideas if one.statement}
        parked = self.read(lambda session: session.exec(select(Idea).where(col(Idea.parked_reason) != "")).all())
        assert {one.text: one.parked_reason for one in parked} == {
            one.text: one.parked_reason for one in self.ideas if not one.statement
        }

    def translate(self) -> None:
        lukas = self.lukas.follow("Build the next round")
        lukas.send("Plan round 2")
        n_french = sum(language_of(number) == "fr" for number in range(N_PANEL))
        assert f"Français: 2 texts are missing. {n_french} people who read it get the mail" in lukas.text
        assert f"Open it and mail {N_PANEL - n_french} people" in lukas.text
        lukas.follow("Mend this")
        form = lukas.form("Save everything on this page")
        blank = [c.name for c in form.controls if c.kind == "textarea" and not c.value]
        assert len(blank) == 2
        in_french = {one.text["en"]: one.text["fr"] for one in STATEMENTS.values()}
        typed: dict[str, str | list[str]] = {}
        for name in blank:
            statement_id = int(name.rpartition(":")[2])
            typed[name] = in_french[self.read(lambda s, one=statement_id: newest_text(s, statement_id=one))["en"]]
        lukas.send("Save everything on this page", typed)
        lukas.open(lukas.path.replace("show=missing", "show=to_check"))
        ticks = [c.value for c in lukas.form("Approve those ticked").controls if c.name == "ok"]
        lukas.send("Approve those ticked", {"ok": ticks})
        texts = self.read(
            lambda session: {
                code: newest_text(session, statement_id=id_)
                for id_, code in session.exec(select(Statement.id, Statement.code)).all()
            }
        )
        assert {key: texts[code]["fr"] for key, code in self.codes.items()} == {
            key: one.text["fr"] for key, one in STATEMENTS.items()
        }
        self.task_force().follow("Open round 2")
        assert "texts are missing" not in lukas.text

    def rate(self, number: int) -> None:
        lukas = self.lukas.send(f"Open it and mail {N_PANEL} people")
        assert f"Round {number} is open" in lukas.text
        keys = {" ".join(one.text["en"].split()): one.key for one in STATEMENTS.values()}
        for rater in range(N_RATERS):
            self.panel.rate(rater, round_number=number, keys=keys)
        self.days_pass(3)
        self.close(number)

    def look_at_the_board(self) -> None:
        self.task_force().follow("Consensus")
        lines = lines_by_key(self.lukas, "Verdict")
        rated = [key for key, one in STATEMENTS.items() if one.kind.value in RATED]
        assert set(lines) == set(rated)
        for key in rated:
            values = [rating(key, number=number, round_number=2) for number in range(N_RATERS)]
            assert float(lines[key]["Median"]) == median(values), key
            n_agree = sum(value >= 7 for value in values)
            assert lines[key]["Agree"].startswith(f"{n_agree} of {N_RATERS}"), key
            assert lines[key]["Verdict"].startswith(VERDICTS[place_of(key)]), key
        frozen = self.read(
            lambda session: session.exec(
                select(Statement.code, RoundResult.n).join(RoundResult, col(RoundResult.statement_id) == Statement.id)
            ).all()
        )
        assert dict(frozen) == {self.codes[key]: N_RATERS for key in rated}

    def build_round_3(self) -> None:
        lukas = self.task_force().follow("Build round 3")
        lukas.send("Plan round 3")
        asked = self.read(
            lambda session: set(
                session.exec(
                    select(Statement.code)
                    .join(RoundStatement, col(RoundStatement.statement_id) == Statement.id)
                    .where(RoundStatement.round_id == self.newest(session).id)
                ).all()
            )
        )
        rated = [key for key, one in STATEMENTS.items() if one.kind.value in RATED]
        assert asked == {self.codes[key] for key in rated if place_of(key) > 1}, "only what is open is asked again"
        lukas.follow("See it as an expert will")
        self.task_force().follow("Open round 3")

    def publish(self) -> None:
        lukas = self.task_force().follow("Publish the outcomes")
        lukas.send("Publish")
        rated = [key for key, one in STATEMENTS.items() if one.kind.value in RATED]
        lines = lines_by_key(lukas, "Outcome")
        assert {key: line["Outcome"] for key, line in lines.items()} == {key: OUTCOMES[place_of(key)] for key in rated}
        task_force = self.read(lambda session: session.get_one(TaskForce, self.task_force_id))
        assert task_force.code == CODE
        reader = self.panel.browsers[0].open(self.panel.links[0])
        if reader.has_link("The results"):
            reader.follow("The results")
        agreed = next(key for key in rated if place_of(key) == 0)
        assert " ".join(STATEMENTS[agreed].text["en"].split()) in reader.text
