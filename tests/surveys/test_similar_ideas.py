"""The look for similar ideas: queued, leased, done in batches with progress, taken over when a worker dies."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Event

import numpy as np
import pytest
from sqlmodel import select

from delphi.config import Settings
from delphi.database import Database
from delphi.jobs import Worker
from delphi.sentence_encoder import Encoder, find_encoder
from delphi.similar_ideas import seek_similar
from surveys.models import AuditEvent, IdeaPair, SimilarityRun, TextEmbedding
from surveys.queries.desk_company import latest_search, suggested_groups
from surveys.services.similar_ideas import finish_run, known_vectors, lease_run, queue_run
from surveys.services.synthesis import place_as_new
from surveys.vocabulary import AuditAction, JobStatus, StatementKind
from tests.builders import NOW, SmallStudy, a_closed_ideas_round, a_study, as_facilitator, said
from tests.conftest import SECRET_KEY

ACTIVITY, OBSTACLE = StatementKind.ACTIVITY, StatementKind.OBSTACLE
IDEAS = [
    (0, ACTIVITY, "Publish the price of every soil carbon credit", "en"),
    (1, ACTIVITY, "Publish the prices of soil carbon credits", "en"),
    (2, ACTIVITY, "Publier le prix de chaque crédit", "fr"),
    (3, ACTIVITY, "Train advisers", "en"),
    (4, OBSTACLE, "Publish the price of every soil carbon credit", "en"),
]


class TwoThemes:
    """Stands for the encoder: texts about prices point one way, all others another."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.seen += texts
        return np.array([[1.0, 0.0] if "pri" in text.lower() else [0.0, 2.0] for text in texts])


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoThemes]:
    found = TwoThemes()
    monkeypatch.setattr("delphi.similar_ideas.find_encoder", lambda: Encoder("two-themes 1", found))
    yield found


@pytest.fixture
def without_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delphi.similar_ideas.find_encoder", lambda: None)


def a_desk(database: Database) -> tuple[SmallStudy, list[int]]:
    with database.writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(session, small, ideas=IDEAS)
    return small, ideas


def pairs(database: Database) -> set[tuple[int, int]]:
    with database.reading() as session:
        return {(one.first_id, one.second_id) for one in session.exec(select(IdeaPair)).all()}


@pytest.mark.usefixtures("without_encoder")
def test_closing_a_round_of_ideas_asks_for_a_look_and_words_find_what_is_alike(database: Database) -> None:
    small, ideas = a_desk(database)
    with database.reading() as session:
        search = latest_search(session, task_force_id=small.task_force_id)
        assert search is not None
        assert search.is_under_way
    assert seek_similar(database)
    assert pairs(database) == {(ideas[0], ideas[1])}, "one language, one kind"
    with database.reading() as session:
        search = latest_search(session, task_force_id=small.task_force_id)
        assert search is not None
        assert (search.status, search.encoder) == (JobStatus.DONE, "")
        assert suggested_groups(session, task_force_id=small.task_force_id, among=ideas) == [tuple(ideas[:2])]
        assert suggested_groups(session, task_force_id=small.task_force_id, among=ideas[1:]) == []
    assert not seek_similar(database), "nothing waits any more"


def test_with_the_encoder_ideas_meet_across_languages(database: Database, model: TwoThemes) -> None:
    small, ideas = a_desk(database)
    assert seek_similar(database)
    assert pairs(database) == {(ideas[0], ideas[1]), (ideas[0], ideas[2]), (ideas[1], ideas[2])}
    assert len(model.seen) == 4, "each text once"
    with database.reading() as session:
        group = suggested_groups(session, task_force_id=small.task_force_id, among=ideas)
        assert group == [tuple(ideas[:3])]
        run = session.exec(select(SimilarityRun)).one()
        assert (run.n_done, run.n_steps, run.n_pairs, run.encoder) == (4, 4, 3, "two-themes 1")
        vectors = known_vectors(session, task_force_id=small.task_force_id, texts=[IDEAS[0][2], "unknown"])
        assert list(vectors) == [IDEAS[0][2]]
        assert np.linalg.norm(vectors[IDEAS[0][2]]) == pytest.approx(1, abs=1e-3)


def test_new_statements_are_encoded_by_the_next_run_and_known_texts_are_not_again(
    lite: Database, model: TwoThemes
) -> None:
    small, ideas = a_desk(lite)
    seek_similar(lite)
    model.seen.clear()
    with lite.writing() as session:
        at = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        place_as_new(session, idea_id=ideas[3], text=said("Train all advisers", "Former"), **at)
        place_as_new(session, idea_id=ideas[4], text=said("Audits", "Audits"), **at)
    assert seek_similar(lite)
    assert sorted(model.seen) == ["Audits", "Former", "Train all advisers"]
    assert not seek_similar(lite), "two placements asked for one look"


def test_a_run_whose_worker_died_is_taken_over_and_one_that_fails_says_so(
    lite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, _ = a_desk(lite)
    with lite.writing() as session:
        first = lease_run(session, now=NOW)
        assert first is not None
        assert lease_run(session, now=NOW + timedelta(minutes=9)) is None
        again = lease_run(session, now=NOW + timedelta(minutes=10))
        assert again is not None
        assert again.id == first.id
        finish_run(session, run_id=first.id, encoder="", pairs=(), now=NOW)
        queue_run(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
        asked = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.SIMILAR_IDEAS_SOUGHT)).one()
        assert asked.actor_id == small.facilitator_id
    monkeypatch.setattr("delphi.similar_ideas.find_encoder", lambda: Encoder("broken 1", None))
    assert seek_similar(lite)
    with lite.reading() as session:
        search = latest_search(session, task_force_id=small.task_force_id)
        assert search is not None
        assert search.status is JobStatus.FAILED
        assert session.exec(select(TextEmbedding)).all() == []


@pytest.mark.usefixtures("without_encoder")
def test_the_worker_looks_when_no_mail_waits(lite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    a_desk(lite)
    settings = Settings(secret_key=SECRET_KEY, database_url=lite.url, base_url="http://localhost", testing=True)
    stop = Event()
    monkeypatch.setattr(stop, "wait", lambda seconds: stop.set())
    Worker(lite, settings=settings, name="test").run(stop)
    assert len(pairs(lite)) == 1


def test_the_real_encoder_brings_languages_together_where_it_is_installed() -> None:
    encoder = find_encoder()
    if encoder is None:
        pytest.skip("the extra `similar` is not installed")
    rows = encoder.encode(["Farmers need better advice", "Les agriculteurs ont besoin de conseils", "Ships are blue"])
    assert rows.shape == (3, 512)
    assert rows[0] @ rows[1] > 2 * abs(rows[0] @ rows[2])
