"""The lineage as a drawing: boxes in four columns with threads between them, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from flask import url_for
from flask_babel import gettext
from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import in_language
from delphi.sentences import OUTCOMES
from surveys.models import Statement
from surveys.queries.lineage import Lineage, LineIdea, LineStatement, lineage_of_idea, lineage_of_statement
from surveys.rules.permissions import Actor
from surveys.services.synthesis import find_idea

WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP, STEP = 1216, 268, 66, 12, 316
LINE_LENGTH, LINES = 37, 2


@dataclass(frozen=True, slots=True)
class Box:
    """One box; `address` is where it leads, empty where there is nothing to open."""

    x: int
    y: int
    label: str
    lines: tuple[str, ...]
    whole: str
    address: str = ""
    is_here: bool = False
    is_gone: bool = False

    @property
    def middle(self) -> float:
        return self.y + BOX_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class DrawnThread:
    x1: int
    y1: float
    x2: int
    y2: float
    was: bool

    @property
    def path(self) -> str:
        half = (self.x1 + self.x2) / 2
        return f"M{self.x1} {self.y1}C{half} {self.y1} {half} {self.y2} {self.x2} {self.y2}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and threads with their places in user units; `heads` are the columns' names with their left edges."""

    width: int
    height: int
    heads: tuple[tuple[int, str], ...]
    boxes: tuple[Box, ...]
    threads: tuple[DrawnThread, ...]


@dataclass(frozen=True, slots=True)
class LineagePage:
    place: Place
    title: str
    lineage: Lineage
    drawing: Drawing
    idea: LineIdea | None
    statement: LineStatement | None
    undone: frozenset[tuple[int, int]]
    """(idea, statement) of threads that were undone."""


def statement_lineage_page(session: Session, *, statement_id: int, actor: Actor) -> LineagePage:
    """Where a statement comes from and where it went."""
    task_force_id = session.get_one(Statement, statement_id).task_force_id
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    lineage = lineage_of_statement(session, statement_id=statement_id)
    statement = lineage.statements[0]
    title = gettext("Where %(statement)s comes from", statement=statement.code)
    return _page(place, lineage, title=title, statement=statement)


def idea_lineage_page(session: Session, *, task_force_id: int, idea_id: int, actor: Actor) -> LineagePage:
    """What became of an idea. Raises `NotFound` where it is of another task force."""
    find_idea(session, task_force_id=task_force_id, idea_id=idea_id)
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    lineage = lineage_of_idea(session, idea_id=idea_id)
    idea = next(one for one in lineage.ideas if one.id == idea_id)
    return _page(place, lineage, title=gettext("What became of this idea"), idea=idea)


