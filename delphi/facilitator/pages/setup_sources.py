"""Where the objectives of a new study come from: the framework that is built in, another study, or a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from delphi.demo.content import demo_framework, demo_texts
from delphi.sentences.setup import file_sentence, row_sentence
from surveys.errors import NotFound
from surveys.file_problems import FileProblem
from surveys.framework_checks import Finding, check_framework, glossary_acronyms
from surveys.localized import LANGUAGES, LocalizedText
from surveys.models import Study
from surveys.queries.frameworks import framework_of, texts_of_study
from surveys.rules.date_plan import RoundDates
from surveys.rules.permissions import Actor
from surveys.study_files import Framework, TermEntry, read_framework
from surveys.study_tables import as_lines, read_study_table
from surveys.study_templates import StudyTemplate, study_templates
from surveys.vocabulary import StudyKind

BUILT_IN, FILE = "builtin", "file"
NO_FRAMEWORK = Framework(LANGUAGES, 1, "", (), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A fault of a file at its line; 0 where it has none."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a template and a source give: objectives, texts to start from, and what is wrong with a file."""

    template: StudyTemplate
    source: str
    document: str
    framework: Framework
    glossary: tuple[TermEntry, ...]
    panels: tuple[str, ...]
    rounds: tuple[RoundDates, ...]
    name: LocalizedText
    purpose: LocalizedText
    problems: tuple[LineProblem, ...]
    findings: tuple[Finding, ...]
    study_id: int | None


def visible_studies(session: Session, *, actor: Actor) -> Sequence[Study]:
    """Studies this actor takes part in or oversees, newest first."""
    ids = actor.takes_part_in | actor.oversees
    return session.exec(
        select(Study)
        .where(col(Study.id).in_(ids), Study.kind == StudyKind.STUDY)
        .order_by(col(Study.created_at).desc(), col(Study.id).desc())
    ).all()


def gather(session: Session, *, actor: Actor, template: str, source: str, document: str = "") -> Gathered:
    """Everything that the two choices give. Raises NotFound for a template or study that is not there for `actor`."""
    chosen = study_templates().get(template)
    if chosen is None:
        raise NotFound
    if source == BUILT_IN:
        return _gathered(chosen, source, framework=demo_framework(), glossary=demo_texts().glossary)
    if source == FILE:
        return _from_lines(chosen, document=document)
    study_id = int(source.removeprefix("study-")) if source.removeprefix("study-").isdigit() else 0
    if study_id not in actor.takes_part_in | actor.oversees:
        raise NotFound
    texts = texts_of_study(session, study_id=study_id)
    framework = framework_of(session, study_id=study_id)
    return replace(_gathered(chosen, source, framework=framework, glossary=texts.glossary), study_id=study_id)


def lines_of_file(data: bytes, *, name: str) -> str:
    """A file as text that can be shown and mended: frameworks as they are, tables as CSV. Raises FileProblem."""
    start = data.lstrip(b"\xef\xbb\xbf \r\n")[:2_000]
    if is_framework(start.decode("utf-8", "replace")):
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FileProblem("bad_encoding", file=name, encoding="UTF-8") from None
    return as_lines(data, name=name)


def is_framework(text: str) -> bool:
    """Whether a text is a framework in TOML or JSON, and not a table."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return first.lstrip().startswith(("{", "schema", "["))


def _from_lines(template: StudyTemplate, *, document: str) -> Gathered:
    if is_framework(document):
        try:
            framework = read_framework(document.encode(), name="file")
        except FileProblem as problem:
            wrong = LineProblem(problem.line or 0, problem.column or "", file_sentence(problem))
            return replace(_gathered(template, FILE, framework=NO_FRAMEWORK), document=document, problems=(wrong,))
        return replace(_gathered(template, FILE, framework=framework), document=document)
    table = read_study_table(document)
    return replace(
        _gathered(template, FILE, framework=table.framework),
        document=document,
        panels=table.panels,
        rounds=table.rounds,
        name=table.name,
        purpose=table.purpose,
        problems=tuple(LineProblem(one.line or 0, one.column, row_sentence(one)) for one in table.problems),
    )


def _gathered(
    template: StudyTemplate, source: str, *, framework: Framework, glossary: tuple[TermEntry, ...] = ()
) -> Gathered:
    known = glossary_acronyms(entry.term for entry in glossary)
    return Gathered(
        template=template,
        source=source,
        document="",
        framework=framework,
        glossary=glossary,
        panels=(),
        rounds=(),
        name=LocalizedText(),
        purpose=LocalizedText(),
        problems=(),
        findings=check_framework(framework, acronyms=known),
        study_id=None,
    )
