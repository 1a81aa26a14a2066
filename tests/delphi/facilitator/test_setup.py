"""Pages of the set-up: who may open them, what they refuse, what the files hold, what the adviser says."""

import io
from dataclasses import replace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from delphi.exports.header import header_of, readme_table
from delphi.facilitator.pages.criteria_form import criterion_fields
from surveys.models import ColleagueSuggestion, IdeaFlag, Objective, PlannedRound, Protocol, StaffRole, Study, TaskForce
from surveys.queries.frameworks import scales_of_study
from surveys.queries.protocols import protocol_record
from surveys.rules.protocol_drafts import protocol_fields
from surveys.services.freezing import protocol_of
from surveys.services.protocol import amend_protocol
from surveys.services.rounds import close_round
from surveys.study_templates import study_templates
from surveys.vocabulary import FeedbackKind, Role, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_study,
    a_task_force,
    an_open_rating_round,
    as_secretary,
    expert_client,
    rate,
    staff_client,
    token_in,
)

NEW = "/facilitate/studies/new"
FORM = f"{NEW}/panels?template=objective_task_force&source=builtin"


class Desk:
    """A study with a locked protocol, its facilitator's and its secretary's browsers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session)
            self.foreign: SmallStudy = a_study(session, slug="foreign", code="B1")
        self.facilitator = staff_client(app, self.small.facilitator_id)
        self.secretary = staff_client(app, self.small.secretary_id)

    def page(self, name: str, *, study_id: int | None = None, client: FlaskClient | None = None) -> str:
        response = (client or self.facilitator).get(f"/facilitate/studies/{study_id or self.small.study_id}/{name}")
        assert response.status_code == 200, response.text
        return response.text

    def made(self, **fields: object) -> int:
        """A new study made through the form; its id."""
        token = token_in(self.facilitator.get(FORM).text)
        data = {
            "csrf_token": token,
            "template": "objective_task_force",
            "source": "builtin",
            "objectives": ["A1"],
            "languages": ["en", "fr"],
            "name-en": "New",
            "name-fr": "Nouvelle",
            "time_zone": "Europe/Paris",
            "press": "create",
            **fields,
        }
        response = self.facilitator.post(f"{NEW}/panels", data=data)
        assert response.status_code == 303, response.text
        with self.database.reading() as session:
            return max(session.exec(select(Study.id)).all())

    def send(self, study_id: int, *, press: str, **fields: str):  # type: ignore[no-untyped-def]
        page = self.page("protocol", study_id=study_id)
        with self.database.reading() as session:
            codes = [entry.code for entry, _ in scales_of_study(session, study_id=study_id)]
            stored = protocol_fields(protocol_of(session, study_id=study_id))
        with self.database.reading() as session, self.app.test_request_context():
            criteria = {entry.code: (entry, kinds) for entry, kinds in scales_of_study(session, study_id=study_id)}
            stored |= criterion_fields(criteria)
        data = {"csrf_token": token_in(page), "criterion": codes, **stored, "press": press, **fields}
        return self.facilitator.post(f"/facilitate/studies/{study_id}/protocol", data=data)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def test_a_foreign_study_does_not_exist(desk: Desk) -> None:
    token = {"csrf_token": token_in(desk.facilitator.get(NEW).text)}
    for name in ("protocol", "framework", "copy", "dates"):
        address = f"/facilitate/studies/{desk.foreign.study_id}/{name}"
        assert desk.facilitator.get(address).status_code == 404
        assert desk.facilitator.post(address, data=token).status_code in (404, 405)
    for choice in (f"template=objective_task_force&source=study-{desk.foreign.study_id}", "template=x&source=builtin"):
        assert desk.facilitator.get(f"{NEW}/panels?{choice}").status_code == 404
    assert f"study-{desk.foreign.study_id}" not in desk.facilitator.get(NEW).text


def test_experts_make_no_study(desk: Desk) -> None:
    client = expert_client(desk.app, desk.small, desk.small.experts[0])
    assert client.get(NEW).status_code == 403
    assert client.get(f"/facilitate/studies/{desk.small.study_id}/protocol").status_code == 404


def test_who_runs_only_one_of_several_task_forces_reads_the_protocol_and_does_not_change_it(desk: Desk) -> None:
    with desk.database.writing() as session:
        objective = session.exec(select(Objective).where(Objective.study_id == desk.small.study_id)).one()
        a_task_force(session, study_id=desk.small.study_id, goal_id=objective.goal_id, code="A6")
    page = desk.page("protocol")
    assert "Record the amendment" not in page
    assert 'name="agree_from-importance"' not in page
    assert "at least 75" in page
    base = f"/facilitate/studies/{desk.small.study_id}"
    assert "With its people" not in desk.page("copy")
    token = token_in(desk.page("copy"))
    for address in ("protocol", "protocol/lock", "dates", "task-forces"):
        assert desk.facilitator.post(f"{base}/{address}", data={"csrf_token": token}).status_code == 404
    data = {"csrf_token": token, "people": "with", "objectives": "A5", "name-en": "C", "name-fr": "C"}
    assert desk.facilitator.post(f"{base}/copy", data=data).status_code == 403
    assert "Record the amendment" in desk.page("protocol", client=desk.secretary)


def test_a_secretary_who_makes_a_study_runs_and_oversees_it(desk: Desk) -> None:
    desk.facilitator = desk.secretary
    study_id = desk.made()
    with desk.database.reading() as session:
        roles = session.exec(select(StaffRole).where(StaffRole.person_id == desk.small.secretary_id)).all()
        task_force = session.exec(select(TaskForce.id).where(TaskForce.study_id == study_id)).one()
    assert (Role.FACILITATOR, task_force) in {(one.role, one.task_force_id) for one in roles}
    assert (Role.SECRETARIAT, study_id) in {(one.role, one.study_id) for one in roles}


@pytest.mark.parametrize("template", list(study_templates()))
def test_every_template_makes_a_study_with_its_protocol(desk: Desk, template: str) -> None:
    study_id = desk.made(template=template)
    with desk.database.reading() as session:
        record = protocol_record(session, study_id=study_id)
        assert (record.settings, record.is_locked) == (study_templates()[template].settings, False)
    page = desk.page("protocol", study_id=study_id)
    assert "Lock the protocol" in page
    assert "random answers would pass" in page


def test_the_file_to_fill_in_comes_as_workbook_and_as_text(desk: Desk) -> None:
    lines = desk.facilitator.get(f"{NEW}/file.csv").data
    assert lines.startswith(b"\xef\xbb\xbfwhat,code,part_of,title_en,title_fr")
    sheet = openpyxl.load_workbook(io.BytesIO(desk.facilitator.get(f"{NEW}/file.xlsx").data)).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows())][:3] == ["what", "code", "part_of"]
    assert sheet["A4"].value == "objective"


def post_file(desk: Desk, data: bytes, name: str):  # type: ignore[no-untyped-def]
    fields = {
        "csrf_token": token_in(desk.facilitator.get(NEW).text),
        "template": "objective_task_force",
        "source": "file",
        "file": (io.BytesIO(data), name),
    }
    return desk.facilitator.post(NEW, data=fields)


def test_a_workbook_is_previewed_and_nothing_is_stored(desk: Desk) -> None:
    workbook = desk.facilitator.get(f"{NEW}/file.xlsx").data
    page = post_file(desk, workbook, "study.xlsx").text
    assert "Soil advice for every farm" in page
    assert "problems in the file" not in page
    assert 'value="2027-03-01T09:00"' in page
    with desk.database.reading() as session:
        assert len(session.exec(select(Study)).all()) == 2


def test_a_framework_file_is_checked_in_the_browser(desk: Desk) -> None:
    good = b"""schema = "delphi-framework/1"
