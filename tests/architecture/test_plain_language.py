"""What experts read is short: no sentence of their pages, papers and mails has more than twenty words, in any language.

Data of a study are not counted, a moment with its city is one of the values that a sentence is filled with, and in a
mail everything stands as it is sent.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.architecture.checks import ROOT

AT_MOST = 20
"""Words of a sentence."""
READ_BY_EXPERTS = (
    "templates/base.html",
    "templates/_macros/page.html",
    "templates/_macros/questions.html",
    "templates/expert/*.html",
    "templates/public/*.html",
    "delphi/consent.py",
    "delphi/documents/*.py",
    "delphi/expert/**/*.py",
    "delphi/public/*.py",
    "delphi/questions/*.py",
    "delphi/sentences/__init__.py",
)
MAILS = ("invitation", "reminder", "receipt", "round_opened", "round_reopened", "round_results", "thanks", "new_link")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
VALUE = re.compile(r"%\(\w+\)[sd]")
END = re.compile(r"(?<=[.!?…])[”»\")]*\s+|\n\s*\n|:\s*\n")
WORD = re.compile(r"\w")


def test_the_measure_counts_words_between_full_stops() -> None:
    said = "One, two\u00a0: three. Four (five)?\nhttps://one.example.org:8000/two\n\n%(name)s: nine"
    assert [n_words(sentence) for sentence in sentences_of(said)] == [3, 2, 1, 2]


def test_no_sentence_of_the_experts_pages_is_long() -> None:
    french = catalogue("fr")
    said = dict(messages())
    assert len(said) > 400, "the sentences are found at all"
    long = [
        f"{where}: {sentence}"
        for text, where in said.items()
        for version in (text, *versions_in(french, text))
        for sentence in sentences_of(version)
        if n_words(sentence) > AT_MOST
    ]
    assert long == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_sentence_of_the_experts_mails_is_long(language: str) -> None:
    folder = ROOT / "tests" / "golden" / "mails" / language
    files = sorted(path for path in folder.glob("*.txt") if path.stem.startswith(MAILS))
    assert len(files) >= len(MAILS)
    long = [
        f"{path.name}: {sentence}"
        for path in files
        for sentence in sentences_of(path.read_text("utf-8").partition("\n\n")[2])
        if n_words(sentence) > AT_MOST
    ]
    assert long == []


def sentences_of(text: str) -> list[str]:
    return [sentence for sentence in END.split(VALUE.sub("value", text)) if sentence.strip()]


def n_words(sentence: str) -> int:
    return sum(WORD.search(word) is not None for word in sentence.split())


def messages() -> Iterator[tuple[str, str]]:
    """Every text that is translated for experts, and the file it stands in."""
    for path in (path for pattern in READ_BY_EXPERTS for path in sorted(ROOT.glob(pattern))):
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for _, found, _, _ in extract(method, file, keywords=KEYWORDS):
                for text in (found,) if isinstance(found, str) else found:
                    yield text, str(path.relative_to(ROOT))


def versions_in(language: Catalog, text: str) -> tuple[str, ...]:
    message = language.get(text)
    found = message.string if message is not None else ""
    return (found,) if isinstance(found, str) else tuple(found or ())


def catalogue(language: str) -> Catalog:
    path: Path = ROOT / "delphi" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)
