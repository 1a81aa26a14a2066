"""The translation desk: states, one language at a time, nothing lost, and what was approved once stays approved."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Question, StatementVersion, Study
from surveys.queries.proposals import proposals_of
from surveys.queries.translations import texts_of_task_force, translations_of_round, translations_of_task_force
from surveys.rules.house_terms import HOUSE_TERMS
from surveys.rules.translating import term_hits, terms_of_study, text_mark
from surveys.rules.wordings import wording_digest
from surveys.services.next_round import build_next_round
from surveys.services.rounds import close_round, open_round
from surveys.services.translating import approve_translations, find_text, save_translation
from surveys.services.wording import edit_wording
from surveys.vocabulary import AuditAction, QuestionKind, RoundKind, TranslationState, ViolationCode
from tests.builders import (
    NOW,
    SmallStudy,
    a_question,
    a_statement,
    a_study,
    as_facilitator,
    rate,
)

MISSING, STALE, TO_CHECK, APPROVED = TranslationState


class TranslationDesk:
    """Three statements: one without French, two in both languages."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.small: SmallStudy = a_study(session)
        self.statements = [a_statement(session, task_force_id=self.small.task_force_id, number=n).id for n in (1, 2, 3)]
        first = session.exec(select(StatementVersion).where(StatementVersion.statement_id == self.statements[0])).one()
        first.text = LocalizedText(en="Stakeholders agree on a baseline")
        session.flush()
        self.at: dict[str, Any] = {
            "actor": as_facilitator(self.small),
            "task_force_id": self.small.task_force_id,
            "now": NOW,
        }

    def subject(self, number: int) -> str:
        return f"statement:{self.statements[number]}"

    def state(self, number: int, language: str = "fr") -> TranslationState:
        text = find_text(self.session, task_force_id=self.small.task_force_id, subject=self.subject(number))
        return text.states[language]

    def save(self, number: int, words: str, *, approve: bool = False, seen: str | None = None) -> None:
        subject = self.subject(number)
        text = find_text(self.session, task_force_id=self.small.task_force_id, subject=subject)
        save_translation(
            self.session,
            subject=subject,
            language="fr",
            text=words,
            seen=text.mark("fr") if seen is None else seen,
            approve=approve,
            **self.at,
        )

    def approve(self, *numbers: int) -> tuple[int, tuple[str, ...]]:
        texts = {one.subject: one for one in texts_of_task_force(self.session, task_force_id=self.small.task_force_id)}
        seen = {
            self.subject(n): (texts[self.subject(n)].mark("en"), texts[self.subject(n)].mark("fr")) for n in numbers
        }
        return approve_translations(self.session, language="fr", seen=seen, **self.at)

    def reword(self, number: int, english: str) -> None:
        newest = self.newest(number)
        edit_wording(
            self.session,
            actor=self.at["actor"],
            statement_id=self.statements[number],
            text=newest.text.with_text("en", english),
            seen=wording_digest(version_id=newest.id, text=newest.text),
            as_new_version=False,
            reason="Clearer",
            now=NOW,
        )

    def newest(self, number: int) -> StatementVersion:
        query = select(StatementVersion).where(StatementVersion.statement_id == self.statements[number])
        return self.session.exec(query.order_by(col(StatementVersion.number).desc())).first() or StatementVersion()


def test_a_text_goes_from_missing_to_approved_and_is_stale_when_its_source_changes(database: Database) -> None:
    with database.writing() as session:
        desk = TranslationDesk(session)
        assert [desk.state(n) for n in range(3)] == [MISSING, TO_CHECK, TO_CHECK]
        assert desk.state(0, "en") is APPROVED, "a source needs no translation"
        desk.save(0, "Les parties prenantes s’accordent")
        assert desk.state(0) is TO_CHECK
        assert desk.approve(0, 1) == (2, ())
        assert [desk.state(n) for n in range(3)] == [APPROVED, APPROVED, TO_CHECK]
        desk.reword(0, "Stakeholders agree on one baseline")
        assert desk.state(0) is STALE
        desk.save(0, "Les parties prenantes s’accordent sur un niveau", approve=True)
        assert desk.state(0) is APPROVED
        desk.save(1, "Autre texte")
        assert desk.state(1) is TO_CHECK, "new words are to be checked"
        counts = {
            one.language: one for one in translations_of_task_force(session, task_force_id=desk.small.task_force_id)
        }
        assert (counts["fr"].n_missing, counts["fr"].n_to_check, counts["fr"].n_approved) == (0, 2, 1)
        assert counts["en"].n_approved == 3
        assert counts["fr"].is_complete


def test_a_missing_text_holds_up_its_language_alone(lite: Database) -> None:
    with lite.writing() as session:
        desk = TranslationDesk(session)
        round_ = build_next_round(session, decisions={}, **desk.at)
        counts = {one.language: one for one in translations_of_round(session, round_id=round_.id)}
        assert (counts["en"].is_complete, counts["fr"].is_complete, counts["fr"].n_missing) == (True, False, 1)
        with pytest.raises(RuleViolation) as caught:
            open_round(
                session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False
            )
        assert caught.value.code is ViolationCode.TRANSLATION_MISSING
        assert caught.value.params["language"] == "fr"
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)


