"""The facilitator's forms."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from delphi.forms import BaseForm, CleanText
from surveys.rules.texts import REASON_LIMIT

USUAL_DAYS = 14
USUAL_HOUR = time(18)
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class ConfirmForm(BaseForm):
    """One button under a preview; the digest says which preview was seen."""

    digest = HiddenField()


class DeadlineForm(ConfirmForm):
    """A closing time, typed in the study's time zone."""

    deadline = DateTimeLocalField(_l("Closing time"), format=FORMATS, validators=[InputRequired()])
    time_zone = "UTC"

    def validate_deadline(self, field: DateTimeLocalField) -> None:
        if field.data is None:
            raise ValidationError(gettext("Give a date and a time, such as 2026-05-29 18:00."))
        zone = ZoneInfo(self.time_zone)
        there_and_back = field.data.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if there_and_back != field.data:
            raise ValidationError(gettext("The clock skips this hour that night: choose another time."))

    def moment(self) -> datetime:
        """The closing time in UTC."""
        typed = self.deadline.data
        if typed is None:
            raise ValueError("the form was not validated: it has no closing time")
        return typed.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


class LaunchForm(DeadlineForm):
    """A closing time, and an opening time for a launch that is to happen by itself."""

    opens = DateTimeLocalField(_l("Opening time"), format=FORMATS, validators=[Optional()])

    def opening(self) -> datetime | None:
        """The opening time in UTC, if one was typed."""
        typed = self.opens.data
        return None if typed is None else typed.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


class ReopenForm(DeadlineForm):
    """Why a closed round takes answers again, and until when."""

    reason = TextAreaField(_l("Reason"), validators=[CleanText(limit=REASON_LIMIT, required=True)])


def usual_deadline(now: datetime, *, time_zone: str) -> datetime:
    """Two weeks from now, never on a weekend, at six in the evening: naive, in the study's zone, as the form has it."""
    day = now.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=USUAL_DAYS)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, USUAL_HOUR)
