"""What people wrote in an archived study: ideas, what became of them, shared comments. Nobody is named as the author.

Moments are not in an archive either: each text has that of the closing of its round.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from surveys.localized import LocalizedText
from surveys.models import Comment, Idea, IdeaPlacement, Panellist
from surveys.rules.questions.reading import CHECKSUM
from surveys.services.restoring_framework import LANGUAGE, ArchivedStudy, Ids, added, moment_of
from surveys.services.unlinking import BLANKED
from surveys.vocabulary import CommentReview, MembershipStatus


def restore_texts(session: Session, archived: ArchivedStudy, *, ids: Ids) -> None:
    authors = _Nobody(session, ids=ids)
    closed = {(one["task_force"], one["round"]): moment_of(one["closed_at"]) for one in archived.tables["rounds"]}
    ideas: dict[str, Idea] = {}
    rows = archived.tables["ideas"]
    for one in rows:
        key = one["task_force"], one["round"]
        plain = {name: one[name] for name in ("kind", "status", "language", "text", "parked_reason")}
        ideas[one["idea"]] = Idea(
            round_id=ids.rounds[key],
            panellist_id=authors.seat(one["task_force"], 1),
            slot=one["idea"],
            saved_at=closed[key],
            **plain,
        )
    session.add_all(ideas.values())
    session.flush()
    for one in rows:
        if one["parent"]:
            ideas[one["idea"]].parent_id = ideas[one["parent"]].id
    at = {one["idea"]: closed[one["task_force"], one["round"]] for one in rows}
    session.add_all(_placement(one, idea=ideas[one["idea"]], at=at, ids=ids) for one in archived.tables["lineage"])
    _restore_comments(session, archived, authors=authors, ids=ids)
    session.flush()


def restored_answer(answer: Mapping[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """An answer to a further question as it is stored here, and the decision on what others may read of it.

    Words that stayed in the house of the archive are as good as blank; their checksum stays with them. A text of an
    archive from before texts were read over has no decision: it is read over here.
    """
    if answer is None or "review" not in answer:
        return None if answer is None else dict(answer), None
    review, text = CommentReview(answer["review"]), answer.get("text", "")
    shared = LocalizedText(text) if isinstance(text, Mapping) else LocalizedText()
    is_here = isinstance(text, str) and text != ""
    kept = {CHECKSUM: answer[CHECKSUM]} if CHECKSUM in answer else {}
    decision = {"review": review, "shared_text": shared, "reason": "", "nonce": ""}
    return {"text": text if is_here else BLANKED, **kept}, decision


def _placement(one: Mapping[str, Any], *, idea: Idea, at: Mapping[str, Any], ids: Ids) -> IdeaPlacement:
    moment = at[one["idea"]]
    return IdeaPlacement(
        idea_id=idea.id,
        statement_id=ids.statements[one["statement"]],
        action=one["action"],
        note=one["note"],
        placed_at=moment,
        undone_at=moment if one["undone"] else None,
    )


def _restore_comments(session: Session, archived: ArchivedStudy, *, authors: "_Nobody", ids: Ids) -> None:
    numbers: dict[tuple[Any, ...], int] = {}
    for one in archived.tables["comments"]:
        about = one["task_force"], one["round"], one["statement"]
        numbers[about] = numbers.get(about, 0) + 1
        shared = LocalizedText({code: one[code] for code in ("en", "fr") if one[code]})
        language = next(iter(shared), LANGUAGE)
        session.add(
            Comment(
                round_id=ids.rounds[one["task_force"], one["round"]],
                statement_id=ids.statements[one["statement"]],
                panellist_id=authors.seat(one["task_force"], numbers[about]),
                stance=one["stance"],
                text=shared.get(language, ""),
                language=language,
                review=CommentReview.SHARED,
                shared_text=shared,
                is_objection=one["is_objection"],
            )
        )


class _Nobody:
    """Seats that nobody sits in, as many in a task force as somebody wrote about one thing."""

    def __init__(self, session: Session, *, ids: Ids) -> None:
        self._session, self._ids = session, ids
        self._seats: dict[tuple[str, int], int] = {}

    def seat(self, task_force: str, number: int) -> int:
        key = task_force, number
        if key not in self._seats:
            seat = Panellist(
                task_force_id=self._ids.task_forces[task_force], language=LANGUAGE, status=MembershipStatus.LEFT
            )
            self._seats[key] = added(self._session, seat)
        return self._seats[key]
