"""Every code has its sentence, every sentence its translation, and every label in a guide is a sentence of a page."""

import ast
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from delphi import sentences
from surveys.errors import RuleViolation
from surveys.vocabulary import (
    IdeaStatus,
    MembershipStatus,
    OutcomeStatus,
    RoundStatus,
    Stance,
    StatementKind,
    ViolationCode,
)
from tests.architecture import guides
from tests.architecture.checks import ROOT

COMPLETE = ("fr",)
READY = ("es",)
GUIDES = {"expert.md": "", "facilitator.md": "", "secretariat.md": "", "expert.fr.md": "fr"}
"""Guides that write labels in bold, and the catalogue their labels stand in."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TABLES: list[tuple[dict[StrEnum, object], type[StrEnum]]] = [
    (sentences.VIOLATIONS, ViolationCode),
    (sentences.KINDS, StatementKind),
    (sentences.KINDS_PLURAL, StatementKind),
    (sentences.OUTCOMES, OutcomeStatus),
    (sentences.ROUND_STATUSES, RoundStatus),
    (sentences.IDEA_STATUSES, IdeaStatus),
    (sentences.MEMBERSHIPS, MembershipStatus),
    (sentences.STANCES, Stance),
]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every message of code and templates as they stand now."""
    return extract(ROOT, tmp_path_factory.mktemp("messages") / "messages.pot")


def extract(root: Path, target: Path) -> Catalog:
    command = [str(Path(sys.executable).with_name("pybabel")), "-q", "extract", "-F", "pyproject.toml"]
    # By default pybabel passes over folders whose name starts with "_", such as templates/_macros.
    command += ["--ignore-dirs", ".*"]
    command += ["-k", "_l", "-k", "lazy_gettext", "-k", "lazy_ngettext:1,2", "-k", "_n:1,2", "-o", str(target), "."]
    subprocess.run(command, cwd=root, check=True)
    with target.open("rb") as file:
        return read_po(file)


def catalogue(language: str) -> Catalog:
    path = ROOT / "delphi" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def missing(messages: Catalog, translated: Catalog) -> list[str]:
    """Messages without a translation, or with one that is fuzzy, partial, or drops a placeholder."""
    found = []
    for message in messages:
        if not message.id:
            continue
        other = translated.get(message.id, message.context)
        texts = [] if other is None else list(other.string) if isinstance(other.string, tuple) else [other.string]
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[1]))
        if other is None or other.fuzzy or not all(texts) or wanted - set(PLACEHOLDER.findall(texts[-1])):
            found.append(str(message.id))
    return found


@pytest.mark.parametrize(("table", "codes"), TABLES, ids=[codes.__name__ for _, codes in TABLES])
def test_every_code_has_a_sentence(table: dict[StrEnum, object], codes: type[StrEnum]) -> None:
    assert set(table) == set(codes)


@pytest.mark.parametrize("language", COMPLETE)
def test_every_message_is_translated(extracted: Catalog, language: str) -> None:
    assert missing(extracted, catalogue(language)) == []


@pytest.mark.parametrize("language", READY)
def test_every_message_stands_in_the_prepared_catalogue(extracted: Catalog, language: str) -> None:
    prepared = catalogue(language)
    assert [
        message.id for message in extracted if message.id and prepared.get(message.id, message.context) is None
    ] == []


def texts(messages: Catalog, *, translated: bool) -> list[str]:
    found = [one.string if translated else one.id for one in messages if one.id]
    return [text for one in found for text in ([one] if isinstance(one, str) else one)]


@pytest.mark.parametrize(("name", "language"), GUIDES.items())
def test_labels_in_bold_are_on_a_page(extracted: Catalog, name: str, language: str) -> None:
    guide = (ROOT / "docs" / name).read_text(encoding="utf-8")
    known = texts(catalogue(language), translated=True) if language else texts(extracted, translated=False)
    assert guides.unknown_labels(guide, known=known) == []


def hidden_sentences(source: str) -> list[str]:
    """Translations asked for within an f-string, where the collection of messages does not see them."""
    if "gettext" not in source:
        return []
    return [
        ast.unparse(call)
        for text in ast.walk(ast.parse(source))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("gettext", "ngettext")
    ]


def test_no_sentence_hides_in_an_f_string() -> None:
    assert hidden_sentences("""a = f"{gettext('Reason:')} x" """) == ["gettext('Reason:')"]
    sources = (ROOT / "delphi").rglob("*.py")
    assert {path.name: found for path in sources if (found := hidden_sentences(path.read_text("utf-8")))} == {}


def test_a_missing_translation_is_found(tmp_path: Path) -> None:
    messages = Catalog()
    messages.add("A sentence nobody translated")
    messages.add("%(n)s people", locations=[("x", 1)])
    partial = Catalog(locale="fr")
    partial.add("%(n)s people", "des gens")
    assert missing(messages, partial) == ["A sentence nobody translated", "%(n)s people"]


def test_violations_read_as_sentences_in_each_language(app: Flask) -> None:
    violation = RuleViolation(ViolationCode.TEXT_TOO_LONG, limit=2000, over=12)
    with app.test_request_context():
        english = sentences.violation_sentence(violation)
        with force_locale("fr"):
            french = sentences.violation_sentence(violation)
    assert "12 characters too long" in english
    assert french != english
    assert "12" in french
    assert "2000" in french
