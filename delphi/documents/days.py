"""Dates on paper: a day as people write it, without the hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from delphi.i18n import language


def day(moment: datetime, time_zone: str) -> str:
    """ "12 May 2026", in the language of the page and the zone of the study."""
    date = moment.astimezone(ZoneInfo(time_zone)).date()
    # French counts the first of a month as an ordinal, which the data behind Babel do not know.
    pattern = "d'er' MMMM y" if language() == "fr" and date.day == 1 else "d MMMM y"
    return str(format_date(date, pattern, locale=language()))
