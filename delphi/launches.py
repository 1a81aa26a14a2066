"""Opening rounds at the time that was set for them; the worker asks for it while it waits for mails."""

import logging
from datetime import datetime

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.services.launching import launch_at_its_time, note_failed_launch, rounds_to_launch

log = logging.getLogger(__name__)


def launch_due(database: Database, *, now: datetime) -> int:
    """Open every round whose time has come; how many. One that may not be opened stays planned; the log says why."""
    with database.reading() as session:
        waiting = rounds_to_launch(session, now=now)
    n = 0
    for round_id in waiting:
        try:
            with database.writing() as session:
                launch_at_its_time(session, round_id=round_id, now=now)
            n += 1
        except RuleViolation as violation:
            log.warning("round %s could not be opened at its time: %s", round_id, violation.code)
            with database.writing() as session:
                note_failed_launch(session, round_id=round_id, problem=violation.code, now=now)
    return n
