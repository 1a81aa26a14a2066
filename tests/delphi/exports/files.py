"""Single files of a study for tests: the shortest way to ask for one."""

from sqlmodel import Session

from delphi.exports import Wanted, What, make_file
from tests.builders import NOW


def export_activities(session: Session, *, study_id: int, format: str, language: str) -> bytes:
    return make_file(session, study_id=study_id, wanted=Wanted(What.ACTIVITIES, format, language), now=NOW)


def export_data(session: Session, *, study_id: int, format: str, language: str) -> bytes:
    return make_file(session, study_id=study_id, wanted=Wanted(What.DATA, format, language), now=NOW)


def export_ratings(session: Session, *, study_id: int, language: str) -> bytes:
    return make_file(session, study_id=study_id, wanted=Wanted(What.RATINGS, "csv", language), now=NOW)
