"""The page of sealed archives: what there is with its checksums, and whether another one can be sealed now."""

from dataclasses import dataclass

from sqlmodel import Session

from delphi.i18n import number
from delphi.questions.results import left_out_words
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import ArchiveBundle
from surveys.queries.answer_reviews import n_unread_in_study
from surveys.queries.archives import bundles_of
from surveys.services.archives import ensure_sealable

KILOBYTE = 1000


@dataclass(frozen=True, slots=True)
class BundleLine:
    bundle: ArchiveBundle
    size: str


@dataclass(frozen=True, slots=True)
class ArchivePage:
    study: StudyHead
    bundles: tuple[BundleLine, ...]
    refusal: str
    """Why nothing can be sealed now; empty where it can."""
    left_out: tuple[str, ...]
    """Written answers that an archive sealed now would not hold: a sentence each."""


def archive_page(session: Session, *, study_id: int) -> ArchivePage:
    refusal = ""
    try:
        ensure_sealable(session, study_id=study_id)
    except RuleViolation as violation:
        refusal = violation_sentence(violation)
    return ArchivePage(
        study=study_head(session, study_id=study_id),
        bundles=tuple(
            BundleLine(bundle, f"{number(bundle.n_bytes / KILOBYTE, 0)} kB")
            for bundle in bundles_of(session, study_id=study_id)
        ),
        refusal=refusal,
        left_out=left_out_words(n_unread=n_unread_in_study(session, study_id=study_id), n_withheld=0),
    )
