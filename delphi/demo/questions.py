"""Further questions of the demo's rounds: asked by the service, answered as their content file says the panel leans."""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from delphi.demo.content import FOLDER
from delphi.demo.opinions import OUTSIDE_EXPERTISE, generator
from delphi.demo.panels import DemoPanel, Turnout
from delphi.demo.typography import typeset_all
from surveys.localized import LocalizedText
from surveys.models import QuestionAnswer
from surveys.queries.questions import questions_of
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import Option
from surveys.services.questions import add_question
from surveys.vocabulary import AnswerState, QuestionKind

STEP = 5
"""People share points in steps of five."""
AGREES = 0.8
"""Share of experts who put an option into the group it tends to."""

Stored = tuple[int, AnswerState, dict[str, Any] | None]
"""What one expert answered: (question id, state, answer)."""


@dataclass(frozen=True, slots=True)
class TextContent:
    """A text written by one expert who reads its language, and what becomes of it at the facilitator's desk."""

    language: str
    text: str
    paraphrase: LocalizedText
    """What others read instead; empty where they read the text as written."""
    is_unread: bool
    """The facilitator has not come to it yet: it gives somebody away."""


@dataclass(frozen=True, slots=True)
class QuestionContent:
    """A question and how the panel leans: a weight or a group (from 0) for each option, a centre and a spread."""

    question: AskedQuestion
    weights: tuple[float, ...]
    tendencies: tuple[int, ...]
    centre: float
    spread: float
    texts: tuple[TextContent, ...]


@cache
def demo_questions() -> dict[tuple[str, int], tuple[QuestionContent, ...]]:
    """(task force code, round number) to its questions in their order."""
    document = tomllib.loads((FOLDER / "content" / "questions.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, int], list[QuestionContent]] = defaultdict(list)
    for entry in document["questions"]:
        found[entry["task_force"], entry["round"]].append(_read(entry))
    return {place: tuple(contents) for place, contents in found.items()}


def ask_questions(session: Session, panel: DemoPanel, *, round_id: int, number: int, now: datetime) -> None:
    """Put the content's questions on a planned round."""
    for content in demo_questions().get((panel.code, number), ()):
        add_question(session, actor=panel.facilitator, round_id=round_id, question=content.question, now=now)


def answer_questions(
    session: Session, panel: DemoPanel, *, round_id: int, number: int, turnout: Turnout
) -> dict[int, list[Stored]]:
    """Store the answers of everybody who sent the round in; position in the panel to what they answered."""
    answers: dict[int, list[Stored]] = defaultdict(list)
    rows = []
    contents = demo_questions().get((panel.code, number), ())
    asked = questions_of(session, round_id=round_id) if contents else ()
    for question, content in zip(asked, contents, strict=True):
        rng = generator(panel.seed, panel.code, f"question:{number}:{question.position}")
        languages = [panel.members[at].language for at in turnout.submitted]
        for at, answer in zip(turnout.submitted, _drawn(content, languages=languages, rng=rng), strict=True):
            is_blank = answer is None and not QUESTION_KINDS[question.kind].is_counted
            if is_blank:
                continue
            state = AnswerState.ANSWERED if answer is not None else AnswerState.OUTSIDE_EXPERTISE
            answers[at].append((question.id, state, answer))
            rows.append(
                {
                    "round_id": round_id,
                    "question_id": question.id,
                    "panellist_id": panel.members[at].panellist_id,
                    "state": state,
                    "answer": answer,
                    "language": panel.members[at].language,
                }
            )
    if rows:
        session.connection().execute(insert(QuestionAnswer), rows)
    return answers


def _drawn(
    content: QuestionContent, *, languages: Sequence[str], rng: np.random.RandomState
) -> list[dict[str, Any] | None]:
    """An answer for each expert; None for one who left a text blank, or to whom the question is outside expertise."""
    if content.texts:
        free = list(content.texts)
        written: list[dict[str, Any] | None] = []
        for language in languages:
            own = next((one for one in free if one.language == language), None)
            if own is not None:
                free.remove(own)
            written.append({"text": own.text} if own is not None else None)
        return written
    return [None if rng.random_sample() < OUTSIDE_EXPERTISE else _answer(content, rng=rng) for _ in languages]


def _answer(content: QuestionContent, *, rng: np.random.RandomState) -> dict[str, Any]:
    question = content.question
    codes = question.option_codes
    match question.kind:
        case QuestionKind.RANKING | QuestionKind.TOP_X:
            # Gumbel noise on the logarithm of weights draws an order by Plackett and Luce.
            liking = np.log(content.weights) + rng.gumbel(size=len(codes))
            order = [codes[index] for index in np.argsort(-liking)]
            return {"order": order[: question.choose_at_most or len(order)]}
        case QuestionKind.POINTS:
            shares = rng.dirichlet([2 * weight for weight in content.weights])
            points = [STEP * int(question.total * share / STEP) for share in shares]
            points[int(np.argmax(shares))] += question.total - sum(points)
            return {"points": dict(zip(codes, points, strict=True))}
        case QuestionKind.SORT_GROUPS:
            groups = question.group_codes
            drawn = [at if rng.random_sample() < AGREES else rng.randint(len(groups)) for at in content.tendencies]
            return {"groups": {code: groups[at] for code, at in zip(codes, drawn, strict=True)}}
        case QuestionKind.PROBABILITY:
            value = STEP * round(rng.normal(content.centre, content.spread) / STEP)
            return {"value": int(min(100, max(0, value)))}
        case QuestionKind.YEAR:
            year = round(rng.normal(content.centre, content.spread))
            return {"value": int(min(question.upper or year, max(question.lower or year, year)))}
        case _:
            raise ValueError(f"the demo knows no answers to a question of kind {question.kind}")


def _read(entry: dict[str, Any]) -> QuestionContent:
    options = entry.get("options", [])
    question = AskedQuestion(
        id=0,
        position=0,
        kind=QuestionKind(entry["kind"]),
        text=_both(entry),
        hint=_both(entry.get("hint", {})),
        options=tuple(Option(f"o{number}", _both(one)) for number, one in enumerate(options, start=1)),
        groups=tuple(Option(f"g{number}", _both(one)) for number, one in enumerate(entry.get("groups", []), start=1)),
        choose_at_most=entry.get("choose_at_most", 0),
        total=entry.get("total", 0),
        lower=entry.get("lower"),
        upper=entry.get("upper"),
    )
    return QuestionContent(
        question=question,
        weights=tuple(one.get("weight", 1.0) for one in options),
        tendencies=tuple(one.get("group", 1) - 1 for one in options),
        centre=entry.get("centre", 0.0),
        spread=entry.get("spread", 0.0),
        texts=tuple(
            TextContent(one["language"], one["text"], _both(one.get("paraphrase", {})), one.get("is_unread", False))
            for one in entry.get("texts", [])
        ),
    )


def _both(entry: dict[str, Any]) -> LocalizedText:
    return typeset_all(LocalizedText({language: entry[language] for language in ("en", "fr") if language in entry}))
