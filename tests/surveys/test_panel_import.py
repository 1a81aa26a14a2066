"""Panels from files: people, seats and staff roles, each once."""

import io

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.file_problems import FileProblem
from surveys.models import Panellist, Person, StaffRole, TaskForce
from surveys.panel_files import PanelFile, read_panel
from surveys.services.panel_import import ImportedPanel, import_panel
from surveys.vocabulary import MembershipStatus, Role
from tests.builders import NOW, a_study, a_task_force

HEADER = "name,email,language,college,region,task_forces,role\n"
GOOD = (
    HEADER
    + "Awa Diarra,Awa@Example.org,fr,farmers,africa,A5 B1,\n"
    + "Kofi Mensah,kofi@example.org,,,,A5,expert\n"
    + 'Ida Berg,ida@example.org,en,,,"A5; B1",facilitator\n'
    + "Sam Ortiz,sam@example.org,en,,,,secretariat\n"
)


def panel_of(text: str) -> PanelFile:
    return read_panel(text.encode(), name="panel.csv")


def add(database: Database, panel: PanelFile) -> ImportedPanel:
    with database.writing() as session:
        study_id = session.exec(select(TaskForce.study_id)).first()
        assert study_id is not None
        return import_panel(session, study_id=study_id, panel=panel, actor=None, now=NOW)


@pytest.fixture
def study(database: Database) -> Database:
    """A study with the task forces A5 and B1 and nobody in them."""
    with database.writing() as session:
        small = a_study(session, n_experts=0)
        from surveys.models import Goal

        goal = session.exec(select(Goal)).one()
        a_task_force(session, study_id=small.study_id, goal_id=goal.id, code="B1")
    return database


def test_people_get_their_seats_and_staff_their_roles(study: Database) -> None:
    assert add(study, panel_of(GOOD)) == ImportedPanel(n_people=4, n_panellists=3, n_staff_roles=3)
    with study.reading() as session:
        awa = session.exec(select(Person).where(Person.email == "awa@example.org")).one()
        assert (awa.name, awa.language) == ("Awa Diarra", "fr")
        seats = session.exec(select(Panellist).where(Panellist.person_id == awa.id)).all()
        assert {seat.status for seat in seats} == {MembershipStatus.INVITED}
        assert len(seats) == 2
        assert all(seat.college_id is not None and seat.region_id is not None for seat in seats)
        ida = session.exec(select(Person).where(Person.email == "ida@example.org")).one()
        roles = session.exec(select(StaffRole).where(StaffRole.person_id == ida.id)).all()
        assert [(role.role, role.study_id) for role in roles] == [(Role.FACILITATOR, None)] * 2


def test_the_same_file_twice_adds_nothing(study: Database) -> None:
    add(study, panel_of(GOOD))
    assert add(study, panel_of(GOOD)) == ImportedPanel(n_people=0, n_panellists=0, n_staff_roles=0)


def test_a_known_person_keeps_name_and_language_and_gets_the_new_seat(study: Database) -> None:
    add(study, panel_of(HEADER + "Awa Diarra,awa@example.org,fr,,,A5,\n"))
    added = add(study, panel_of(HEADER + "A. Diarra,awa@example.org,en,,,A5 B1,\n"))
    assert added == ImportedPanel(n_people=0, n_panellists=1, n_staff_roles=0)
    with study.reading() as session:
        awa = session.exec(select(Person).where(Person.email == "awa@example.org")).one()
    assert (awa.name, awa.language) == ("Awa Diarra", "fr")


def test_a_workbook_reads_like_the_text_file() -> None:
    from openpyxl import Workbook

    book = Workbook()
    for line in GOOD.replace('"', "").splitlines():
        book.active.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    assert read_panel(stream.getvalue(), name="panel.csv") == panel_of(GOOD)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,mail\nA,a@b.org\n", "panel.csv, line 1: the column email is missing; the header has: name, mail"),
        (HEADER, "panel.csv: has a header but no people"),
        (HEADER + ",a@b.org,,,,,\n", 'panel.csv, line 2, column name: "" must not be blank'),
        (HEADER + "A,a at b.org,,,,,\n", 'panel.csv, line 2, column email: "a at b.org" is not an e-mail address'),
        (HEADER + "A,a@b.org,de,,,,\n", 'panel.csv, line 2, column language: "de" is not known here; known are en, fr'),
        (
            HEADER + "A,a@b.org,,,,,boss\n",
            'panel.csv, line 2, column role: "boss" is not known here; known are expert, facilitator, observer, '
            "secretariat, administrator",
        ),
        (
            HEADER + "A,a@b.org,,,,,\nB,A@B.org,,,,,\n",
            'panel.csv, line 3, column email: "a@b.org" was given already on line 2',
        ),
        (HEADER + f"{'x' * 201},a@b.org,,,,,\n", "the cell has more than 200 characters"),
    ],
)
def test_a_wrong_cell_is_named_with_line_column_and_value(text: str, sentence: str) -> None:
    with pytest.raises(FileProblem) as raised:
        panel_of(text)
    assert str(raised.value).endswith(sentence)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A,a@b.org,,bakers,,A5,", 'column college: "bakers" is not known here; known are farmers'),
        ("A,a@b.org,,,mars,A5,", 'column region: "mars" is not known here; known are africa'),
        ("A,a@b.org,,,,A5 Z9,", 'column task_forces: "Z9" is not known here; known are A5, B1'),
    ],
)
def test_what_the_study_does_not_have_is_refused_and_nobody_is_added(study: Database, row: str, sentence: str) -> None:
    with pytest.raises(FileProblem) as raised:
        add(study, panel_of(HEADER + "Good,good@example.org,,,,A5,\n" + row + "\n"))
    assert str(raised.value) == f"panel.csv, line 3, {sentence}"
    with study.reading() as session:
        assert session.exec(select(Panellist)).all() == []


def test_columns_that_are_not_read_are_noticed() -> None:
    assert panel_of("name,email,shoe size\nA,a@b.org,42\n").notices == ("columns not read: shoe size",)
