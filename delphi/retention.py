"""Keeping the day on which a study's names are unlinked; the worker asks for it while it waits for mails."""

from datetime import datetime

from delphi.database import Database
from surveys.services.retention import notice_retention, studies_to_notice, studies_to_unlink, unlink_study


def keep_retention(database: Database, *, now: datetime) -> int:
    """Write to the secretariats whose day is near, unlink the studies whose day has come; how many studies changed."""
    with database.reading() as session:
        near, due = studies_to_notice(session, now=now), studies_to_unlink(session, now=now)
    for study_id in near:
        with database.writing() as session:
            notice_retention(session, study_id=study_id, now=now)
    for study_id in due:
        with database.writing() as session:
            unlink_study(session, study_id=study_id, now=now)
    return len(near) + len(due)
