"""Two windows of one expert: what was saved in another one meanwhile, in words that name both values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import flash
from flask_babel import gettext

from delphi.database import reading_session
from delphi.expert.forms.rating import WORDS
from delphi.expert.forms.seen import Seen, mark
from delphi.expert.sitting import Sitting
from delphi.sentences import STANCES
from surveys.services.field_writes import written_elsewhere
from surveys.services.seats import Seat
from surveys.vocabulary import RatingState, Stance

MOST_NOTICES = 5
"""More would not fit into a cookie, and nobody reads them."""
LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Overtaken:
    """One field whose value from another window was replaced just now; both as the form says them."""

    field: str
    before: str
    now: str


def overtaken_by(
    posted: Callable[[], Mapping[str, str]],
    *,
    touched: Sequence[str],
    seen: Seen,
    client: str,
    sitting: Sitting,
    stored: Callable[[], Mapping[str, str]],
) -> list[Overtaken]:
    """The fields that this page overwrites although another one has saved something else there meanwhile.

    `posted` and `stored` are asked only where anything at all was saved since the page was opened.
    """
    if seen.marks is None or sitting.saved_at is None or sitting.saved_at.isoformat() == seen.saved_at:
        return []
    values, sent = stored(), posted()
    found = [
        Overtaken(name, values[name], sent.get(name, ""))
        for name in touched
        if is_other(values.get(name, ""), sent.get(name, ""), known=seen.marks.get(name, mark("")))
    ]
    if not found:
        return []
    seat = Seat(round_id=sitting.asked.id, round_kind=sitting.asked.kind, panellist_id=sitting.seat.panellist_id)
    foreign = written_elsewhere(reading_session(), seat=seat, fields=[each.field for each in found], client=client)
    return [each for each in found if each.field in foreign]


def is_other(before: str, now: str, *, known: str) -> bool:
    """Whether a stored value is neither the one that replaces it nor the one that the page knew."""
    return mark(before) not in (mark(now), mark(""), known)


def flash_overtaken(found: Sequence[Overtaken], *, labels: Mapping[str, str]) -> None:
    """Say so on the next page; `labels` name the fields."""
    for each in found[:MOST_NOTICES]:
        flash(notice(each, label=labels.get(each.field, "")))
    if len(found) > MOST_NOTICES:
        flash(gettext("More was saved in another window meanwhile. Everywhere, what was saved last counts."))


def notice(each: Overtaken, *, label: str = "") -> str:
    before, now = value_words(each.before), value_words(each.now)
    if label:
        return str(
            gettext(
                "%(label)s: you saved “%(before)s” in another window meanwhile. Now “%(now)s” counts.",
                label=label,
                before=before,
                now=now,
            )
        )
    return str(
        gettext(
            "You saved “%(before)s” in another window meanwhile. Now “%(now)s” counts.",
            before=before,
            now=now,
        )
    )


def value_words(value: str) -> str:
    """A field's value as a person knows it from the page."""
    if WORDS.get(value) is RatingState.OUTSIDE_EXPERTISE:
        return str(gettext("Outside my expertise"))
    if WORDS.get(value) is RatingState.NEED_INFORMATION:
        return str(gettext("I need more information"))
    if value in set(Stance):
        return str(STANCES[Stance(value)])
    if mark(value) == mark(""):
        return str(gettext("No answer"))
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
