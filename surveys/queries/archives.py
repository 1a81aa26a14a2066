"""The sealed bundles of a study."""

from sqlmodel import Session, col, select

from surveys.errors import NotFound
from surveys.models import ArchiveBundle, ArchiveFile


def bundles_of(session: Session, *, study_id: int) -> tuple[ArchiveBundle, ...]:
    """The newest first; the files themselves are not loaded."""
    rows = session.exec(
        select(ArchiveBundle).where(ArchiveBundle.study_id == study_id).order_by(col(ArchiveBundle.number).desc())
    ).all()
    return tuple(rows)


def bundle_file(session: Session, *, study_id: int, number: int) -> tuple[ArchiveBundle, bytes]:
    """One bundle with its file; NotFound where the study has none of that number."""
    row = session.exec(
        select(ArchiveBundle, ArchiveFile)
        .join(ArchiveFile, col(ArchiveFile.bundle_id) == ArchiveBundle.id)
        .where(ArchiveBundle.study_id == study_id, ArchiveBundle.number == number)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1].content
