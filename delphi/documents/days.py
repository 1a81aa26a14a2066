"""Dates on paper: a day as people write it, without the hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

from delphi.i18n import written_date


def day(moment: datetime, time_zone: str) -> str:
    """ "12 May 2026", in the language of the page and the zone of the study."""
    return written_date(moment.astimezone(ZoneInfo(time_zone)).date(), "d MMMM y")
