"""From the sealed plan to the minutes: the secretariat prepares, members vote through their links, all by name."""

import io
import re
from datetime import timedelta
from html import unescape

import docx
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlmodel import col, select

from delphi.database import Database
from surveys.models import Consultation, ConsultationDocument, ConsultationMember, Vote
from surveys.rules.tokens import voting_token
from tests.builders import NOW, staff_client, token_in
from tests.conftest import SECRET_KEY
from tests.delphi.secretariat.test_finality import decide_all
from tests.published import PublishedStudy

CLOSES = NOW + timedelta(days=9, hours=6)
MEMBERS = (
    "Ama Sow; ama@example.org; fr; Ministry\n"
    "Bo <b>Lind</b>; bo@example.org; en; University\n"
    "Cy Ray; cy@example.org; en;"
)


def prepare(desk: FlaskClient, study: PublishedStudy) -> str:
    address = f"/secretariat/studies/{study.study_id}/consultations"
    form = {
        "title_en": "Implementation plan",
        "title_fr": "Plan de mise en œuvre",
        "question_en": "Do you approve?",
        "question_fr": "Approuvez-vous ?",
        "closes_at": CLOSES.strftime("%Y-%m-%dT%H:%M"),
        "quorum": "2",
        "chapters": "goal",
        "csrf_token": token_in(desk.get(address).get_data(as_text=True)),
    }
    answer = desk.post(address, data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


def post(desk: FlaskClient, page: str, address: str, **form: str) -> int:
    text = desk.get(page).get_data(as_text=True)
    digest = re.search(r'name="digest" value="(\w+)"', text)
    sent = {"csrf_token": token_in(text), "digest": digest.group(1) if digest else "", **form}
    return desk.post(address, data=sent).status_code


def link_of(app: Flask, name: str) -> str:
    database: Database = app.extensions["delphi_database"]
    with database.reading() as session:
        from surveys.models import Person

        member, person = next(
            (member, person)
            for member in session.exec(select(ConsultationMember)).all()
            for person in [session.get_one(Person, member.person_id)]
            if person.name.startswith(name)
        )
        token = voting_token(secret_key=SECRET_KEY, consultation_id=member.consultation_id, person_id=person.id)
    return f"/vote/{token}"


def desk_of(app: Flask, study: PublishedStudy) -> FlaskClient:
    """A browser in which the secretariat signed in at this moment."""
    return staff_client(app, study.small.secretary_id)


@pytest.fixture
def study(app: Flask, study: PublishedStudy) -> PublishedStudy:
    """A study whose plan is final: somebody carries every activity."""
    decide_all(app, study)
    return study


@pytest.fixture
def running(app: Flask, study: PublishedStudy) -> str:
    """The address of a consultation that is open."""
    with time_machine.travel(NOW, tick=False):
        desk = desk_of(app, study)
        page = prepare(desk, study)
        assert post(desk, page, f"{page}/members", members=MEMBERS) == 303
        assert post(desk, page, f"{page}/open") == 303
    return page


@time_machine.travel(NOW, tick=False)
def test_the_document_is_the_plan_of_that_moment_with_its_seal(app: Flask, study: PublishedStudy) -> None:
    desk = desk_of(app, study)
    page = prepare(desk, study)
    text = desk.get(page).get_data(as_text=True)
    with app.extensions["delphi_database"].reading() as session:
        sealed = session.exec(select(ConsultationDocument)).all()
    assert {one.language for one in sealed} == {"en", "fr"}
    assert all(one.digest in text for one in sealed)
    english = next(one for one in sealed if one.language == "en")
    assert desk.get(f"{page}/document-en.pdf").data == english.content
    assert "A5-01" in "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(english.content)).pages)


def test_members_vote_by_name_and_the_minutes_say_so(app: Flask, study: PublishedStudy, running: str) -> None:
    ama, bo, cy = (link_of(app, name) for name in ("Ama", "Bo", "Cy"))
    member = app.test_client()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        ballot = member.get(ama).get_data(as_text=True)
        assert 'lang="fr"' in ballot and "Plan de mise en œuvre" in ballot
        assert member.get(f"{ama}/document-fr.pdf").data.startswith(b"%PDF")
        assert member.post(ama, data={"choice": "approve"}).status_code == 303
        refused = member.post(bo, data={"choice": "object", "comment": " "})
        assert refused.status_code == 422
        assert member.post(bo, data={"choice": "object", "comment": "=1+1 <i>no</i>"}).status_code == 303
        assert member.post(bo, data={}).status_code == 422
        desk = desk_of(app, study)
        open_page = desk.get(running).get_data(as_text=True)
        assert "2 of 3 have voted" in open_page
        assert "=1+1" not in open_page
        assert desk.get(f"{running}/minutes-en.pdf").status_code == 404
    with time_machine.travel(CLOSES + timedelta(minutes=1), tick=False):
        assert member.post(cy, data={"choice": "abstain"}).status_code == 303
        desk = desk_of(app, study)
        closed = unescape(desk.get(running).get_data(as_text=True))
        assert "2 of 3 members voted in time; the quorum was 2." in closed
        assert "Votes after the close, not counted" in closed
        assert "<i>no</i>" not in desk.get(running).get_data(as_text=True)
        for language in ("en", "fr"):
            pdf = PdfReader(io.BytesIO(desk.get(f"{running}/minutes-{language}.pdf").data))
            words = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
            book = docx.Document(io.BytesIO(desk.get(f"{running}/minutes-{language}.docx").data))
            cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
            for name in ("Ama Sow", "Bo <b>Lind</b>", "Cy Ray"):
                assert name in words
                assert any(name in cell for cell in cells)
            assert "=1+1 <i>no</i>" in words and "=1+1 <i>no</i>" in cells
        result = member.get(ama).get_data(as_text=True)
        assert "Bo &lt;b&gt;Lind&lt;/b&gt;" in result
    with app.extensions["delphi_database"].reading() as session:
        votes = session.exec(select(Vote).order_by(col(Vote.id))).all()
        assert [(vote.choice.value, vote.is_late) for vote in votes] == [
            ("approve", False),
            ("object", False),
            ("abstain", True),
        ]


def test_a_scanner_that_opens_every_link_changes_nothing(app: Flask, running: str) -> None:
    link = link_of(app, "Ama")
    scanner = app.test_client()
    for address in (link, f"{link}/document-en.pdf"):
        assert scanner.get(address).status_code == 200
        assert scanner.head(address).status_code == 200
    assert scanner.get("/vote/" + "x" * 43).status_code == 404
    assert scanner.post(link, data={"choice": "approve"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Vote)).all() == []


@time_machine.travel(NOW, tick=False)
def test_a_wrong_form_keeps_what_was_typed(app: Flask, study: PublishedStudy) -> None:
    desk = desk_of(app, study)
    address = f"/secretariat/studies/{study.study_id}/consultations"
    token = token_in(desk.get(address).get_data(as_text=True))
    answer = desk.post(address, data={"title_en": "Only English", "closes_at": "soon", "csrf_token": token})
    assert answer.status_code == 422
    assert "Only English" in answer.get_data(as_text=True)
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Consultation)).all() == []
    page = prepare(desk, study)
    text = desk.get(page).get_data(as_text=True)
    answer = desk.post(f"{page}/members", data={"members": "nonsense", "csrf_token": token_in(text)})
    assert answer.status_code == 422
    assert ">nonsense</textarea>" in answer.get_data(as_text=True)
