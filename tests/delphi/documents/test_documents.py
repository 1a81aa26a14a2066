"""PDFs: what they say, in both languages, from data alone; nothing that people write is taken for markup."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from flask import Flask
from flask_babel import force_locale
from pypdf import PdfReader

from delphi.documents import typesetting
from delphi.documents.blocks import Column, Document, Grid, Paragraph, plain
from delphi.documents.certificate import Certificate, CertifiedRound, certificate_data, certificate_pdf
from delphi.documents.days import day
from delphi.documents.own_answers import GivenItem, GivenSection, OwnAnswersSheet, own_answers_data, own_answers_pdf
from delphi.documents.pdf import as_pdf
from delphi.documents.questionnaire import paper_questionnaire, questionnaire_data, questionnaire_pdf
from delphi.documents.word_processor import as_docx
from delphi.documents.word_styles import LONGEST_FOOT
from surveys.queries.asked_round import asked_round
from surveys.vocabulary import QuestionKind, RoundKind
from tests.builders import a_question, a_study, an_open_ideas_round, an_open_rating_round, said

CLOSED = datetime(2026, 5, 12, 16, 0, tzinfo=UTC)
CERTIFICATE = Certificate(
    name="Awa Diop",
    code="A5",
    title=said("Carbon markets", "Marchés du carbone"),
    study=said("Soil plan", "Plan des sols"),
    time_zone="Europe/Paris",
    signature="The secretariat",
    rounds=(CertifiedRound(1, RoundKind.IDEAS, CLOSED), CertifiedRound(2, RoundKind.RATING, CLOSED)),
    issued_at=CLOSED,
)
HOSTILE = '#panic("x") $1/0$ *b* _i_ <label> @ref \\ `raw` ] } // end'


def sheet(text: str) -> OwnAnswersSheet:
    section = GivenSection("Ideas", (GivenItem(kind="Problem", text=text, comment=text),))
    return OwnAnswersSheet(
        place=text, lead=(text,), foot="A5", receipt="7K3Q-9MFX", submitted="today", sections=[section]
    )


@pytest.mark.parametrize(("language", "closed"), [("en", "12 May 2026"), ("fr", "12 mai 2026")])
def test_the_certificate_names_person_task_force_and_rounds(app: Flask, language: str, closed: str) -> None:
    with app.test_request_context(), force_locale(language):
        data = certificate_data(CERTIFICATE)
        assert certificate_pdf(CERTIFICATE).startswith(b"%PDF")
    assert data["language"] == language
    assert (data["name"], data["signature"]) == ("Awa Diop", "The secretariat")
    assert ("Marchés du carbone" if language == "fr" else "Carbon markets") in data["lead"][1]
    assert [line["closed"] for line in data["rounds"]] == [closed, closed]


@pytest.mark.parametrize(("language", "said"), [("en", "1 December 2026"), ("fr", "1er décembre 2026")])
def test_the_first_of_a_month_is_written_as_people_do(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert day(datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "Europe/Paris") == said


def test_a_certificate_of_no_round_is_refused(app: Flask) -> None:
    empty = Certificate(**{**{name: getattr(CERTIFICATE, name) for name in CERTIFICATE.__slots__}, "rounds": ()})
    with app.test_request_context(), pytest.raises(ValueError, match="closed round"):
        certificate_pdf(empty)


def test_what_people_wrote_is_never_markup(app: Flask) -> None:
    with app.test_request_context():
        assert own_answers_data(sheet(HOSTILE))["sections"][0]["entries"][0]["text"] == HOSTILE
        assert own_answers_pdf(sheet(HOSTILE)).startswith(b"%PDF")


def test_documents_are_accessible_unless_a_character_has_no_type(app: Flask) -> None:
    with app.test_request_context():
        assert b"pdfuaid" in own_answers_pdf(sheet("Les sols s'épuisent, « déjà » ≥ 3"))
        odd = own_answers_pdf(sheet("土壤 🌱"))
    assert odd.startswith(b"%PDF") and b"pdfuaid" not in odd


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(ValueError, match="no document"):
        typesetting.typeset("../secret", {})


def test_a_sheet_of_ratings_has_codes_scales_and_no_name(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        for kind in QuestionKind:
            settings = {"choose_at_most": 2, "total": 10, "groups": [{"code": "g1", "en": "Now", "fr": "Maintenant"}]}
            a_question(session, round_id=round_.id, kind=kind, settings=settings)
        asked = asked_round(session, round_id=round_.id)
        with app.test_request_context(), force_locale("fr"):
            paper = paper_questionnaire(session, asked=asked, code="7K3-Q9M", needs_consent=True)
            data, pdf = questionnaire_data(paper), questionnaire_pdf(paper)
    assert pdf.startswith(b"%PDF")
    assert data["code"]["value"] == "7K3-Q9M" and data["consent"]
    activities, questions = data["sections"]
    assert [entry["code"] for entry in activities["entries"]] == ["A5-01", "A5-02", "A5-03"]
    assert [scale["question"] for scale in activities["entries"][0]["scales"]] == [
        "Quelle importance ?",
        "Est-ce faisable ?",
    ]
    assert activities["entries"][0]["scales"][0]["points"] == list(range(1, 10))
    assert [entry["code"] for entry in questions["entries"]] == [f"Q{n}" for n in range(1, len(QuestionKind) + 1)]
    marks = {
        kind: [one["mark"] for one in entry["options"]]
        for kind, entry in zip(QuestionKind, questions["entries"], strict=True)
    }
    assert marks[QuestionKind.YES_NO] == ["tick", "tick"]
    assert marks[QuestionKind.POINTS] == ["box", "box", "box"]
    assert "Expert soil" not in str(data)


def test_a_sheet_of_open_questions_has_room_for_ideas(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        round_ = an_open_ideas_round(session, small)
        asked = asked_round(session, round_id=round_.id)
        with app.test_request_context():
            paper = paper_questionnaire(session, asked=asked, code="7K3-Q9M", needs_consent=False)
            data = questionnaire_data(paper)
            assert questionnaire_pdf(paper).startswith(b"%PDF")
    codes = [entry["code"] for section in data["sections"] for entry in section["entries"]]
    assert codes[:3] == ["P1", "PC1", "PQ1"] and {"A1", "O1", "S1"} <= set(codes)
    assert data["consent"] == ""


def a_table(*rows: str) -> Document:
    grid = Grid((), (Column(plain("Code"), 1), Column(plain("Text"), 1)), tuple(((), (plain(row),)) for row in rows))
    return Document(
        "en", "Plan", "Study", (), "Plan", "", (Paragraph(plain("Before")), grid, Paragraph(plain("After")))
    )


def test_nothing_of_a_table_runs_off_its_page() -> None:
    """Five rows that would fill two pages are not held together; each of them is."""
    long = [" ".join(f"word{number}-{at}" for at in range(90)) + f" end{number}." for number in range(5)]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(a_table(*long)))).pages]
    shown = [number for number in range(5) for page in pages if f"end{number}." in page and f"word{number}-0" in page]
    assert (len(pages), shown) == (2, [0, 1, 2, 3, 4])
    short = [page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(a_table("one", "two")))).pages]
    assert len(short) == 1 and "After" in short[0]


def test_a_row_taller_than_a_page_goes_on_on_the_next() -> None:
    pages = PdfReader(io.BytesIO(as_pdf(a_table(" ".join(["reasons"] * 600) + " end.")))).pages
    assert len(pages) == 2 and "end." in pages[1].extract_text() and "After" in pages[1].extract_text()


def test_in_a_word_processor_heads_stay_with_their_rows_and_the_number_with_its_page() -> None:
    made = replace(a_table("one"), foot="A very long name of a study " * 9, contents="Contents")
    word = docx.Document(io.BytesIO(as_docx(made, made_at=CLOSED)))
    head = word.tables[0].rows[0].cells[0].paragraphs[0]
    assert head.paragraph_format.keep_with_next
    foot = word.sections[0].footer.paragraphs[0]
    assert len(foot.text.split("\t")[0]) <= LONGEST_FOOT
    assert list(foot.style.paragraph_format.tab_stops) == []


def test_text_in_a_word_processor_keeps_lines_and_tabs_and_nothing_else_of_its_own() -> None:
    made = as_docx(a_table("one\ttwo\nthree\x01 & <w:br/> {MERGEFIELD}"), made_at=CLOSED)
    cell = docx.Document(io.BytesIO(made)).tables[0].rows[1].cells[1]
    assert cell.text == "one\ttwo\nthree & <w:br/> {MERGEFIELD}"
    assert [node.tag.rpartition("}")[2] for node in cell.paragraphs[0].runs[0]._r] == ["t", "tab", "t", "br", "t"]
