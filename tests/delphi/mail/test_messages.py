"""What mails say: complete in every language, honest about time and size, and nothing in them is loaded or hidden."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from delphi.i18n import LANGUAGE_NAMES
from delphi.mail.messages import (
    MESSAGES,
    TEMPLATES,
    ConsultationFacts,
    EarlierFacts,
    Mail,
    MailFacts,
    RoundFacts,
    compose,
)
from surveys.localized import LocalizedText
from surveys.vocabulary import MessageKind

LINK = "https://delphi.example.org/r/" + "a" * 43
ROUND = RoundFacts(
    task_force="A5",
    objective=LocalizedText(en="Soils under pasture", fr="Les sols des pâturages"),
    number=2,
    n_rounds=3,
    deadline_at=datetime(2026, 5, 12, 16, 0, tzinfo=UTC),
    n_asked=14,
    n_done=5,
    minutes=6,
    panel_size=9,
    shows_feedback=True,
    first_question=LocalizedText(en="Train advisers", fr="Former des conseillers"),
    receipt="7K3Q-9MFX",
    earlier=EarlierFacts(number=1, n_answered=8, n_left_out=9),
)
FACTS = MailFacts(
    name="Awa Diop",
    language="en",
    study=LocalizedText(en="Soil plan", fr="Plan des sols"),
    time_zone="Europe/Paris",
    link=LINK,
    sender_name="Lukas Meyer",
    reply_to="lukas@example.org",
    round=ROUND,
    consultation=ConsultationFacts(
        title=LocalizedText(en="The plan", fr="Le plan"), closes_at=datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
    ),
)


def written(kind: MessageKind, *, language: str = "en", **changes: object) -> Mail:
    return compose(kind, replace(FACTS, language=language, round=replace(ROUND, **changes)))  # type: ignore[arg-type]


def test_every_kind_has_a_function_and_a_text_in_every_language() -> None:
    assert set(MESSAGES) == set(MessageKind)
    found = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("*/*.txt")}
    assert found == {
        f"{kind}/{language}.txt"
        for kind in [*MessageKind, "_foot", "_foot_account", "_foot_consultation"]
        for language in LANGUAGE_NAMES
    }


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
@pytest.mark.parametrize("kind", MessageKind)
def test_every_mail_has_subject_name_link_and_signature(kind: MessageKind, language: str) -> None:
    mail = written(kind, language=language)
    assert mail.subject and "\n" not in mail.subject and not mail.subject.startswith("Subject")
    assert "Awa Diop" in mail.text and "Lukas Meyer" in mail.text
    assert mail.text.count(LINK) == 1 and f'<a href="{LINK}">' in mail.html
    assert "{" not in mail.text and "\n\n\n" not in mail.text


@pytest.mark.parametrize("kind", MessageKind)
def test_the_two_languages_differ_and_have_the_same_paragraphs(kind: MessageKind) -> None:
    english, french = written(kind), written(kind, language="fr")
    assert english.subject != french.subject and english.text != french.text
    assert len(english.text.split("\n\n")) == len(french.text.split("\n\n"))


def test_a_language_without_mails_falls_back_to_english() -> None:
    assert written(MessageKind.INVITATION, language="pt") == written(MessageKind.INVITATION)


def test_invitation_says_date_minutes_and_size() -> None:
    mail = written(MessageKind.INVITATION)
    assert mail.subject == "A5: your view by 12 May (6 minutes)"
    assert "we are 9" in mail.text
    assert "Tuesday 12 May 2026, 18:00 Paris (16:00 UTC)" in mail.text
    french = written(MessageKind.INVITATION, language="fr")
    assert french.subject == "A5\u00a0: votre avis d’ici le 12 mai (6 minutes)"
    assert "mardi 12 mai 2026, 18:00 Paris (16:00 UTC)" in french.text


def test_invitation_says_the_days_of_the_later_rounds_where_they_are_planned() -> None:
    later = (datetime(2026, 6, 1, 22, 0, tzinfo=UTC), datetime(2026, 6, 23, 16, 0, tzinfo=UTC))
    planned = replace(FACTS, round=replace(ROUND, later_closings=later))
    english = compose(MessageKind.INVITATION, planned).text
    assert "minutes. The later ones are planned to close on 2 June and 23 June. They are shorter, because" in english
    french = compose(MessageKind.INVITATION, replace(planned, language="fr")).text
    assert "minutes. Les suivants doivent se terminer le 2 juin et le 23 juin. Ils sont plus courts, car" in french
    assert "planned" not in compose(MessageKind.INVITATION, FACTS).text


def test_the_size_of_a_small_panel_is_not_told() -> None:
    assert "we are" not in written(MessageKind.INVITATION, panel_size=None).text


def test_the_day_is_that_of_the_study_s_time_zone() -> None:
    late = datetime(2026, 5, 12, 23, 30, tzinfo=UTC)
    assert "by 13 May" in written(MessageKind.INVITATION, deadline_at=late).subject


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_round_without_closing_time_is_not_given_one(kind: MessageKind, language: str) -> None:
    mail = written(kind, language=language, deadline_at=None)
    assert "2026" not in mail.subject + mail.text and "None" not in mail.text


def test_reminder_says_how_much_is_left() -> None:
    mail = written(MessageKind.REMINDER)
    assert mail.subject == "A5: 5 of 14 done, about 6 minutes left"
    assert "5 of 14 done, about 6 minutes left; closes on Tuesday 12 May 2026" in mail.text


def test_reminder_of_somebody_who_has_not_begun_starts_with_one_question() -> None:
    mail = written(MessageKind.REMINDER, n_done=0)
    assert mail.subject == "A5: start with one question (by 12 May)"
    assert "Start with one question: Train advisers" in mail.text


def test_reminder_of_somebody_who_only_has_to_send_says_so() -> None:
    assert written(MessageKind.REMINDER, n_done=14).subject == "A5: one button left"


def test_receipt_holds_the_code_and_no_answer() -> None:
    mail = written(MessageKind.RECEIPT)
    assert "7K3Q-9MFX" in mail.subject and "7K3Q-9MFX" in mail.text
    assert "Train advisers" not in mail.text


def test_thanks_may_be_about_a_whole_study() -> None:
    assert (
        compose(MessageKind.THANKS, replace(FACTS, round=None)).subject == "Soil plan: thank you, and what came of it"
    )


def test_a_mail_about_a_round_needs_one() -> None:
    with pytest.raises(ValueError, match="about a round"):
        compose(MessageKind.REMINDER, replace(FACTS, round=None))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("kind", MessageKind)
def test_html_loads_nothing_and_escapes_everything(kind: MessageKind) -> None:
    hostile = '<img src=x onerror=alert(1)> "&" {{ 7*7 }}\r\nBcc: all@example.org'
    facts = replace(
        FACTS,
        name=hostile,
        sender_name=hostile,
        study=LocalizedText(en=hostile),
        round=replace(ROUND, objective=LocalizedText(en=hostile), first_question=LocalizedText(en=hostile), n_done=0),
    )
    mail = compose(kind, facts)
    tags = Tags()
    tags.feed(mail.html)
    assert tags.found <= {"html", "head", "meta", "title", "body", "p", "a", "br"}
    assert tags.attributes <= {"lang", "charset", "href"}
    assert "\n" not in mail.subject and "\r" not in mail.subject
    assert "49" not in re.sub(r"[a-z]{43}", "", mail.text)
