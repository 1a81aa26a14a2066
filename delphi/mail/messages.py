"""What each mail says: one function a kind, from facts to subject, text and HTML. No database, no clock, no network."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.lists import format_list
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from delphi.config import ROOT
from delphi.i18n import LANGUAGE_NAMES, moment, written_date
from surveys.localized import LocalizedText
from surveys.vocabulary import MessageKind

TEMPLATES = ROOT / "templates" / "mail"
FALLBACK_LANGUAGE = "en"
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """One round as one panellist sees it in a mail."""

    task_force: str
    objective: LocalizedText
    number: int
    n_rounds: int
    deadline_at: datetime | None
    n_asked: int
    n_done: int
    minutes: int
    """To answer what is not answered yet."""
    panel_size: int | None
    """None where the panel is too small to be told its size."""
    shows_feedback: bool
    first_question: LocalizedText
    receipt: str = ""
    earlier: "EarlierFacts | None" = None
    """The round whose results this one shows; None on a first look."""
    later_closings: tuple[datetime, ...] = ()
    """When the rounds behind this one are planned to close, as far as the study has dates."""


@dataclass(frozen=True, slots=True)
class EarlierFacts:
    """What a mail may say of the closed round before: never a result, only how many."""

    number: int
    n_answered: int | None
    """None where so few answered that their number is not told."""
    n_left_out: int
    """Statements that are not asked again."""


@dataclass(frozen=True, slots=True)
class ConsultationFacts:
    """A consultation as its mail tells of it."""

    title: LocalizedText
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class MailFacts:
    """Everything a mail may say. `round` is None for mails about a study as a whole; `note` is what its sender adds."""

    name: str
    language: str
    study: LocalizedText
    time_zone: str
    link: str
    sender_name: str
    reply_to: str
    round: RoundFacts | None = None
    consultation: ConsultationFacts | None = None
    note: str = ""
    is_about_account: bool = False
    """A member of staff's account: nothing to unsubscribe from, and a link that belongs into the text alone."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in one language: plain text, and the same as HTML without images, styles or anything to be loaded."""

    subject: str
    text: str
    html: str


def invitation(facts: MailFacts) -> Mail:
    """The first mail: who asks, how long it takes, until when, and the personal link."""
    return _write(MessageKind.INVITATION, facts, **_of_round(facts))


def round_opened(facts: MailFacts) -> Mail:
    """A later round is open."""
    return _write(MessageKind.ROUND_OPENED, facts, **_of_round(facts))


def round_results(facts: MailFacts) -> Mail:
    """The round before is counted, and its results can be read where the next one is answered."""
    about = _of_round(facts)
    earlier = facts.round.earlier if facts.round else None
    if earlier is None:
        raise ValueError("this mail is about the results of a round, and there is none before this one")
    counts = {name: getattr(earlier, name) for name in ("n_answered", "n_left_out")}
    return _write(MessageKind.ROUND_RESULTS, facts, **about, earlier_number=earlier.number, **counts)


def round_reopened(facts: MailFacts) -> Mail:
    """A closed round takes answers again, with the reason (`note`)."""
    return _write(MessageKind.ROUND_REOPENED, facts, **_of_round(facts))


def reminder(facts: MailFacts) -> Mail:
    """What is left to do; the first question itself for somebody who has not begun."""
    return _write(MessageKind.REMINDER, facts, **_of_round(facts))


def receipt(facts: MailFacts) -> Mail:
    """That the answers arrived, with the code shown on the screen. The answers themselves stay on the server."""
    return _write(MessageKind.RECEIPT, facts, **_of_round(facts))


def new_link(facts: MailFacts) -> Mail:
    """The personal link, for somebody who asked for it."""
    return _write(MessageKind.NEW_LINK, facts)


def thanks(facts: MailFacts) -> Mail:
    """The last round is closed; where to read what came of it."""
    about = {"place": "", "objective": ""} if facts.round is None else _of_round(facts)
    return _write(MessageKind.THANKS, facts, **about)


def consultation_opened(facts: MailFacts) -> Mail:
    """A document is put to the vote: what it is, until when, and the member's own link."""
    return _write(MessageKind.CONSULTATION_OPENED, facts, foot="_foot_consultation", **_of_consultation(facts))


def consultation_reminder(facts: MailFacts) -> Mail:
    """A vote is still missing."""
    return _write(MessageKind.CONSULTATION_REMINDER, facts, foot="_foot_consultation", **_of_consultation(facts))


def account_invitation(facts: MailFacts) -> Mail:
    """Somebody is asked to run something: the link that sets their password."""
    return _write(MessageKind.ACCOUNT_INVITATION, facts, foot="_foot_account")


def password_forgotten(facts: MailFacts) -> Mail:
    """The link that sets a new password, for somebody who asked for it."""
    return _write(MessageKind.PASSWORD_FORGOTTEN, facts, foot="_foot_account")


