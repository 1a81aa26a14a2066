"""The redline: every text of the framework that is proposed or approved, with its changes, for a meeting."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext

from delphi.documents.blocks import (
    Block,
    Column,
    Document,
    Grid,
    Heading,
    Line,
    Look,
    Paragraph,
    Run,
    plain,
    soft,
    strong,
)
from delphi.documents.days import day
from delphi.exports.language import speaking
from delphi.i18n import LANGUAGE_NAMES, in_language, language
from delphi.sentences import OBJECTIVE_FIELDS
from surveys.localized import LocalizedText
from surveys.queries.revisions import RevisedField, RevisedObjective
from surveys.rules.revision import Change, word_changes
from surveys.vocabulary import RevisionState

LOOKS = {Change.SAME: Look.PLAIN, Change.INSERTED: Look.INSERTED, Change.DELETED: Look.DELETED}


def redline_document(
    objectives: Sequence[RevisedObjective],
    *,
    study: LocalizedText,
    titles: dict[int, LocalizedText],
    codes: dict[int, str],
    languages: Sequence[str],
    reader: str,
    made_at: datetime,
    time_zone: str,
) -> Document:
    """The changes of every objective that has some, all study languages side by side; words in `reader`'s."""
    with speaking(reader):
        blocks: list[Block] = []
        for place, one in enumerate(objectives, start=1):
            title = f"{one.code} {in_language(titles[one.objective_id])}"
            blocks.append(Heading(1, str(place), plain(title)))
            for sheet in one.proposed:
                blocks += _field(sheet, languages=languages, codes=codes)
        if not objectives:
            blocks.append(Paragraph(plain(gettext("No text of the framework is proposed to be changed."))))
        state = gettext("State of %(day)s", day=day(made_at, time_zone))
        return Document(
            language=language(),
            title=gettext("Proposed changes of the framework"),
            place=in_language(study),
            lead=(
                plain(state),
                (
                    Run(gettext("Taken out"), Look.DELETED),
                    Run(", "),
                    Run(gettext("put in"), Look.INSERTED),
                    Run(". "),
                    Run(gettext("In word processors these are tracked changes."), Look.SOFT),
                ),
            ),
            foot=" · ".join((gettext("Proposed changes of the framework"), state)),
            contents="",
            blocks=tuple(blocks),
        )


def _field(sheet: RevisedField, *, languages: Sequence[str], codes: dict[int, str]) -> list[Block]:
    latest = sheet.latest
    if latest is None:
        return []
    state = gettext("approved") if latest.state is RevisionState.APPROVED else gettext("draft")
    facts: Line = (Run(gettext("Reason:"), Look.STRONG), Run(f" {latest.reason}"))
    blocks: list[Block] = [
        Heading(2, "", (Run(str(OBJECTIVE_FIELDS[sheet.field])), Run(f" ({state})", Look.SOFT))),
        Grid(
            caption=(),
            columns=tuple(Column(plain(LANGUAGE_NAMES.get(code, code)), 1) for code in languages),
            rows=(
                tuple(
                    (
                        changed_line(sheet.before.get(code, ""), latest.text.get(code, ""), spoken=code),
                        *(
                            (strong(gettext("Out of date: it has not followed the change.")),)
                            if code in latest.stale
                            else ()
                        ),
                    )
                    for code in languages
                ),
            ),
        ),
        Paragraph(facts, is_small=True),
    ]
    if latest.evidence:
        named = ", ".join(codes.get(one, "?") for one in latest.evidence)
        blocks.append(Paragraph(soft(gettext("Activities that led to it: %(codes)s", codes=named)), is_small=True))
    return blocks


def changed_line(before: str, after: str, *, spoken: str = "") -> Line:
    """Both texts in one line, what was taken out and put in marked."""
    return tuple(
        Run(piece.text, LOOKS[piece.change], "" if spoken == language() else spoken)
        for piece in word_changes(before, after)
    )
