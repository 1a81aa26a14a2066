"""A file asked for in the background is made by the worker, given to who asked, and thrown away after its time."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from delphi.config import Settings
from delphi.database import Database
from delphi.exports.background import drop_old_files, file_of
from delphi.jobs import Worker
from surveys.models import ExportJob, StaffRole
from surveys.vocabulary import JobStatus, Role
from tests.builders import a_person, staff_client, token_in
from tests.published import a_published_study


def test_a_file_is_made_in_the_background_for_its_owner_alone(app_on_each: Flask) -> None:
    database: Database = app_on_each.extensions["delphi_database"]
    settings: Settings = app_on_each.config["DELPHI"]
    with database.writing() as session:
        study = a_published_study(session)
        colleague = a_person(session, name="Colleague", email="colleague@example.org")
        session.add(StaffRole(person_id=colleague.id, role=Role.SECRETARIAT, study_id=study.study_id))
        colleague_id = colleague.id
    desk = staff_client(app_on_each, study.small.secretary_id)
    page = f"/secretariat/studies/{study.study_id}/exports"
    form = {"what": "plan", "format": "pdf", "in_language": "fr", "chapters": "goal", "when": "later"}
    form["csrf_token"] = token_in(desk.get(page).get_data(as_text=True))
    for _ in range(2):
        assert desk.post(page, data=form).status_code == 303
    waiting = desk.get(page)
    assert waiting.headers["Refresh"] == "4"
    assert "soil-plan-by-goal-fr.pdf" in waiting.get_data(as_text=True)
    worker = Worker(database, settings=settings, name="test")
    assert worker.make_file()
    assert not worker.make_file()
    with database.reading() as session:
        job = session.get_one(ExportJob, 1)
        assert (job.status, job.n_done) == (JobStatus.DONE, job.n_steps)
    ready = desk.get(page)
    assert "Refresh" not in ready.headers
    content = desk.get(f"{page}/made/1")
    assert content.data.startswith(b"%PDF") and content.headers["Cache-Control"] == "no-store"
    assert_refused(staff_client(app_on_each, colleague_id), f"{page}/made/1")
    path = file_of(settings, job_id=1)
    assert path.is_file() and path.stat().st_mode & 0o077 == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        drop_old_files(database, settings=settings)
    assert not path.exists()
    assert desk.get(f"{page}/made/1").status_code == 404


def assert_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
