"""What facts are made of: sentences, with days in the study's time zone."""

from datetime import datetime

from delphi.documents.days import day
from surveys.queries.methods import MethodsRecord

Said = list[str]


def on(record: MethodsRecord, moment: datetime | None) -> str:
    """A day of the study; a dash for none."""
    return "–" if moment is None else day(moment, record.time_zone)


def in_groups(fingerprint: str) -> str:
    """A fingerprint in groups of sixteen characters, so that a narrow column can break it."""
    return " ".join(fingerprint[at : at + 16] for at in range(0, len(fingerprint), 16))
