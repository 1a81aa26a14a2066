"""Every published number of a bundle, computed again from its frozen answers; the first difference is named."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

import numpy as np

from analysis.round_report import analyse_round, report_as_dict
from analysis.types import CellState, Quantile, Ratings, Scale
from delphi.archive.figures import concordance_cells, concordance_names, figure_cells, figure_names
from delphi.archive.layout import SIMULATED, Cell, Damaged
from delphi.archive.opening import Bundle, Where, open_bundle, place, where
from delphi.archive.ranks import check_outcomes
from surveys.localized import LocalizedText
from surveys.queries.rating_matrix import CELL_STATES, in_canonical_order
from surveys.rules.protocol import ProtocolSettings, canonical_digest
from surveys.rules.questions import QUESTION_KINDS
from surveys.rules.questions.asked import AskedQuestion, options_from_json
from surveys.vocabulary import QuestionKind, RatingState

SEED = 20240101
CANONICAL = "canonical"
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was computed again, and how many simulated figures could not be (snapshots of earlier versions)."""

    seal: str
    n_rounds: int
    n_answers: int
    n_figures: int
    n_not_repeatable: int


def check(content: bytes, *, seal: str = "") -> Checked:
    """Open a bundle and compute all of it again.

    Raises
    ------
    Damaged
        With the first difference.
    """
    bundle = open_bundle(content, seal=seal)
    _check_rules(bundle)
    n_figures = n_not_repeatable = 0
    for n_same, n_skipped in (*_check_results(bundle), *_check_questions(bundle)):
        n_figures += n_same
        n_not_repeatable += n_skipped
    check_outcomes(
        outcomes=bundle.rows("outcomes"),
        results={(*where(row), row["statement"], row["criterion"]): row for row in bundle.rows("results")},
        kinds={row["statement"]: row["kind"] for row in bundle.rows("statements")},
    )
    return Checked(
        seal=bundle.seal,
        n_rounds=len(bundle.sheets["rounds"].rows),
        n_answers=len(bundle.sheets["ratings"].rows) + len(bundle.sheets["question_answers"].rows),
        n_figures=n_figures,
        n_not_repeatable=n_not_repeatable,
    )


def _check_rules(bundle: Bundle) -> None:
    for version in bundle.protocol["versions"]:
        if canonical_digest(version["settings"]) != version["fingerprint"]:
            raise Damaged(f"protocol version {version['version']}: its rules do not have its fingerprint")
    for fingerprint, settings in bundle.protocol["applied"].items():
        if canonical_digest(settings) != fingerprint:
            raise Damaged(f"the rules {fingerprint[:16]}... do not have that fingerprint")
    asked: dict[Where, list[bool]] = {}
    for row in bundle.rows("panel"):
        asked.setdefault(where(row), []).append(row["answered"])
    for row in bundle.rows("rounds"):
        if row["rule_fingerprint"] not in bundle.protocol["applied"]:
            raise Damaged(f"{place(row)}: the rules it was judged by are missing")
        if sum(asked.get(where(row), [])) != row["n_answered"]:
            raise Damaged(f"{place(row)}: n_answered is {row['n_answered']}, the panel gives {sum(asked[where(row)])}")
    _check_earlier(bundle)


def _check_earlier(bundle: Bundle) -> None:
    """What was reopened was closed again, by rules that are here."""
    last = {where(row): row["snapshot"] for row in bundle.rows("rounds")}
    for row in bundle.rows("earlier_closings"):
        if row["snapshot"] >= last.get(where(row), 0):
            raise Damaged(f"{place(row)}: snapshot {row['snapshot']} was reopened, no later closing is here")
        if row["rule_fingerprint"] not in ("", *bundle.protocol["applied"]):
            raise Damaged(f"{place(row)}, snapshot {row['snapshot']}: the rules it was judged by are missing")
    known = {(*where(row), row["snapshot"]) for row in bundle.rows("earlier_closings")}
    for row in bundle.rows("earlier_verdicts"):
        if (*where(row), row["snapshot"]) not in known:
            raise Damaged(f"{place(row)}, snapshot {row['snapshot']}: verdicts of a closing that is not here")


