"""The opening of a round as an entry for somebody's own calendar (RFC 5545)."""

from datetime import UTC, datetime

LINE_OCTETS = 75


def calendar_entry(*, uid: str, summary: str, address: str, starts_at: datetime, now: datetime) -> bytes:
    """A file with one event of half an hour; long lines are folded as the format asks."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Delphi//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(starts_at)}",
        "DURATION:PT30M",
        f"SUMMARY:{_escaped(summary)}",
        f"URL:{address}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> bytes:
    """No line longer than 75 octets and no character cut in two; what goes on begins with a blank."""
    folded, length = "", 0
    for character in line:
        octets = len(character.encode())
        if length + octets > LINE_OCTETS:
            folded, length = folded + "\r\n ", 1
        folded, length = folded + character, length + octets
    return folded.encode()
