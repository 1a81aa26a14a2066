"""The schema that migrations make is the schema of the models, on both databases, and moving keeps every row."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlmodel import select as model_select

from delphi.database import Database
from surveys import migrations
from surveys.identity import PREFIX, IdentityUnreadable
from surveys.models import AuditEvent, Person, metadata
from surveys.services.audit_chain import check_chain
from surveys.services.pilot import start_pilot
from surveys.services.trial_copies import discard_copy
from tests.builders import NOW, a_planned_round, a_study, an_open_rating_round, as_facilitator, rate
from tests.conftest import SECRET_KEY
from tests.contents import contents

FULL = "9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 . | 8 . 1"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.sqlite'}"
        return
    url = request.getfixturevalue("own_postgresql_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    yield url


@pytest.fixture
def blank_file(tmp_path: Path) -> Iterator[Database]:
    """An SQLite database without any table."""
    database = Database(f"sqlite:///{tmp_path / 'blank.sqlite'}", identity_key=SECRET_KEY)
    yield database
    database.engine.dispose()


@pytest.fixture
def blank(blank_url: str) -> Iterator[Database]:
    database = Database(blank_url, identity_key=SECRET_KEY)
    yield database
    database.engine.dispose()


@pytest.fixture(
    params=[
        pytest.param("sqlite_url", id="sqlite"),
        pytest.param("own_postgresql_url", id="postgresql", marks=pytest.mark.postgresql),
    ]
)
def current(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database that migrations brought to the newest schema, for tests that change it."""
    database = Database(request.getfixturevalue(request.param), identity_key=SECRET_KEY)
    yield database
    database.engine.dispose()


def structure(engine: Engine) -> dict[str, object]:
    """Everything a database enforces: columns, keys, uniqueness, checks and indexes, each with its name."""
    found: dict[str, object] = {}
    inspector = inspect(engine)
    for table in sorted(inspector.get_table_names()):
        if table == "alembic_version":
            continue
        found[table] = {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)),
            "key": inspector.get_pk_constraint(table)["name"],
            "foreign": sorted(
                (str(f["name"]), f["constrained_columns"], f["referred_table"], f["referred_columns"])
                for f in inspector.get_foreign_keys(table)
            ),
            "unique": sorted((str(u["name"]), u["column_names"]) for u in inspector.get_unique_constraints(table)),
            "checks": sorted((str(c["name"]), " ".join(c["sqltext"].split())) for c in
                             inspector.get_check_constraints(table)),
            "indexes": sorted((str(i["name"]), i["column_names"], bool(i["unique"])) for i in
                              inspector.get_indexes(table)),
        }  # fmt: skip
    return found


def fill(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=3)
        rate(session, small, round_id=round_.id, statements=statements, rows=FULL)


def test_migrations_make_the_schema_of_the_models(blank: Database) -> None:
    migrations.upgrade(blank.engine)
    with blank.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    migrated = structure(blank.engine)
    migrations.downgrade(blank.engine, "base")
    assert structure(blank.engine) == {}
    metadata.create_all(blank.engine)
    assert migrated == structure(blank.engine)


def test_every_constraint_has_a_name(current: Database) -> None:
    for table, parts in structure(current.engine).items():
        names = [
            parts["key"],
            *(entry[0] for part in ("foreign", "unique", "checks", "indexes") for entry in parts[part]),
        ]  # type: ignore[index]
        assert all(name and name != "None" for name in names), table


def test_migrating_a_filled_database_keeps_every_row(current: Database) -> None:
    fill(current)
    before = contents(current.engine)
    assert before["rating"][0] == 16
    migrations.upgrade(current.engine)
    assert contents(current.engine) == before
    assert migrations.is_current(current.engine)


@pytest.mark.slow
def test_up_down_up_ends_in_the_same_schema(blank: Database) -> None:
    migrations.upgrade(blank.engine)
    first = structure(blank.engine)
    migrations.downgrade(blank.engine, "base")
    assert migrations.current_revision(blank.engine) is None
    migrations.upgrade(blank.engine)
    assert structure(blank.engine) == first


def test_the_revisions_are_those_that_alembic_finds() -> None:
    found = ScriptDirectory.from_config(migrations.config())
    assert migrations.head_revision() == found.get_current_head()
    assert migrations.known_revisions() == {script.revision for script in found.walk_revisions()}


