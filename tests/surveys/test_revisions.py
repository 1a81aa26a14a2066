"""Objectives are revised field by field; a new version holds what was approved, and nothing is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import FrameworkVersion, Objective, ObjectiveVersion
from surveys.queries.objective_texts import objective_texts
from surveys.queries.revisions import revised_objectives
from surveys.rules.revision import Change, stale_languages, word_changes
from surveys.services.revisions import approve_field, make_framework, preview_framework, revise_field
from surveys.vocabulary import ObjectiveField, RevisionState, ViolationCode
from tests.builders import NOW, as_secretary, said
from tests.published import PublishedStudy, a_published_study

LANGUAGES = ("en", "fr")
TEXTS = st.text(alphabet="ab é.,' \n", max_size=40)


@given(TEXTS, TEXTS)
def test_changes_hold_both_texts(before: str, after: str) -> None:
    pieces = word_changes(before, after)
    assert "".join(one.text for one in pieces if one.change is not Change.INSERTED) == before
    assert "".join(one.text for one in pieces if one.change is not Change.DELETED) == after


def test_changes_are_whole_words() -> None:
    assert [
        (one.change.value, one.text) for one in word_changes("All countries agree", "All partner countries agree")
    ] == [
        ("same", "All"),
        ("inserted", " partner"),
        ("same", " countries agree"),
    ]


@pytest.mark.parametrize(
    ("after", "confirmed", "stale"),
    [
        (said("New", "Ancien"), (), ("fr",)),
        (said("New", "Ancien"), ("fr",), ()),
        (said("New", "Nouveau"), (), ()),
        (said("Old", "Nouveau"), (), ("en",)),
    ],
)
def test_a_language_that_did_not_follow_is_out_of_date(
    after: LocalizedText, confirmed: tuple[str, ...], stale: tuple[str, ...]
) -> None:
    before = said("Old", "Ancien")
    assert stale_languages(before, after, stale_before=(), confirmed=confirmed, languages=LANGUAGES) == stale


def test_a_language_stays_out_of_date_until_it_follows() -> None:
    same = said("New", "Ancien")
    assert stale_languages(same, same, stale_before=("fr",), confirmed=(), languages=LANGUAGES) == ("fr",)
    assert stale_languages(same, same, stale_before=("fr",), confirmed=("fr",), languages=LANGUAGES) == ()


def propose(
    session: Session, study: PublishedStudy, objective_id: int, text: LocalizedText, *, seen: int = 0, **more: object
) -> None:
    chosen: dict[str, object] = {"confirmed": (), "reason": "The panel asked for it.", "evidence": ()}
    revise_field(
        session,
        actor=as_secretary(study.small),
        objective_id=objective_id,
        field=ObjectiveField.TARGET_2030,
        text=text,
        languages=LANGUAGES,
        seen_number=seen,
        now=NOW,
        **{**chosen, **more},  # type: ignore[arg-type]
    )


def an_objective(session: Session, study: PublishedStudy, code: str = "A5") -> int:
    return session.exec(select(Objective.id).where(Objective.study_id == study.study_id, Objective.code == code)).one()


def test_a_version_is_made_of_what_was_approved(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
        objective_id = an_objective(session, study)
        before = objective_texts(session, study_id=study.study_id)[objective_id]
        propose(session, study, objective_id, said("By 2030, half.", "D'ici à 2030, la moitié."))
        with pytest.raises(RuleViolation) as nothing:
            preview = preview_framework(session, study_id=study.study_id)
            make_framework(session, actor=None, study_id=study.study_id, reason="x", digest=preview.digest, now=NOW)
        assert nothing.value.code is ViolationCode.NOTHING_APPROVED
        approve_field(
            session,
            actor=as_secretary(study.small),
            objective_id=objective_id,
            field=ObjectiveField.TARGET_2030,
            seen_number=1,
            now=NOW,
        )
        preview = preview_framework(session, study_id=study.study_id)
        assert [one.code for one in preview.changed] == ["A5"]
        made = make_framework(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            reason="Decided by the Consortium.",
            digest=preview.digest,
            now=NOW + timedelta(days=1),
        )
        number = made.number
    with database.reading() as session:
        after = objective_texts(session, study_id=study.study_id)
        assert after[objective_id].version == before.version + 1
        assert after[objective_id].texts[ObjectiveField.TARGET_2030]["en"] == "By 2030, half."
        assert after[objective_id].texts[ObjectiveField.TITLE] == before.texts[ObjectiveField.TITLE]
        stored = session.exec(select(FrameworkVersion)).one()
        assert (stored.number, stored.versions["A5"]) == (number, after[objective_id].version_id)
        assert set(stored.versions) == {one.code for one in after.values()}
        kept = session.exec(select(ObjectiveVersion).where(ObjectiveVersion.objective_id == objective_id)).all()
        assert len(kept) == 2
        assert revised_objectives(session, study_id=study.study_id)[objective_id].proposed == ()
        assert preview_framework(session, study_id=study.study_id).number == number + 1


def test_no_text_is_approved_while_a_language_is_out_of_date(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        objective_id = an_objective(session, study)
        propose(session, study, objective_id, said("One.", "Un."))
        propose(session, study, objective_id, said("Two.", "Un."), seen=1)
        sheet = revised_objectives(session, study_id=study.study_id)[objective_id].fields[3]
        assert sheet.latest is not None
        assert (sheet.latest.stale, sheet.latest.number, len(sheet.history)) == (("fr",), 2, 2)
        with pytest.raises(RuleViolation) as problem:
            approve_field(
                session,
                actor=None,
                objective_id=objective_id,
                field=ObjectiveField.TARGET_2030,
                seen_number=2,
                now=NOW,
            )
        assert problem.value.code is ViolationCode.LANGUAGE_OUT_OF_DATE
        propose(session, study, objective_id, said("Two.", "Un."), seen=2, confirmed=("fr",))
        row = approve_field(
            session, actor=None, objective_id=objective_id, field=ObjectiveField.TARGET_2030, seen_number=3, now=NOW
        )
        assert row.state is RevisionState.APPROVED


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        (said("", "Un."), {}, ViolationCode.TEXT_EMPTY),
        (said("One.", "Un."), {"reason": " "}, ViolationCode.REASON_MISSING),
        (said("One.", "Un."), {"seen": 4}, ViolationCode.EDITED_MEANWHILE),
        (said("One.", "Un."), {"evidence": (99_999,)}, ViolationCode.UNKNOWN_STATEMENT),
        (said("x" * 2001, "Un."), {}, ViolationCode.TEXT_TOO_LONG),
    ],
)
def test_what_is_refused(lite: Database, text: LocalizedText, more: dict[str, object], code: ViolationCode) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        with pytest.raises(RuleViolation) as problem:
            propose(session, study, an_objective(session, study), text, **more)  # type: ignore[arg-type]
        assert problem.value.code is code