def _check_results(bundle: Bundle) -> Iterator[tuple[int, int]]:
    stored = {(*where(row), row["statement"], row["criterion"]): row for row in bundle.rows("results")}
    concordance = {(*where(row), row["criterion"], row["kind"]): row for row in bundle.rows("concordance")}
    for round_ in bundle.rows("rounds"):
        skipped = frozenset() if round_["rows"] == CANONICAL else SIMULATED
        for criterion, kind, asked, block, reports in reports_of(bundle, round_=round_):
            key = (*where(round_), criterion, kind)
            yield _compare(concordance.pop(key, None), concordance_names(), concordance_cells(block), key, skipped)
            for line, report in zip(asked, reports, strict=True):
                cell = (*where(round_), line["statement"], criterion)
                found = stored.pop(cell, None)
                if found is not None and found["version"] != line["version"]:
                    raise Damaged(f"{_name(cell)}: version is {found['version']}, asked was {line['version']}")
                yield _compare(found, figure_names(), figure_cells(report), cell, skipped)
    for key in (*stored, *concordance):
        raise Damaged(f"{_name(key)}: a result of something that was not asked")


Reported = tuple[str, str, list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]


def reports_of(bundle: Bundle, *, round_: Mapping[str, Any]) -> Iterator[Reported]:
    """Each criterion and kind of statement of a round: what was asked, its concordance, the report of each."""
    settings = ProtocolSettings.from_json(bundle.protocol["applied"][round_["rule_fingerprint"]])
    here = where(round_)
    statements = {row["statement"]: row for row in bundle.rows("statements") if row["task_force"] == here[0]}
    asked = [row for row in bundle.rows("questionnaires") if where(row) == here]
    scales = {one["code"]: one for one in bundle.study["scales"]}
    cells = [row for row in bundle.rows("ratings") if where(row) == here]
    panel = [row for row in bundle.rows("panel") if where(row) == here]
    for criterion in bundle.study["criteria"]:
        scale = scales[criterion["scale"]]
        for kind in dict.fromkeys(statements[row["statement"]]["kind"] for row in asked):
            if kind not in criterion["kinds"]:
                continue
            lines = sorted(
                (row for row in asked if statements[row["statement"]]["kind"] == kind),
                key=lambda row: statements[row["statement"]]["made"],
            )
            ratings = _matrix(
                [cell for cell in cells if cell["criterion"] == criterion["code"]],
                panel=panel,
                statements=[line["statement"] for line in lines],
                scale=Scale(scale["lower"], scale["upper"]),
            )
            ordered, _ = in_canonical_order(ratings, groups=[None] * len(panel))
            report = analyse_round(ordered, rule=settings.rule_for(criterion["code"]), seed=SEED)
            document = report_as_dict(report)
            items = [
                {**details, "consensus_class": item.consensus_class.value, "verdict": item.verdict.value}
                for item, details in zip(report.items, document["items"], strict=True)
            ]
            yield criterion["code"], kind, lines, document["concordance"], items


def _matrix(
    cells: list[dict[str, Any]], *, panel: list[dict[str, Any]], statements: list[str], scale: Scale
) -> Ratings:
    rows = {member["expert"]: index for index, member in enumerate(panel)}
    columns = {statement: index for index, statement in enumerate(statements)}
    values = np.full((len(rows), len(columns)), scale.lower, dtype=np.int64)
    states = np.full((len(rows), len(columns)), CellState.NOT_RETURNED, dtype=np.int8)
    for member in panel:
        if member["answered"]:
            states[rows[member["expert"]], :] = CellState.MISSING
    for cell in cells:
        if cell["statement"] not in columns:
            continue
        if cell["expert"] not in rows:
            raise Damaged(f"{place(cell)}: an answer of {cell['expert']}, who was not asked")
        at = rows[cell["expert"]], columns[cell["statement"]]
        states[at] = CELL_STATES[RatingState(cell["state"])]
        if cell["value"] is not None:
            values[at] = cell["value"]
    try:
        return Ratings(values=values, states=states, scale=scale)
    except ValueError as problem:
        raise Damaged(f"an answer is off its scale: {problem}") from None


