"""The command line explains itself, does what it says, and answers every foreseeable problem with one sentence."""

import argparse
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from delphi.cli import COMMANDS, build_parser, main
from delphi.commands.storage import open_database
from delphi.config import ROOT, load_settings
from delphi.database import Database
from delphi.passwords import is_right
from surveys.models import Rating, RoundResult, StaffPassword, StaffRole, Study
from surveys.services.sign_in import find_staff
from surveys.vocabulary import Role
from tests.builders import a_study

PASSWORD = "correct horse battery"
RATINGS = "expert,item,rating\n" + "".join(f"e{expert},i{item},{9 - item}\n" for expert in range(6) for item in (1, 5))


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder of its own, and none of the machine's settings."""
    folder = tmp_path / "instance"
    point_to(folder, monkeypatch)
    return folder


def point_to(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DELPHI_")]:
        patch.delenv(name)
    patch.setenv("DELPHI_INSTANCE", str(folder))


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation without an account, to be copied."""
    folder = tmp_path_factory.mktemp("initialised") / "instance"
    with pytest.MonkeyPatch.context() as patch:
        point_to(folder, patch)
        assert main(["init", "--no-account"]) == 0
    return folder


@pytest.fixture
def installed(initialised: Path, instance: Path) -> Iterator[Database]:
    shutil.copytree(initialised, instance)
    database = open_database(load_settings())
    yield database
    database.engine.dispose()


def parsers(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert len(action.choices) == len(action._choices_actions), f"{path}: a command without help"
            for name, sub in action.choices.items():
                yield from parsers(sub, f"{path} {name}".strip())


ALL_PARSERS = dict(parsers(build_parser()))


def test_the_command_line_has_the_commands_that_are_promised() -> None:
    promised = {
        "init",
        "demo",
        "run",
        "worker",
        "migrate",
        "import",
        "analyse",
        "export",
        "backup",
        "restore",
        "verify",
    }
    assert promised <= {command.name for command in COMMANDS}
    assert {"import framework", "import panel", "import ratings"} <= set(ALL_PARSERS)


@pytest.mark.parametrize("path", ALL_PARSERS)
def test_every_command_and_option_has_a_help_text(path: str) -> None:
    parser = ALL_PARSERS[path]
    assert parser.description and parser.description.endswith("."), path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(choice.help for choice in action._choices_actions), path
        else:
            assert action.help, f"{path}: {action.option_strings or action.dest}"
    parser.format_help()


@pytest.mark.parametrize("path", [path for path in ALL_PARSERS if path])
def test_every_command_is_in_the_manual(path: str) -> None:
    manual = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
    assert f"`{path}" in manual, path


def test_analyse_starts_without_web_framework_and_database() -> None:
    script = (
        "import sys; from delphi.cli import main\n"
        "try: main(['analyse', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'flask', 'sqlmodel', 'sqlalchemy', 'alembic', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def type_in(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_init_makes_settings_database_and_first_account(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(f"{PASSWORD}\n", monkeypatch)
    options = ["--email", "Anna@Example.org", "--name", "Anna", "--base-url", "https://delphi.example.org"]
    assert main(["init", *options, "--password-stdin"]) == 0
    config = instance / "config.toml"
    assert 'base_url = "https://delphi.example.org"' in config.read_text()
    assert config.stat().st_mode & 0o077 == 0
    database = open_database(load_settings())
    with database.reading() as session:
        found = find_staff(session, email="anna@example.org")
        assert found is not None and is_right(found[1].password_hash, PASSWORD)
        assert session.exec(select(StaffRole.role)).all() == [Role.ADMINISTRATOR]
    database.engine.dispose()


def test_init_writes_no_second_key_where_the_environment_has_one(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "k" * 40
    monkeypatch.setenv("DELPHI_SECRET_KEY", key)
    assert main(["init", "--no-account"]) == 0
    assert "not written" in capsys.readouterr().out
    assert not (instance / "config.toml").exists()
    assert main(["init", "--no-account", "--base-url", "https://delphi.example.org"]) == 0
    monkeypatch.delenv("DELPHI_SECRET_KEY")
    assert load_settings().secret_key == key


def test_init_again_keeps_what_is_there(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(f"{PASSWORD}\n", monkeypatch)
    assert main(["init", "--email", "anna@example.org", "--password-stdin"]) == 0
    before = (instance / "config.toml").read_bytes()
    type_in("another long password\n", monkeypatch)
    assert main(["init", "--email", "anna@example.org", "--password-stdin"]) == 0
    assert (instance / "config.toml").read_bytes() == before
    assert "Settings kept as they are" in capsys.readouterr().out
    database = open_database(load_settings())
    with database.reading() as session:
        assert is_right(session.exec(select(StaffPassword.password_hash)).one(), "another long password")
        assert len(session.exec(select(StaffRole)).all()) == 1
    database.engine.dispose()


def test_imported_ratings_become_a_study_that_verifies_and_exports(
    installed: Database,
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    type_in(f"{PASSWORD}\n", monkeypatch)
    account = ["account", "--role", "administrator", "--email", "a@example.org", "--name", "A", "--password-stdin"]
    assert main(account) == 0
    file = tmp_path / "ratings.csv"
    file.write_text(RATINGS, encoding="utf-8")
    assert main(["import", "ratings", str(file), "--name", "Small study"]) == 0
    with installed.reading() as session:
        study = session.exec(select(Study)).one()
        assert study.slug == "small-study"
        assert sorted(session.exec(select(RoundResult.median)).all()) == [4.0, 8.0]
        roles = session.exec(select(StaffRole.role, StaffRole.study_id)).all()
        assert (Role.SECRETARIAT, study.id) in roles
    assert main(["verify"]) == 0
    assert main(["export", "data", "--format", "json", "--output", str(tmp_path / "data.json")]) == 0
    assert json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    with installed.writing() as session:
        session.exec(select(Rating)).first().value = 3  # type: ignore[union-attr]
    capsys.readouterr()
    assert main(["verify"]) == 1
    said = capsys.readouterr().out
    assert "the answer of panellist" in said and "now reads 3, frozen was" in said


def test_import_framework_then_panel(installed: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    framework = str(ROOT / "delphi" / "demo" / "framework.toml")
    assert main(["import", "framework", framework, "--name", "Soil plan"]) == 0
    assert "24 objectives" in capsys.readouterr().out
    panel = tmp_path / "panel.csv"
    panel.write_text("name,email,task_forces\nAwa Diop,awa@example.org,A5 B2\n", encoding="utf-8")
    assert main(["import", "panel", str(panel)]) == 0
    assert main(["import", "panel", str(panel)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "Study soil-plan: 1 people, 2 seats, 0 staff roles.",
        "Study soil-plan: 0 people, 0 seats, 0 staff roles.",
    ]


BAD_RATINGS = "expert,item,rating\ne1,i1,5\ne2,i1,eleven\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["verify"], "run `python -m delphi init` first"),
        (["run", "--port", "0"], "The secret key is missing"),
        (["worker"], "The secret key is missing"),
        (["backup"], "nothing to back up"),
        (["restore", "nothing.sqlite"], "There is no backup at nothing.sqlite."),
        (["import", "ratings", "none.csv", "--name", "X"], "there is no such file"),
        (["import", "ratings", "none.csv", "--name", "X", "--scale", "9-1"], "--scale '9-1' is not a range"),
        (["init", "--no-account", "--base-url", "delphi"], "give the full address"),
        (["init", "--email", "not-an-address", "--password-stdin"], "'not-an-address' is not an e-mail address."),
        (["init"], "give it with --email"),
        (["export", "ratings", "--format", "xlsx"], "The file ratings is written as csv, not as xlsx."),
    ],
)
def test_a_problem_is_one_sentence_and_exit_code_2(
    instance: Path,
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    type_in("", monkeypatch)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////proc/none/delphi.sqlite", "mysql://x/y", "nonsense"],
)
def test_an_unreachable_database_is_one_sentence(
    instance: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DELPHI_DATABASE_URL", url)
    monkeypatch.setenv("DELPHI_SECRET_KEY", "x" * 40)
    assert main(["run", "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and "Traceback" not in said


def test_a_bad_line_is_named_with_file_line_column_and_value(
    installed: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD_RATINGS, encoding="utf-8")
    assert main(["import", "ratings", str(file), "--name", "Bad"]) == 2
    assert (
        capsys.readouterr().err == 'bad.csv, line 3, column rating: "eleven" is not a whole number of the scale 1-9\n'
    )
    with installed.reading() as session:
        assert session.exec(select(Study)).all() == []


def test_a_taken_port_is_one_sentence(installed: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["run", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Port {port} on 127.0.0.1 cannot be used (") and len(said.splitlines()) == 1


def test_a_short_password_is_refused(
    installed: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("short\n", monkeypatch)
    account = ["account", "--role", "administrator", "--email", "a@example.org", "--name", "A", "--password-stdin"]
    assert main(account) == 2
    assert capsys.readouterr().err == "A password needs at least 8 characters; 15 or more are better.\n"
    with installed.reading() as session:
        assert session.exec(select(StaffRole)).all() == []


def test_a_facilitator_gets_one_task_force(
    installed: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "framework", str(ROOT / "delphi" / "demo" / "framework.toml"), "--name", "Soil plan"]) == 0
    type_in(f"{PASSWORD}\n", monkeypatch)
    account = ["account", "--role", "facilitator", "--email", "lu@example.org", "--name", "Lu", "--password-stdin"]
    assert main(account) == 2
    assert main([*account, "--task-force", "Z9"]) == 2
    assert "There is no task force 'Z9' in soil-plan; known are: A1," in capsys.readouterr().err
    type_in(f"{PASSWORD}\n", monkeypatch)
    assert main([*account, "--task-force", "A5"]) == 0
    with installed.reading() as session:
        (role,) = session.exec(select(StaffRole)).all()
        assert (role.role, role.study_id, role.task_force_id is not None) == (Role.FACILITATOR, None, True)


def test_a_wrong_identity_key_is_named_before_anything_else(
    installed: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with installed.writing() as session:
        a_study(session)
    monkeypatch.setenv("DELPHI_IDENTITY_KEY", "another key than the one of the installation")
    assert main(["verify"]) == 2
    said = capsys.readouterr().err
    assert "cannot be read" in said
    assert "DELPHI_IDENTITY_KEY" in said
