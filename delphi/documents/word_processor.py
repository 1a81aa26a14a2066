"""Blocks as a DOCX with real headings, contents, repeated table heads, alternative texts and tracked changes."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, RGBColor

from delphi.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Grid,
    Heading,
    Line,
    Look,
    Note,
    PageBreak,
    Paragraph,
    Picture,
    kept_with_next,
    pictures_of,
    text_of,
)
from delphi.documents.typesetting import drawn_as_png
from delphi.documents.word_styles import SOFT, dressed, field, language_tag

TEXT_WIDTH = 170.0
"""Millimetres between the margins."""
CONTENTS_LEVELS = 2
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
AUTHOR = "Delphi"


def as_docx(document: Document, *, made_at: datetime) -> bytes:
    return _Writer(document, made_at=made_at).written()


class _Writer:
    def __init__(self, document: Document, *, made_at: datetime) -> None:
        self._document = document
        self._made_at = made_at.astimezone(UTC)
        self._images: Iterator[bytes] = iter(
            drawn_as_png([(picture.svg, picture.width) for picture in pictures_of(document)])
        )
        self._n_marks = 0
        self._n_changes = 0
        self._word = docx.Document()
        dressed(self._word, document, made_at=self._made_at)
        self._styles = {style.name: style.style_id for style in self._word.styles}

    def written(self) -> bytes:
        document = self._document
        self._add_text(self._paragraph("Subtitle"), ((document.place, Look.PLAIN, ""),))
        self._add_text(self._paragraph("Title"), ((document.title, Look.PLAIN, ""),))
        for line in document.lead:
            self._line(self._paragraph("Normal"), line)
        if document.contents:
            self._contents()
        for block, keep in zip(document.blocks, kept_with_next(document.blocks), strict=True):
            self._block(block, keep=keep)
        stream = io.BytesIO()
        self._word.save(stream)
        return stream.getvalue()

    def _paragraph(self, style: str) -> Any:
        paragraph = self._word.add_paragraph()
        # By id: looking a style up by its name for every paragraph takes most of the time of a long document.
        paragraph._p.style = self._styles[style]
        return paragraph

    def _contents(self) -> None:
        """A field, already filled with entries that lead to their headings; refreshed, it also has page numbers."""
        self._break()
        self._add_text(self._paragraph("TOC Heading"), ((self._document.contents, Look.PLAIN, ""),))
        headings = [
            (at, block)
            for at, block in enumerate(block for block in self._document.blocks if isinstance(block, Heading))
            if block.level <= CONTENTS_LEVELS
        ]
        for place, (at, block) in enumerate(headings):
            paragraph = self._paragraph(f"TOC {block.level}")
            if place == 0:
                field(paragraph, f'TOC \\o "1-{CONTENTS_LEVELS}" \\h \\z', is_open=True)
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _mark(at))
            paragraph._p.append(link)
            run = paragraph.add_run(_clean(f"{block.number}\u2002{text_of(block.line)}".lstrip("\u2002")))
            link.append(run._r)
            if place == len(headings) - 1:
                field(paragraph, "", is_open=False)

    def _block(self, block: Block, *, keep: bool) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                paragraph = self._paragraph("Small" if block.is_small else "Normal")
                paragraph.paragraph_format.keep_with_next = keep or None
                self._line(paragraph, block.line)
            case Bullets():
                for line in block.lines:
                    self._line(self._paragraph("List Bullet"), line)
            case Note():
                self._line(self._paragraph("Note Heading"), block.heading)
                for line in block.lines:
                    self._line(self._paragraph("Note"), line)
                # Frames that touch would become one.
                self._paragraph("After Table")
            case Grid():
                self._grid(block)
            case Picture():
                if block.caption:
                    self._line(self._paragraph("Caption"), block.caption)
                self._picture(self._paragraph("Normal"), block)
            case PageBreak():
                self._break()

    def _heading(self, block: Heading) -> None:
        paragraph = self._paragraph(f"Heading {block.level}")
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (start, end):
            element.set(qn("w:id"), str(self._n_marks))
        start.set(qn("w:name"), _mark(self._n_marks))
        self._n_marks += 1
        paragraph._p.append(start)
        if block.number:
            paragraph.add_run(f"{block.number}\u2002")
        self._line(paragraph, block.line)
        paragraph._p.append(end)

    def _grid(self, grid: Grid) -> None:
        if grid.caption:
            self._line(self._paragraph("Caption"), grid.caption)
        table = self._word.add_table(rows=1, cols=len(grid.columns), style="Delphi Table")
        table.autofit = False
        whole = sum(column.width for column in grid.columns)
        widths = [Mm(TEXT_WIDTH * column.width / whole) for column in grid.columns]
        for at, column in enumerate(grid.columns):
            table.columns[at].width = widths[at]
            self._cell(table.rows[0].cells[at], (column.heading,), width=widths[at], is_number=column.is_number)
            table.rows[0].cells[at].paragraphs[0].paragraph_format.keep_with_next = True
        _mark_row(table.rows[0], "w:tblHeader")
        _mark_row(table.rows[0], "w:cantSplit")
        for row in grid.rows:
            made = table.add_row()
            _mark_row(made, "w:cantSplit")
            for cell, content, column, width in zip(made.cells, row, grid.columns, widths, strict=True):
                self._cell(cell, content, width=width, is_number=column.is_number)
        self._paragraph("After Table")

    def _cell(self, cell: Any, content: Cell, *, width: Any, is_number: bool) -> None:
        cell.width = width
        first = cell.paragraphs[0]
        for at, part in enumerate(content):
            paragraph = first if at == 0 else cell.add_paragraph()
            paragraph._p.style = self._styles["Cell Number" if is_number else "Cell"]
            if isinstance(part, Picture):
                self._picture(paragraph, part)
            else:
                self._line(paragraph, part)
        if not content:
            first._p.style = self._styles["Cell"]

    def _picture(self, paragraph: Any, picture: Picture) -> None:
        shape = paragraph.add_run().add_picture(io.BytesIO(next(self._images)), width=Mm(picture.width))
        shape._inline.docPr.set("descr", _clean(picture.alt))

    def _break(self) -> None:
        # Where the page ends is a property of the paragraph that ends it, so that no empty line starts the next one.
        self._paragraph("After Table").add_run().add_break(WD_BREAK.PAGE)

    def _line(self, paragraph: Any, line: Line) -> None:
        self._add_text(paragraph, [(run.text, run.look, run.language) for run in line])

    def _add_text(self, paragraph: Any, runs: Sequence[tuple[str, Look, str]]) -> None:
        for text, look, language in runs:
            run = paragraph.add_run(_clean(text))
            if look is Look.STRONG:
                run.bold = True
            elif look is Look.SOFT:
                run.font.color.rgb = RGBColor.from_string(SOFT)
            if language:
                _speak(run, language)
            if look in (Look.INSERTED, Look.DELETED):
                self._track(paragraph, run, is_insertion=look is Look.INSERTED)

    def _track(self, paragraph: Any, run: Any, *, is_insertion: bool) -> None:
        """A change as word processors track it: it can be accepted or refused there."""
        change = OxmlElement("w:ins" if is_insertion else "w:del")
        change.set(qn("w:id"), str(9000 + self._n_changes))
        change.set(qn("w:author"), AUTHOR)
        change.set(qn("w:date"), self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._n_changes += 1
        paragraph._p.replace(run._r, change)
        change.append(run._r)
        if not is_insertion:
            for element in run._r.findall(qn("w:t")):
                element.tag = qn("w:delText")
                element.set(qn("xml:space"), "preserve")


def _mark(number: int) -> str:
    return f"_Toc{100000 + number}"


def _mark_row(row: Any, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))


def _speak(run: Any, language: str) -> None:
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), language_tag(language))
    run._r.get_or_add_rPr().append(element)


def _clean(text: str) -> str:
    """Without characters that no XML can hold."""
    return CONTROLS.sub("", text)
