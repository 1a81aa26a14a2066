"""Looking for similar ideas in the background: a run is queued, leased by a worker, reports its progress, ends."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np
from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from surveys.models import Idea, IdeaPair, Round, SimilarityRun, TaskForce, TextEmbedding
from surveys.queries.statements import current_versions
from surveys.rules.permissions import Actor
from surveys.rules.similarity import FloatArray, Pair, best_of_each, pairs_by_meaning, pairs_by_words
from surveys.services.audit import record
from surveys.services.bulk import upsert
from surveys.vocabulary import AuditAction, JobStatus, RoundStatus, StatementKind

LEASE = timedelta(minutes=10)


def queue_run(session: Session, *, actor: Actor | None, task_force_id: int, now: datetime) -> SimilarityRun:
    """Ask for a look for similar ideas; one that waits already does for both."""
    waiting = session.exec(
        select(SimilarityRun).where(
            SimilarityRun.task_force_id == task_force_id, SimilarityRun.status == JobStatus.QUEUED
        )
    ).first()
    if waiting is not None:
        return waiting
    run = SimilarityRun(task_force_id=task_force_id, created_at=now)
    session.add(run)
    if actor is not None:
        record(
            session,
            AuditAction.SIMILAR_IDEAS_SOUGHT,
            actor=actor,
            now=now,
            study_id=session.get_one(TaskForce, task_force_id).study_id,
            task_force_id=task_force_id,
        )
    session.flush()
    return run


def lease_run(session: Session, *, now: datetime) -> SimilarityRun | None:
    """The next run to do, leased to the caller; one whose worker died is taken over when its lease ran out."""
    run = session.exec(
        select(SimilarityRun)
        .where(
            or_(
                col(SimilarityRun.status) == JobStatus.QUEUED,
                (col(SimilarityRun.status) == JobStatus.RUNNING) & (col(SimilarityRun.leased_until) <= now),
            )
        )
        .order_by(col(SimilarityRun.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if run is None:
        return None
    run.status, run.leased_until, run.n_done, run.n_steps = JobStatus.RUNNING, now + LEASE, 0, 0
    session.add(run)
    session.flush()
    return run


def texts_without_vector(session: Session, *, task_force_id: int, encoder: str) -> list[str]:
    """Ideas and newest wordings that this encoder has not seen, each text once."""
    texts = {idea.text for idea in _ideas(session, task_force_id=task_force_id)}
    for version in current_versions(session, task_force_id=task_force_id).values():
        texts.update(version.text.values())
    known = set(session.exec(select(TextEmbedding.digest).where(TextEmbedding.encoder == encoder)).all())
    return sorted(text for text in texts if digest_of(text) not in known)


def keep_vectors(
    session: Session, *, run_id: int, encoder: str, texts: Sequence[str], vectors: FloatArray, now: datetime
) -> None:
    """Store what the encoder made of some texts, and how far the run is."""
    rows = [
        {"digest": digest_of(text), "encoder": encoder, "vector": vector.astype(np.float16).tobytes()}
        for text, vector in zip(texts, vectors, strict=True)
    ]
    upsert(session, TextEmbedding, rows, key=("digest", "encoder"), replace=("vector",))
    run = session.get_one(SimilarityRun, run_id)
    run.n_done, run.leased_until = run.n_done + len(texts), now + LEASE
    session.add(run)


def note_steps(session: Session, *, run_id: int, n_steps: int) -> None:
    """Say how many texts the run has to encode."""
    run = session.get_one(SimilarityRun, run_id)
    run.n_steps = n_steps
    session.add(run)


def find_pairs(session: Session, *, task_force_id: int, encoder: str) -> list[IdeaPair]:
    """Two ideas of one kind that look alike: by words within a language, by vectors across; not stored yet."""
    by_kind: dict[StatementKind, list[Idea]] = defaultdict(list)
    for idea in _ideas(session, task_force_id=task_force_id):
        by_kind[idea.kind].append(idea)
    found = []
    for ideas in by_kind.values():
        pairs: list[Pair] = []
        for language in {idea.language for idea in ideas}:
            own = [at for at, idea in enumerate(ideas) if idea.language == language]
            near = pairs_by_words([ideas[at].text for at in own])
            pairs += [Pair(own[pair.first], own[pair.second], pair.score) for pair in near]
        vectors = vectors_of(session, [idea.text for idea in ideas], encoder=encoder) if encoder else {}
        seen = [at for at, idea in enumerate(ideas) if idea.text in vectors]
        if seen:
            rows = np.stack([vectors[ideas[at].text] for at in seen])
            near = pairs_by_meaning(rows, [ideas[at].language for at in seen])
            pairs += [Pair(seen[pair.first], seen[pair.second], pair.score) for pair in near]
        found += [
            IdeaPair(first_id=ids[0], second_id=ids[1], score=pair.score)
            for pair in best_of_each(pairs)
            for ids in [sorted((ideas[pair.first].id, ideas[pair.second].id))]
        ]
    return found


def finish_run(
    session: Session, *, run_id: int, encoder: str, pairs: Sequence[IdeaPair], now: datetime, problem: str = ""
) -> SimilarityRun:
    """Put the pairs in place of those of the run before; with a problem the old ones stay and the run has failed."""
    run = session.get_one(SimilarityRun, run_id)
    run.encoder, run.finished_at, run.leased_until = encoder, now, None
    run.status, run.problem = (JobStatus.FAILED if problem else JobStatus.DONE), problem[:500]
    session.add(run)
    if not problem:
        own = select(Idea.id).join(Round, col(Round.id) == Idea.round_id)
        own = own.where(Round.task_force_id == run.task_force_id)
        session.connection().execute(delete(IdeaPair).where(col(IdeaPair.first_id).in_(own)))
        rows = [{"first_id": one.first_id, "second_id": one.second_id, "score": one.score} for one in pairs]
        upsert(session, IdeaPair, rows, key=("first_id", "second_id"), replace=("score",))
        run.n_pairs = len(pairs)
    session.flush()
    return run


def vectors_of(session: Session, texts: Sequence[str], *, encoder: str) -> dict[str, FloatArray]:
    """Text to its vector, for those that the encoder has seen: one statement to the database."""
    digests = {digest_of(text): text for text in texts}
    rows = session.exec(
        select(TextEmbedding.digest, TextEmbedding.vector).where(
            TextEmbedding.encoder == encoder, col(TextEmbedding.digest).in_(digests)
        )
    ).all()
    return {digests[digest]: np.frombuffer(vector, np.float16).astype(np.float32) for digest, vector in rows}


def known_vectors(session: Session, *, task_force_id: int, texts: Sequence[str]) -> dict[str, FloatArray]:
    """Vectors of texts by the encoder in use; empty where there is none, or where none of the texts was seen yet."""
    encoder = encoder_in_use(session, task_force_id=task_force_id)
    return vectors_of(session, texts, encoder=encoder) if encoder else {}


def encoder_in_use(session: Session, *, task_force_id: int) -> str:
    """The sentence encoder of the last run that ended well; empty where words alone were compared."""
    query = (
        select(SimilarityRun.encoder)
        .where(SimilarityRun.task_force_id == task_force_id, SimilarityRun.status == JobStatus.DONE)
        .order_by(col(SimilarityRun.id).desc())
    )
    return session.exec(query).first() or ""


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _ideas(session: Session, *, task_force_id: int) -> list[Idea]:
    query = (
        select(Idea)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Round.task_force_id == task_force_id, Round.status == RoundStatus.CLOSED)
        .order_by(col(Idea.id))
    )
    return list(session.exec(query).all())
