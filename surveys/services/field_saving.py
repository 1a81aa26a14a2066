"""Saving one field the moment it changes: an answer where it is one, a draft where it is not one yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from surveys.errors import RuleViolation
from surveys.models import Idea
from surveys.queries.asked_fields import asked_cell, is_asked
from surveys.queries.drafts import own_drafts
from surveys.queries.my_answers import OwnComment, OwnRating, own_ratings
from surveys.rules.answers import CommentAnswer, IdeaAnswer, RatingAnswer, ensure_on_questionnaire
from surveys.rules.permissions import Actor
from surveys.services.answer_rows import store_comments, store_ratings
from surveys.services.field_writes import Write, drop_drafts, keep_draft, last_writes, note_write
from surveys.services.ideas import ensure_asks_ideas, store_ideas, stored_ideas
from surveys.services.seats import Seat, take_seat, touch_seat
from surveys.vocabulary import Stance, StatementKind, ViolationCode

PARENT = "on-"
"""Prefix of the field that says which idea the idea of a slot hangs on."""


@dataclass(frozen=True, slots=True)
class StanceAnswer:
    """Which way the comment on a statement speaks; without a comment it is kept as a draft."""

    statement_id: int
    stance: Stance


@dataclass(frozen=True, slots=True)
class ParentAnswer:
    """What the idea of `slot` hangs on; kept as a draft until both are written. None: nothing."""

    slot: str
    kind: StatementKind
    parent_slot: str | None


@dataclass(frozen=True, slots=True)
class SilenceAnswer:
    """Whether the expert prefers not to say why; kept as a draft."""

    statement_id: int
    prefers: bool


FieldAnswer = SilenceAnswer | RatingAnswer | CommentAnswer | StanceAnswer | IdeaAnswer | ParentAnswer


@dataclass(frozen=True, slots=True)
class SavedField:
    """What came of one write. `violation` says why the text is only kept and not counted."""

    before: OwnRating | str | None
    """What the field held before; None where it was blank."""
    was_written_elsewhere: bool
    """Whether another page of this expert (or nobody known) wrote the field last."""
    violation: RuleViolation | None = None


def save_field(
    session: Session, *, actor: Actor, round_id: int, write: Write, answer: FieldAnswer, language: str, now: datetime
) -> SavedField | None:
    """Store one field; None where the same or a later change from the same page is stored already.

    The last write counts; a value that another page wrote stays in the history. A text that cannot be an answer is
    kept as a draft, and what was stored of that field before still counts meanwhile.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`, `unknown_statement`,
        `value_off_scale`, `kind_mismatch`, and `text_too_long` beyond what a draft takes; then nothing is stored.
    """
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    touch_seat(session, seat=seat, now=now)
    writes = last_writes(session, seat=seat, fields=[write.field])
    if any(each.client == write.client and each.sequence >= write.sequence for each in writes):
        return None
    desk = _Desk(session, seat, write, language, now)
    violation = None
    try:
        before = desk.store(answer)
    except RuleViolation as problem:
        if problem.code is not ViolationCode.TEXT_TOO_LONG:
            raise
        before = own_drafts(session, round_id=seat.round_id, panellist_id=seat.panellist_id).get(write.field)
        keep_draft(session, seat=seat, write=write, now=now)
        violation = problem
    note_write(session, seat=seat, write=write, now=now)
    return SavedField(
        before=before,
        was_written_elsewhere=not writes or writes[-1].client != write.client,
        violation=violation,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """One write on its way into the tables: a method for each kind of field, which says what was there before."""

    session: Session
    seat: Seat
    write: Write
    language: str
    now: datetime

    def store(self, answer: FieldAnswer) -> OwnRating | str | None:
        match answer:
            case RatingAnswer():
                return self._rating(answer)
            case CommentAnswer():
                return self._comment(answer)
            case StanceAnswer():
                return self._stance(answer)
            case SilenceAnswer():
                self._silence(answer)
                return None
            case IdeaAnswer():
                return self._idea(answer)
            case ParentAnswer():
                return self._parent(answer)

    def _rating(self, answer: RatingAnswer) -> OwnRating | None:
        cell = (answer.statement_id, answer.criterion_id)
        asked = asked_cell(self.session, round_id=self.seat.round_id, statement_id=cell[0], criterion_id=cell[1])
        ensure_on_questionnaire([answer], asked={cell: asked} if asked else {})
        before = own_ratings(self.session, round_id=self.seat.round_id, panellist_id=self.seat.panellist_id)
        store_ratings(self.session, seat=self.seat, answers=[answer], before=before, now=self.now)
        return before.get(cell)

    def _comment(self, answer: CommentAnswer) -> str | None:
        self._ensure_asked(answer.statement_id)
        stance = stance_field(answer.statement_id)
        drafts = self._drafts()
        kept = Stance(drafts[stance]) if stance in drafts else None
        before = self._store_comment(replace(answer, stance=kept))
        if answer.text == "":
            if before is not None:
                # The page still shows which way it spoke: written anew, it is to speak that way again.
                self._keep(stance, before.stance.value)
            drop_drafts(self.session, seat=self.seat, fields=[self.write.field])
        else:
            drop_drafts(self.session, seat=self.seat, fields=[self.write.field, stance])
        return drafts.get(self.write.field) or (before.text if before else None)

    def _stance(self, answer: StanceAnswer) -> str | None:
        self._ensure_asked(answer.statement_id)
        before = self._store_comment(CommentAnswer(answer.statement_id, None, answer.stance))
        if before is not None:
            return before.stance.value
        kept = self._drafts().get(self.write.field)
        self._keep(self.write.field, answer.stance.value)
        return kept

    def _silence(self, answer: SilenceAnswer) -> None:
        self._ensure_asked(answer.statement_id)
        if answer.prefers:
            self._keep(self.write.field, self.write.value)
        else:
            drop_drafts(self.session, seat=self.seat, fields=[self.write.field])

    def _idea(self, answer: IdeaAnswer) -> str | None:
        ensure_asks_ideas(self.seat)
        drafts = self._drafts()
        stored = stored_ideas(self.session, seat=self.seat)
        before = stored[answer.slot].text if answer.slot in stored else None
        if answer.text == "" and before is not None:
            self._remember_links(answer.slot, stored=stored)
        wanted = drafts.get(PARENT + answer.slot, answer.parent_slot)
        linked = [replace(answer, parent_slot=wanted, keeps_parent=wanted is None)]
        settled = [answer.slot]
        if wanted and wanted not in stored:
            self._keep(PARENT + answer.slot, wanted)
        elif answer.text:
            settled.append(PARENT + answer.slot)
        for child in stored.values():
            if answer.text and drafts.get(PARENT + child.slot) == answer.slot:
                linked.append(IdeaAnswer(child.slot, child.kind, None, answer.slot))
                settled.append(PARENT + child.slot)
        self._store_ideas(linked)
        drop_drafts(self.session, seat=self.seat, fields=settled)
        return drafts.get(answer.slot) or before

    def _remember_links(self, slot: str, *, stored: Mapping[str, Idea]) -> None:
        """An emptied field still shows on the page what hangs where: written anew, all is to hang there again."""
        slots = {idea.id: idea.slot for idea in stored.values()}
        for idea in stored.values():
            if idea.parent_id is not None and slot in (idea.slot, slots[idea.parent_id]):
                self._keep(PARENT + idea.slot, slots[idea.parent_id])

    def _parent(self, answer: ParentAnswer) -> str | None:
        ensure_asks_ideas(self.seat)
        drafts = self._drafts()
        stored = stored_ideas(self.session, seat=self.seat)
        slots = {idea.id: idea.slot for idea in stored.values()}
        idea = stored.get(answer.slot)
        before = slots.get(idea.parent_id) if idea is not None and idea.parent_id is not None else None
        if idea is None or (answer.parent_slot is not None and answer.parent_slot not in stored):
            self._keep(self.write.field, answer.parent_slot or "")
        else:
            self._store_ideas([IdeaAnswer(answer.slot, answer.kind, None, answer.parent_slot)])
            drop_drafts(self.session, seat=self.seat, fields=[self.write.field])
        return drafts.get(self.write.field) or before

    def _ensure_asked(self, statement_id: int) -> None:
        if not is_asked(self.session, round_id=self.seat.round_id, statement_id=statement_id):
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=statement_id)

    def _drafts(self) -> dict[str, str]:
        return own_drafts(self.session, round_id=self.seat.round_id, panellist_id=self.seat.panellist_id)

    def _keep(self, field: str, value: str) -> None:
        keep_draft(self.session, seat=self.seat, write=replace(self.write, field=field, value=value), now=self.now)

    def _store_comment(self, answer: CommentAnswer) -> OwnComment | None:
        before = store_comments(
            self.session,
            seat=self.seat,
            comments=[answer],
            language=self.language,
            client=self.write.client,
            now=self.now,
        )
        return before.get(answer.statement_id)

    def _store_ideas(self, ideas: list[IdeaAnswer]) -> None:
        store_ideas(
            self.session,
            seat=self.seat,
            ideas=ideas,
            language=self.language,
            client=self.write.client,
            now=self.now,
        )


def stance_field(statement_id: int) -> str:
    """The name of the field that says which way a comment speaks."""
    return f"s-{statement_id}"
