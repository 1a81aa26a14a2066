"""Runs, paragraphs and rows of a word-processor document as XML elements.

Made directly: a plan has thirty thousand of them, and asking python-docx for each takes twice as long.
"""

import re
from collections.abc import Iterable
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from delphi.documents.blocks import Look
from delphi.documents.word_styles import SOFT, language_tag

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BREAKS = re.compile(r"([\n\t])")
VALUE, WIDTH, TYPE, SPACE = qn("w:val"), qn("w:w"), qn("w:type"), qn("xml:space")


def clean(text: str) -> str:
    """Without characters that no XML can hold."""
    return CONTROLS.sub("", text)


def run_element(text: str, look: Look, language: str) -> Any:
    """Characters of one look; line ends and tabs as a word processor has them. Text can become nothing else."""
    run = OxmlElement("w:r")
    if look in (Look.STRONG, Look.SOFT) or language:
        properties = OxmlElement("w:rPr")
        if look is Look.STRONG:
            properties.append(OxmlElement("w:b"))
        elif look is Look.SOFT:
            properties.append(_with("w:color", SOFT))
        if language:
            properties.append(_with("w:lang", language_tag(language)))
        run.append(properties)
    tag = "w:delText" if look is Look.DELETED else "w:t"
    for part in BREAKS.split(clean(text).replace("\r\n", "\n").replace("\r", "\n")):
        if part in ("\n", "\t"):
            run.append(OxmlElement("w:br" if part == "\n" else "w:tab"))
        elif part:
            words = OxmlElement(tag)
            words.text = part
            words.set(SPACE, "preserve")
            run.append(words)
    return run


def paragraph_element(style: str, *, keeps: bool = False) -> Any:
    """An empty paragraph of a style (its id); `keeps` holds it on the page of the next one."""
    paragraph, properties = OxmlElement("w:p"), OxmlElement("w:pPr")
    properties.append(_with("w:pStyle", style))
    if keeps:
        properties.append(OxmlElement("w:keepNext"))
    paragraph.append(properties)
    return paragraph


def cell_element(paragraphs: Iterable[Any], *, twips: int) -> Any:
    """A cell of a width in twentieths of a point."""
    cell, properties, width = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:tcW")
    width.set(TYPE, "dxa")
    width.set(WIDTH, str(twips))
    properties.append(width)
    cell.append(properties)
    cell.extend(paragraphs)
    return cell


def row_element(cells: Iterable[Any], *, is_head: bool = False) -> Any:
    """A row that stays whole; a head is repeated on every page."""
    row, properties = OxmlElement("w:tr"), OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    row.extend(cells)
    return row


def _with(tag: str, value: str) -> Any:
    element = OxmlElement(tag)
    element.set(VALUE, value)
    return element
