"""Figures for Prometheus: how the installation runs, nothing about people, studies or answers."""

import secrets
import shutil
from typing import Any

from flask import Response, abort, current_app, request

from delphi import clock
from delphi.backups.rehearsal import last_rehearsal
from delphi.backups.rotation import backups_in, made_at
from delphi.config import Settings
from delphi.database import reading_session
from delphi.health_checks import WORKER_IS_LATE
from delphi.operations import blueprint
from delphi.security import requires
from delphi.version import __version__
from surveys.queries.operations import running
from surveys.vocabulary import Permission

Metric = tuple[str, str, str, list[tuple[str, float]]]
"""Name, type, help, and (labels, value) of each sample."""


@blueprint.get("/metrics")
@requires(Permission.PUBLIC)
def metrics() -> Any:
    """Open to whoever sends the token of the settings; without that setting there is no such page."""
    settings: Settings = current_app.config["DELPHI"]
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.metrics_token or not secrets.compare_digest(sent, settings.metrics_token.encode()):
        abort(404)
    return Response(as_text(_measured(settings)), mimetype="text/plain; version=0.0.4")


def as_text(metrics: list[Metric]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    lines = []
    for name, kind, about, samples in metrics:
        lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labels} {value:g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _measured(settings: Settings) -> list[Metric]:
    now = clock.now()
    found = running(reading_session(), now=now, alive_since=now - WORKER_IS_LATE)
    newest = backups_in(settings.instance / "backups")[:1]
    backup_at = made_at(newest[0]) if newest else None
    rehearsal = last_rehearsal(settings)
    age = (now - found.beaten_at).total_seconds() if found.beaten_at else float("inf")
    late = (now - found.oldest_due_at).total_seconds() if found.oldest_due_at else 0.0
    mails = [(f'{{status="{status.value}"}}', float(count)) for status, count in found.mails.items()]
    backup = (now - backup_at).total_seconds() if backup_at else float("inf")
    free = shutil.disk_usage(settings.instance if settings.instance.exists() else "/").free
    return [
        ("delphi_info", "gauge", "Version of the program.", [(f'{{version="{__version__}"}}', 1)]),
        ("delphi_mails", "gauge", "Mails of the outbox by status.", mails),
        ("delphi_mail_wait_seconds", "gauge", "Time past its due of the mail that waits longest.", [("", late)]),
        ("delphi_worker_age_seconds", "gauge", "Age of the newest sign of life of a worker.", [("", age)]),
        ("delphi_workers", "gauge", "Workers that gave a sign of life within a minute.", [("", found.n_workers)]),
        ("delphi_open_rounds", "gauge", "Rounds that take answers.", [("", found.n_open_rounds)]),
        ("delphi_submissions", "gauge", "Answers sent in, over all rounds.", [("", found.n_submissions)]),
        ("delphi_backup_age_seconds", "gauge", "Age of the newest backup.", [("", backup)]),
        (
            "delphi_rehearsal_good",
            "gauge",
            "Whether the last rehearsed restore was good.",
            [("", float(rehearsal is not None and not rehearsal.problems))],
        ),
        ("delphi_disk_free_bytes", "gauge", "Free bytes where the instance lies.", [("", float(free))]),
    ]
