"""Files for other programs: the ranked activity list and all frozen data, as CSV, XLSX and JSON, in each language.

Every function returns the bytes of one file. Nothing is computed: figures come from frozen results.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from sqlmodel import Session

from delphi.exports.activity_tables import activity_tables, all_in_one
from delphi.exports.data_tables import concordance_table, ratings_table, rounds_table, statistics_table
from delphi.exports.header import Header, definitions_table, header_of, readme_table
from delphi.exports.language import speaking
from delphi.exports.pseudonyms import pseudonym_key
from delphi.exports.question_tables import question_tables
from delphi.exports.tables import Table
from delphi.exports.writers import as_csv, as_json, as_xlsx
from surveys.localized import LANGUAGES
from surveys.queries.activities import ranked_statements
from surveys.queries.frozen_data import frozen_answers, frozen_data, has_people
from surveys.queries.frozen_questions import frozen_questions

FORMATS = ("csv", "xlsx", "json")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
ACTIVITIES_SCHEMA = "delphi-activities/1"
DATA_SCHEMA = "delphi-data/1"

__all__ = ["FORMATS", "MEDIA_TYPES", "export_activities", "export_data", "export_ratings", "file_name"]


def export_activities(session: Session, *, study_id: int, format: str, language: str) -> bytes:
    """The published activities, obstacles and success factors of a study in rank order.

    CSV holds all three in one table; XLSX and JSON hold them apart, with statistics and definitions.

    Raises
    ------
    ValueError
        For an unknown format or language.
    """
    _check(format, language)
    rows = ranked_statements(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=[row.figures.sealed for row in rows])
    with speaking(language):
        tables = activity_tables(rows)
        about = gettext(
            "The ranked activities of every task force that has published, with obstacles and success factors."
        )
        if format == "csv":
            return as_csv(all_in_one(tables))
        return _written(format, header, tables, about=about, schema=ACTIVITIES_SCHEMA, language=language)


def export_data(session: Session, *, study_id: int, format: str, language: str) -> bytes:
    """Every closed round of a study: statistics of each statement, ratings and further answers under codes of experts.

    CSV holds the statistics alone; `export_ratings` is the file with the ratings.

    Raises
    ------
    ValueError
        For an unknown format or language.
    ConfigurationProblem
        Where ratings of people are asked for and the installation has no secret key to make codes with.
    """
    _check(format, language)
    data = frozen_data(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=[one.sealed for one in data.rounds])
    with_ratings = format != "csv"
    key = _key(session, study_id=study_id) if with_ratings else ""
    answers = frozen_answers(session, study_id=study_id) if with_ratings else []
    questions = frozen_questions(session, study_id=study_id) if with_ratings else []
    with speaking(language):
        statistics = statistics_table(data)
        if not with_ratings:
            return as_csv(statistics)
        tables = (
            statistics,
            ratings_table(answers, study=header.slug, key=key, criteria=header.criteria),
            rounds_table(data),
            concordance_table(data, criteria=header.criteria),
            *question_tables(questions, study=header.slug, key=key),
        )
        about = gettext("All closed rounds: the statistics of every statement, and the ratings they were made from.")
        return _written(format, header, tables, about=about, schema=DATA_SCHEMA, language=language)


def export_ratings(session: Session, *, study_id: int, language: str) -> bytes:
    """The ratings of every closed round as CSV, one answer a line, under codes of experts; errors as `export_data`."""
    _check("csv", language)
    key = _key(session, study_id=study_id)
    answers = frozen_answers(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=())
    with speaking(language):
        return as_csv(ratings_table(answers, study=header.slug, key=key, criteria=header.criteria))


def file_name(what: str, *, study: str, format: str, language: str) -> str:
    """Such as `soil-activities-fr.xlsx`; `what` is `activities`, `data` or `ratings`, `study` the study's slug."""
    return f"{study}-{what}-{language}.{format}"


def _written(format: str, header: Header, tables: Sequence[Table], *, about: str, schema: str, language: str) -> bytes:
    definitions = definitions_table(header)
    if format == "json":
        head: dict[str, Any] = header.as_json(schema, language=language)
        return as_json({**head, "about": about}, [*tables, definitions])
    return as_xlsx([readme_table(header, about=about, tables=[*tables, definitions]), *tables, definitions])


def _key(session: Session, *, study_id: int) -> str:
    return pseudonym_key(is_needed=has_people(session, study_id=study_id))


def _check(format: str, language: str) -> None:
    if format not in FORMATS:
        raise ValueError(f"format is {format!r}; allowed are {', '.join(FORMATS)}")
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}; allowed are {', '.join(LANGUAGES)}")
