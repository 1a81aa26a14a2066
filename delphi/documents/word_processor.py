"""Blocks as a DOCX with real headings, contents, repeated table heads, alternative texts and tracked changes."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Mm

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
    plain,
    text_of,
)
from delphi.documents.typesetting import drawn_as_png
from delphi.documents.word_elements import cell_element, clean, paragraph_element, row_element, run_element
from delphi.documents.word_styles import dressed, field

TEXT_WIDTH = 170.0
"""Millimetres between the margins."""
CONTENTS_LEVELS = 2
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
        self._n_pictures = 0
        self._word = docx.Document()
        dressed(self._word, document, made_at=self._made_at)
        self._styles = {style.name: style.style_id for style in self._word.styles}

    def written(self) -> bytes:
        document = self._document
        self._line(self._paragraph("Subtitle"), plain(document.place))
        self._line(self._paragraph("Title"), plain(document.title))
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
        self._line(self._paragraph("TOC Heading"), plain(self._document.contents))
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
            run = paragraph.add_run(clean(f"{block.number}\u2002{text_of(block.line)}".lstrip("\u2002")))
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
                for at, line in enumerate(block.lines, start=1):
                    paragraph = self._paragraph("Note")
                    paragraph.paragraph_format.keep_with_next = at < len(block.lines) or None
                    self._line(paragraph, line)
                # Frames that touch would become one.
                self._paragraph("After Table")
            case Grid():
                self._grid(block)
            case Picture():
                if block.caption:
                    self._line(self._paragraph("Caption"), block.caption)
                self._picture(self._paragraph("Normal")._p, block)
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
        table = self._word.add_table(rows=0, cols=len(grid.columns), style="Delphi Table")
        table.autofit = False
        whole = sum(column.width for column in grid.columns)
        widths = [Mm(TEXT_WIDTH * column.width / whole) for column in grid.columns]
        for at, width in enumerate(widths):
            table.columns[at].width = width
        heads: tuple[Cell, ...] = tuple((column.heading,) for column in grid.columns)
        for number, row in enumerate((heads, *grid.rows)):
            table._tbl.append(
                row_element(
                    (
                        self._cell(content, twips=width.twips, is_number=column.is_number, is_head=number == 0)
                        for content, column, width in zip(row, grid.columns, widths, strict=True)
                    ),
                    is_head=number == 0,
                )
            )
        self._paragraph("After Table")

    def _cell(self, content: Cell, *, twips: int, is_number: bool, is_head: bool) -> Any:
        style = self._styles["Cell Number" if is_number else "Cell"]
        paragraphs = []
        for part in content or ((),):
            paragraph = paragraph_element(style, keeps=is_head)
            if isinstance(part, Picture):
                self._picture(paragraph, part)
            else:
                self._add_text(paragraph, part)
            paragraphs.append(paragraph)
        return cell_element(paragraphs, twips=twips)

    def _picture(self, paragraph: Any, picture: Picture) -> None:
        relation, image = self._word.part.get_or_add_image(io.BytesIO(next(self._images)))
        self._n_pictures += 1
        wide, tall = image.scaled_dimensions(Mm(picture.width), None)
        inline = CT_Inline.new_pic_inline(self._n_pictures, relation, image.filename, wide, tall)
        inline.docPr.set("descr", clean(picture.alt))
        run, drawing = OxmlElement("w:r"), OxmlElement("w:drawing")
        drawing.append(inline)
        run.append(drawing)
        paragraph.append(run)

    def _break(self) -> None:
        # Where the page ends is a property of the paragraph that ends it, so that no empty line starts the next one.
        self._paragraph("After Table").add_run().add_break(WD_BREAK.PAGE)

    def _line(self, paragraph: Any, line: Line) -> None:
        self._add_text(paragraph._p, line)

    def _add_text(self, element: Any, line: Line) -> None:
        for one in line:
            run = run_element(one.text, one.look, one.language)
            if one.look in (Look.INSERTED, Look.DELETED):
                run = self._tracked(run, is_insertion=one.look is Look.INSERTED)
            element.append(run)

    def _tracked(self, run: Any, *, is_insertion: bool) -> Any:
        """A change as word processors track it: it can be accepted or refused there."""
        change = OxmlElement("w:ins" if is_insertion else "w:del")
        change.set(qn("w:id"), str(9000 + self._n_changes))
        change.set(qn("w:author"), AUTHOR)
        change.set(qn("w:date"), self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._n_changes += 1
        change.append(run)
        return change


def _mark(number: int) -> str:
    return f"_Toc{100000 + number}"
