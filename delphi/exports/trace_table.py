"""From every published statement back to what experts wrote, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from delphi.exports.tables import Cell, Column, Table, Word, table_of
from delphi.i18n import in_language
from surveys.queries.trace_rows import TracedIdea, TracedWording
from surveys.vocabulary import PlacementAction

STEPS: dict[str, Any] = {"idea": _l("idea, as written"), "wording": _l("wording of the statement")}
ACTIONS: dict[PlacementAction, Any] = {
    PlacementAction.KEPT: _l("kept"),
    PlacementAction.EDITED: _l("edited"),
    PlacementAction.MERGED: _l("merged"),
    PlacementAction.SPLIT: _l("split"),
}


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    kind: str
    number: int
    text: Cell
    language: str
    how: Word | None
    reason: str


def trace_table(ideas: Sequence[TracedIdea], wordings: Sequence[TracedWording]) -> Table:
    """The ideas of each statement, then its wordings; an idea that was split stands with each of its statements."""
    steps = [*_ideas(ideas), *_wordings(wordings)]
    steps.sort(key=lambda step: (step.code, step.kind, step.number))
    columns = (
        Column[Step]("code", gettext("Code"), lambda step: step.code, 9),
        Column[Step]("step", gettext("Step"), lambda step: Word(step.kind, str(STEPS[step.kind])), 20),
        Column[Step]("number", gettext("Number"), lambda step: step.number, 9),
        Column[Step]("text", gettext("Text"), lambda step: step.text, 80),
        Column[Step]("text_language", gettext("Language of the text"), lambda step: step.language, 10),
        Column[Step]("how", gettext("What became of the idea"), lambda step: step.how, 16),
        Column[Step]("reason", gettext("Reason"), lambda step: step.reason, 40),
    )
    return table_of("trace", gettext("Trace"), columns, steps)


def _ideas(ideas: Sequence[TracedIdea]) -> list[Step]:
    seen: dict[str, int] = {}
    steps = []
    for one in ideas:
        seen[one.code] = seen.get(one.code, 0) + 1
        how = Word(one.action.value, str(ACTIONS[one.action]))
        steps.append(Step(one.code, "idea", seen[one.code], one.text, one.language, how, one.note))
    return steps


def _wordings(wordings: Sequence[TracedWording]) -> list[Step]:
    return [Step(one.code, "wording", one.number, in_language(one.text), "", None, one.reason) for one in wordings]
