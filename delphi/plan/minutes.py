"""The minutes of a consultation: what was put to the vote, who voted how by name, whether the quorum was reached."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext, ngettext

from delphi.documents.blocks import Block, Column, Document, Grid, Heading, Line, Paragraph, plain, soft, strong
from delphi.exports.language import speaking
from delphi.i18n import LANGUAGE_NAMES, in_language, language, moment, number
from delphi.plan.typography import said
from delphi.sentences import VOTES
from surveys.localized import LocalizedText
from surveys.queries.consultations import ConsultationSheet, MemberVote
from surveys.rules.consultation import CastVote


def minutes_document(
    sheet: ConsultationSheet, *, study: LocalizedText, time_zone: str, reader: str, now: datetime
) -> Document:
    """The minutes in the language `reader`; ValueError while the consultation is not closed."""
    if not sheet.is_closed(now):
        raise ValueError("minutes are made when the consultation is closed")
    with speaking(reader):
        title = gettext("Minutes of an electronic consultation")
        made = gettext("Made on %(moment)s", moment=moment(now, time_zone))
        return Document(
            language=language(),
            title=title,
            place=in_language(study),
            lead=((*said(sheet.title),), (*soft(made),)),
            foot=f"{title} · {in_language(sheet.title)}",
            contents="",
            blocks=tuple(_blocks(sheet, time_zone=time_zone)),
        )


def result_words(sheet: ConsultationSheet) -> list[str]:
    """The result in sentences: votes, quorum, late votes."""
    found = sheet.tally
    words = [
        ngettext(
            "%(k)s of %(num)s member voted in time; the quorum was %(quorum)s.",
            "%(k)s of %(num)s members voted in time; the quorum was %(quorum)s.",
            found.n_members,
            k=found.n_voted,
            quorum=found.quorum,
        ),
        gettext("The quorum was reached.") if found.is_quorate else gettext("The quorum was not reached."),
    ]
    if found.n_late:
        words.append(
            ngettext(
                "%(num)s vote came after the close: it is kept and not counted.",
                "%(num)s votes came after the close: they are kept and not counted.",
                found.n_late,
            )
        )
    return words


def time_left(closes_at: datetime, *, now: datetime) -> str:
    """The clock in words: whole days, or hours on the last day."""
    left = closes_at - now
    if left.total_seconds() <= 0:
        return str(gettext("closed"))
    if left.days:
        return str(ngettext("%(num)s day left", "%(num)s days left", left.days))
    hours = int(left.total_seconds() // 3600)
    return str(ngettext("%(num)s hour left", "%(num)s hours left", hours)) if hours else str(gettext("closes soon"))


def _blocks(sheet: ConsultationSheet, *, time_zone: str) -> list[Block]:
    opened = gettext("Opened on %(moment)s", moment=moment(sheet.opened_at, time_zone))
    closed = gettext("Closed on %(moment)s", moment=moment(sheet.closes_at, time_zone))
    blocks: list[Block] = [
        Heading(2, "1", plain(gettext("What was put to the vote"))),
        Paragraph(said(sheet.question)),
        Paragraph(plain(f"{opened}. {closed}.")),
        Grid(
            caption=plain(gettext("The document, sealed before the opening; the seal is the SHA-256 of the file.")),
            columns=(
                Column(plain(gettext("Language")), 12),
                Column(plain(gettext("File")), 33),
                Column(plain(gettext("Seal")), 55),
            ),
            rows=tuple(
                (
                    (plain(LANGUAGE_NAMES.get(one.language, one.language)),),
                    (plain(one.name),),
                    (plain(" ".join(one.digest[at : at + 16] for at in range(0, 64, 16))),),
                )
                for one in sheet.documents
            ),
        ),
        Heading(2, "2", plain(gettext("Result"))),
        *(Paragraph(plain(words)) for words in result_words(sheet)),
        Grid(
            caption=(),
            columns=(Column(plain(gettext("Vote")), 70), Column(plain(gettext("Members")), 30, is_number=True)),
            rows=tuple(
                ((plain(str(VOTES[choice])),), (plain(number(count)),)) for choice, count in sheet.tally.counts.items()
            ),
        ),
        Heading(2, "3", plain(gettext("Votes by name"))),
        _votes(sheet.members, time_zone=time_zone),
    ]
    late = [member for member in sheet.members if member.late is not None]
    if late:
        blocks += [
            Heading(2, "4", plain(gettext("Votes after the close, not counted"))),
            _votes(late, time_zone=time_zone, is_late=True),
        ]
    return blocks


def _votes(members: Sequence[MemberVote], *, time_zone: str, is_late: bool = False) -> Grid:
    return Grid(
        caption=(),
        columns=(
            Column(plain(gettext("Member")), 27),
            Column(plain(gettext("Vote")), 19),
            Column(plain(gettext("Comment")), 31),
            Column(plain(gettext("When")), 23),
        ),
        rows=tuple(
            (
                (strong(member.name), soft(member.organisation)),
                *_vote(member.late if is_late else member.counted, time_zone=time_zone),
            )
            for member in members
        ),
    )


def _vote(vote: CastVote | None, *, time_zone: str) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[Line, ...]]:
    if vote is None:
        return (soft(gettext("no vote")),), (plain(""),), (plain(""),)
    return (plain(str(VOTES[vote.choice])),), (plain(vote.comment),), (soft(moment(vote.cast_at, time_zone)),)
