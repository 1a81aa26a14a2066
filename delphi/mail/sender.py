"""How a mail leaves: as a MIME message, through the SMTP server of the settings."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, unquote, urlsplit

from delphi.config import ConfigurationProblem, Settings
from delphi.mail.messages import Mail, MailFacts

TIMEOUT_SECONDS = 30


class Refused(Exception):
    """The server did not take the mail; `is_permanent` where trying again cannot help."""

    def __init__(self, reason: str, *, is_permanent: bool) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail goes to, and what makes a second copy of it recognisable as the same."""

    name: str
    email: str
    message_id: str
    written_at: datetime


def as_message(mail: Mail, *, facts: MailFacts, envelope: Envelope, settings: Settings) -> EmailMessage:
    """The MIME message: plain text first, HTML as alternative, answers to the person who asks."""
    own_name, own_address = parseaddr(settings.mail_sender)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = _address(facts.sender_name or own_name, own_address)
    message["To"] = _address(envelope.name, envelope.email)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(envelope.written_at)
    message["Message-ID"] = f"<{envelope.message_id}>"
    reply_to = facts.reply_to or own_address
    message["Reply-To"] = _address(facts.sender_name or own_name, reply_to)
    if not facts.is_about_account:
        message["List-Unsubscribe"] = f"<mailto:{quote(reply_to, safe='@+')}?subject=unsubscribe>, <{facts.link}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


class Post:
    """One SMTP server. `deliver` opens a connection a mail: a lost one costs one mail's try, not the batch."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as problem:
            raise ConfigurationProblem(f"DELPHI_SMTP_URL has a port that is no number: {parts.netloc!r}") from problem
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigurationProblem(
                "DELPHI_SMTP_URL needs the form smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465"
            )
        self._host = parts.hostname
        self._is_tls = parts.scheme == "smtps"
        self._port = port or (465 if self._is_tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    @property
    def place(self) -> str:
        """Host, port and encryption; never the password."""
        return f"{self._host}:{self._port} ({'TLS' if self._is_tls else 'STARTTLS where offered'})"

    def deliver(self, message: EmailMessage) -> None:
        """Hand the message over. Raises Refused, permanent only where the server refuses this very mail (5xx)."""
        try:
            with self._connect() as server:
                if not self._is_tls and server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                elif not self._is_tls and self._user:
                    raise Refused("the server offers no encryption, so the password was not sent", is_permanent=False)
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
        except smtplib.SMTPAuthenticationError as problem:
            # Our account, not this address: once the settings are mended the mail can go.
            raise Refused(f"the server refused our account: {_said(problem)}", is_permanent=False) from problem
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()))
            reason = f"{code} {said.decode(errors='replace')}"
            raise Refused(reason, is_permanent=code >= 500) from problem
        except smtplib.SMTPResponseException as problem:
            raise Refused(_said(problem), is_permanent=problem.smtp_code >= 500) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise Refused(str(problem) or type(problem).__name__, is_permanent=False) from problem

    def _connect(self) -> smtplib.SMTP:
        if self._is_tls:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        server.ehlo_or_helo_if_needed()
        return server


def _said(problem: smtplib.SMTPResponseException) -> str:
    text = problem.smtp_error
    return f"{problem.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def _address(name: str, email: str) -> Address:
    plain = " ".join("".join(character for character in name if character.isprintable()).split())
    return Address(display_name=plain, addr_spec=email)
