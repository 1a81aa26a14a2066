"""Study texts in a document: in the reader's language, marked where they had to stay in another one."""

from collections.abc import Mapping

from delphi.documents.blocks import Line, Look, Run, french
from delphi.i18n import language
from surveys.localized import LocalizedText


def said(text: Mapping[str, str] | None, look: Look = Look.PLAIN) -> Line:
    """One run with the text; empty where there is none in any language."""
    localized, reader = LocalizedText(text or {}), language()
    used = localized.language_used(reader)
    words = localized.in_language(reader)
    if not words:
        return ()
    return (Run(french(words) if used == "fr" else words, look, "" if used == reader else used),)
