"""How our word-processor documents look: page, type, styles, foot; and the fields that python-docx lacks."""

from datetime import datetime
from textwrap import shorten
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from delphi.documents.blocks import Document, Heading

INK, SOFT, ACCENT, FAINT, WASH = "211D17", "645D50", "1D6545", "DED8CA", "F3F1EA"
TYPE = "IBM Plex Sans"
MARGIN = 20
LONG_CONTENTS = 45
LONGEST_FOOT = 90
"""Letters beside which the page number finds room, in a wide type too."""
TAGS = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES"}


def language_tag(language: str) -> str:
    return TAGS.get(language, language)


def dressed(word: Any, document: Document, *, made_at: datetime) -> None:
    """Give an empty document our page, styles, foot and properties."""
    properties = word.core_properties
    properties.title, properties.language = document.title, language_tag(document.language)
    properties.author = properties.last_modified_by = "Delphi"
    properties.subject, properties.comments = document.place, ""
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    _fonts(word)
    _styles(word, language=document.language, is_book=bool(document.contents))
    n_entries = sum(isinstance(block, Heading) for block in document.blocks)
    _contents(word.styles, is_long=n_entries > LONG_CONTENTS)
    _foot(section, document.foot)


def _fonts(word: Any) -> None:
    """Where IBM Plex is not installed, Arial stands in, not whatever comes."""
    part = next((part for part in word.part.package.parts if str(part.partname) == "/word/fontTable.xml"), None)
    if part is None:
        return
    entry = f'<w:font w:name="{TYPE}"><w:altName w:val="Arial"/><w:family w:val="swiss"/></w:font></w:fonts>'
    part._blob = part.blob.replace(b"</w:fonts>", entry.encode())


def _styles(word: Any, *, language: str, is_book: bool) -> None:
    styles = word.styles
    normal = styles["Normal"]
    _type(normal, size=10)
    normal.paragraph_format.space_after = Pt(6)
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    spoken = defaults.find(qn("w:lang"))
    if spoken is None:
        spoken = OxmlElement("w:lang")
        defaults.append(spoken)
    spoken.set(qn("w:val"), language_tag(language))
    _type(styles["Title"], size=28 if is_book else 18, bold=True)
    _plain_title(styles["Title"])
    _type(styles["Subtitle"], size=11 if is_book else 9, colour=SOFT)
    _even_letters(styles["Subtitle"])
    styles["Subtitle"].paragraph_format.space_before = Mm(52) if is_book else Mm(0)
    for level, size, colour in ((1, 18, INK), (2, 13, ACCENT), (3, 10.5, INK)):
        heading = styles[f"Heading {level}"]
        _type(heading, size=size, colour=colour, bold=True)
        heading.paragraph_format.space_before = Pt(20 if level == 1 else 14)
        heading.paragraph_format.space_after = Pt(8 if level == 1 else 6)
        heading.paragraph_format.keep_with_next = True
    _type(styles["List Bullet"], size=10)
    _type(styles["Caption"], size=9, colour=SOFT)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(8)
    _made(styles, "Small", size=9, after=4)
    _made(styles, "Cell", size=8.5, after=2)
    numbers = _made(styles, "Cell Number", size=8.5, after=2).paragraph_format
    numbers.alignment, numbers.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, Mm(1)
    _made(styles, "After Table", size=4, after=2)
    for name, bold in (("Note Heading", True), ("Note", False)):
        note = _made(styles, name, size=9, bold=bold, before=9 if bold else 0, after=3)
        note.paragraph_format.left_indent = note.paragraph_format.right_indent = Mm(2)
        note.paragraph_format.keep_with_next = bold
        note.paragraph_format.keep_together = True
        note.element.get_or_add_pPr().append(
            parse_xml(
                f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="18" w:space="6" w:color="{ACCENT}"/></w:pBdr>'
            )
        )
        note.element.get_or_add_pPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{WASH}"/>'))
    _table_style(styles)


def _contents(styles: Any, *, is_long: bool) -> None:
    """Long contents in a smaller type, so that a few lines do not take a page of their own."""
    _made(styles, "TOC Heading", size=18, bold=True, after=8)
    size, before, after = (8.5, 3, 0.5) if is_long else (10, 5, 2)
    for level in (1, 2):
        entry = _made(styles, f"TOC {level}", size=size, bold=level == 1, before=before * (2 - level), after=after)
        entry.paragraph_format.left_indent = Mm(6 * (level - 1))
        entry.paragraph_format.tab_stops.add_tab_stop(Mm(170), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _table_style(styles: Any) -> None:
    table = styles.add_style("Delphi Table", WD_STYLE_TYPE.TABLE)
    table.base_style = styles["Normal Table"]
    table.element.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders>"
            f'<w:bottom w:val="single" w:sz="4" w:color="{FAINT}"/>'
            f'<w:insideH w:val="single" w:sz="4" w:color="{FAINT}"/>'
            '</w:tblBorders><w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="57" w:type="dxa"/>'
            '<w:bottom w:w="50" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    table.element.append(
        parse_xml(
            f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
            f'<w:bottom w:val="single" w:sz="8" w:color="{INK}"/></w:tcBorders></w:tcPr></w:tblStylePr>'
        )
    )


def _made(styles: Any, name: str, *, size: float, bold: bool = False, before: float = 0, after: float = 0) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH) if name not in styles else styles[name]
    style.base_style = styles["Normal"]
    _type(style, size=size, bold=bold)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    return style


def _type(style: Any, *, size: float, colour: str = INK, bold: bool = False) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = TYPE, Pt(size), bold or None, None
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), TYPE)


def _plain_title(style: Any) -> None:
    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        style.element.get_or_add_pPr().remove(border)


def _even_letters(style: Any) -> None:
    """Without the wide spacing between letters that the template has."""
    spacing = style.element.get_or_add_rPr().find(qn("w:spacing"))
    if spacing is not None:
        style.element.get_or_add_rPr().remove(spacing)


def _foot(section: Any, words: str) -> None:
    paragraph = section.footer.paragraphs[0]
    # The template's own stop in the middle of the line would catch the page number of a short foot.
    paragraph.style.paragraph_format.tab_stops.clear_all()
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(170), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{shorten(words, LONGEST_FOOT, placeholder='…')}\t")
    field(paragraph, "PAGE", words="1")
    paragraph.add_run(" / ")
    field(paragraph, "NUMPAGES", words="1")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8), RGBColor.from_string(SOFT)


def field(paragraph: Any, code: str, *, words: str = "", is_open: bool | None = None) -> None:
    """A field that the word processor fills. `is_open` True only begins one, False only ends it."""
    parts: list[tuple[str, str]] = []
    if is_open is not False:
        parts += [("begin", ""), ("code", code), ("separate", "")]
    if is_open is None:
        parts.append(("words", words))
    if is_open is not True:
        parts.append(("end", ""))
    for kind, text in parts:
        run = paragraph.add_run(text if kind == "words" else "")
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
            run._r.append(element)
        elif kind != "words":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            if kind == "begin":
                element.set(qn("w:dirty"), "true")
            run._r.append(element)