def account_notice(facts: MailFacts) -> Mail:
    """Something about the account changed (`note` says what), so that nobody else changes it unnoticed."""
    return _write(MessageKind.ACCOUNT_NOTICE, facts, foot="_foot_account")


def retention_notice(facts: MailFacts) -> Mail:
    """The secretariat is warned of the day (`note`) on which the names of a study are unlinked."""
    return _write(MessageKind.RETENTION_NOTICE, facts, foot="_foot_account")


MESSAGES: dict[MessageKind, Callable[[MailFacts], Mail]] = {
    MessageKind.INVITATION: invitation,
    MessageKind.ROUND_OPENED: round_opened,
    MessageKind.ROUND_RESULTS: round_results,
    MessageKind.ROUND_REOPENED: round_reopened,
    MessageKind.REMINDER: reminder,
    MessageKind.RECEIPT: receipt,
    MessageKind.NEW_LINK: new_link,
    MessageKind.THANKS: thanks,
    MessageKind.CONSULTATION_OPENED: consultation_opened,
    MessageKind.CONSULTATION_REMINDER: consultation_reminder,
    MessageKind.ACCOUNT_INVITATION: account_invitation,
    MessageKind.PASSWORD_FORGOTTEN: password_forgotten,
    MessageKind.ACCOUNT_NOTICE: account_notice,
    MessageKind.RETENTION_NOTICE: retention_notice,
}


def compose(kind: MessageKind, facts: MailFacts) -> Mail:
    """The mail of a kind. ValueError where the kind is about a round and the facts have none."""
    return MESSAGES[kind](facts)


def mail_language(language: str) -> str:
    """The language a mail is written in: the person's own where there are mails in it."""
    return language if language in LANGUAGE_NAMES else FALLBACK_LANGUAGE


def _of_round(facts: MailFacts) -> dict[str, Any]:
    if facts.round is None:
        raise ValueError("this mail is about a round, and there is none")
    about, language = facts.round, mail_language(facts.language)

    def day(at: datetime) -> str:
        return written_date(at.astimezone(ZoneInfo(facts.time_zone)).date(), "d MMMM", language)

    return {
        "place": about.task_force,
        "objective": about.objective.in_language(language),
        "round_number": about.number,
        "n_rounds": about.n_rounds,
        "closes_at": moment(about.deadline_at, facts.time_zone, language),
        "closes_on": "" if about.deadline_at is None else day(about.deadline_at),
        "later_days": [day(each) for each in about.later_closings],
        "joined": lambda days, before="": format_list([before + each for each in days], locale=language),
        "n_asked": about.n_asked,
        "n_done": about.n_done,
        "minutes": about.minutes,
        "panel_size": about.panel_size,
        "shows_feedback": about.shows_feedback,
        "first_question": about.first_question.in_language(language),
        "receipt": about.receipt,
    }


def _of_consultation(facts: MailFacts) -> dict[str, Any]:
    if facts.consultation is None:
        raise ValueError("this mail is about a consultation, and there is none")
    about, language = facts.consultation, mail_language(facts.language)
    local = about.closes_at.astimezone(ZoneInfo(facts.time_zone)).date()
    return {
        "title": about.title.in_language(language),
        "closes_at": moment(about.closes_at, facts.time_zone, language),
        "closes_on": written_date(local, "d MMMM", language),
    }


def _write(kind: MessageKind, facts: MailFacts, *, foot: str = "_foot", **about: Any) -> Mail:
    language = mail_language(facts.language)
    everything = {
        "name": facts.name,
        "study": facts.study.in_language(language),
        "link": facts.link,
        "sender_name": facts.sender_name,
        "note": facts.note,
        **about,
    }
    environment = _environment()
    written = environment.get_template(f"{kind.value}/{language}.txt").render(everything)
    written_foot = environment.get_template(f"{foot}/{language}.txt").render(everything)
    head, _, body = written.partition("\n\n")
    subject = re.sub(r" +", " ", " ".join(head.removeprefix("Subject:").splitlines())).strip(" ")
    text = re.sub(r"\n{3,}", "\n\n", f"{body.strip()}\n\n{written_foot.strip()}\n")
    return Mail(subject=subject, text=text, html=_as_html(text, language=language, subject=subject))


@cache
def _environment() -> Environment:
    # Plain text: the HTML is made of it afterwards and escapes everything.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _as_html(text: str, *, language: str, subject: str) -> str:
    paragraphs = Markup("\n").join(Markup("<p>{}</p>").format(_paragraph(part)) for part in text.strip().split("\n\n"))
    page = Markup(
        '<!doctype html>\n<html lang="{}">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
        "<body>\n{}\n</body>\n</html>\n"
    )
    return str(page.format(language, subject, paragraphs))


def _paragraph(text: str) -> Markup:
    pieces, end = [], 0
    for link in LINK.finditer(text):
        pieces += [escape(text[end : link.start()]), Markup('<a href="{0}">{0}</a>').format(link.group())]
        end = link.end()
    pieces.append(escape(text[end:]))
    return Markup("<br>\n").join(Markup("").join(pieces).split("\n"))
