"""The health of the installation: what is wrong, why, and the command that mends it."""

import platform
import sys
from typing import Any

from flask import Response, current_app, render_template

from delphi import clock
from delphi.config import Settings
from delphi.database import database
from delphi.health_checks import Check, State, all_checks
from delphi.logs import without_secrets
from delphi.operations import blueprint
from delphi.security import requires
from delphi.version import __version__
from surveys.vocabulary import Permission


@blueprint.get("/health")
@requires(Permission.HAVE_ACCOUNT)
def health_page() -> Any:
    """Every check, what is wrong first."""
    checks = _checks()
    order = list(reversed(State))
    return render_template(
        "operations/health.html",
        checks=sorted(checks, key=lambda check: order.index(check.state)),
        n_bad=sum(check.state is State.BAD for check in checks),
        report=report(checks, settings=_settings()),
    )


@blueprint.get("/health/report.txt")
@requires(Permission.HAVE_ACCOUNT)
def health_report() -> Any:
    """The same as text for a mail to whoever helps; without secrets, addresses and names."""
    return Response(report(_checks(), settings=_settings()), mimetype="text/plain")


def report(checks: list[Check], *, settings: Settings) -> str:
    """Lines to copy: versions, the kind of database, every check."""
    kind = "PostgreSQL" if settings.effective_database_url.startswith("postgres") else "SQLite"
    head = f"Delphi {__version__}, Python {platform.python_version()}, {sys.platform}, {kind}"
    lines = [f"{check.state.value.upper():5} {check.topic}: {check.cause}" for check in checks]
    return without_secrets("\n".join([head, f"{clock.now():%Y-%m-%d %H:%M:%S} UTC", *lines, ""]))


def _settings() -> Settings:
    settings: Settings = current_app.config["DELPHI"]
    return settings


def _checks() -> list[Check]:
    return all_checks(database(), settings=_settings(), now=clock.now())
