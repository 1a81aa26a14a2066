"""The methods report: complete checklists, numbers from the record, blanks that a person fills, three forms of it."""

import io
import re
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlmodel import col, select

from delphi.database import Database
from delphi.documents.blocks import Document, Grid, Picture, text_of
from delphi.documents.pdf import as_pdf
from delphi.documents.word_processor import as_docx
from delphi.methods.facts import FACTS
from delphi.methods.filled import CHECKLISTS, filled, methods_contents
from delphi.methods.flows import Step, drawn, participant_flow, statement_flow
from delphi.methods.items import Answered
from delphi.methods.report import methods_document
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, ReportEntry
from surveys.queries.methods import methods_record
from surveys.services.report_entries import TEXT_LIMIT, write_entry
from surveys.vocabulary import AuditAction, Guideline, OutcomeStatus, ViolationCode
from tests.builders import NOW, SmallStudy, a_study, as_secretary, staff_client, token_in

COUNTS = {Guideline.DELPHISTAR: 38, Guideline.ACCORD: 35, Guideline.CREDES: 16}


@pytest.fixture
def small(finished: tuple[Path, SmallStudy]) -> SmallStudy:
    return finished[1]


@pytest.fixture
def served(finished_app: Flask) -> Flask:
    return finished_app


def document(app: Flask, small: SmallStudy, *, language: str = "en") -> Document:
    with app.test_request_context("/"), app.extensions["delphi_database"].reading() as session:
        contents = methods_contents(session, study_id=small.study_id)
        return methods_document(contents, in_language_of=language, made_at=NOW)


def words(made: Document) -> str:
    lines = [text_of(line) for line in made.lead]
    for block in made.blocks:
        if isinstance(block, Grid):
            lines += [text_of(part) for row in block.rows for cell in row for part in cell if isinstance(part, tuple)]
        elif hasattr(block, "lines"):
            lines += [text_of(line) for line in block.lines]
        elif hasattr(block, "line"):
            lines.append(text_of(block.line))
    return "\n".join(lines)


@pytest.mark.parametrize("guideline", list(Guideline))
def test_a_checklist_has_every_published_number_once(guideline: Guideline) -> None:
    numbers = [item.number for item in CHECKLISTS[guideline].items]
    assert (len(numbers), len(set(numbers))) == (COUNTS[guideline], COUNTS[guideline])
    if guideline is not Guideline.ACCORD:
        assert numbers == [str(n) for n in range(1, COUNTS[guideline] + 1)]
    assert CHECKLISTS[guideline].source.partition("doi:")[2].startswith("10.")


def test_every_fact_is_used_and_every_item_names_known_ones() -> None:
    named = {name for one in CHECKLISTS.values() for item in one.items for name in item.facts}
    assert named == set(FACTS)


def test_what_the_record_answers_is_never_empty(served: Flask, small: SmallStudy) -> None:
    with served.test_request_context("/"), served.extensions["delphi_database"].reading() as session:
        contents = methods_contents(session, study_id=small.study_id)
        lists = [filled(one, contents) for one in CHECKLISTS.values()]
    items = [item for one in lists for item in one.items]
    assert [one.item.number for one in items if one.item.answered is Answered.RECORD and not one.said] == []
    for_people = [one for one in items if one.item.answered is Answered.PERSON]
    assert [one.item.number for one in for_people if one.said or not one.is_blank] == []
    by_name = {one.checklist.guideline: one for one in lists}
    assert by_name[Guideline.DELPHISTAR].n_filled == 14
    assert by_name[Guideline.ACCORD].n_filled == 12


def test_the_numbers_are_those_of_the_record(served: Flask, small: SmallStudy) -> None:
    with served.extensions["delphi_database"].reading() as session:
        record = methods_record(session, study_id=small.study_id)
    assert [(one.n_asked, one.n_started, one.n_answered, one.n_submitted) for one in record.rounds] == [
        (6, 2, 2, 0),
        (6, 6, 6, 4),
        (5, 6, 5, 0),
    ]
    flow = record.statements
    assert (flow.n_ideas, flow.n_placed, flow.n_statements, flow.n_rated) == (2, 1, 4, 4)
    assert (flow.outcomes[OutcomeStatus.AGREED], flow.outcomes[OutcomeStatus.INSUFFICIENT]) == (2, 1)
    assert sum(flow.outcomes.values()) == 4
    assert [(one.n_stayed, one.n_left, one.found is not None) for one in record.attrition] == [(5, 1, True)]
    assert (record.people.invited.people, record.people.submitted_once.people) == (6, 4)
    assert record.people.submitted_every.people == 0


def test_the_flows_are_drawn_with_their_numbers_and_told_in_words(served: Flask, small: SmallStudy) -> None:
    with served.test_request_context("/"), served.extensions["delphi_database"].reading() as session:
        record = methods_record(session, study_id=small.study_id)
        flows = (participant_flow(record), statement_flow(record))
    assert [step.heading for step in flows[0].steps][:3] == [
        "Invited: 6 people",
        "Joined: 6 people",
        "Round 1: 6 seats asked",
    ]
    assert flows[0].steps[4].beside == ("seats that answered nothing: 0",)
    for flow in flows:
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", flow.svg)
        said = " ".join(texts)
        assert all(step.heading.split()[0] in said for step in flow.steps)
        assert flow.svg.count("<title>") == 1 and flow.alt.startswith("Flow diagram.")


