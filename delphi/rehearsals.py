"""What the worker does for rehearsals: plays them on, one small step in one short transaction."""

import logging

from sqlalchemy.exc import OperationalError

from delphi import clock
from delphi.database import Database
from surveys.queries.rehearsals import unfinished_rehearsals
from surveys.services.rehearsal import play_step
from surveys.services.trial_copies import discard_copy

log = logging.getLogger(__name__)


def play_on(database: Database) -> bool:
    """One step of the first rehearsal that is not played to its end; False where there is none.

    One that cannot go on is discarded, and its page says so.
    """
    with database.reading() as session:
        waiting = unfinished_rehearsals(session)
    for task_force_id in waiting:
        try:
            with database.writing() as session:
                if play_step(session, task_force_id=task_force_id, now=clock.now()):
                    return True
        except OperationalError:
            raise
        except Exception as problem:
            log.exception("the rehearsal %s could not be played to its end", task_force_id)
            with database.writing() as session:
                discard_copy(
                    session,
                    actor=None,
                    task_force_id=task_force_id,
                    now=clock.now(),
                    problem=f"{type(problem).__name__}: {problem}",
                )
            return True
    return False
