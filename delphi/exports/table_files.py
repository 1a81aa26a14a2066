"""Tables as files: the activity list, all data, the ratings; in one language, or in two side by side."""

import json
from collections.abc import Callable, Sequence
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
from delphi.exports.trace_table import trace_table
from delphi.exports.two_languages import in_two_languages
from delphi.exports.wanted import Wanted
from delphi.exports.writers import as_csv, as_json, as_xlsx
from delphi.questions.results import left_out_words
from surveys.queries.activities import ranked_statements
from surveys.queries.frozen_data import frozen_answers, frozen_data, has_people
from surveys.queries.frozen_questions import frozen_questions
from surveys.queries.trace_rows import traced_ideas, traced_wordings

ACTIVITIES_SCHEMA = "delphi-activities/1"
DATA_SCHEMA = "delphi-data/1"
ORDER = ("activities", "statistics", "obstacles", "success_factors", "trace")
Tables = Sequence[Table]


def activities_file(session: Session, *, study_id: int, wanted: Wanted) -> bytes:
    """The published activities, obstacles and success factors in rank order.

    CSV holds all three in one table; XLSX and JSON hold them apart, with statistics, trace and definitions.
    """
    rows = ranked_statements(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=[row.figures.sealed for row in rows])
    ideas, wordings = traced_ideas(session, study_id=study_id), traced_wordings(session, study_id=study_id)

    def made() -> Tables:
        tables = activity_tables(rows)
        if wanted.format == "csv":
            return (all_in_one(tables),)
        by_key = {table.key: table for table in (*tables, trace_table(ideas, wordings))}
        return [by_key[key] for key in ORDER]

    def about() -> str:
        return gettext(
            "The ranked activities of every task force that has published, with obstacles and success factors."
        )

    return _written(wanted, header, made, about=about, schema=ACTIVITIES_SCHEMA)


def data_file(session: Session, *, study_id: int, wanted: Wanted) -> bytes:
    """Every closed round: statistics of each statement, ratings and further answers under codes of experts.

    CSV holds the statistics alone. ConfigurationProblem where codes are needed and there is no secret key.
    """
    data = frozen_data(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=[one.sealed for one in data.rounds])
    with_ratings = wanted.format != "csv" and wanted.with_ratings
    key = _key(session, study_id=study_id) if with_ratings else ""
    answers = frozen_answers(session, study_id=study_id) if with_ratings else []
    questions = frozen_questions(session, study_id=study_id) if with_ratings else []

    def made() -> Tables:
        statistics = statistics_table(data)
        if wanted.format == "csv":
            return (statistics,)
        ratings = (ratings_table(answers, study=header.slug, key=key, header=header),) if with_ratings else ()
        further = question_tables(questions, study=header.slug, key=key) if with_ratings else ()
        return (
            statistics,
            *ratings,
            rounds_table(data),
            concordance_table(data, criteria=header.criteria),
            *further,
        )

    def about() -> str:
        if not with_ratings:
            return gettext("All closed rounds: the statistics of every statement. Single ratings were left out.")
        told = gettext("All closed rounds: the statistics of every statement, and the ratings they were made from.")
        missing = left_out_words(
            n_unread=sum(one.n_unread for one in questions), n_withheld=sum(one.n_withheld for one in questions)
        )
        return " ".join((told, *missing))

    return _written(wanted, header, made, about=about, schema=DATA_SCHEMA)


def ratings_file(session: Session, *, study_id: int, wanted: Wanted) -> bytes:
    """The ratings of every closed round, one answer a line, under codes of experts; errors as `data_file`."""
    key = _key(session, study_id=study_id)
    answers = frozen_answers(session, study_id=study_id)
    header = header_of(session, study_id=study_id, sealed=())
    with speaking(wanted.language):
        table = ratings_table(answers, study=header.slug, key=key, header=header)
        return as_csv(table, separator=wanted.separator, mark=wanted.mark, language=wanted.language)


def _written(
    wanted: Wanted, header: Header, made: Callable[[], Tables], *, about: Callable[[], str], schema: str
) -> bytes:
    if wanted.format == "json":
        return _as_json(wanted, header, made, about=about, schema=schema)
    sides = []
    for code in wanted.languages:
        with speaking(code):
            tables = list(made())
            if wanted.format == "xlsx":
                tables.append(definitions_table(header))
                tables.insert(0, readme_table(header, about=about(), tables=tables, command=wanted.command))
            sides.append(tables)
    joined = sides[0]
    if len(sides) == 2:
        joined = [in_two_languages(*pair, languages=wanted.languages) for pair in zip(*sides, strict=True)]
    if wanted.format == "csv":
        return as_csv(joined[0], separator=wanted.separator, mark=wanted.mark, language=wanted.languages[-1])
    with speaking(wanted.languages[0]):
        return as_xlsx(joined, title=f"{header.slug}: {about()}")


def _as_json(
    wanted: Wanted, header: Header, made: Callable[[], Tables], *, about: Callable[[], str], schema: str
) -> bytes:
    documents: dict[str, bytes] = {}
    for code in wanted.languages:
        with speaking(code):
            head: dict[str, Any] = header.as_json(schema, language=code)
            tables = [*made(), definitions_table(header)]
            documents[code] = as_json({**head, "about": about(), "made_with": wanted.command}, tables)
    if len(documents) == 1:
        return documents[wanted.languages[0]]
    both = {code: json.loads(document) for code, document in documents.items()}
    return as_json({"schema": schema, "languages": list(both), **both}, ())


def _key(session: Session, *, study_id: int) -> str:
    return pseudonym_key(is_needed=has_people(session, study_id=study_id))
