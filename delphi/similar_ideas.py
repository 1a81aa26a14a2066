"""What the worker does for the synthesis desk: looks for similar ideas, a batch of texts at a time."""

import logging

from sqlalchemy.exc import OperationalError

from delphi import clock
from delphi.database import Database
from delphi.sentence_encoder import AT_ONCE, Encoder, find_encoder
from surveys.models import SimilarityRun
from surveys.services.similar_ideas import (
    find_pairs,
    finish_run,
    keep_vectors,
    lease_run,
    note_steps,
    texts_without_vector,
)

log = logging.getLogger(__name__)


def seek_similar(database: Database) -> bool:
    """Do the next run that waits; False where there is none. A run that fails says so on the desk."""
    with database.writing() as session:
        run = lease_run(session, now=clock.now())
    if run is None:
        return False
    try:
        _do(database, run, encoder=find_encoder())
    except OperationalError:
        raise
    except Exception as problem:
        log.exception("run %s for similar ideas failed", run.id)
        with database.writing() as session:
            finish_run(
                session,
                run_id=run.id,
                encoder="",
                pairs=(),
                now=clock.now(),
                problem=f"{type(problem).__name__}: {problem}",
            )
    return True


def _do(database: Database, run: SimilarityRun, *, encoder: Encoder | None) -> None:
    name = encoder.name if encoder is not None else ""
    if encoder is not None:
        with database.reading() as session:
            texts = texts_without_vector(session, task_force_id=run.task_force_id, encoder=name)
        with database.writing() as session:
            note_steps(session, run_id=run.id, n_steps=len(texts))
        for at in range(0, len(texts), AT_ONCE):
            batch = texts[at : at + AT_ONCE]
            vectors = encoder.encode(batch)
            with database.writing() as session:
                keep_vectors(session, run_id=run.id, encoder=name, texts=batch, vectors=vectors, now=clock.now())
    with database.reading() as session:
        pairs = find_pairs(session, task_force_id=run.task_force_id, encoder=name)
    with database.writing() as session:
        finish_run(session, run_id=run.id, encoder=name, pairs=pairs, now=clock.now())
