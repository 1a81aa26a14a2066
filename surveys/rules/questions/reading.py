"""What others may read of a text that somebody wrote to a question: nothing that no facilitator has read over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.localized import LocalizedText
from surveys.rules.protocol import canonical_digest
from surveys.vocabulary import CommentReview

CHECKSUM = "checksum"
"""In a restored answer whose words stayed in the house it came from: the checksum that its archive holds instead."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A facilitator's decision on certain words. `shared_text` is empty where they are shared as written."""

    review: CommentReview
    shared_text: LocalizedText = field(default_factory=LocalizedText)
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What leaves the desk of one written answer. `text` is empty unless it is shared."""

    review: CommentReview
    text: LocalizedText = field(default_factory=LocalizedText)
    is_paraphrased: bool = False
    checksum: str = ""
    """Of the words that stay in the house; empty where they do not, and where nobody has decided."""


UNREAD = Reading(CommentReview.WAITING)


def words_of(answer: Mapping[str, Any]) -> str:
    """The name of certain words: SHA-256 of the frozen answer."""
    return canonical_digest(dict(answer))


def checksum_of(answer: Mapping[str, Any], *, nonce: str) -> str:
    """SHA-256 over a frozen answer and the nonce of its decision; who has both can show what was withheld."""
    return str(answer.get(CHECKSUM) or canonical_digest({"answer": dict(answer), "nonce": nonce}))


def reading_of(answer: Mapping[str, Any], *, language: str, decision: Decision | None) -> Reading:
    """What others may read of `answer`. Without a decision: nothing."""
    if decision is None or decision.review is CommentReview.WAITING:
        return UNREAD
    checksum = checksum_of(answer, nonce=decision.nonce)
    if decision.review is CommentReview.WITHHELD:
        return Reading(CommentReview.WITHHELD, checksum=checksum)
    if decision.shared_text:
        return Reading(CommentReview.SHARED, decision.shared_text, is_paraphrased=True, checksum=checksum)
    return Reading(CommentReview.SHARED, LocalizedText({language: str(answer["text"])}))
