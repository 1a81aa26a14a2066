"""`demo` serves three links that work, keeps its own database, and never touches anybody else's."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from delphi.cli import main
from delphi.commands.demo import DEFAULT_SEED, DEFAULT_STAGE, STAGES
from delphi.config import ROOT
from delphi.database import Database
from delphi.demo import build
from delphi.demo.stages import DEFAULT_STAGE as BUILT_BY_DEFAULT
from delphi.demo.stages import DemoStage
from surveys.models import Person, Study
from tests.conftest import SECRET_KEY
from tests.delphi.server_process import Browser, a_server, environment


def demo(instance: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "delphi", "demo", "--no-serve", "--port", "0", *options],
        cwd=ROOT,
        env=environment(DELPHI_INSTANCE=str(instance)),
        capture_output=True,
        text=True,
        check=False,
    )


def paths(output: str) -> list[str]:
    return [line.partition("//")[2].partition("/")[2] for line in output.splitlines() if "http" in line]


def test_the_command_offers_the_stages_there_are() -> None:
    assert tuple(DemoStage) == STAGES
    assert (DEFAULT_STAGE, DEFAULT_SEED) == (BUILT_BY_DEFAULT, build.DEFAULT_SEED)


@pytest.mark.slow
def test_the_three_links_let_each_person_in_with_one_button(tmp_path: Path) -> None:
    with a_server("demo", "--stage", "round-1-open", "--port", "0", instance=tmp_path, n_lines=3) as server:
        assert [line.partition(": ")[0] for line in server.lines] == ["expert", "facilitator", "secretariat"]
        pages = {}
        for line in server.lines:
            role, _, url = line.partition(": ")
            browser = Browser()
            assert browser.get(url) == 200
            assert browser.page.count("<button") == 1
            assert browser.post(url) == 200
            pages[role] = browser.address.removeprefix(server.address)
        assert pages["expert"].startswith("/my/")
        assert pages["facilitator"].startswith("/facilitate/")
        assert pages["secretariat"].startswith("/secretariat/")
        anybody = Browser()
        assert anybody.get(f"{server.address}/healthz") == 200
        assert anybody.get(f"{server.address}/demo/outbox") == 200
        assert (tmp_path / "delphi.sqlite").exists()


@pytest.mark.slow
def test_the_same_demo_is_kept_and_another_is_made_anew(tmp_path: Path) -> None:
    first = demo(tmp_path, "--stage", "setup")
    assert (first.returncode, first.stderr) == (0, "")
    database = Database(f"sqlite:///{tmp_path / 'delphi.sqlite'}", identity_key=SECRET_KEY)
    with database.writing() as session:
        session.exec(select(Study)).one().contact_name = "Changed by hand"
    database.engine.dispose()
    again = demo(tmp_path, "--stage", "setup")
    assert again.stdout.startswith("Kept the demo of ")
    assert paths(again.stdout) == paths(first.stdout)
    with database.reading() as session:
        assert session.exec(select(Study.contact_name)).one() == "Changed by hand"
    database.engine.dispose()
    for options in (["--seed", "2"], ["--seed", "2", "--fresh"]):
        other = demo(tmp_path, "--stage", "setup", *options)
        assert other.returncode == 0 and not other.stdout.startswith("Kept")
        with database.reading() as session:
            assert session.exec(select(Study.contact_name)).one() != "Changed by hand"
        database.engine.dispose()


def test_a_database_that_holds_something_else_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.builders import a_study

    with lite.writing() as session:
        a_study(session)
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("DELPHI_DATABASE_URL", raising=False)
    url = lite.engine.url.render_as_string()
    assert main(["demo", "--no-serve", "--port", "0", "--fresh", "--database", url]) == 2
    assert "holds something that is not the demo" in capsys.readouterr().err
    with lite.reading() as session:
        assert len(session.exec(select(Person)).all()) == 8


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_demo_runs_on_postgresql(tmp_path: Path, own_postgresql_url: str) -> None:
    for _ in range(2):
        made = demo(tmp_path, "--stage", "setup", "--fresh", "--database", own_postgresql_url)
        assert (made.returncode, made.stderr) == (0, "")
    kept = demo(tmp_path, "--stage", "setup", "--database", own_postgresql_url)
    assert kept.stdout.startswith("Kept the demo of ")
