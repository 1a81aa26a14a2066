"""The proposed changes of the framework as a file."""

from datetime import datetime

from sqlmodel import Session

from delphi.documents.writing import written
from delphi.plan.redline import redline_document
from surveys.models import Study
from surveys.queries.activities import ranked_statements
from surveys.queries.objectives import objective_titles
from surveys.queries.revisions import revised_objectives


def redline_file(session: Session, *, study_id: int, reader: str, format: str, now: datetime) -> bytes:
    """`format` is `pdf` or `docx`; in a DOCX the changes are tracked ones, to be accepted or refused."""
    study = session.get_one(Study, study_id)
    titles = objective_titles(session, study_id=study_id)
    revised = revised_objectives(session, study_id=study_id)
    document = redline_document(
        [revised[key] for key in titles if key in revised and revised[key].proposed],
        study=study.name,
        titles={key: one.title for key, one in titles.items()},
        codes={row.statement_id: row.code for row in ranked_statements(session, study_id=study_id)},
        languages=study.languages,
        reader=reader,
        made_at=now,
        time_zone=study.time_zone,
    )
    return written(document, format=format, made_at=now)
