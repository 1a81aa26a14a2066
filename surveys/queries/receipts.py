"""The receipts of a closed round, sorted by themselves: nobody's name, no time, no order of arrival."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import Round, Submission
from surveys.vocabulary import RoundStatus


@dataclass(frozen=True, slots=True)
class PublishedReceipts:
    """`own` is the digest of who looks; empty where they sent nothing in."""

    digests: tuple[str, ...]
    own: str


def receipts_of_round(session: Session, *, round_id: int, panellist_id: int) -> PublishedReceipts | None:
    """Every receipt of the round; None while it is not closed, when the list would tell who sends when."""
    if session.get_one(Round, round_id).status is not RoundStatus.CLOSED:
        return None
    rows = session.exec(
        select(Submission.digest, Submission.panellist_id).where(
            Submission.round_id == round_id, col(Submission.digest) != ""
        )
    ).all()
    return PublishedReceipts(
        digests=tuple(sorted(digest for digest, _ in rows)),
        own=next((digest for digest, who in rows if who == panellist_id), ""),
    )
