"""One facilitator sets up seven task forces through the forms alone, and locks their protocol."""

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlmodel import col, select

from surveys.models import Protocol, StaffRole, Study, TaskForce
from surveys.study_templates import FOLDER
from surveys.vocabulary import Role
from tests.builders import a_study, staff_client
from tests.journeys.visitor import Visitor

SEVEN = ["A1", "A2", "A3", "A4", "A5", "A6", "B1"]
NAMES: dict[str, str | list[str]] = {"name-en": "Soil plan 2027", "name-fr": "Plan des sols 2027"}


@pytest.fixture
def lukas(app: Flask) -> Visitor:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    return Visitor(staff_client(app, small.facilitator_id))


def choose(visitor: Visitor, *, template: str = "objective_task_force", source: str = "builtin") -> Visitor:
    return visitor.open("/facilitate/").follow("New study").send("Go on", {"template": template, "source": source})


def test_seven_task_forces_from_the_template_checked_and_locked(app: Flask, lukas: Visitor) -> None:
    choose(lukas)
    for known in (
        "F2: the 2030 target is word for word the 2020 baseline",
        "B1: the documents disagree",
        "D1: ",
        "F1: ",
    ):
        assert known in lukas.text
    lukas.send("Create the panels", {"objectives": SEVEN}, expect=422)
    assert "Please give the name in English." in lukas.text
    lukas.send("Create the panels", {"objectives": SEVEN, **NAMES})
    assert "The study is made, with 7 task forces." in lukas.text
    assert "at least 75" in lukas.text
    assert "au moins 75" in lukas.text

    lukas.send("Check without saving", {"n": "5", "min_n": "4", "share-importance": "60"})
    assert "With 5 people, random answers would pass" in lukas.text
    assert "Not saved yet." in lukas.text
    assert "Save the draft first" in lukas.text
    lukas.send("Save the draft", {"min_n": "40", "max_rounds": "99"}, expect=422)
    assert "Please give a number from 1 to 8." in lukas.text
    lukas.send("Save the draft", {"share-importance": "80 %", "max_rounds": "3", "min_n": "5"})
    assert "The protocol is saved as a draft." in lukas.text
    assert "at least 80" in lukas.text
    lukas.send("Lock the protocol")
    assert re.search(r"The protocol is locked\. Its fingerprint begins with \w{4}·\w{4}", lukas.text)
    assert "Locked on" in lukas.text

    lukas.send("Record the amendment", {"min_n": "6"}, expect=422)
    assert "Fewest answers for a verdict: 5 becomes 6." in lukas.text
    lukas.send("Record the amendment", {"min_n": "6", "reason": "More people joined than planned."})
    assert "Amendment 1 is recorded." in lukas.text
    assert "More people joined than planned." in lukas.text

    with app.extensions["delphi_database"].reading() as session:
        study = session.exec(select(Study).where(Study.slug == "soil-plan-2027")).one()
        task_forces = session.exec(select(TaskForce).where(TaskForce.study_id == study.id)).all()
        assert sorted(one.code for one in task_forces) == SEVEN
        run = session.exec(
            select(StaffRole).where(
                StaffRole.role == Role.FACILITATOR, col(StaffRole.task_force_id).in_([one.id for one in task_forces])
            )
        ).all()
        assert len(run) == 7
        versions = session.exec(
            select(Protocol).where(Protocol.study_id == study.id).order_by(col(Protocol.version))
        ).all()
        assert [one.settings["min_n"] for one in versions] == [5, 6]
        assert versions[0].settings["criteria"]["importance"]["agreement"] == "4/5"
        assert all(one.locked_at for one in versions)
    lukas.open("/facilitate/")
    assert lukas.text.count("Plan round 1 with open questions") >= 7
    assert "7 wait for you" in lukas.text
    assert "Round 1 is to open on" in lukas.text


def test_a_spreadsheet_with_faults_is_mended_on_the_page_and_made_whole(app: Flask, lukas: Visitor) -> None:
    example = (FOLDER / "example_study.csv").read_text(encoding="utf-8")
    broken = example.replace("objective,A2,A,", "objective,A1,Z,")
    lukas.open("/facilitate/studies/new")
    token = next(one.value for one in lukas.form("Go on").controls if one.name == "csrf_token")
    response = lukas.client.post(
        "/facilitate/studies/new",
        data={
            "csrf_token": token,
            "template": "quick_priorities",
            "source": "file",
            "file": (BytesIO(broken.encode()), "study.csv"),
        },
    )
    lukas._read("/facilitate/studies/new", response.status_code, response.text)
    assert "2 problems in the file" in lukas.text
    assert "Line 5 code : The code “A1” was used on line 4 already." in lukas.text
    assert "Line 5 part_of : The goal “Z” has no line of its own; known are A." in lukas.text
    lukas.send("Create the panels", expect=422)
    with app.extensions["delphi_database"].reading() as session:
        assert len(session.exec(select(Study)).all()) == 1
    lukas.send("Check again", {"document": example})
    assert "problems in the file" not in lukas.text
    lukas.send("Create the panels", {"objectives": ["A1", "A2"]})
    assert "The study is made, with 2 task forces." in lukas.text
    with app.extensions["delphi_database"].reading() as session:
        made = session.exec(select(Study).where(Study.slug == "healthy-soils-in-our-region")).one()
        assert made.name["fr"] == "Des sols sains dans notre région"
        assert made.template == "quick_priorities"


def test_a_study_is_copied_with_its_people(app: Flask, lukas: Visitor) -> None:
    lukas.open("/facilitate/").follow("Copy")
    assert "With its people (6 seats)" in lukas.text
    lukas.send("Make the copy", {"people": "with", **NAMES, "objectives": ["A5"]})
    assert "The copy is made." in lukas.text
    lukas.open("/facilitate/")
    assert lukas.text.count("6 people") == 2