def _check_questions(bundle: Bundle) -> Iterator[tuple[int, int]]:
    rules = {where(row): row["rule_fingerprint"] for row in bundle.rows("rounds")}
    stored = {(*where(row), row["position"]): row for row in bundle.rows("question_results")}
    answers: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in bundle.rows("question_answers"):
        answers.setdefault((*where(row), row["position"]), []).append(row)
    for row in bundle.rows("questions"):
        key = (*where(row), row["position"])
        given = answers.pop(key, [])
        settings = ProtocolSettings.from_json(bundle.protocol["applied"][rules[where(row)]])
        valid = [json.loads(one["answer"]) for one in given if one["answer"]]
        question = _question(row)
        summary = QUESTION_KINDS[question.kind].summarise(question, valid, quantile=Quantile(settings.quantile))
        states = [one["state"] for one in given]
        expected = (len(valid), states.count("outside_expertise"), states.count("need_information"))
        found = stored.pop(key, None)
        yield _compare(found, ("n", "n_outside_expertise", "n_need_information"), expected, key, frozenset())
        if found is not None and not same(json.loads(found["summary"]), json.loads(json.dumps(summary))):
            raise Damaged(f"{_name(key)}: the summary is not the one its answers give")
    for key in (*stored, *answers):
        raise Damaged(f"{_name(key)}: an answer to something that was not asked")


def _question(row: Mapping[str, Any]) -> AskedQuestion:
    settings = json.loads(row["settings"])
    return AskedQuestion(
        id=0,
        position=row["position"],
        kind=QuestionKind(row["kind"]),
        text=LocalizedText(json.loads(row["text"])),
        options=options_from_json(json.loads(row["options"])),
        groups=options_from_json(settings.get("groups", [])),
        choose_at_most=settings.get("choose_at_most", 0),
        total=settings.get("total", 0),
        lower=settings.get("lower"),
        upper=settings.get("upper"),
    )


def _compare(
    found: Mapping[str, Any] | None,
    names: tuple[str, ...],
    expected: tuple[Cell, ...],
    key: tuple[Any, ...],
    skipped: frozenset[str],
) -> tuple[int, int]:
    """How many figures are the same, and how many were skipped; `Damaged` at the first that differs."""
    if found is None:
        raise Damaged(f"{_name(key)}: the result is missing")
    for name, value in zip(names, expected, strict=True):
        if name not in skipped and not fits(found[name], value):
            raise Damaged(f"{_name(key)}: {name} is stored as {found[name]}, the frozen answers give {value}")
    n_skipped = len(skipped & set(names))
    return len(names) - n_skipped, n_skipped


def fits(stored: Any, expected: Any) -> bool:
    """Whether a cell of a table holds this figure; an empty text stands for none."""
    return same(stored, "" if expected is None and stored == "" else expected)


def same(stored: Any, expected: Any) -> bool:
    """Equal, but for the last bits of a float; also inside lists and objects."""
    if isinstance(stored, dict) and isinstance(expected, dict):
        return stored.keys() == expected.keys() and all(same(stored[key], expected[key]) for key in stored)
    if isinstance(stored, list) and isinstance(expected, list):
        return len(stored) == len(expected) and all(map(same, stored, expected))
    if isinstance(stored, float) and isinstance(expected, int | float):
        return isclose(stored, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stored == expected)


def _name(key: tuple[Any, ...]) -> str:
    """Such as `A5 round 2, A5-04, importance`."""
    return ", ".join([f"{key[0]} round {key[1]}", *map(str, key[2:])])