goals = [{ code = "A", name = { en = "Goal" } }]
[[objectives]]
code = "A1"
goal = "A"
title = { en = "The XYZW <b>", fr = "Le XYZW" }
baseline_2020 = { en = "5", fr = "5" }
target_2030 = { en = "5", fr = "5" }
"""
    page = post_file(desk, good, "framework.toml").text
    for sentence in (
        "A: a text is missing: name in Français.",
        "A1: the 2030 target is word for word the 2020 baseline.",
        "A1: XYZW is used and explained nowhere.",
    ):
        assert sentence in page
    assert 'href="#objective-A1"' in page
    assert "XYZW <b>" not in page
    twice = post_file(desk, good + good.split(b"]\n", 2)[2].join([b"[[objectives]]\n", b""]), "framework.toml").text
    assert "Objectives: the code A1 is used twice." in twice
    wrong = post_file(desk, good.replace(b'goal = "A"', b'goal = "Z"'), "framework.toml").text
    assert "Line 5: “Z”: This is not known here; known are A." in wrong


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "x.csv", "The file is empty."),
        (b"\xd0\xcf\x11\xe0", "x.xls", "This is an old or password-protected workbook"),
        (b"PK\x03\x04nothing", "x.xlsx", "The workbook is damaged or is not XLSX."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_first_page(
    desk: Desk, data: bytes, name: str, sentence: str
) -> None:
    response = post_file(desk, data, name)
    assert response.status_code == 422
    assert sentence in response.text


def test_unwise_dates_are_shown_once_and_then_kept(desk: Desk) -> None:
    base = f"/facilitate/studies/{desk.small.study_id}/dates"
    fields = {"csrf_token": token_in(desk.page("dates")), "opens-1": "2099-03-02T09:00", "closes-1": "2099-03-14T18:00"}
    first = desk.facilitator.post(base, data=fields)
    assert first.status_code == 422
    assert "Round 1 closes on a weekend" in first.text
    seen = first.text.split('name="seen" value="')[1].split('"')[0]
    assert desk.facilitator.post(base, data={**fields, "seen": seen}).status_code == 303
    wrong = desk.facilitator.post(base, data={**fields, "closes-1": "2099-03-01T18:00", "seen": seen})
    assert wrong.status_code == 422
    assert "Round 1 closes before it opens." in wrong.text
    with desk.database.reading() as session:
        (planned,) = session.exec(select(PlannedRound)).all()
        assert planned.closes_at.isoformat() == "2099-03-14T17:00:00+00:00"
    assert 'value="2099-03-14T18:00"' in desk.page("dates")


def test_the_adviser_answers_a_check_without_saving(desk: Desk) -> None:
    study_id = desk.made()
    response = desk.send(
        study_id, press="check", **{"scale-importance": "1-5", "min_n": "3", "n": "4", "n_items": "20"}
    )
    assert response.status_code == 200
    assert "With 4 people, random answers would pass" in response.text
    assert "Of 20 statements, about" in response.text
    assert "rate it 4 to 5" in response.text, "another scale brings its usual rule"
    assert "Not saved yet." in response.text
    with desk.database.reading() as session:
        assert protocol_of(session, study_id=study_id).min_n == 5
        assert scales_of_study(session, study_id=study_id)[0][0].upper == 9


def test_a_rule_that_needs_more_answers_than_people_is_refused(desk: Desk) -> None:
    response = desk.send(desk.small.study_id, press="amend", min_n="7", reason="Why not")
    assert response.status_code == 422
    assert "7 answers needed, 6 invited in task force A5." in response.text
    with desk.database.reading() as session:
        assert len(session.exec(select(Protocol).where(Protocol.study_id == desk.small.study_id)).all()) == 1


def test_criteria_are_added_worded_and_removed(desk: Desk) -> None:
    study_id = desk.made()
    added = desk.send(study_id, press="add", new="own")
    assert 'name="criterion" value="own-1"' in added.text
    fields = {
        "criterion": ["importance", "own-1"],
        "scale-own-1": "1-5",
        "agree_from-own-1": "4",
        "agree_to-own-1": "5",
        "share-own-1": "75",
        "iqr-own-1": "1",
    }
    missing = desk.send(study_id, press="save", **fields)  # type: ignore[arg-type]
    assert missing.status_code == 422
    assert "Please write this in English." in missing.text
    words = {
        f"{part}-own-1-{language}": f"{part} {language}"
        for part in ("name", "question", "low", "high")
        for language in ("en", "fr")
    }
    saved = desk.send(study_id, press="save", **fields, **words, **{"kind-own-1-activity": "on"})  # type: ignore[arg-type]
    assert saved.status_code == 303, saved.text
    with desk.database.reading() as session:
        entries = [entry for entry, _ in scales_of_study(session, study_id=study_id)]
    assert [entry.code for entry in entries] == ["importance", "own-1"]
    assert entries[1].labels[5] == {"en": "high en", "fr": "high fr"}


def test_amendments_stand_on_the_page_with_old_new_reason_author_and_date(desk: Desk) -> None:
    with desk.database.writing() as session:
        settings = replace(
            protocol_of(session, study_id=desk.small.study_id), min_n=6, feedback=FeedbackKind.COUNTS.value
        )
        amend_protocol(
            session,
            study_id=desk.small.study_id,
            settings=settings,
            reason="A <b>sixth</b> joined",
            actor=as_secretary(desk.small),
            now=NOW,
        )
    page = desk.page("protocol")
    for part in (
        "A &lt;b&gt;sixth&lt;/b&gt; joined",
        "Fewest answers for a verdict: 5 becomes 6.",
        "What experts see between rounds: Counts and comments becomes Counts of the whole group.",
        "Paula Secretary",
        "Monday 4 May 2026",
        "Version 2, fingerprint",
    ):
        assert part in page, part


def test_the_framework_page_names_what_looks_wrong_and_adds_panels(desk: Desk) -> None:
    study_id = desk.made()
    page = desk.page("framework", study_id=study_id)
    assert "5 places to look at" in page
    assert "F2: the 2030 target is word for word the 2020 baseline." in page
    assert "Ressources" in page or "Mobilisation" in page
    data = {"csrf_token": token_in(page), "objectives": ["F2", "B1"]}
    assert desk.facilitator.post(f"/facilitate/studies/{study_id}/task-forces", data=data).status_code == 303
    assert "24 objectives, 3 task forces." in desk.page("framework", study_id=study_id)


def test_pages_of_the_set_up_are_read_in_french_too(desk: Desk) -> None:
    for name in ("protocol", "framework", "copy", "dates"):
        response = desk.facilitator.get(f"/facilitate/studies/{desk.small.study_id}/{name}?language=fr")
        assert response.status_code == 200
        assert '<html lang="fr">' in response.text


def test_an_amendment_is_printed_on_the_board_and_in_the_exports(desk: Desk) -> None:
    with desk.database.writing() as session:
        small = desk.small
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 9 5 | 9 8 5 | 8 8 5 | 8 7 5 | 3 7 5")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        before = protocol_of(session, study_id=small.study_id)
        amend_protocol(
            session,
            study_id=small.study_id,
            settings=replace(before, min_n=6),
            reason="More people joined",
            actor=as_secretary(small),
            now=NOW,
        )
        header = header_of(session, study_id=small.study_id, sealed=[])
    board = desk.facilitator.get(f"/facilitate/rounds/{round_.id}/board")
    assert board.status_code == 200
    assert "More people joined Fewest answers for a verdict: 5 becomes 6." in board.text
    assert f"{before.fingerprint[:4]}·{before.fingerprint[4:8]}" in board.text, "the round keeps its rule"
    with desk.app.test_request_context():
        (line,) = [row for row in readme_table(header, about="", tables=(), command="x").rows if "1" in str(row[0])]
    assert line[0] == "Amendment 1"
    assert "5 becomes 6. Reason: More people joined (2026-05-04 09:00 UTC, Paula Secretary)." in str(line[1])
    (stored,) = header.as_json("schema", language="en")["protocol"]["amendments"]
    assert stored["changes"] == [{"setting": "min_n", "before": 5, "after": 6, "criterion": ""}]


def test_today_lists_remarks_suggested_colleagues_and_drafts(desk: Desk) -> None:
    with desk.database.writing() as session:
        small = desk.small
        _, (idea_id,) = a_closed_ideas_round(session, small, ideas=[(0, StatementKind.PROBLEM, "Too dry", "en")])
        session.add(IdeaFlag(idea_id=idea_id, text="My point is missing", created_at=NOW))
        session.add(
            ColleagueSuggestion(
                task_force_id=small.task_force_id,
                panellist_id=small.panellists[0],
                name="Ada Lovelace",
                email="ada@example.org",
                suggested_at=NOW,
            )
        )
    study_id = desk.made()
    page = desk.facilitator.get("/facilitate/").text
    today = page[page.index('<ul class="today">') : page.index("New study")]
    for line in ("Answer 1 remark", "Ask 1 suggested colleague", "Place 1 idea", "Lock the protocol"):
        assert line in today, line
    assert f'href="/facilitate/studies/{study_id}/protocol"' in today
    assert "Lovelace" not in page
    assert "My point is missing" not in page
    assert "Protocol, a draft" in page
    assert "Protocol, locked" in page
