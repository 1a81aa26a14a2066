"""The methods report on the screen: how far the checklists are filled, the flows, one checklist, one item to write."""

from dataclasses import dataclass

from flask import url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from delphi.i18n import LANGUAGE_NAMES, language
from delphi.methods.filled import CHECKLISTS, FilledChecklist, FilledItem, filled, item_of, methods_contents
from delphi.methods.flows import Flow, participant_flow, statement_flow
from delphi.secretariat.pages.study_head import StudyHead, study_head
from surveys.localized import LocalizedText
from surveys.vocabulary import Guideline

FORMATS = ("pdf", "docx")
FLOWS = {"participants": participant_flow, "statements": statement_flow}


@dataclass(frozen=True, slots=True)
class ShownFlow:
    flow: Flow
    address: str


@dataclass(frozen=True, slots=True)
class MethodsPage:
    study: StudyHead
    checklists: tuple[FilledChecklist, ...]
    flows: tuple[ShownFlow, ...]
    downloads: tuple[tuple[str, str, str, str], ...]
    """Language, its name, format, address."""


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    study: StudyHead
    filled: FilledChecklist


@dataclass(frozen=True, slots=True)
class ItemPage:
    study: StudyHead
    checklist: FilledChecklist
    item: FilledItem
    previous: str
    following: str
    """Numbers of the neighbours; empty at the ends."""

    @property
    def stored(self) -> LocalizedText:
        return self.item.versions[0].text if self.item.versions else LocalizedText()

    @property
    def version(self) -> int:
        return self.item.versions[0].version if self.item.versions else 0


def methods_page(session: Session, *, study_id: int) -> MethodsPage:
    contents = methods_contents(session, study_id=study_id)
    reader = language()
    return MethodsPage(
        study=study_head(session, study_id=study_id),
        checklists=tuple(filled(one, contents) for one in CHECKLISTS.values()),
        flows=tuple(
            ShownFlow(
                draw(contents.record),
                url_for("secretariat.methods_flow", study_id=study_id, which=name, in_language=reader),
            )
            for name, draw in FLOWS.items()
        ),
        downloads=tuple(
            (
                code,
                name,
                format.upper(),
                url_for("secretariat.methods_report", study_id=study_id, in_language=code, format=format),
            )
            for code, name in LANGUAGE_NAMES.items()
            for format in FORMATS
        ),
    )


def checklist_page(session: Session, *, study_id: int, guideline: Guideline) -> ChecklistPage:
    contents = methods_contents(session, study_id=study_id)
    return ChecklistPage(study_head(session, study_id=study_id), filled(CHECKLISTS[guideline], contents))


def item_page(session: Session, *, study_id: int, guideline: Guideline, number: str) -> ItemPage:
    """One item; `unknown_item` where the guideline has none of that number."""
    item_of(guideline, number)
    page = checklist_page(session, study_id=study_id, guideline=guideline)
    numbers = [one.item.number for one in page.filled.items]
    at = numbers.index(number)
    return ItemPage(
        study=page.study,
        checklist=page.filled,
        item=page.filled.items[at],
        previous=numbers[at - 1] if at else "",
        following=numbers[at + 1] if at + 1 < len(numbers) else "",
    )


def typed_text(form: MultiDict[str, str], *, languages: tuple[str, ...]) -> LocalizedText:
    typed = {code: form.get(f"text_{code}", "") for code in languages}
    return LocalizedText(typed)
