"""The demo is one and the same on both databases, and stays so through migrations."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import select

from delphi.database import Database
from delphi.demo.build import build_demo
from delphi.demo.digest import demo_digest
from delphi.demo.stages import DemoStage
from surveys import migrations
from surveys.identity import PREFIX
from surveys.models import AnswerReview
from surveys.vocabulary import CommentReview
from tests.conftest import SECRET_KEY
from tests.contents import contents
from tests.delphi.demo.conftest import DEMO_NOW, BuiltDemo


@pytest.mark.slow
def test_sqlite_keeps_the_demo_through_migrations(build_stage: Callable[..., BuiltDemo]) -> None:
    assert_migrating_keeps_everything(build_stage("plan").database)


@pytest.mark.slow
@pytest.mark.postgresql
def test_postgresql_holds_the_same_demo_and_keeps_it(
    demo_at: Callable[[str], BuiltDemo], own_postgresql_url: str
) -> None:
    database = Database(own_postgresql_url, identity_key=SECRET_KEY)
    build_demo(database, stage=DemoStage.ROUND_3_OPEN, seed=1, secret_key=SECRET_KEY, now=DEMO_NOW)
    with demo_at(DemoStage.ROUND_3_OPEN.value).database.reading() as first, database.reading() as second:
        assert demo_digest(first) == demo_digest(second)
    assert_migrating_keeps_everything(database)


def assert_migrating_keeps_everything(database: Database) -> None:
    """Down before names were encrypted and the log was linked, and up again; ends the connections.

    Decisions on written answers go with their table; what was written is on the desk again, unread.
    """
    before = contents(database.engine)
    assert before["rating"][0] > 4_000
    n_texts, _ = before.pop("answer_review")
    assert n_texts >= 3
    migrations.downgrade(database.engine, "0002")
    with database.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM person")).scalars().all()
    assert not any(name.startswith(PREFIX) for name in names)
    migrations.upgrade(database.engine)
    after = contents(database.engine)
    assert after.pop("answer_review")[0] == n_texts
    assert after == before
    with database.reading() as session:
        assert set(session.exec(select(AnswerReview.review)).all()) == {CommentReview.WAITING}
    database.engine.dispose()
