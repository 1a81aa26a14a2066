"""The translation desk, the second coder and the lineage through the browser, without a script."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import col, select
from werkzeug.test import TestResponse

from surveys.localized import LocalizedText
from surveys.models import IdeaPlacement, SecondCoding, StaffRole, StatementVersion, Translation
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.vocabulary import Role, StatementKind
from tests.builders import (
    NOW,
    a_closed_ideas_round,
    a_person,
    a_study,
    as_facilitator,
    said,
    staff_client,
    token_in,
)

ACTIVITY = StatementKind.ACTIVITY
IDEAS = [(n, ACTIVITY, f"Stakeholders want {n}", "en") for n in range(5)]


class Desk:
    """Two statements, one without French; an idea merged, one set aside, one waiting; Marie facilitates too."""

    def __init__(self, app: Flask) -> None:
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small = a_study(session)
            _, self.ideas = a_closed_ideas_round(session, self.small, ideas=IDEAS)
            at: dict[str, Any] = {
                "actor": as_facilitator(self.small),
                "task_force_id": self.small.task_force_id,
                "now": NOW,
            }
            first = place_as_new(session, idea_id=self.ideas[0], text=LocalizedText(en="Stakeholders meet"), **at)
            second = place_as_new(session, idea_id=self.ideas[1], text=said("Prices", "Prix"), **at)
            merge_idea(session, idea_id=self.ideas[2], statement_id=second.id, **at)
            park_idea(session, idea_id=self.ideas[3], reason="Out of scope", **at)
            self.statements = [first.id, second.id]
            marie = a_person(session, name="Marie", email="marie@example.org")
            session.add(StaffRole(person_id=marie.id, role=Role.FACILITATOR, task_force_id=self.small.task_force_id))
        self.lukas: FlaskClient = staff_client(app, self.small.facilitator_id)
        self.marie: FlaskClient = staff_client(app, marie.id)
        self.secretary: FlaskClient = staff_client(app, self.small.secretary_id)
        self.base = f"/facilitate/task-forces/{self.small.task_force_id}"

    def page(self, path: str, who: FlaskClient | None = None) -> str:
        response = (who or self.lukas).get(f"{self.base}/{path}")
        assert response.status_code == 200, response.status_code
        return response.text

    def translate(self, who: FlaskClient, *, page: str | None = None, **data: Any) -> TestResponse:
        """Post the form as the browser would: everything hidden on the page, and what was typed."""
        page = self.page("translations?to=fr&show=all", who) if page is None else page
        hidden = {
            part.split('"')[0]: part.split('value="')[1].split('"')[0]
            for part in page.split('type="hidden" name="')[1:]
            if part.startswith(("seen-", "source-"))
        }
        data = {"csrf_token": token_in(page), "to": "fr", "show": "all", **hidden, **data}
        return who.post(f"{self.base}/translations", data=data)

    def french(self) -> list[str | None]:
        with self.database.reading() as session:
            versions = session.exec(select(StatementVersion).order_by(col(StatementVersion.statement_id))).all()
            return [version.text.get("fr") for version in versions]


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def test_the_page_shows_source_translation_terms_and_states(desk: Desk) -> None:
    page = desk.page("translations?to=fr")
    assert "Stakeholders meet" in page
    assert '<span lang="fr">partie prenante</span>' in page
    assert "state missing" in page
    assert "state to_check" in page
    assert "Français 0 of 2 ready" in page
    assert "English 2 of 2 ready" in page
    assert "Nothing is left to translate into English" in desk.page("translations?to=en")


def test_any_button_saves_everything_that_was_typed_and_approves_what_it_names(desk: Desk) -> None:
    first, second = (f"statement:{one}" for one in desk.statements)
    response = desk.translate(desk.lukas, **{f"text-{first}": "Réunir", f"text-{second}": "Les prix", "approve": first})
    assert response.status_code == 303
    assert desk.french() == ["Réunir", "Les prix"]
    with desk.database.reading() as session:
        rows = session.exec(select(Translation).order_by(col(Translation.subject))).all()
        assert [(row.subject, row.is_approved) for row in rows] == [(first, True), (second, False)]
    bulk = desk.translate(desk.lukas, **{"ok": [second], "approve-ticked": "1", f"text-{second}": "Les prix"})
    assert bulk.status_code == 303
    assert "Français 2 of 2 ready" in desk.page("translations?to=fr")
    assert "Nothing is left to translate into Français" in desk.page("translations?to=fr")


def test_a_text_changed_meanwhile_is_shown_beside_what_was_typed_and_the_rest_is_saved(desk: Desk) -> None:
    first, second = (f"statement:{one}" for one in desk.statements)
    old = desk.page("translations?to=fr&show=all", desk.marie)
    desk.translate(desk.lukas, **{f"text-{first}": "Par Lukas"})
    response = desk.translate(desk.marie, page=old, **{f"text-{first}": "Par Marie", f"text-{second}": "Les prix"})
    assert response.status_code == 409
    for words in ("Par Lukas", "Par Marie", "It reads now:", "1 text saved."):
        assert words in response.text
    assert desk.french() == ["Par Lukas", "Les prix"]
    again = desk.translate(desk.marie, page=response.text, **{f"text-{first}": "Par Marie"})
    assert again.status_code == 303, "seen by now, so it may be replaced"
    assert desk.french()[0] == "Par Marie"


def test_too_long_a_text_stays_in_its_field(desk: Desk) -> None:
    first = f"statement:{desk.statements[0]}"
    long = "très " * 300
    response = desk.translate(desk.lukas, **{f"text-{first}": long})
    assert response.status_code == 409
    assert long.strip() in response.text
    assert desk.french()[0] is None


def test_a_sheet_goes_out_and_comes_back(desk: Desk) -> None:
    answer = desk.lukas.get(f"{desk.base}/translations.xlsx?to=fr")
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["key", "code", "source", "translation", "state", "mark"]
    assert [row[4] for row in rows[1:]] == ["missing", "to_check"]
    desk.translate(desk.lukas, **{f"text-statement:{desk.statements[1]}": "Changé ici"})
    lines = [rows[0], [*rows[1][:3], "Réunir", *rows[1][4:]], [*rows[2][:3], "Changé dehors", *rows[2][4:]]]
    content = "\n".join(";".join(line) for line in lines).encode()
    data = {
        "csrf_token": token_in(desk.page("translations?to=fr&show=all")),
        "to": "fr",
        "file": (io.BytesIO(content), "back.csv"),
    }
    back = desk.lukas.post(f"{desk.base}/translations/file", data=data)
    assert back.status_code == 409, "one of the two was changed here meanwhile"
    assert "Changé dehors" in back.text
    assert desk.french() == ["Réunir", "Changé ici"]
    data = {"csrf_token": token_in(back.text), "to": "fr", "file": (io.BytesIO(b"a;b\n1;2\n"), "wrong.csv")}
    wrong = desk.lukas.post(f"{desk.base}/translations/file", data=data)
    assert wrong.status_code == 422


def test_the_second_coder_sees_no_place_of_the_first_until_the_end(desk: Desk) -> None:
    page = desk.page("second-coder", desk.marie)
    assert "0 of 4 ideas placed" in page
    assert " selected" not in page
    assert "Out of scope" not in page
    assert "kappa" not in page
    second = str(desk.statements[1])
    choices = {
        f"idea-{desk.ideas[0]}": str(desk.statements[0]),
        f"idea-{desk.ideas[1]}": second,
        f"idea-{desk.ideas[2]}": "none",
    }
    data = {"csrf_token": token_in(page), **choices}
    early = desk.marie.post(f"{desk.base}/second-coder", data={**data, "finish": "1"})
    assert early.status_code == 422
    assert "Ideas still to be placed: 1" in early.text
    assert "3 of 4 ideas placed" in desk.page("second-coder", desk.marie), "kept all the same"
    data[f"idea-{desk.ideas[3]}"] = "aside"
    assert desk.marie.post(f"{desk.base}/second-coder", data={**data, "finish": "1"}).status_code == 303
    for who in (desk.marie, desk.lukas):
        page = desk.page("second-coder", who)
        assert "Cohen's kappa over 4 ideas" in page or "Cohen&#39;s kappa over 4 ideas" in page
        assert "1 idea in different places" in page
        assert "none of the statements" in page
    with desk.database.reading() as session:
        assert len(session.exec(select(SecondCoding)).all()) == 1


def test_the_first_coder_cannot_be_the_second(desk: Desk) -> None:
    page = desk.page("second-coder")
    assert "<select" not in page
    data = {"csrf_token": token_in(page), f"idea-{desk.ideas[0]}": "aside"}
    response = desk.lukas.post(f"{desk.base}/second-coder", data=data)
    assert response.status_code == 422
    assert "the second coder must be somebody else" in response.text


def test_the_lineage_is_drawn_and_leads_both_ways(desk: Desk) -> None:
    statement = desk.statements[1]
    page = desk.lukas.get(f"/facilitate/statements/{statement}/lineage").text
    for idea in desk.ideas[1:3]:
        assert page.count(f'href="{desk.base}/ideas/{idea}"') == 2, "in the drawing and in the table"
    back = desk.page(f"ideas/{desk.ideas[2]}")
    assert back.count(f'href="/facilitate/statements/{statement}"') == 2
    assert "<svg" in back
    assert "Out of scope" in desk.page(f"ideas/{desk.ideas[3]}")
    assert "It waits for its place" in desk.page(f"ideas/{desk.ideas[4]}")
    seen = desk.secretary.get(f"/facilitate/statements/{statement}/lineage")
    assert seen.status_code == 200
    assert f"{desk.base}/ideas/" not in seen.text, "the secretariat has no desk"
    assert "Expert" not in page
    assert "@" not in page
    with desk.database.writing() as session:
        placement = session.exec(select(IdeaPlacement).where(IdeaPlacement.idea_id == desk.ideas[2])).one()
        placement.undone_at = NOW
        session.add(placement)
    assert "taken out again" in desk.lukas.get(f"/facilitate/statements/{statement}/lineage").text


def test_none_of_it_is_open_to_others(desk: Desk, app: Flask) -> None:
    with desk.database.writing() as session:
        other = a_study(session, slug="other", code="B1")
        _, foreign = a_closed_ideas_round(session, other, ideas=IDEAS)
    stranger = staff_client(app, other.facilitator_id)
    for path in ("translations", "translations.xlsx?to=fr", "second-coder", f"ideas/{desk.ideas[0]}", "synthesis"):
        assert stranger.get(f"{desk.base}/{path}").status_code == 404, path
    assert desk.lukas.get(f"{desk.base}/ideas/{foreign[0]}").status_code == 404
    assert desk.lukas.get(f"{desk.base}/translations.xlsx?to=xx").status_code == 404
