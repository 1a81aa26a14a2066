"""The front of the desk as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Study, TextReview
from surveys.queries.people_desk import AT_ONCE, FoundPerson, open_requests
from surveys.rules.permissions import Actor
from surveys.services.data_protection import text_of
from surveys.vocabulary import StudyKind

TEXTS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DeskPage:
    requests: tuple[tuple[FoundPerson, datetime], ...]
    studies: tuple[tuple[int, LocalizedText, datetime | None], ...]
    """Id, name and retention date of the studies whose consent and retention the actor sets."""
    n_texts: int
    administers: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    words: str
    people: tuple[FoundPerson, ...]
    n: int
    earlier: int | None
    later: int | None


@dataclass(frozen=True, slots=True)
class TextLine:
    id: int
    text: str


def desk_page(session: Session, *, actor: Actor) -> DeskPage:
    studies = session.exec(
        select(Study.id, Study.name, Study.retain_until)
        .where(col(Study.id).in_(sorted(actor.oversees)), Study.kind == StudyKind.STUDY)
        .order_by(col(Study.id))
    ).all()
    return DeskPage(
        requests=tuple(open_requests(session, actor=actor)),
        studies=tuple((study_id, LocalizedText(name), until) for study_id, name, until in studies),
        n_texts=len(texts_page(session, actor=actor)),
        administers=actor.administers,
    )


def found_page(people: Sequence[FoundPerson], *, words: str, page: int | None) -> FoundPage:
    last = max(1, -(-len(people) // AT_ONCE))
    here = min(max(page or 1, 1), last)
    return FoundPage(
        words=words,
        people=tuple(people[(here - 1) * AT_ONCE : here * AT_ONCE]),
        n=len(people),
        earlier=here - 1 if here > 1 else None,
        later=here + 1 if here < last else None,
    )


def texts_page(session: Session, *, actor: Actor) -> tuple[TextLine, ...]:
    """Texts to read over, without any sign of who wrote them: in an order that keeps no author's texts together."""
    query = select(TextReview).where(col(TextReview.reviewed_at).is_(None))
    if not actor.administers:
        query = query.where(col(TextReview.study_id).in_(sorted(actor.oversees)))
    mixed = sorted(session.exec(query).all(), key=_out_of_order)
    return tuple(TextLine(review.id, text_of(session, review)) for review in mixed[:TEXTS_AT_ONCE])


def _out_of_order(review: TextReview) -> str:
    return sha256(f"{review.kind}:{review.row_id}".encode()).hexdigest()
