"""Amendments of the protocol in sentences, for every page that shows a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from delphi.facilitator.pages.protocol_check import short
from delphi.sentences.setup import change_sentence
from surveys.localized import LocalizedText
from surveys.queries.protocols import Amendment


@dataclass(frozen=True, slots=True)
class AmendmentLine:
    number: int
    made_at: datetime
    author: str
    reason: str
    changes: tuple[str, ...]
    fingerprint: str


def amendment_lines(
    amendments: Sequence[Amendment], *, names: Mapping[str, LocalizedText]
) -> tuple[AmendmentLine, ...]:
    """Every change after the lock, in sentences."""
    return tuple(
        AmendmentLine(
            number=one.number,
            made_at=one.made_at,
            author=one.author,
            reason=one.reason,
            changes=tuple(change_sentence(change, names=names) for change in one.changes),
            fingerprint=short(one.fingerprint),
        )
        for one in amendments
    )
