"""From plain data to a PDF: the one place that knows typst. What people wrote goes in as data, never as markup."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_ibm_plex_sans
import typst
from flask import Response

from delphi.config import ROOT

TEMPLATES = ROOT / "templates" / "documents"
ACCESSIBLE = "ua-1"


def typeset(name: str, data: Mapping[str, Any]) -> bytes:
    """The document `name` with `data` as a PDF, accessible (PDF/UA-1) where our type has every character of it.

    Raises
    ------
    ValueError
        Where there is no such document.
    """
    path = TEMPLATES / f"{name}.typ"
    if not path.is_file():
        raise ValueError(f"there is no document {name!r} in {TEMPLATES.name}")
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        return _compiled(path, inputs, standards=[ACCESSIBLE])
    except typst.TypstError as problem:
        if "could not be displayed with font" not in str(problem):
            raise
        # A character that no embedded type has: a PDF with a gap is worth more to its reader than none.
        return _compiled(path, inputs, standards=[])


def drawn_as_png(drawings: Sequence[tuple[str, float]], *, ppi: float = 220) -> list[bytes]:
    """Each drawing (SVG, width in millimetres) as a PNG, in the same order; one pass for all."""
    if not drawings:
        return []
    data = {"drawings": [{"svg": svg, "width": width} for svg, width in drawings]}
    path = TEMPLATES / "drawings.typ"
    compiler = typst.Compiler(str(path), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    pages = compiler.compile(format="png", sys_inputs=inputs, ppi=ppi)
    images = pages if isinstance(pages, list) else [pages]
    if len(images) != len(drawings):
        raise ValueError(f"{len(drawings)} drawings gave {len(images)} images")
    return [bytes(image or b"") for image in images]


def download(content: bytes, *, name: str) -> Response:
    """The answer that hands a PDF over under a file name."""
    return Response(
        content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )


def _compiled(path: Path, inputs: dict[str, str], *, standards: list[Any]) -> bytes:
    # A compiler each time: one that is kept would hold the last person's data.
    compiler = typst.Compiler(str(path), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=standards)
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__} for {path.name}")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """The type of the interface and what typst brings along; nothing of the machine, so that all copies are alike."""
    folder = Path(fontpkg_ibm_plex_sans.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])
