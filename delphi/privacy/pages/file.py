"""Everything about one person in a file: the rows for programs, the same as a document for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlmodel import Session

from delphi.documents.blocks import Block, Bullets, Document, Heading, plain
from delphi.expert.pages.my_data import WORDS, asked_questions, with_words
from delphi.i18n import language
from surveys.queries.my_data import everything_about
from surveys.queries.questions import questions_by_id

SCHEMA = "delphi-my-data/1"


def whole_file(session: Session, *, person_id: int, now: datetime) -> dict[str, Any]:
    """The same rows as the expert's own download."""
    data = everything_about(session, person_id=person_id)
    asked = questions_by_id(session, question_ids=asked_questions(data))
    return {"schema": SCHEMA, "written_at": now.isoformat(), **with_words(data, questions=asked)}


def data_document(content: Mapping[str, Any]) -> Document:
    """The file as a document: one part for each kind of thing, one line for each row."""
    blocks: list[Block] = []
    kinds = [(name, rows) for name, rows in content.items() if isinstance(rows, Sequence) and not isinstance(rows, str)]
    for number, (name, rows) in enumerate(kinds, start=1):
        words = str(WORDS.get(name, name.replace("_", " ")))
        blocks.append(Heading(1, str(number), plain(words)))
        blocks.append(Bullets(tuple(plain(_row(row)) for row in rows)))
    return Document(
        language=language(),
        title=gettext("Everything stored about one person"),
        place="Delphi",
        lead=(plain(content["written_at"]),),
        foot=gettext("Personal data: for the person concerned only."),
        contents="",
        blocks=tuple(blocks),
    )


def _row(row: Mapping[str, Any]) -> str:
    said = (f"{name.replace('_', ' ')}: {value}" for name, value in row.items() if value not in (None, "", [], {}))
    return "; ".join(said)
