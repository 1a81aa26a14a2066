"""Files for other programs and for people: activities, data, plan, drawings; in one language or in two.

Every function returns the bytes of one file. Nothing is computed: figures come from frozen results.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from delphi.documents.writing import written
from delphi.exports.drawing_files import drawing_files
from delphi.exports.header import definitions_table, header_of
from delphi.exports.language import speaking
from delphi.exports.published import published_study
from delphi.exports.schema import as_document, json_schema
from delphi.exports.table_files import activities_file, data_file, ratings_file
from delphi.exports.wanted import BOTH, FORMATS_OF, Wanted, What
from delphi.exports.writers import as_csv, as_json
from delphi.plan.contents import plan_contents
from delphi.plan.document import factors_document, plan_document
from surveys.queries.activities import ranked_statements

Report = Callable[[int, int], None]
"""Told (steps done, steps in all) while a file is being made."""

__all__ = ["BOTH", "FORMATS_OF", "Report", "What", "Wanted", "make_file"]


def make_file(session: Session, *, study_id: int, wanted: Wanted, now: datetime, report: Report | None = None) -> bytes:
    """The file that is wanted, from what is frozen and published.

    Raises
    ------
    ConfigurationProblem
        Where ratings of people are asked for and the installation has no secret key to make codes with.
    """
    tell = report or _to_nobody
    tell(0, 2)
    match wanted.what:
        case What.ACTIVITIES:
            content = activities_file(session, study_id=study_id, wanted=wanted)
        case What.DATA:
            content = data_file(session, study_id=study_id, wanted=wanted)
        case What.RATINGS:
            content = ratings_file(session, study_id=study_id, wanted=wanted)
        case What.PUBLISHED:
            content = _published(session, study_id=study_id, wanted=wanted, now=now)
        case What.DEFINITIONS:
            content = _definitions(session, study_id=study_id, wanted=wanted)
        case What.DRAWINGS:
            plan = plan_contents(session, study_id=study_id, now=now)
            tell(1, 2)
            with speaking(wanted.language):
                content = drawing_files(plan)
        case What.PLAN | What.FACTORS:
            content = _document(session, study_id=study_id, wanted=wanted, now=now, tell=tell)
    tell(2, 2)
    return content


def _to_nobody(done: int, of: int) -> None:
    return


def _published(session: Session, *, study_id: int, wanted: Wanted, now: datetime) -> bytes:
    if wanted.format == "schema.json":
        return as_json(json_schema(), ())
    return as_json(as_document(published_study(session, study_id=study_id, now=now)), ())


def _definitions(session: Session, *, study_id: int, wanted: Wanted) -> bytes:
    rows = ranked_statements(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=[row.figures.sealed for row in rows])
    with speaking(wanted.language):
        return as_csv(definitions_table(header), separator=wanted.separator, mark=wanted.mark)


def _document(session: Session, *, study_id: int, wanted: Wanted, now: datetime, tell: Report) -> bytes:
    plan = plan_contents(session, study_id=study_id, now=now)
    header = header_of(session, study_id=study_id, sealed=[row.figures.sealed for row in plan.statements])
    languages: Sequence[str] = wanted.languages
    if wanted.what is What.PLAN:
        document = plan_document(plan, header=header, languages=languages, by=wanted.chapters)
    else:
        document = factors_document(plan, header=header, languages=languages)
    tell(1, 2)
    return written(document, format=wanted.format, made_at=now)
