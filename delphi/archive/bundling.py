"""One bundle, from database to sealed file: data, rules, log, readable pages, a script for strangers, checksums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from delphi.archive import recompute
from delphi.archive.contributions import contributions
from delphi.archive.gathering import figures_and_answers, gathering_of
from delphi.archive.layout import FORMAT, LAYOUTS, Sheet, as_csv, as_json, pretty
from delphi.archive.pages import index_page, reading_pages, style_sheet
from delphi.archive.rules import log_sheet, protocol_document, study_document
from delphi.archive.sealing import Packed, pack
from delphi.version import __version__
from surveys.models import ArchiveBundle

README = """\
This is the sealed record of a Delphi study.

index.html            open it in any browser; nothing is installed, loaded or run
study.json            what was asked: texts, framework, scales, criteria
protocol.json         every version of the rules, and every amendment with its reason
data/*.csv            answers under random codes, frozen figures, wordings, lineage, log (UTF-8, comma)
data.json             the same tables in one file
recompute.py          recomputes the main figures with Python's standard library: python recompute.py
SHA256SUMS            checksums: sha256sum --check SHA256SUMS
manifest.json         when and by which version this was made, and what each file holds

With the software:    python -m delphi verify BUNDLE.zip     (recomputes every figure)
                      python -m delphi restore BUNDLE.zip    (makes the study readable again)

The seal is the SHA-256 of the file SHA256SUMS. Compare it with the one the secretariat published: whoever changes a
file can make new checksums, but not the same seal.
"""


@dataclass(frozen=True, slots=True)
class Made:
    packed: Packed
    n_files: int
    n_rounds: int
    n_answers: int


def make_bundle(session: Session, *, study_id: int, now: datetime) -> Made:
    """The bundle of everything that is closed. Codes of people are drawn anew each time and kept nowhere."""
    found = gathering_of(session, study_id=study_id)
    made = [*figures_and_answers(found), *contributions(found), log_sheet(found)]
    by_name = {sheet.layout.name: sheet for sheet in made}
    sheets = [by_name[layout.name] for layout in LAYOUTS]
    study, protocol = study_document(found), protocol_document(found)
    files = {
        "README.txt": README.encode(),
        "study.json": pretty(study),
        "protocol.json": pretty(protocol),
        "data.json": as_json(sheets),
        "recompute.py": Path(recompute.__file__).read_bytes(),
        "index.html": index_page(study),
        "style.css": style_sheet(),
        **{f"data/{sheet.layout.name}.csv": as_csv(sheet) for sheet in sheets},
        **reading_pages(study=study, protocol=protocol, sheets=by_name, now=now),
    }
    files["manifest.json"] = pretty(_manifest(files, study=study, sheets=sheets, now=now))
    return Made(
        packed=pack(files),
        n_files=len(files) + 1,
        n_rounds=len(by_name["rounds"].rows),
        n_answers=len(by_name["ratings"].rows) + len(by_name["question_answers"].rows),
    )


def bundle_row(made: Made, *, study_id: int, slug: str, number: int, now: datetime) -> ArchiveBundle:
    """What is stored about a bundle beside its file."""
    return ArchiveBundle(
        study_id=study_id,
        number=number,
        sealed_at=now,
        software=__version__,
        file_name=f"{slug}-archive-{number}-{made.packed.seal[:8]}.zip",
        n_bytes=len(made.packed.content),
        n_files=made.n_files,
        n_rounds=made.n_rounds,
        n_answers=made.n_answers,
        checksum=made.packed.checksum,
        seal=made.packed.seal,
    )


def _manifest(
    files: dict[str, bytes], *, study: dict[str, Any], sheets: Sequence[Sheet], now: datetime
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "software": {"name": "Delphi", "version": __version__},
        "made_at": now.isoformat(),
        "study": {"slug": study["slug"], "name": study["name"]},
        "files": {name: {"bytes": len(content)} for name, content in sorted(files.items())},
        "tables": {
            sheet.layout.name: {
                "about": sheet.layout.about,
                "columns": sheet.layout.columns,
                "ordered_by": sheet.layout.columns[: sheet.layout.n_key],
                "rows": len(sheet.rows),
            }
            for sheet in sheets
        },
    }
