"""One's own answers of one round as a document to keep."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext

from delphi.documents.typesetting import typeset
from delphi.i18n import language


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class GivenItem:
    """One idea, statement or question with what was answered; `on` is what an idea hangs on."""

    kind: str
    text: str
    on: str = ""
    answers: tuple[LabelledAnswer, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class GivenSection:
    heading: str
    entries: tuple[GivenItem, ...]


@dataclass(frozen=True, slots=True)
class OwnAnswersSheet:
    """Everything the document says, in words of the reader's language."""

    place: str
    lead: tuple[str, ...]
    foot: str
    receipt: str
    submitted: str
    sections: Sequence[GivenSection]


def own_answers_data(sheet: OwnAnswersSheet) -> dict[str, Any]:
    return {
        "language": language(),
        "title": gettext("My answers"),
        "place": sheet.place,
        "lead": list(sheet.lead),
        "foot": sheet.foot,
        "receipt": {"label": gettext("Receipt"), "code": sheet.receipt, "moment": sheet.submitted},
        "sections": [asdict(section) for section in sheet.sections if section.entries],
    }


def own_answers_pdf(sheet: OwnAnswersSheet) -> bytes:
    return typeset("own_answers", own_answers_data(sheet))
