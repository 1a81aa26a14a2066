"""For developers: `python -m surveys.migrations "Add a column"` writes the next revision from the models."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from surveys.migrations import FOLDER, config, known_revisions, migrating_engine, upgrade


def write_revision(message: str) -> Path:
    """Compare the models with a database made by the existing revisions; write what differs as a new revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.sqlite")
        if known_revisions():
            upgrade(engine)
        configured = config()
        configured.attributes["engine"] = migrating_engine(engine)
        number = f"{len(known_revisions()) + 1:04d}"
        configured.set_main_option("file_template", f"{number}_%%(slug)s")
        written = command.revision(configured, message, autogenerate=True, rev_id=number)
        configured.attributes["engine"].dispose()
        engine.dispose()
    if written is None or isinstance(written, list):
        raise RuntimeError(f"no single revision was written to {FOLDER}")
    return Path(written.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m surveys.migrations "What the revision does"')
    sys.stdout.write(f"{write_revision(sys.argv[1])}\n")
