"""Whether the service works: for monitoring, without anything about studies or people."""

from datetime import timedelta
from typing import Any

from flask import jsonify
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import func, select

from delphi import clock
from delphi.database import database, reading_session
from delphi.public import blueprint
from delphi.security import requires
from delphi.version import __version__
from surveys import migrations
from surveys.models import WorkerHeartbeat
from surveys.vocabulary import Permission

WORKER_IS_LATE = timedelta(seconds=60)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def health() -> Any:
    """200 where pages can be served, 503 where database or schema are not in order; always says what is not.

    A late worker delays mails but keeps nobody from answering: it shows as `degraded`, not as down.
    """
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
    serves = state["database"] == state["migrations"] == "ok"
    state["status"] = "not ok" if not serves else "ok" if state["worker"] == "ok" else "degraded"
    return jsonify(state), 200 if serves else 503