def test_a_table_made_anew_keeps_its_children_and_checks(
    lite: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The way Alembic alters tables on SQLite: with foreign keys on, the answers of the panel would be deleted."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    (folder / "versions" / "9999_later.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '9999'\ndown_revision = {migrations.head_revision()!r}\nbranch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('round', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('note', sa.String(20), nullable=True))\n"
        "def downgrade():\n"
        "    with op.batch_alter_table('round', recreate='always') as batch:\n"
        "        batch.drop_column('note')\n",
        encoding="utf-8",
    )
    fill(lite)
    before, checks = contents(lite.engine), structure(lite.engine)["round"]
    known = migrations.head_revision()
    for cached in (migrations.head_revision, migrations.known_revisions):
        cached.cache_clear()
    monkeypatch.setattr(migrations, "FOLDER", folder)
    try:
        migrations.upgrade(lite.engine)
        assert migrations.current_revision(lite.engine) == "9999"
        assert contents(lite.engine) == before
        migrations.downgrade(lite.engine, known)
        assert contents(lite.engine) == before
        assert structure(lite.engine)["round"] == checks
    finally:
        for cached in (migrations.head_revision, migrations.known_revisions):
            cached.cache_clear()


def test_a_migration_that_fails_half_way_leaves_the_old_schema(
    current: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fill(current)
    before, schema = contents(current.engine), structure(current.engine)
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    (folder / "versions" / "9999_broken.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '9999'\ndown_revision = {migrations.head_revision()!r}\nbranch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer()))\n"
        "    raise ZeroDivisionError\n"
        "def downgrade():\n    pass\n",
        encoding="utf-8",
    )
    for cached in (migrations.head_revision, migrations.known_revisions):
        cached.cache_clear()
    monkeypatch.setattr(migrations, "FOLDER", folder)
    try:
        with pytest.raises(ZeroDivisionError):
            migrations.upgrade(current.engine)
    finally:
        for cached in (migrations.head_revision, migrations.known_revisions):
            cached.cache_clear()
    assert (contents(current.engine), structure(current.engine)) == (before, schema)


def test_a_database_of_a_newer_version_is_left_alone(lite: Database) -> None:
    with lite.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.NewerSchema, match="9999"):
        migrations.upgrade(lite.engine)
    assert not migrations.is_current(lite.engine)


def test_names_and_log_of_an_older_database_are_encrypted_and_linked(blank: Database) -> None:
    """What the first release stored open is read as before, lies encrypted, and comes back on the way down."""
    migrations.upgrade(blank.engine, "0001")
    with blank.engine.begin() as connection:
        at = "2026-01-01 00:00:00.000000+00:00"
        connection.execute(
            text("INSERT INTO person (id, name, email, language, created_at) VALUES (1, :name, :email, 'fr', :at)"),
            {"name": "Awa N’Diaye", "email": "awa@example.org", "at": at},
        )
        for details in ('{"code": "é", "counts": {"10": 1, "9": 2}}', "{}"):
            connection.execute(
                text(
                    "INSERT INTO audit_event (at, action, actor_id, subject, details) "
                    "VALUES (:at, 'round_planned', 1, 'round:1', :details)"
                ),
                {"at": at, "details": details},
            )
    migrations.upgrade(blank.engine)
    with blank.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT name, email FROM person").one()
        assert all(value.startswith(PREFIX) for value in stored)
        assert session.exec(model_select(Person.name).where(Person.email == "awa@example.org")).one() == "Awa N’Diaye"
        chain = check_chain(session)
    assert (chain.n_entries, chain.kind) == (2, None)
    migrations.downgrade(blank.engine, "0001")
    with blank.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name, email FROM person").one() == ("Awa N’Diaye", "awa@example.org")


def test_the_log_of_a_pilot_stays_outside_the_chain(current: Database) -> None:
    with current.writing() as session:
        small, round_ = a_planned_round(session)
        pilot = start_pilot(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        task_force_id = pilot.task_force_id
    with current.reading() as session:
        linked = check_chain(session).n_entries
    migrations.downgrade(current.engine, "0002")
    migrations.upgrade(current.engine)
    with current.writing() as session:
        assert (check_chain(session).n_entries, check_chain(session).kind) == (linked, None)
        assert session.exec(model_select(AuditEvent).where(AuditEvent.task_force_id == task_force_id)).first()
        discard_copy(session, actor=as_facilitator(small), task_force_id=task_force_id, now=NOW)
    with current.reading() as session:
        assert (check_chain(session).n_entries, check_chain(session).kind) == (linked + 1, None)


def test_a_database_with_names_is_not_migrated_without_the_key(blank_file: Database) -> None:
    migrations.upgrade(blank_file.engine, "0001")
    with blank_file.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO person VALUES (1, 'Awa', 'awa@example.org', 'fr', '2026-01-01')")
    keyless = Database(str(blank_file.engine.url))
    with pytest.raises(IdentityUnreadable, match="identity key"):
        migrations.upgrade(keyless.engine)
    keyless.engine.dispose()
    assert migrations.current_revision(blank_file.engine) == "0001"
