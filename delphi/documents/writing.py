"""A document as a file: what each format needs is loaded when somebody asks for it, not when the program starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from delphi.documents.blocks import Document


def written(document: Document, *, format: str, made_at: datetime) -> bytes:
    """`document` as PDF (accessible) or DOCX. Raises ValueError for any other format."""
    if format == "pdf":
        from delphi.documents.pdf import as_pdf

        return as_pdf(document)
    if format == "docx":
        from delphi.documents.word_processor import as_docx

        return as_docx(document, made_at=made_at)
    raise ValueError(f"no document is written as {format!r}")
