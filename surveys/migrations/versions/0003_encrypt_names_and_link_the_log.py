"""Encrypt names and addresses; link the entries of the log

Until now both lay open. The cipher is the engine's; the form of a seal stands here once more, because a migration must
not change when the code does.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from surveys.identity import cipher_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTITIES = {"person": ("name", "email"), "colleague_suggestion": ("name", "email")}

EVENT = sa.table(
    "audit_event",
    sa.column("id", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("action", sa.String),
    sa.column("actor_id", sa.Integer),
    sa.column("study_id", sa.Integer),
    sa.column("task_force_id", sa.Integer),
    sa.column("subject", sa.String),
    sa.column("details", sa.JSON),
    sa.column("number", sa.Integer),
    sa.column("seal", sa.String),
)
STUDY = sa.table("study", sa.column("id", sa.Integer), sa.column("kind", sa.String))
TASK_FORCE = sa.table("task_force", sa.column("id", sa.Integer), sa.column("study_id", sa.Integer))


def upgrade() -> None:
    _change_identities(lambda: cipher_of(op.get_bind().dialect).encrypt)
    connection, before = op.get_bind(), ""
    studies, task_forces = _copies(connection)
    entries = [
        entry
        for entry in connection.execute(sa.select(EVENT).order_by(EVENT.c.id))
        if entry.study_id not in studies and entry.task_force_id not in task_forces
    ]
    for number, entry in enumerate(entries, start=1):
        before = _seal(entry, number=number, before=before)
        connection.execute(sa.update(EVENT).where(EVENT.c.id == entry.id).values(number=number, seal=before))


def downgrade() -> None:
    op.get_bind().execute(sa.update(EVENT).values(number=None, seal=""))
    _change_identities(lambda: cipher_of(op.get_bind().dialect).decrypt)


def _change_identities(find_change: Callable[[], Callable[[str], str]]) -> None:
    """An empty database needs no key."""
    connection = op.get_bind()
    for name, columns in IDENTITIES.items():
        table = sa.table(name, sa.column("id", sa.Integer), *(sa.column(column, sa.Text) for column in columns))
        for row in connection.execute(sa.select(table)).all():
            change = find_change()
            values = {column: change(getattr(row, column)) for column in columns}
            connection.execute(sa.update(table).where(table.c.id == row.id).values(values))


def _copies(connection: sa.Connection) -> tuple[set[int], set[int]]:
    """Studies and task forces of pilots and rehearsals: their log goes with them, and stays outside the chain."""
    studies = set(connection.execute(sa.select(STUDY.c.id).where(STUDY.c.kind != "study")).scalars())
    of_copies = sa.select(TASK_FORCE.c.id).where(TASK_FORCE.c.study_id.in_(studies))
    return studies, set(connection.execute(of_copies).scalars())


def _seal(entry: Any, *, number: int, before: str) -> str:
    at: datetime = entry.at if entry.at.tzinfo else entry.at.replace(tzinfo=UTC)
    content = {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "actor": entry.actor_id,
        "study": entry.study_id,
        "task_force": entry.task_force_id,
        "subject": entry.subject,
        "details": entry.details,
        "before": before,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
