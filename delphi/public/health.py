"""Whether the service works: for monitoring, without anything about studies or people."""

from datetime import timedelta
from typing import Any

from flask import jsonify
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import func, select

from delphi import __version__, clock
from delphi.database import database, reading_session
from delphi.public import blueprint
from delphi.security import requires
from surveys import migrations
from surveys.models import WorkerHeartbeat
from surveys.vocabulary import Permission

WORKER_IS_LATE = timedelta(seconds=60)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def health() -> Any:
    """200 where database, schema and worker are in order, 503 otherwise; always says which is not."""
    state: dict[str, Any] = {"version": __version__, "database": "ok", "migrations": "ok", "worker": "ok"}
    state["worker_heartbeat_age_seconds"] = None
    try:
        if migrations.head_revision() != migrations.current_revision(database().engine):
            state["migrations"] = "due"
        else:
            beaten_at = reading_session().exec(select(func.max(WorkerHeartbeat.beaten_at))).one()
            age = None if beaten_at is None else clock.now() - beaten_at
            state["worker"] = "missing" if age is None else "ok" if age <= WORKER_IS_LATE else "late"
            state["worker_heartbeat_age_seconds"] = None if age is None else round(age.total_seconds(), 1)
    except SQLAlchemyError:
        state["database"] = "unreachable"
    is_well = all(state[part] == "ok" for part in ("database", "migrations", "worker"))
    state["status"] = "ok" if is_well else "not ok"
    return jsonify(state), 200 if is_well else 503
