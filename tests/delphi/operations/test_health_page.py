"""The health page names what is wrong with its cause and a command; the figures for machines name nobody."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from delphi import backups, clock, health_checks
from delphi.backups import rehearsal as backup_rehearsal
from delphi.health_checks import State, all_checks
from surveys.models import Person
from surveys.services.outbox import beat, queue_message
from surveys.vocabulary import MessageKind
from tests.builders import SmallStudy, a_study, expert_client, staff_client

TOKEN = "a-token-for-metrics-0123456789"


@pytest.fixture
def at_home(app_on_each: Flask, tmp_path: Path) -> tuple[Flask, SmallStudy]:
    """An installation whose instance folder is empty, and a study on it."""
    app = app_on_each
    app.config["DELPHI"] = replace(app.config["DELPHI"], instance=tmp_path, metrics_token=TOKEN)
    with app.extensions["delphi_database"].writing() as session:
        return app, a_study(session, n_experts=2)


def states(app: Flask) -> dict[str, tuple[State, str]]:
    with app.test_request_context():
        found = all_checks(app.extensions["delphi_database"], settings=app.config["DELPHI"], now=clock.now())
    return {check.topic: (check.state, check.command) for check in found}


def test_a_new_installation_is_told_what_is_missing(at_home: tuple[Flask, SmallStudy]) -> None:
    app, small = at_home
    found = states(app)
    assert found["Database"] == found["Version"] == (State.GOOD, "")
    assert found["Backup"] == (State.BAD, "python -m delphi backup")
    assert found["Rehearsal of a restore"] == (State.CARE, "python -m delphi restore --rehearse")
    assert found["Worker"] == (State.BAD, "systemctl restart 'delphi-worker@*'")
    assert found["HTTPS"][0] is State.BAD
    page = staff_client(app, small.secretary_id).get("/health")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "There is no backup yet." in text and "python -m delphi backup" in text
    assert text.index("Mend this") < text.index("In order")


def test_everything_in_order_is_said_so(at_home: tuple[Flask, SmallStudy], monkeypatch: pytest.MonkeyPatch) -> None:
    app, small = at_home
    settings = app.config["DELPHI"] = replace(
        app.config["DELPHI"], base_url="https://delphi.example.org", smtp_url="smtp://user:pass@mail.example.org"
    )
    folder = settings.instance / "backups"
    folder.mkdir()
    (folder / f"delphi-{clock.now():%Y%m%d-%H%M%S}.sqlite").touch()
    done = backup_rehearsal.Rehearsal(clock.now().isoformat(), "x", "y", 1.0, "", 1, 1, ())
    monkeypatch.setattr(health_checks, "last_rehearsal", lambda _: done)
    monkeypatch.setattr(health_checks, "LEAST_FREE_SHARE", 0.0)
    monkeypatch.setattr(health_checks, "LEAST_FREE_BYTES", 0)
    with app.extensions["delphi_database"].writing() as session:
        beat(session, name="one", now=clock.now())
    assert {state for state, _ in states(app).values()} == {State.GOOD}
    assert "Nothing needs mending now." in staff_client(app, small.secretary_id).get("/health").get_data(as_text=True)


def test_late_mail_a_held_copy_a_full_disk_and_a_clock_set_back_are_red(
    at_home: tuple[Flask, SmallStudy], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, small = at_home
    app.config["DELPHI"] = replace(app.config["DELPHI"], smtp_url="smtp://mail.example.org")
    with app.extensions["delphi_database"].writing() as session:
        queue_message(
            session,
            kind=MessageKind.INVITATION,
            person=session.get_one(Person, small.experts[0]),
            study_id=small.study_id,
            params={},
            now=clock.now() - timedelta(minutes=16),
        )
        beat(session, name="from the future", now=clock.now() + timedelta(hours=1))
    monkeypatch.setattr(health_checks, "LEAST_FREE_SHARE", 1.0)
    found = states(app)
    assert found["Mail"] == (State.BAD, "python -m delphi mail")
    assert found["Clock"] == (State.BAD, "timedatectl set-ntp true")
    assert found["Disk"][0] is State.BAD
    backups.hold_mail(app.config["DELPHI"])
    assert states(app)["Mail"] == (State.CARE, "python -m delphi worker --release-mail")


def test_the_report_holds_no_secret(at_home: tuple[Flask, SmallStudy]) -> None:
    app, small = at_home
    app.config["DELPHI"] = replace(app.config["DELPHI"], smtp_url="smtp://user:hush@mail.example.org")
    text = staff_client(app, small.secretary_id).get("/health/report.txt").get_data(as_text=True)
    assert text.startswith("Delphi ") and "BAD" in text
    for secret in (TOKEN, "hush", app.config["DELPHI"].secret_key, "@", "Paula", str(app.config["DELPHI"].instance)):
        assert secret not in text


def test_experts_and_strangers_do_not_see_the_page(at_home: tuple[Flask, SmallStudy]) -> None:
    app, small = at_home
    assert app.test_client().get("/health").status_code == 401
    assert expert_client(app, small, small.experts[0]).get("/health").status_code == 403


def test_metrics_need_their_token_and_name_nobody(at_home: tuple[Flask, SmallStudy]) -> None:
    app, _ = at_home
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    text = answer.get_data(as_text=True)
    line = re.compile(r'(# (HELP|TYPE) delphi_\w+ .+|delphi_\w+(\{\w+="[^"]*"\})? (\S+))')
    assert all(line.fullmatch(each) for each in text.splitlines())
    assert 'delphi_mails{status="queued"} 0' in text and "delphi_worker_age_seconds inf" in text.lower()
    assert "example.org" not in text and "soil" not in text.lower()
    app.config["DELPHI"] = replace(app.config["DELPHI"], metrics_token="")
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_worst_comes_first_even_without_a_database(app: Flask) -> None:
    with app.extensions["delphi_database"].engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE worker_heartbeat")
    found = states(app)
    assert found["Database"][0] is State.BAD and "Disk" in found
