"""The readable pages of a bundle, in English and in French: plain HTML that loads nothing but its style sheet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext

from delphi.archive.layout import LAYOUTS, Sheet
from delphi.config import ROOT
from delphi.exports.language import speaking
from delphi.i18n import LANGUAGE_NAMES, in_language, number, percent
from delphi.questions.results import left_out_words
from delphi.sentences import KINDS, KINDS_PLURAL, OUTCOMES
from delphi.version import __version__
from surveys.localized import LocalizedText
from surveys.vocabulary import CommentReview, OutcomeStatus, StatementKind


@dataclass(frozen=True, slots=True)
class Line:
    """One statement where it ended; figures as people read them."""

    rank: str
    code: str
    text: str
    kind: str
    outcome: str
    median: str
    agreement: str
    n: str


@dataclass(frozen=True, slots=True)
class Panel:
    code: str
    title: str
    rounds: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[str, tuple[Line, ...]], ...]


def style_sheet() -> bytes:
    return (ROOT / "templates" / "archive" / "style.css").read_bytes()


def index_page(study: Mapping[str, Any]) -> bytes:
    names = LocalizedText(study["name"])
    return render_template(
        "archive/index.html", names=LANGUAGE_NAMES, titles={code: names.in_language(code) for code in LANGUAGE_NAMES}
    ).encode()


def reading_pages(
    *, study: Mapping[str, Any], protocol: Mapping[str, Any], sheets: Mapping[str, Sheet], now: datetime
) -> dict[str, bytes]:
    """`index.en.html` and `index.fr.html`."""
    pages = {}
    for code in LANGUAGE_NAMES:
        with speaking(code):
            page = render_template(
                "archive/study.html",
                study=study,
                protocol=protocol,
                panels=_panels(study, sheets),
                left_out=_left_out(sheets),
                tables=[(one, len(sheets[one.name].rows)) for one in LAYOUTS],
                version=__version__,
                made_at=now,
            )
            pages[f"index.{code}.html"] = page.encode()
    return pages


def _left_out(sheets: Mapping[str, Sheet]) -> tuple[str, ...]:
    answers = [json.loads(row["answer"]) for row in sheets["question_answers"].as_dicts() if row["answer"]]
    reviews = [answer.get("review") for answer in answers]
    return left_out_words(
        n_unread=reviews.count(CommentReview.WAITING), n_withheld=reviews.count(CommentReview.WITHHELD)
    )


def _panels(study: Mapping[str, Any], sheets: Mapping[str, Sheet]) -> tuple[Panel, ...]:
    titles = {
        task_force: in_language(objective["versions"][-1]["title"]) if objective["versions"] else ""
        for objective in study["objectives"]
        for task_force in objective["task_forces"]
    }
    wordings = {(row["statement"], row["version"]): row for row in sheets["wordings"].as_dicts()}
    results = {(row["statement"], row["criterion"], row["round"]): row for row in sheets["results"].as_dicts()}
    kinds = {row["statement"]: StatementKind(row["kind"]) for row in sheets["statements"].as_dicts()}
    lines: dict[tuple[str, StatementKind], list[tuple[Any, Line]]] = {}
    for row in sheets["outcomes"].as_dicts():
        result = results[(row["statement"], row["criterion"], row["round"])]
        wording = wordings[(row["statement"], result["version"])]
        kind = kinds[row["statement"]]
        line = Line(
            rank="–" if row["rank"] is None else str(row["rank"]),
            code=row["statement"],
            text=in_language({"en": wording["en"], "fr": wording["fr"]}),
            kind=str(KINDS[kind]),
            outcome=str(OUTCOMES[OutcomeStatus(row["status"])]),
            median=number(result["median"]),
            agreement=percent(result["agreement_k"] / result["agreement_n"]) if result["agreement_n"] else "–",
            n=str(result["n"]),
        )
        order = (row["rank"] is None, row["rank"] or 0, row["statement"])
        lines.setdefault((row["task_force"], kind), []).append((order, line))
    rounds: dict[str, list[tuple[str, ...]]] = {}
    for row in sheets["rounds"].as_dicts():
        rounds.setdefault(row["task_force"], []).append(
            (
                str(row["round"]),
                gettext("Open questions") if row["kind"] == "ideas" else gettext("Rating of statements"),
                row["closed_at"][:10],
                str(row["n_eligible"]),
                str(row["n_answered"]),
                str(row["n_submitted"]),
                row["sealed_digest"],
            )
        )
    return tuple(
        Panel(
            code=code,
            title=titles.get(code, ""),
            rounds=tuple(rounds[code]),
            lines=tuple(
                (
                    str(KINDS_PLURAL[kind]),
                    tuple(line for _, line in sorted(lines[(code, kind)], key=lambda one: one[0])),
                )
                for kind in StatementKind
                if (code, kind) in lines
            ),
        )
        for code in sorted(rounds)
    )
