"""Round 1 of a task force: it opens, ideas come in, it closes."""

from datetime import datetime

from sqlmodel import Session

from delphi.demo.authorship import WrittenIdea, write_ideas
from delphi.demo.opinions import generator
from delphi.demo.panels import DemoPanel, Turnout, join
from delphi.demo.receipts import add_submissions
from delphi.demo.stages import Position
from surveys.models import Idea
from surveys.services.next_round import plan_ideas_round
from surveys.services.rounds import close_round, open_round
from surveys.vocabulary import StatementKind

FIRST_HALF = (StatementKind.PROBLEM, StatementKind.CAUSE)
"""What somebody who is half-way has written so far."""


def play_ideas_round(session: Session, panel: DemoPanel) -> list[tuple[WrittenIdea, Idea]]:
    """The round with its stored ideas, closed unless the task force still stands in it."""
    opened, deadline = panel.calendar.opened(1), panel.calendar.deadline(1)
    is_open = panel.position is Position.ROUND_1_OPEN
    round_ = plan_ideas_round(session, actor=panel.facilitator, task_force_id=panel.task_force_id, now=opened)
    open_round(
        session, actor=panel.facilitator, round_=round_, deadline_at=deadline, languages=("en", "fr"), now=opened
    )
    turnout = panel.turnout(1, is_open=is_open)
    everybody = tuple(at for at in range(len(panel.members)) if at not in panel.absent)
    join(session, panel, who=turnout.answering if is_open else everybody)
    ideas = _store(session, panel, round_id=round_.id, turnout=turnout, written=_written_so_far(panel, turnout))
    if not is_open:
        close_round(session, actor=panel.facilitator, round_id=round_.id, now=deadline)
    return ideas


def _written_so_far(panel: DemoPanel, turnout: Turnout) -> list[WrittenIdea]:
    written = write_ideas(
        panel.content,
        languages=[member.language for member in panel.members],
        writers=sorted(panel.opinions.present[1]),
        rng=generator(panel.seed, panel.code, "ideas"),
    )
    return [
        idea
        for idea in written
        if idea.author in turnout.submitted or (idea.author in turnout.half_way and idea.kind in FIRST_HALF)
    ]


def _store(
    session: Session, panel: DemoPanel, *, round_id: int, turnout: Turnout, written: list[WrittenIdea]
) -> list[tuple[WrittenIdea, Idea]]:
    saved_at: dict[int, datetime] = {
        at: panel.calendar.answered(1, 0.9 * order / (len(turnout.answering) + 1))
        for order, at in enumerate(turnout.answering, start=1)
    }
    ideas = [
        Idea(
            round_id=round_id,
            panellist_id=panel.members[idea.author].panellist_id,
            slot=idea.slot,
            kind=idea.kind,
            text=idea.text,
            language=idea.language,
            saved_at=saved_at[idea.author],
        )
        for idea in written
    ]
    session.add_all(ideas)
    session.flush()
    ids = {(idea.panellist_id, idea.slot): idea.id for idea in ideas}
    for words, idea in zip(written, ideas, strict=True):
        if words.parent_slot is not None:
            idea.parent_id = ids[idea.panellist_id, words.parent_slot]
    session.flush()
    contents = {
        at: {"ideas": [[words.slot, str(words.kind), words.text] for words in written if words.author == at]}
        for at in turnout.answering
    }
    add_submissions(session, panel, round_id=round_id, number=1, turnout=turnout, contents=contents)
    return list(zip(written, ideas, strict=True))