def draw_lineage(
    lineage: Lineage, *, task_force_id: int, may_facilitate: bool, here: tuple[str, int] | None = None
) -> Drawing:
    """Lay the lineage out; `here` is ("idea" or "statement", id) of the box to mark."""
    boxes: list[Box] = []
    threads: list[DrawnThread] = []
    top = 28
    idea_rows = len(lineage.ideas) if len(lineage.statements) <= 1 else 0
    at_statement: dict[int, Box] = {}
    y = top
    for statement in lineage.statements:
        plan = _plan_boxes(statement)
        rows = max(idea_rows, len(statement.wordings), len(plan), 1)
        middle = y + (rows - 1) * (BOX_HEIGHT + GAP) // 2
        own = _box(
            STEP,
            middle,
            label=statement.code,
            text=in_language(statement.text),
            address=url_for("facilitator.statement", statement_id=statement.id),
            is_here=here == ("statement", statement.id),
            is_gone=statement.is_retired,
        )
        at_statement[statement.id] = own
        boxes.append(own)
        for number, wording in enumerate(statement.wordings):
            label = gettext("Wording %(number)s", number=wording.number)
            box = _box(
                2 * STEP, _row(y, rows, len(statement.wordings), number), label=label, text=in_language(wording.text)
            )
            boxes.append(box)
            threads.append(_thread(own, box))
        newest = boxes[-1]
        for number, (label, text, address) in enumerate(plan):
            box = _box(3 * STEP, _row(y, rows, len(plan), number), label=label, text=text, address=address)
            boxes.append(box)
            threads.append(_thread(newest, box))
        y += rows * (BOX_HEIGHT + GAP)
    rows_used = max((y - top) // (BOX_HEIGHT + GAP), len(lineage.ideas), 1)
    at_idea: dict[int, Box] = {}
    for number, idea in enumerate(lineage.ideas):
        address = url_for("facilitator.idea", task_force_id=task_force_id, idea_id=idea.id) if may_facilitate else ""
        at_idea[idea.id] = _box(
            0,
            _row(top, rows_used, len(lineage.ideas), number),
            label=idea.code,
            text=idea.text,
            address=address,
            is_here=here == ("idea", idea.id),
            is_gone=bool(idea.parked_reason),
        )
    for idea in lineage.ideas:
        if idea.parked_reason:
            box = _box(STEP, at_idea[idea.id].y, label=gettext("Set aside"), text=idea.parked_reason)
            boxes.append(box)
            threads.append(_thread(at_idea[idea.id], box))
    for thread in lineage.threads:
        threads.append(_thread(at_idea[thread.idea_id], at_statement[thread.statement_id], was=thread.is_undone))
    heads = (gettext("Ideas"), gettext("Statement"), gettext("Wordings"), gettext("Plan"))
    return Drawing(
        width=WIDTH,
        height=top + rows_used * (BOX_HEIGHT + GAP),
        heads=tuple((STEP * number, head) for number, head in enumerate(heads)),
        boxes=(*at_idea.values(), *boxes),
        threads=tuple(threads),
    )


def _page(
    place: Place,
    lineage: Lineage,
    *,
    title: str,
    idea: LineIdea | None = None,
    statement: LineStatement | None = None,
) -> LineagePage:
    here = ("idea", idea.id) if idea is not None else ("statement", statement.id) if statement is not None else None
    return LineagePage(
        place=place,
        title=title,
        lineage=lineage,
        drawing=draw_lineage(
            lineage, task_force_id=place.task_force_id, may_facilitate=place.may_facilitate, here=here
        ),
        idea=idea,
        statement=statement,
        undone=frozenset((one.idea_id, one.statement_id) for one in lineage.threads if one.is_undone),
    )


def _plan_boxes(statement: LineStatement) -> list[tuple[str, str, str]]:
    """Label, text and address of what became of a statement; nothing before its outcome is published."""
    if statement.outcome is None:
        return []
    rank = gettext("rank %(rank)s in its task force", rank=statement.rank) if statement.rank else ""
    found = [(str(OUTCOMES[statement.outcome]), rank, "")]
    return found + [(code, in_language(name), "") for code, name in statement.facilities]


def _row(top: int, rows: int, n: int, number: int) -> int:
    """The upper edge of box `number` of `n`, in the middle of `rows` rows."""
    return top + (rows - n) * (BOX_HEIGHT + GAP) // 2 + number * (BOX_HEIGHT + GAP)


def _box(
    x: int, y: int, *, label: str, text: str, address: str = "", is_here: bool = False, is_gone: bool = False
) -> Box:
    return Box(x, y, label, _lines(text), text, address, is_here, is_gone)


def _lines(text: str) -> tuple[str, ...]:
    lines: Sequence[str] = wrap(" ".join(text.split()), LINE_LENGTH) or [""]
    if len(lines) > LINES:
        return (*lines[: LINES - 1], lines[LINES - 1][: LINE_LENGTH - 1].rstrip() + "…")
    return tuple(lines)


def _thread(start: Box, end: Box, *, was: bool = False) -> DrawnThread:
    return DrawnThread(start.x + BOX_WIDTH, start.middle, end.x, end.middle, was)
