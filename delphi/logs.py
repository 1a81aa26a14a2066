"""What the program writes about itself: one line an event, as text or as JSON, without anything that opens a door."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

from delphi.config import ConfigurationProblem, Settings

HIDDEN = "[hidden]"
_SECRETS = (
    # Personal links and their doors, in an address or alone.
    (re.compile(r"(/(?:r|walk-in|invite|reset)/)[A-Za-z0-9_-]{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), rf"\1 {HIDDEN}"),
    (
        re.compile(r"(?i)\b((?:csrf_)?token|password|secret(?:_key)?|identity_key|cookie)(['\"]?\s*[=:]\s*)\S+"),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (re.compile(r"\bdelphi_[A-Za-z0-9_-]{16,}"), HIDDEN),
)


def without_secrets(text: str) -> str:
    """`text` with personal links, keys, passwords and mail addresses hidden."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """One line (and a traceback where there is one), secrets hidden."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line: when (UTC), how serious, where, what; the traceback as one text."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            event["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(event, ensure_ascii=False)


class ToStandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment, not to what it was when logging began."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def flush(self) -> None:
        """Standard error is not buffered here, and what it was before may be closed."""


def holds_no_rows(record: logging.LogRecord) -> bool:
    """False for what SQLAlchemy says below INFO: the rows that a query brought, names and answers in them."""
    return record.levelno >= logging.INFO or not record.name.startswith("sqlalchemy.")


def start_logging(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Log to standard error in the form and from the level on that the settings name.

    Raises ConfigurationProblem for a form or a level that does not exist.
    """
    level = logging.getLevelNamesMapping().get(settings.log_level.upper())
    if level is None:
        raise ConfigurationProblem(f"DELPHI_LOG_LEVEL is {settings.log_level!r}: give DEBUG, INFO, WARNING or ERROR.")
    if settings.log_format not in ("text", "json"):
        raise ConfigurationProblem(f"DELPHI_LOG_FORMAT is {settings.log_format!r}: give text or json.")
    handler = ToStandardError() if stream is None else logging.StreamHandler(stream)
    plain = Plain("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if settings.log_format == "json" else plain)
    handler.set_name("delphi")
    handler.addFilter(holds_no_rows)
    root = logging.getLogger()
    for old in [old for old in root.handlers if old.get_name() == "delphi"]:
        root.removeHandler(old)
    root.addHandler(handler)
    # Each look at the schema would be told otherwise.
    logging.getLogger("alembic").setLevel(max(level, logging.WARNING))
    root.setLevel(level)