def test_an_edit_of_a_translation_after_ratings_is_a_version_and_the_ratings_stay(database: Database) -> None:
    with database.writing() as session:
        desk = TranslationDesk(session)
        desk.save(0, "Premier")
        assert desk.newest(0).number == 1, "nobody was asked yet: corrected in place"
        round_ = build_next_round(session, decisions={}, **desk.at)
        assert round_.kind is RoundKind.RATING
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False)
        rows = "|".join(["9 9 9"] * 6)
        rate(session, desk.small, round_id=round_.id, statements=desk.statements, rows=rows)
        desk.save(0, "Premier, corrigé")
        desk.reword(1, "Another thing")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        assert [desk.newest(n).number for n in range(3)] == [2, 2, 1]
        assert desk.newest(0).meaning == 1
        assert desk.newest(0).text == {"en": "Stakeholders agree on a baseline", "fr": "Premier, corrigé"}
        reasons = [one.proposal.reason.value for one in proposals_of(session, task_force_id=desk.small.task_force_id)]
        assert reasons[0] == reasons[2] != reasons[1], "only the one that was reworded is asked as new"
        edits = session.exec(select(AuditEvent.details).where(AuditEvent.action == AuditAction.STATEMENT_EDITED)).all()
        assert [(one["what"], one.get("language")) for one in edits][1] == ("translation", "fr")


def test_two_translators_do_not_overwrite_each_other(lite: Database) -> None:
    with lite.writing() as session:
        desk = TranslationDesk(session)
        seen = text_mark("")
        desk.save(0, "Par Marie", seen=seen)
        with pytest.raises(RuleViolation) as caught:
            desk.save(0, "Par Lukas", seen=seen)
        assert caught.value.code is ViolationCode.EDITED_MEANWHILE
        assert desk.newest(0).text["fr"] == "Par Marie"


def test_only_what_was_seen_is_approved(lite: Database) -> None:
    with lite.writing() as session:
        desk = TranslationDesk(session)
        subject = desk.subject(1)
        marks = {subject: (text_mark("old source"), text_mark("old"))}
        assert approve_translations(session, language="fr", seen=marks, **desk.at) == (0, ("A5-02",))
        assert desk.approve(0) == (0, ("A5-01",)), "what is missing cannot be approved"
        assert desk.state(1) is TO_CHECK
        with pytest.raises(RuleViolation):
            approve_translations(session, language="fr", seen={}, **desk.at)
        other = a_study(session, slug="other", code="B1")
        with pytest.raises(NotFound):
            approve_translations(
                session, language="fr", seen=marks, **{**desk.at, "task_force_id": other.task_force_id}
            )


def test_texts_of_the_study_are_filled_in_but_not_replaced_and_empty_is_no_text(lite: Database) -> None:
    with lite.writing() as session:
        desk = TranslationDesk(session)
        study = session.get_one(Study, desk.small.study_id)
        study.consent = LocalizedText(en="You may leave.")
        session.flush()
        save = {"subject": f"study:{study.id}:consent", "language": "fr", "approve": False, **desk.at}
        with pytest.raises(RuleViolation) as caught:
            save_translation(session, text="  ", seen=text_mark(""), **save)
        assert caught.value.code is ViolationCode.TEXT_EMPTY
        save_translation(session, text="Vous pouvez partir.", seen=text_mark(""), **save)
        assert study.consent["fr"] == "Vous pouvez partir."
        with pytest.raises(RuleViolation) as caught:
            save_translation(session, text="Restez.", seen=text_mark("Vous pouvez partir."), **save)
        assert caught.value.code is ViolationCode.PROTOCOL_LOCKED
        with pytest.raises(NotFound):
            save_translation(session, text="x", seen="", **{**save, "subject": "study:999:consent"})


def test_each_part_of_a_question_is_a_text_of_its_own(lite: Database) -> None:
    with lite.writing() as session:
        desk = TranslationDesk(session)
        desk.save(0, "Premier")
        round_ = build_next_round(session, decisions={}, **desk.at)
        question_id = a_question(session, round_id=round_.id, kind=QuestionKind.SINGLE_CHOICE)
        subject = f"question:{question_id}:option:o2"
        found = find_text(session, task_force_id=desk.small.task_force_id, subject=subject)
        save_translation(
            session, subject=subject, language="fr", text="Fonds privés", seen=found.mark("fr"), approve=True, **desk.at
        )
        stored = session.get_one(Question, question_id)
        assert [one["fr"] for one in stored.options][1] == "Fonds privés"
        again = find_text(session, task_force_id=desk.small.task_force_id, subject=subject)
        assert again.states["fr"] is APPROVED


def test_terms_are_found_in_plural_longest_first_and_ticked_where_the_translation_has_them() -> None:
    study = terms_of_study(
        [{"term_en": "soil organic carbon stock", "term_fr": "stock de carbone", "en": "x", "fr": "y"}]
    )
    hits = term_hits(
        "Stakeholders measure soil organic carbon stocks and baselines.",
        "Les parties prenantes mesurent.",
        terms=(*study, *HOUSE_TERMS),
        languages=("en", "fr"),
    )
    assert [(one.source, one.target, one.is_used) for one in hits] == [
        ("soil organic carbon stock", "stock de carbone", False),
        ("stakeholder", "partie prenante", True),
        ("baseline", "niveau de référence", False),
    ]
    assert term_hits("roundabout", "", terms=HOUSE_TERMS, languages=("en", "fr")) == ()