def test_a_drawing_holds_what_people_wrote_as_text() -> None:
    assert "<b>" not in drawn([Step("<b>& now", ('say "no"',))], words="<b>")


def test_the_report_says_the_same_numbers_in_both_languages(served: Flask, small: SmallStudy) -> None:
    english, french = document(served, small), document(served, small, language="fr")
    assert [type(one) for one in english.blocks] == [type(one) for one in french.blocks]
    assert (english.language, french.language) == ("en", "fr")
    pictures = [one for one in english.blocks if isinstance(one, Picture)]
    assert len(pictures) == 2 and all(len(one.alt) > 40 for one in pictures)
    assert "[ To be written ]" in words(english)
    assert "Étude des sols" in french.place


@pytest.mark.slow
def test_pdf_and_docx_open_elsewhere_with_the_same_words(served: Flask, small: SmallStudy) -> None:
    made = document(served, small)
    reader = PdfReader(io.BytesIO(as_pdf(made)))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Methods report" in text and "6.3" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    word = docx.Document(io.BytesIO(as_docx(made, made_at=NOW)))
    headings = [one.text for one in word.paragraphs if one.style is not None and one.style.name.startswith("Heading 1")]
    assert len(headings) == 7
    cells = [cell.text for grid in word.tables for row in grid.rows for cell in row.cells]
    numbers = {text for text in cells if re.fullmatch(r"[TIMRDO]?\d+", text)}
    assert {item.number for one in CHECKLISTS.values() for item in one.items} <= numbers


def test_what_is_written_is_kept_in_versions(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)

        def write(text: dict[str, str], *, base: int) -> int:
            return write_entry(
                session,
                actor=as_secretary(small),
                study_id=small.study_id,
                guideline=Guideline.ACCORD,
                item="O3",
                text=text,
                base_version=base,
                now=NOW + timedelta(minutes=base),
            )

        assert write({"en": " A grant ", "fr": "Une subvention"}, base=0) == 1
        assert write({"en": "A grant", "fr": "Une subvention"}, base=0) == 1
        with pytest.raises(RuleViolation) as refused:
            write({"en": "Nobody"}, base=0)
        assert refused.value.code is ViolationCode.EDITED_MEANWHILE
        assert write({"en": ""}, base=1) == 2
        with pytest.raises(RuleViolation) as long:
            write({"en": "x" * (TEXT_LIMIT + 1)}, base=2)
        assert long.value.code is ViolationCode.TEXT_TOO_LONG
    with database.reading() as session:
        stored = [
            (one.version, dict(one.text))
            for one in session.exec(select(ReportEntry).order_by(col(ReportEntry.version))).all()
        ]
        events = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.REPORT_ENTRY_WRITTEN)).all()
    assert stored == [(1, {"en": "A grant", "fr": "Une subvention"}), (2, {})]
    assert len(events) == 2


def desk(app: Flask, small: SmallStudy) -> tuple[FlaskClient, str]:
    return staff_client(app, small.secretary_id), f"/secretariat/studies/{small.study_id}/methods"


def test_writing_on_the_page_fills_the_blank_in_the_report(served: Flask, small: SmallStudy) -> None:
    client, root = desk(served, small)
    assert "DELPHISTAR: 14 of 38 items filled" in client.get(f"{root}/delphistar").text
    page = client.get(f"{root}/delphistar/4").text
    sent = {"csrf_token": token_in(page), "version": "0", "text_en": "Paid by <b>X</b>", "text_fr": "Payé par X"}
    assert client.post(f"{root}/delphistar/4", data=sent).status_code == 303
    after = client.get(f"{root}/delphistar").text
    assert "DELPHISTAR: 15 of 38 items filled" in after
    assert "Paid by &lt;b&gt;X&lt;/b&gt;" in after
    stale = client.post(f"{root}/delphistar/4", data={**sent, "text_en": "Other words"})
    assert (stale.status_code, "Other words" in stale.text) == (409, True)
    assert "Paid by <b>X</b>" in words(document(served, small))
    assert "Payé par X" in words(document(served, small, language="fr"))


def test_pages_and_files_open(served: Flask, small: SmallStudy) -> None:
    client, root = desk(served, small)
    page = client.get(root).text
    assert "ACCORD" in page and 'alt="Flow diagram.' in page
    for name, media in (
        ("participants-fr.svg", "image/svg+xml"),
        ("statements-en.svg", "image/svg+xml"),
        ("report-en.pdf", "application/pdf"),
    ):
        answer = client.get(f"{root}/{name}")
        assert (answer.status_code, answer.mimetype) == (200, media)
    for wrong in ("report-de.pdf", "report-en.txt", "participants-de.svg", "accord/X1", "prisma", "accord/X1/more"):
        assert client.get(f"{root}/{wrong}").status_code == 404, wrong


def test_a_study_before_its_first_round_has_a_report_too(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    made = document(app, small)
    assert "0 statements were rated." in words(made)
    assert as_pdf(made).startswith(b"%PDF")
