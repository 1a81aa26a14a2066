"""Names and addresses at rest: unreadable without the key, and found by equality with it."""

from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from delphi import backups
from delphi.config import Settings
from delphi.database import Database
from surveys import migrations
from surveys.identity import PREFIX, IdentityCipher, IdentityText, IdentityUnreadable
from surveys.models import Person, metadata
from tests.builders import NOW, a_study
from tests.conftest import SECRET_KEY

PUBLIC_ADDRESSES = {"study.contact_email"}
"""The address that invitations print for questions."""

KEYED_HASHES = {"failed_proof.address"}


@pytest.mark.parametrize("text", ["a", "Awa N'Diaye-Łukasz 王", "x" * 254, "awa@example.org"])
def test_what_was_encrypted_comes_back(text: str) -> None:
    cipher = IdentityCipher(SECRET_KEY)
    sealed = cipher.encrypt(text)
    assert sealed.startswith(PREFIX)
    assert text not in sealed
    assert cipher.decrypt(sealed) == text


def test_an_empty_text_stays_empty() -> None:
    cipher = IdentityCipher(SECRET_KEY)
    assert cipher.encrypt("") == cipher.decrypt("") == ""


def test_another_key_a_changed_letter_and_plain_text_are_refused() -> None:
    sealed = IdentityCipher(SECRET_KEY).encrypt("Awa Diop")
    with pytest.raises(IdentityUnreadable, match="key"):
        IdentityCipher("another key").decrypt(sealed)
    changed = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    with pytest.raises(IdentityUnreadable):
        IdentityCipher(SECRET_KEY).decrypt(changed)
    with pytest.raises(IdentityUnreadable, match="plain text"):
        IdentityCipher(SECRET_KEY).decrypt("Awa Diop")


def test_every_column_for_an_address_is_encrypted() -> None:
    columns = {str(column): column for table in metadata.tables.values() for column in table.columns}
    addresses = {name for name in columns if name.endswith(("email", "address"))} - PUBLIC_ADDRESSES - KEYED_HASHES
    assert {"person.email", "colleague_suggestion.email"} <= addresses
    assert not [name for name in sorted(addresses) if not isinstance(columns[name].type, IdentityText)]


def test_the_database_holds_no_name_and_no_address(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        person = session.get_one(Person, small.experts[0])
        name, email = person.name, person.email
    with database.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT name, email FROM person").all()
        assert all(value.startswith(PREFIX) for row in stored for value in row)
        found = session.exec(select(Person).where(Person.email == email)).one()
        assert (found.id, found.name) == (small.experts[0], name)
        assert session.exec(select(Person.id).where(col(Person.email).in_([email, "nobody@example.org"]))).all() == [
            small.experts[0]
        ]


def test_without_the_key_names_are_neither_read_nor_written(lite: Database) -> None:
    with lite.writing() as session:
        a_study(session)
    keyless = Database(str(lite.engine.url))
    with keyless.reading() as session, pytest.raises(IdentityUnreadable, match="identity key"):
        session.exec(select(Person)).all()
    with pytest.raises(StatementError, match="identity key"), keyless.writing() as session:
        session.add(Person(name="Awa", email="awa@example.org", created_at=NOW))
    keyless.engine.dispose()


def test_a_backup_shows_a_thief_no_address(tmp_path: Path) -> None:
    settings = Settings(secret_key=SECRET_KEY, instance=tmp_path)
    database = Database(settings.effective_database_url, identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    with database.writing() as session:
        small = a_study(session)
        emails = session.exec(select(Person.email).where(col(Person.id).in_(small.experts))).all()
    backup = backups.make(settings, target=None, now=NOW)
    content = backup.path.read_bytes().lower()
    assert len(emails) > 2
    assert not [email for email in emails if email.encode() in content]
    assert SECRET_KEY.lower().encode() not in content
    database.engine.dispose()
