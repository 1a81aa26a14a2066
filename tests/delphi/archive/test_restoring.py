"""Sealing on the page, checking and restoring from the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from delphi.archive.checking import check
from delphi.archive.layout import LAYOUTS, Damaged, Layout, as_csv, as_json, read_csv, sheet_of
from delphi.archive.restoring import restore_bundle
from delphi.cli import main
from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import (
    ArchiveBundle,
    AuditEvent,
    Comment,
    FrozenQuestionAnswer,
    FrozenRating,
    OutboxMessage,
    Panellist,
    Person,
    ProtocolAmendment,
    Reopening,
    Round,
    StaffRole,
    Statement,
    Study,
)
from surveys.queries.activities import ranked_statements
from surveys.queries.archives import bundle_file
from surveys.queries.frozen_questions import frozen_questions
from surveys.queries.lineage import lineage_of_statement
from surveys.services.verification import verify
from surveys.vocabulary import AuditAction, CommentReview, IdeaStatus, Role, RoundStatus, ViolationCode
from tests.builders import NOW, a_person, a_rating_round_on, staff_client, token_in
from tests.conftest import SECRET_KEY
from tests.delphi.archive.conftest import Sealed, bundle_of
from tests.finished import a_finished_study


def restored(database: Database, content: bytes) -> int:
    with database.writing() as session:
        return restore_bundle(session, content=content, now=NOW).study_id


def test_a_restored_study_fits_and_reads_as_the_original(archived: Sealed, database: Database) -> None:
    study_id = restored(database, archived.content)

    def ranks(session: Session, which: int) -> list[tuple[object, ...]]:
        rows = ranked_statements(session, study_id=which)
        return [(one.code, one.rank, one.status, one.figures.median, dict(one.text)) for one in rows]

    with database.reading() as session, archived.app.extensions["delphi_database"].reading() as original:
        verified = verify(session, study_id=study_id)
        assert (verified.n_snapshots, verified.differences) == (3, ())
        assert ranks(session, study_id) == ranks(original, archived.small.study_id)
        assert {one.status for one in session.exec(select(Round)).all()} == {RoundStatus.CLOSED}
        assert {one.person_id for one in session.exec(select(Panellist)).all()} == {None}
        assert session.exec(select(Person)).all() == [] == session.exec(select(OutboxMessage)).all()
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.STUDY_RESTORED)).one()
        assert event.details["seal"] == check(archived.content).seal


def test_a_bundle_of_a_restored_study_holds_the_same(archived: Sealed, app: Flask) -> None:
    """All but the codes, which are drawn anew, and what only the archive keeps, which is kept with the study."""
    small = replace(archived.small, study_id=restored(app.extensions["delphi_database"], archived.content))
    again = Sealed(app, small, bundle_of(app, small))
    assert check(again.content).n_rounds == 3
    for name in ("study.json", "protocol.json"):
        assert json.loads(again.files[name]) == json.loads(archived.files[name])
    not_the_same = {
        "rounds": {"sealed_digest"},
        "earlier_closings": {
            "closed_at",
            "n_eligible",
            "n_answered",
            "n_submitted",
            "rule_fingerprint",
            "sealed_digest",
        },
        **dict.fromkeys(("earlier_verdicts", "receipts", "log")),
    }
    for layout in LAYOUTS:
        left_out = not_the_same.get(layout.name, set())
        if left_out is not None:
            assert rows_of(again, layout, left_out) == rows_of(archived, layout, left_out), layout.name
    with app.extensions["delphi_database"].reading() as session:
        bundle, content = bundle_file(session, study_id=small.study_id, number=1)
    assert content == archived.content
    assert (bundle.seal, bundle.n_files) == (check(archived.content).seal, len(archived.files) + 1)


def rows_of(bundle: Sealed, layout: Layout, left_out: set[str]) -> list[tuple[object, ...]]:
    """The rows of a table with each idea named by its text and each expert by what they answered."""
    tables = {name: read_csv(name, bundle.files[f"data/{name}.csv"]).as_dicts() for name in ("ideas", "ratings")}
    names: dict[object, object] = {row["idea"]: row["text"] for row in tables["ideas"]}
    for row in tables["ratings"]:
        names[row["expert"]] = f"{names.get(row['expert'], '')} {row['round']}:{row['statement']}={row['value']}"
    sheet = read_csv(layout.name, bundle.files[f"data/{layout.name}.csv"]).as_dicts()
    unnamed = "" if layout.name != "question_answers" else "a text"
    return sorted(
        tuple(
            names.get(value, unnamed if name == "expert" else value)
            for name, value in row.items()
            if name not in left_out
        )
        for row in sheet
    )


def test_the_way_of_an_idea_is_read_in_a_restored_study(archived: Sealed, database: Database) -> None:
    restored(database, archived.content)
    with database.reading() as session:
        statement = session.exec(select(Statement).where(Statement.code == "A5-01")).one()
        (idea,) = lineage_of_statement(session, statement_id=statement.id).ideas
        assert (idea.text, idea.language, idea.status) == ("Former les conseillers", "fr", IdeaStatus.PLACED)
        comments = session.exec(select(Comment)).all()
        assert [(one.text, one.review) for one in comments] == [("Shared comment", CommentReview.SHARED)]
        assert [one.reason for one in session.exec(select(Reopening)).all()] == ["A mail was late"]
        assert [one.reason for one in session.exec(select(ProtocolAmendment)).all()] == ["Three mails were too many"]
        authors = [one.panellist_id for one in comments]
        assert not session.exec(select(FrozenRating).where(col(FrozenRating.panellist_id).in_(authors))).all()


def test_words_that_stayed_in_their_house_are_restored_as_blanks(archived: Sealed, database: Database) -> None:
    """What was shared can be read, what was not is named by its checksum, and nothing of it counts as read over."""
    study_id = restored(database, archived.content)
    with database.reading() as session:
        (_, question) = frozen_questions(session, study_id=study_id)
        texts = sorted(one.in_language("fr") for one in question.texts)
        assert (texts, question.n_unread, question.n_withheld) == (["En bref", "Words 0", "Words 1"], 1, 1)
        stored = session.exec(
            select(FrozenQuestionAnswer.answer).where(FrozenQuestionAnswer.question_id == question.question.id)
        ).all()
        assert sorted(one["text"] for one in stored if one is not None) == ["Words 0", "Words 1", *["[…]"] * 3]
        assert verify(session, study_id=study_id).differences == ()


def test_texts_of_an_older_bundle_are_read_over_here(archived: Sealed, lite: Database) -> None:
    """Before texts were read over, bundles held them as written: restored, nobody else reads them yet."""
    rows = read_csv("question_answers", archived.files["data/question_answers.csv"]).as_dicts()
    for row in rows:
        if row["position"] == 2:
            row["answer"] = json.dumps({"text": f"As written by {row['expert']}"})
    sheets = [read_csv(one.name, archived.files[f"data/{one.name}.csv"]) for one in LAYOUTS]
    older = sheet_of("question_answers", [tuple(row.values()) for row in rows])
    changed = {
        "data/question_answers.csv": as_csv(older),
        "data.json": as_json([older if one.layout.name == older.layout.name else one for one in sheets]),
    }
    study_id = restored(lite, archived.forged(changed))
    with lite.reading() as session:
        (_, question) = frozen_questions(session, study_id=study_id)
        assert (question.texts, question.n_unread, question.n_withheld) == ((), 5, 0)


def test_the_same_study_is_not_restored_twice(archived: Sealed, lite: Database) -> None:
    restored(lite, archived.content)
    with pytest.raises(RuleViolation) as refused:
        restored(lite, archived.content)
    assert refused.value.code is ViolationCode.STUDY_EXISTS


def test_nothing_of_a_damaged_bundle_is_stored(archived: Sealed, lite: Database) -> None:
    broken = archived.content[:4000] + b"?" + archived.content[4001:]
    with pytest.raises(Damaged):
        restored(lite, broken)
    with lite.reading() as session:
        assert session.exec(select(Study)).all() == []


def test_a_restored_study_opens_on_the_pages(archived: Sealed, app: Flask) -> None:
    database = app.extensions["delphi_database"]
    study_id = restored(database, archived.content)
    with database.writing() as session:
        reader = a_person(session, name="Reader", email="reader@example.org")
        session.add(StaffRole(person_id=reader.id, role=Role.SECRETARIAT, study_id=study_id))
        person_id = reader.id
    client = staff_client(app, person_id)
    root = f"/secretariat/studies/{study_id}"
    for page in ("/", "/activities", "/methods", "/archive", "/log", "/exports/data-en.json"):
        assert client.get(f"{root}{page}").status_code == 200, page
    assert "Train advisers in soil testing 1" in client.get(f"{root}/activities").text


def desk(archived: Sealed) -> tuple[FlaskClient, str]:
    return staff_client(
        archived.app, archived.small.secretary_id
    ), f"/secretariat/studies/{archived.small.study_id}/archive"


def test_sealing_on_the_page_keeps_the_bundle_and_logs_its_seal(archived: Sealed) -> None:
    client, address = desk(archived)
    for number in (1, 2):
        done = client.post(address, data={"csrf_token": token_in(client.get(address).text)})
        assert done.status_code == 303
        content = client.get(f"{address}/{number}.zip").data
        with archived.app.extensions["delphi_database"].reading() as session:
            bundle = session.exec(select(ArchiveBundle).where(ArchiveBundle.number == number)).one()
            seals = [
                event.details["seal"]
                for event in session.exec(
                    select(AuditEvent)
                    .where(AuditEvent.action == AuditAction.ARCHIVE_SEALED)
                    .order_by(col(AuditEvent.id))
                ).all()
            ]
        assert check(content, seal=bundle.seal).n_rounds == bundle.n_rounds == 3
        assert seals[-1] == bundle.seal
        assert bundle.seal in client.get(address).text
    assert client.get(f"{address}/3.zip").status_code == 404


def test_nothing_is_sealed_while_a_round_is_open(archived: Sealed) -> None:
    client, address = desk(archived)
    token = token_in(client.get(address).text)
    with archived.app.extensions["delphi_database"].writing() as session:
        from surveys.models import Statement

        statement = session.exec(select(Statement.id)).first()
        assert statement is not None
        a_rating_round_on(session, archived.small, statements=[statement])
    refused = client.post(address, data={"csrf_token": token})
    assert refused.status_code == 422
    assert "open now: A5" in refused.text
    assert "Seal now" not in client.get(address).text


def test_a_bundle_on_each_database(app_on_each: Flask) -> None:
    with app_on_each.extensions["delphi_database"].writing() as session:
        small = a_finished_study(session)
    assert check(bundle_of(app_on_each, small)).n_rounds == 3


def test_the_command_names_the_first_difference(
    archived: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(archived.content)
    assert main(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    assert "everything fits" in said and check(archived.content).seal in said
    assert main(["verify", str(path), "--seal", "0" * 64]) == 1
    assert "this is another bundle" in capsys.readouterr().out
    path.write_bytes(
        archived.forged({"data/ratings.csv": archived.files["data/ratings.csv"].replace(b"rated,9", b"rated,8", 1)})
    )
    assert main(["verify", str(path)]) == 1
    assert capsys.readouterr().out.startswith("DIFFERENT: ")


def test_the_command_restores_into_an_empty_install(
    archived: Sealed,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(archived.content)
    monkeypatch.setenv("DELPHI_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path / "instance"))
    assert main(["restore", str(path)]) == 0
    assert "every one as in the archive" in capsys.readouterr().out
    assert main(["verify"]) == 0
    assert main(["restore", str(path)]) == 2
