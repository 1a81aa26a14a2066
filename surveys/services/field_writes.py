"""Who wrote a field last, and in which order: pages of one expert may be open twice, and lines deliver late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.models import Draft, FieldWrite, TextChange
from surveys.queries.drafts import own_drafts
from surveys.rules.texts import DRAFT_LIMIT, clean_text
from surveys.services.bulk import upsert_one
from surveys.services.seats import Seat

WHOLE_PAGE = "*"
"""Stands for all fields in `FieldWrite`: a form that was sent whole."""


@dataclass(frozen=True, slots=True)
class Write:
    """One change of one field as an opened page (`client`) sent it; `sequence` grows with each change there."""

    field: str
    value: str
    client: str
    sequence: int


@dataclass(frozen=True, slots=True)
class PastWrite:
    """How far one page has come in writing one field."""

    field: str
    client: str
    sequence: int


def last_writes(session: Session, *, seat: Seat, fields: Sequence[str]) -> list[PastWrite]:
    """What was noted of `fields` and of whole pages, the latest write last."""
    rows = session.connection().execute(
        sa_select(col(FieldWrite.field), col(FieldWrite.client), col(FieldWrite.sequence))
        .where(
            col(FieldWrite.round_id) == seat.round_id,
            col(FieldWrite.panellist_id) == seat.panellist_id,
            col(FieldWrite.field).in_([*fields, WHOLE_PAGE]),
        )
        .order_by(col(FieldWrite.written_at))
    )
    return [PastWrite(field, client, sequence) for field, client, sequence in rows]


def note_write(session: Session, *, seat: Seat, write: Write, now: datetime) -> None:
    """Note how far the page of `write` has come in writing its field."""
    row = {
        "round_id": seat.round_id,
        "panellist_id": seat.panellist_id,
        "field": write.field,
        "client": write.client,
        "sequence": write.sequence,
        "written_at": now,
    }
    key = ("round_id", "panellist_id", "field", "client")
    upsert_one(session, FieldWrite, row, key=key, replace=("sequence", "written_at"))


def note_page(session: Session, *, seat: Seat, client: str, sequence: int, now: datetime) -> None:
    """Note that a whole page was sent, with its changes up to `sequence`: those that come later are older."""
    note_write(session, seat=seat, write=Write(WHOLE_PAGE, "", client, sequence), now=now)


def written_elsewhere(session: Session, *, seat: Seat, fields: Sequence[str], client: str) -> set[str]:
    """Those of `fields` that another page than `client` wrote last, or of which nobody knows who did."""
    last: dict[str, str] = {}
    for past in last_writes(session, seat=seat, fields=fields):
        last.update(dict.fromkeys(fields, past.client) if past.field == WHOLE_PAGE else {past.field: past.client})
    return {field for field in fields if last.get(field) != client}


def keep_replaced_texts(session: Session, *, seat: Seat, texts: Mapping[str, str], client: str, now: datetime) -> None:
    """Put `texts` (by field) into the history where another page wrote them; one's own typing on is no history."""
    if not texts:
        return
    foreign = written_elsewhere(session, seat=seat, fields=list(texts), client=client)
    rows = [
        {
            "round_id": seat.round_id,
            "panellist_id": seat.panellist_id,
            "field": field,
            "old_text": text,
            "changed_at": now,
        }
        for field, text in texts.items()
        if field in foreign
    ]
    if rows:
        session.connection().execute(insert(TextChange), rows)


def keep_draft(session: Session, *, seat: Seat, write: Write, now: datetime) -> None:
    """Keep what is no answer yet, in place of what was kept of this field before.

    Raises
    ------
    RuleViolation
        `text_too_long`.
    """
    row = {
        "round_id": seat.round_id,
        "panellist_id": seat.panellist_id,
        "field": write.field,
        "value": clean_text(write.value, limit=DRAFT_LIMIT),
        "client": write.client,
        "sequence": write.sequence,
        "saved_at": now,
    }
    replace = ("value", "client", "sequence", "saved_at")
    upsert_one(session, Draft, row, key=("round_id", "panellist_id", "field"), replace=replace)


def drop_drafts(session: Session, *, seat: Seat, fields: Sequence[str]) -> None:
    """Forget the drafts of `fields`: an answer is stored, or the field was emptied."""
    drafts = own_drafts(session, round_id=seat.round_id, panellist_id=seat.panellist_id)
    drop_among(session, seat=seat, drafts=drafts.keys() & set(fields))


def drop_among(session: Session, *, seat: Seat, drafts: Collection[str]) -> None:
    """Forget drafts that are known to be kept; for none of them, nothing."""
    if drafts:
        session.connection().execute(
            delete(Draft).where(
                col(Draft.round_id) == seat.round_id,
                col(Draft.panellist_id) == seat.panellist_id,
                col(Draft.field).in_(drafts),
            )
        )
