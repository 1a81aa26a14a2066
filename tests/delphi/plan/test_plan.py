"""The plan says the same as PDF and DOCX, in both languages, and what people wrote stays text in each."""

import io
import re
from dataclasses import replace

import docx
import pytest
from pypdf import PdfReader
from sqlmodel import select

from delphi.database import Database
from delphi.documents.blocks import Grid, Heading, Note, Paragraph, Picture, plain, text_of
from delphi.documents.pdf import as_pdf
from delphi.documents.word_processor import as_docx
from delphi.exports import Wanted, What, make_file
from delphi.exports.header import header_of
from delphi.plan.chapters import Chapters
from delphi.plan.contents import PlanContents, plan_contents
from delphi.plan.document import plan_document
from surveys.models import StatementVersion
from surveys.services.facilities import Part, decide_parts
from tests.builders import NOW, as_secretary
from tests.published import PublishedStudy

NASTY = "#let x = 1; $x$ *bold* _it_ @ref <b>tag</b> {{ 7*7 }} \\n =HYPERLINK(1) «guillemets» œuvre"


@pytest.fixture
def published(lite: Database, published: PublishedStudy) -> PublishedStudy:
    """The published study with an activity in two parts, whose words are hostile."""
    study = published
    with lite.writing() as session:
        version = session.exec(
            select(StatementVersion).where(StatementVersion.statement_id == study.statements["A5-01"])
        ).one()
        version.text = version.text.with_text("en", NASTY).with_text("fr", NASTY)
        session.add(version)
        decide_parts(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            statement_ids=[study.statements["A5-01"]],
            parts=(
                Part(study.facilities["CF.I"], "the secretariat's part"),
                Part(study.facilities["GF.1"], "the regions' part"),
            ),
            source="Meeting",
            reason="Two parts",
            leader="Awa Diop",
            partners="FAO",
            now=NOW,
        )
    return study


def contents(lite: Database, study: PublishedStudy) -> PlanContents:
    with lite.reading() as session:
        return plan_contents(session, study_id=study.study_id, now=NOW)


def words(text: str) -> str:
    """Letters and digits alone: lines may break anywhere, and hyphens may come and go."""
    return re.sub(r"\W|_", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl")).casefold()


def pdf_words(content: bytes) -> str:
    return words("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def docx_words(content: bytes) -> str:
    book = docx.Document(io.BytesIO(content))
    return words("".join(node.text or "" for node in book.element.body.iter() if node.tag.endswith("}t")))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "en-fr"])
@pytest.mark.parametrize("chapters", Chapters)
def test_every_text_of_the_plan_is_in_the_pdf_and_in_the_docx(
    lite: Database, published: PublishedStudy, language: str, chapters: Chapters
) -> None:
    with lite.reading() as session:
        files = {
            name: make_file(
                session,
                study_id=published.study_id,
                wanted=Wanted(What.PLAN, name, language, chapters=chapters),
                now=NOW,
            )
            for name in ("pdf", "docx")
        }
        plan = plan_contents(session, study_id=published.study_id, now=NOW)
        header = header_of(session, study_id=published.study_id, sealed=[s.figures.sealed for s in plan.statements])
    document = plan_document(plan, header=header, languages=language.split("-"), by=chapters)
    found = {"pdf": pdf_words(files["pdf"]), "docx": docx_words(files["docx"])}
    lines = []
    for block in document.blocks:
        match block:
            case Heading() | Paragraph():
                lines.append(block.line)
            case Note():
                lines += [block.heading, *block.lines]
            case Grid():
                lines += [part for row in block.rows for cell in row for part in cell if not isinstance(part, Picture)]
            case _:
                pass
    assert len(lines) > 100
    for line in lines:
        for name, text in found.items():
            assert words(text_of(line)) in text, (name, text_of(line))


def test_what_people_wrote_is_text_in_the_pdf_and_the_docx(lite: Database, published: PublishedStudy) -> None:
    plan = contents(lite, published)
    with lite.reading() as session:
        header = header_of(session, study_id=published.study_id, sealed=[])
    document = plan_document(plan, header=header, languages=["en"], by=Chapters.GOAL)
    assert words(NASTY) in pdf_words(as_pdf(document))
    content = as_docx(document, made_at=NOW)
    book = docx.Document(io.BytesIO(content))
    texts = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    assert any(NASTY in text for text in texts)
    fields = [node.text for node in book.element.body.iter() if node.tag.endswith("}instrText")]
    assert fields and all(re.match(r" (TOC|PAGEREF|PAGE|NUMPAGES)", field or "") for field in fields)


def test_a_control_character_breaks_no_document(lite: Database, published: PublishedStudy) -> None:
    plan = contents(lite, published)
    with lite.reading() as session:
        header = header_of(session, study_id=published.study_id, sealed=[])
    document = plan_document(plan, header=header, languages=["en"], by=Chapters.GOAL)
    broken = replace(document, blocks=(*document.blocks, Paragraph(plain("a\x0bb\ud800c\x00d"))))
    assert docx.Document(io.BytesIO(as_docx(broken, made_at=NOW))).paragraphs[-1].text == "abcd"


def test_both_languages_have_the_same_numbers(lite: Database, published: PublishedStudy) -> None:
    plan = contents(lite, published)
    with lite.reading() as session:
        header = header_of(session, study_id=published.study_id, sealed=[])
    for chapters in Chapters:
        english, french = (
            [
                (block.level, block.number)
                for block in plan_document(plan, header=header, languages=[code], by=chapters).blocks
                if isinstance(block, Heading)
            ]
            for code in ("en", "fr")
        )
        assert english == french
        assert len(english) == len(set(english))


def test_a_split_activity_stands_at_both_facilities_with_its_parts(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        content = make_file(session, study_id=published.study_id, wanted=Wanted(What.PLAN, "docx", "en"), now=NOW)
    book = docx.Document(io.BytesIO(content))
    rows = [row.cells[0].text for table in book.tables for row in table.rows if row.cells[0].text.startswith("A5-01")]
    assert len(rows) == 2
    for row in rows:
        assert "CF.I Facility CF.I: the secretariat's part" in row
        assert "GF.1 Facility GF.1: the regions' part" in row
        assert "Owner: Awa Diop" in row and "Partners: FAO" in row


def test_the_docx_is_accessible(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        content = make_file(session, study_id=published.study_id, wanted=Wanted(What.PLAN, "docx", "fr"), now=NOW)
    book = docx.Document(io.BytesIO(content))
    assert book.core_properties.language == "fr-FR"
    assert {"Heading 1", "Heading 2"} <= {paragraph.style.name for paragraph in book.paragraphs if paragraph.style}
    drawings = [node for node in book.element.body.iter() if node.tag.endswith("}docPr")]
    assert drawings and all(node.get("descr") for node in drawings)
    heads = [table.rows[0]._tr.xml for table in book.tables]
    assert all("w:tblHeader" in head for head in heads)


def test_the_pdf_is_tagged_and_says_its_language(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        content = make_file(session, study_id=published.study_id, wanted=Wanted(What.PLAN, "pdf", "fr"), now=NOW)
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert b"pdfuaid" in content
    assert len(reader.outline) > 3


def test_conflicts_stand_in_the_plan_with_both_sources(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        content = make_file(
            session,
            study_id=published.study_id,
            wanted=Wanted(What.PLAN, "docx", "en", chapters=Chapters.GOAL),
            now=NOW,
        )
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert texts.count("B1: the documents disagree") == 2
    assert "Strategic Plan, 2022: Global Facility. GF!" in texts
    assert "Roadmap 2023: Core Facility. CF!" in texts
