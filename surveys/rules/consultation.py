"""A consultation by named vote: which vote of a member counts, and what all of them come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from surveys.errors import RuleViolation
from surveys.rules.addresses import clean_address
from surveys.rules.texts import clean_text
from surveys.vocabulary import ViolationCode, VoteChoice

COLUMNS = 4
NEEDS_COMMENT = (VoteChoice.APPROVE_WITH_COMMENT, VoteChoice.OBJECT)
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class CastVote:
    """One vote as it was cast; `is_late` after the close."""

    choice: VoteChoice
    comment: str
    cast_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of members. Late votes and members without a vote are in none of `counts`."""

    n_members: int
    quorum: int
    counts: Mapping[VoteChoice, int]
    n_late: int

    @property
    def n_voted(self) -> int:
        return sum(self.counts.values())

    @property
    def is_quorate(self) -> bool:
        return self.n_voted >= self.quorum

    @property
    def n_missing(self) -> int:
        """Votes that the quorum still needs."""
        return max(self.quorum - self.n_voted, 0)


@dataclass(frozen=True, slots=True)
class MemberLine:
    name: str
    email: str
    language: str
    organisation: str


def counted_vote(votes: Iterable[CastVote]) -> CastVote | None:
    """The newest vote that was cast in time: the one that counts."""
    in_time = [vote for vote in votes if not vote.is_late]
    return max(in_time, key=lambda vote: vote.cast_at, default=None)


def late_vote(votes: Iterable[CastVote]) -> CastVote | None:
    """The newest vote cast after the close; it is kept and shown, and never counted."""
    return max((vote for vote in votes if vote.is_late), key=lambda vote: vote.cast_at, default=None)


def tally(votes_of: Sequence[Sequence[CastVote]], *, quorum: int) -> Tally:
    """The votes of each member, one list a member."""
    counted = [vote for vote in map(counted_vote, votes_of) if vote is not None]
    return Tally(
        n_members=len(votes_of),
        quorum=quorum,
        counts={choice: sum(vote.choice is choice for vote in counted) for choice in VoteChoice},
        n_late=sum(late_vote(votes) is not None for votes in votes_of),
    )


def members_in(text: str, *, languages: Sequence[str]) -> list[MemberLine]:
    """Members from pasted lines: name, address, language, organisation; the last two may be left out.

    An address that occurs twice counts once. RuleViolation `member_unreadable` with `line`.
    """
    found: dict[str, MemberLine] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        separator = next((one for one in ("\t", ";", ",") if one in line), ";")
        cells = [cell.strip() for cell in line.split(separator, COLUMNS - 1)]
        cells += [""] * (COLUMNS - len(cells))
        try:
            email = clean_address(cells[1])
            name = clean_text(cells[0], limit=NAME_LIMIT)
            organisation = clean_text(cells[3], limit=NAME_LIMIT)
        except RuleViolation as violation:
            raise RuleViolation(ViolationCode.MEMBER_UNREADABLE, line=number) from violation
        language = cells[2].lower() or languages[0]
        if not name or language not in languages:
            raise RuleViolation(ViolationCode.MEMBER_UNREADABLE, line=number)
        found.setdefault(email, MemberLine(name, email, language, organisation))
    return list(found.values())
