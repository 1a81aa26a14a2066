"""Who sent answers in, with the receipt that the service would have given: many rows at once."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from delphi.demo.panels import DemoPanel, Turnout
from surveys.models import Submission
from surveys.rules.protocol import canonical_digest
from surveys.services.submissions import content_of_questions, receipt_code

Content = Mapping[str, list[list[Any]]]
"""What one panellist has stored, as `services.submissions.answers_of` lists it: ratings, comments, ideas, questions."""


def add_submissions(
    session: Session,
    panel: DemoPanel,
    *,
    round_id: int,
    number: int,
    turnout: Turnout,
    contents: Mapping[int, Content],
) -> None:
    """One submission for each of `contents` (position in the panel to what is stored), spread over the round."""
    rows = []
    for order, at in enumerate(turnout.answering, start=1):
        if at not in contents:
            continue
        share = order / (len(turnout.answering) + 1)
        started = panel.calendar.answered(number, share * 0.9)
        saved = panel.calendar.answered(number, share * 0.9 + 0.02)
        row: dict[str, Any] = {
            "round_id": round_id,
            "panellist_id": panel.members[at].panellist_id,
            "started_at": started,
            "saved_at": saved,
            "submitted_at": None,
            "receipt": "",
            "nonce": "",
            "digest": "",
        }
        if at in turnout.submitted:
            row.update(_sent(contents[at], round_id=round_id, at=saved))
        rows.append(row)
    if rows:
        session.connection().execute(insert(Submission), rows)


def _sent(content: Content, *, round_id: int, at: datetime) -> dict[str, Any]:
    listed = {name: sorted(content.get(name, [])) for name in ("ratings", "comments", "ideas")}
    questions = content_of_questions(
        {question_id: (state, answer) for question_id, state, answer in content.get("questions", [])}
    )
    nonce = secrets.token_hex(16)
    digest = canonical_digest({"answers": {"round": round_id, **listed, **questions}, "nonce": nonce})
    return {"submitted_at": at, "nonce": nonce, "digest": digest, "receipt": receipt_code(digest)}
