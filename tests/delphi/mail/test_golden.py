"""Every mail word for word as it leaves, in both languages: a change of a mail is a change of a file to be read.

`DELPHI_WRITE_GOLDEN=1` writes the files anew.
"""

import os
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from delphi.config import Settings
from delphi.i18n import LANGUAGE_NAMES
from delphi.mail.messages import MailFacts, compose
from delphi.mail.sender import Envelope, as_message
from surveys.vocabulary import MessageKind
from tests.conftest import SECRET_KEY
from tests.delphi.mail.test_messages import FACTS, LINK, ROUND

GOLDEN = Path(__file__).parents[2] / "golden" / "mails"
HEADERS = ("From", "To", "Reply-To", "Subject", "List-Unsubscribe", "Auto-Submitted")
VARIANTS: dict[str, tuple[MessageKind, dict[str, object]]] = {
    **{kind.value: (kind, {}) for kind in MessageKind},
    "invitation": (MessageKind.INVITATION, {"number": 1, "n_done": 0, "minutes": 12}),
    "reminder_not_started": (MessageKind.REMINDER, {"n_done": 0, "minutes": 9}),
    "reminder_only_to_send": (MessageKind.REMINDER, {"n_done": 14}),
}
DAYS = {"en": "1 March 2027", "fr": "1er mars 2027"}
"""On which the names of the study are unlinked."""


def sent(name: str, language: str) -> EmailMessage:
    kind, changes = VARIANTS[name]
    facts: MailFacts = replace(FACTS, language=language, round=replace(ROUND, **changes))  # type: ignore[arg-type]
    if kind is MessageKind.RETENTION_NOTICE:
        facts = replace(facts, note=DAYS[language])
    settings = Settings(secret_key=SECRET_KEY, base_url="https://delphi.example.org", testing=True)
    envelope = Envelope(
        name="Awa Diop",
        email="awa@example.org",
        message_id="0123@delphi",
        written_at=ROUND.deadline_at,  # type: ignore[arg-type]
    )
    return as_message(compose(kind, facts), facts=facts, envelope=envelope, settings=settings)


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
@pytest.mark.parametrize("name", VARIANTS)
def test_a_mail_reads_as_its_file(name: str, language: str) -> None:
    message = sent(name, language)
    head = "\n".join(f"{header}: {message[header]}" for header in HEADERS)
    as_text = f"{head}\n\n{part(message, 'plain')}"
    as_html = part(message, "html")
    for suffix, content in (("txt", as_text), ("html", as_html)):
        path = GOLDEN / language / f"{name}.{suffix}"
        if os.environ.get("DELPHI_WRITE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert content == path.read_text(encoding="utf-8"), f"{path.name} in {language} reads differently now"


def test_there_is_no_file_without_its_mail() -> None:
    found = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == {
        f"{language}/{name}.{end}" for language in LANGUAGE_NAMES for name in VARIANTS for end in ("txt", "html")
    }


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
@pytest.mark.parametrize("name", VARIANTS)
def test_a_mail_loads_nothing_and_can_be_answered_and_stopped(name: str, language: str) -> None:
    message = sent(name, language)
    page = part(message, "html")
    assert set(re.findall(r"https?://[^\s<>\"]+", page)) == {LINK}
    assert not re.search(r"<(img|link|style|script|iframe|object)|src=|background|url\(", page, re.IGNORECASE)
    assert message["Reply-To"] == "Lukas Meyer <lukas@example.org>"
    assert "lukas@example.org" in message["List-Unsubscribe"] and LINK in message["List-Unsubscribe"]


@pytest.mark.parametrize(("language", "first"), [("en", "Train advisers"), ("fr", "Former des conseillers")])
def test_who_never_started_reads_the_first_statement(language: str, first: str) -> None:
    assert first in part(sent("reminder_not_started", language), "plain")
    assert first not in part(sent("reminder", language), "plain")
