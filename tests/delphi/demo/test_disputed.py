"""Where documents disagree: A1, B1, D1 and F1 on screen and in the plan; an activity split between Core and Global."""

import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from delphi.exports import Wanted, What, make_file
from delphi.plan.chapters import Chapters
from surveys.models import Facility, FacilityDecision, Objective, StaffRole, Statement, TaskForce
from surveys.vocabulary import Role, StatementKind
from tests.builders import staff_client, token_in
from tests.delphi.demo.conftest import DEMO_NOW, BuiltDemo
from tests.finished import served

pytestmark = pytest.mark.slow

DISPUTED = {
    "A1": ("Strategic Plan, version 2, June 2022", "split between Core and Global Facility"),
    "B1": ("Roadmap 2023, November 2022", "Moved to CF.IV"),
    "D1": ("Wiki page on implementation, 2023", "the asterisk is not explained"),
    "F1": ("Roadmap 2023, November 2022", "Among the four task forces launched"),
}
ROOT = "/secretariat/studies/1"


def letters(text: str) -> str:
    return re.sub(r"\W|_", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl")).casefold()


def test_documents_that_disagree_are_shown_and_a_split_activity_stands_under_both(
    demo_at: Callable[[str], BuiltDemo], tmp_path: Path
) -> None:
    demo = demo_at("plan").database
    with demo.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with served(Path(str(demo.engine.url.database)), tmp_path / "desk.sqlite") as app:
        database = app.extensions["delphi_database"]
        with database.reading() as session:
            secretary = session.exec(select(StaffRole.person_id).where(StaffRole.role == Role.SECRETARIAT)).first()
            first = {
                code: session.exec(
                    select(Statement.id)
                    .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
                    .join(Objective, col(Objective.id) == TaskForce.objective_id)
                    .where(Objective.code == code, Statement.kind == StatementKind.ACTIVITY)
                    .where(col(Statement.id).in_(select(FacilityDecision.statement_id)))
                    .order_by(col(Statement.code))
                ).first()
                for code in DISPUTED
            }
            facilities = {one.code: one.id for one in session.exec(select(Facility)).all()}
        assert secretary is not None
        desk = staff_client(app, secretary)
        overlaps = unescape(desk.get(f"{ROOT}/overlaps").text)
        for code, said in DISPUTED.items():
            shown = unescape(desk.get(f"/secretariat/statements/{first[code]}").text)
            listed = unescape(desk.get(f"{ROOT}/facilities?objective={code}").text)
            for text in (f"{code}: the documents disagree", *said):
                assert text in shown and text in listed, (code, text)
            assert f"<b>{code}</b>" in overlaps
        page = f"/secretariat/statements/{first['A1']}"
        form = {
            "facility": str(facilities["CF.IV"]),
            "part": "Common rules for reports",
            "second_facility": str(facilities["GF.2"]),
            "second_part": "Trials with ministries",
            "source": "Minutes of 12 March",
            "reason": "The page of 2023 lists it twice",
            "leader": "Secretariat",
            "csrf_token": token_in(desk.get(page).text),
        }
        assert desk.post(f"{page}/facility", data=form).status_code == 303
        split = unescape(desk.get(page).text)
        assert all(form[name] in split for name in ("part", "second_part", "source", "reason"))
        with database.reading() as session:
            code = session.get_one(Statement, first["A1"]).code
            pages = [desk.get(f"{ROOT}/activities?facility={one}").text for one in ("CF.IV", "GF.2")]
            plan = make_file(
                session, study_id=1, wanted=Wanted(What.PLAN, "pdf", chapters=Chapters.FACILITY), now=DEMO_NOW
            )
    assert [code in one for one in pages] == [True, True]
    text = letters("".join(one.extract_text() for one in PdfReader(io.BytesIO(plan)).pages))
    for objective, (source, note) in DISPUTED.items():
        assert letters(f"{objective}: the documents disagree") in text
        assert letters(source) in text and letters(note) in text
    entry = letters("Split between facilities:")
    parts = [letters(form["part"]), letters(form["second_part"])]
    assert text.count(entry) >= 2
    assert [text.count(part) for part in parts] == [2, 2], "once under the Core, once under the Global Facility"
