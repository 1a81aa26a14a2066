"""`verify` reads the log as well as the figures."""

from pathlib import Path

import pytest
from sqlalchemy import text

from delphi.cli import main
from delphi.commands.storage import open_database
from delphi.config import load_settings
from surveys.services.audit import record
from surveys.vocabulary import AuditAction
from tests.builders import NOW

CHANGES = {
    "UPDATE audit_event SET details = '{\"x\": 1}' WHERE number = 2": "entry 2 does not fit its seal",
    "DELETE FROM audit_event WHERE number = 1": "entry 1 is missing or is not in its place",
    "UPDATE audit_event SET number = NULL WHERE number = 3": "never linked",
}


@pytest.mark.slow
@pytest.mark.parametrize("change", ["", *CHANGES])
def test_a_changed_log_is_named_and_fails_the_command(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path))
    assert main(["init", "--no-account"]) == 0
    database = open_database(load_settings())
    for _ in range(3):
        with database.writing() as session:
            record(session, AuditAction.ROUND_PLANNED, actor=None, now=NOW)
    if change:
        with database.writing() as session:
            session.connection().execute(text(change))
    database.engine.dispose()
    assert main(["verify"]) == (1 if change else 0)
    assert CHANGES.get(change, "3 entries are as they were written") in capsys.readouterr().out
