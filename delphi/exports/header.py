"""What stands above the figures of an export: which study, under which rules, how the file was made."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext
from sqlmodel import Session, col, select

from delphi.exports.tables import Column, Table, table_of
from delphi.exports.words import DENOMINATORS, QUANTILES
from delphi.i18n import in_language, number
from delphi.sentences.setup import change_sentence
from delphi.version import __version__
from surveys.localized import LocalizedText
from surveys.models import Criterion, Protocol, Study
from surveys.queries.finality import stale_objectives
from surveys.queries.frozen_figures import SealedRound
from surveys.queries.protocols import Amendment, amendments_of
from surveys.rules.protocol import CriterionRule, ProtocolSettings


@dataclass(frozen=True, slots=True)
class Line:
    """A term and what is to be said about it."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Header:
    slug: str
    name: LocalizedText
    version: int
    fingerprint: str
    locked_at: str
    rules: dict[str, ProtocolSettings]
    """Fingerprint to the rules that were applied; the protocol in force where no round is closed yet."""
    criteria: dict[str, LocalizedText]
    amendments: tuple[Amendment, ...] = ()
    """Every change of the protocol after its lock."""
    stale: tuple[str, ...] = ()
    """Codes of objectives whose deciding round was reopened after they published."""

    def as_json(self, schema: str, *, language: str) -> dict[str, Any]:
        return {
            "schema": schema,
            "language": language,
            "study": {"slug": self.slug, "name": in_language(self.name)},
            "protocol": {
                "version": self.version,
                "fingerprint": self.fingerprint,
                "locked_at": self.locked_at or None,
                "amendments": [amendment_as_json(one) for one in self.amendments],
            },
            "reopened_since_publishing": list(self.stale),
            "rules": [{"fingerprint": key, "settings": rule.as_json()} for key, rule in self.rules.items()],
        }


def header_of(session: Session, *, study_id: int, sealed: Iterable[SealedRound]) -> Header:
    """The header of a study whose figures come from these rounds."""
    study = session.get_one(Study, study_id)
    protocol = session.exec(
        select(Protocol).where(Protocol.study_id == study_id).order_by(col(Protocol.version).desc())
    ).first()
    if protocol is None:
        raise LookupError(f"study {study_id} has no protocol")
    criteria = session.exec(
        select(Criterion).where(Criterion.study_id == study_id).order_by(col(Criterion.position), col(Criterion.id))
    ).all()
    applied = {one.fingerprint: one.settings for one in sealed}
    return Header(
        slug=study.slug,
        name=study.name,
        version=protocol.version,
        fingerprint=protocol.fingerprint,
        locked_at="" if protocol.locked_at is None else protocol.locked_at.strftime("%Y-%m-%d %H:%M UTC"),
        rules=applied or {protocol.fingerprint: ProtocolSettings.from_json(protocol.settings)},
        criteria={criterion.code: criterion.name for criterion in criteria},
        amendments=amendments_of(session, study_id=study_id),
        stale=stale_objectives(session, study_id=study_id),
    )


def amendment_as_json(amendment: Amendment) -> dict[str, Any]:
    return {
        "number": amendment.number,
        "made_at": amendment.made_at.strftime("%Y-%m-%d %H:%M UTC"),
        "author": amendment.author or None,
        "reason": amendment.reason,
        "changes": [asdict(change) for change in amendment.changes],
        "fingerprint": amendment.fingerprint,
    }


def _amendment_lines(header: Header) -> list[Line]:
    """What was changed after the lock; one line says so where nothing was."""
    if not header.amendments:
        return [Line(gettext("Amendments"), gettext("None: the protocol is as it was locked."))]
    return [
        Line(
            gettext("Amendment %(number)s", number=one.number),
            gettext(
                "%(changes)s Reason: %(reason)s (%(at)s, %(who)s).",
                changes=" ".join(change_sentence(change, names=header.criteria) for change in one.changes),
                reason=one.reason,
                at=one.made_at.strftime("%Y-%m-%d %H:%M UTC"),
                who=one.author or "–",
            ),
        )
        for one in header.amendments
    ]


def _stale_lines(header: Header) -> list[Line]:
    """Which outcomes may change because their round was reopened; nothing where none was."""
    if not header.stale:
        return []
    return [
        Line(
            gettext("Reopened since"),
            gettext(
                "The round that decided was reopened after publishing: %(codes)s. These outcomes may change.",
                codes=", ".join(header.stale),
            ),
        )
    ]


def readme_table(header: Header, *, about: str, tables: Sequence[Table], command: str) -> Table:
    """The first sheet: what this is, where it comes from, what is on the other sheets."""
    lines = [
        Line(gettext("Study"), in_language(header.name)),
        Line(gettext("Contents"), about),
        Line(
            gettext("Protocol"),
            gettext(
                "Version %(version)s, fingerprint %(fingerprint)s, locked %(locked)s.",
                version=header.version,
                fingerprint=header.fingerprint,
                locked=header.locked_at or "–",
            ),
        ),
        *_amendment_lines(header),
        *_stale_lines(header),
        Line(
            gettext("Where the figures come from"),
            gettext(
                "Every figure was computed once, when its round was closed, and frozen. This file only reads it: "
                "the trace columns name the frozen result, the digest of the answers and the rule."
            ),
        ),
        Line(
            gettext("How this file was made"),
            gettext("Delphi %(version)s; the same file again: %(command)s", version=__version__, command=command),
        ),
        Line(gettext("Quartiles"), quartiles(header)),
        Line(
            gettext("Privacy"),
            gettext("No name or address of an expert is in this file. Codes are keyed and differ in every study."),
        ),
        *(
            Line(gettext("Sheet: %(name)s", name=table.name), gettext("%(n)s rows", n=len(table.rows)))
            for table in tables
        ),
    ]
    return _lines("readme", gettext("Read me"), lines)


def definitions_table(header: Header) -> Table:
    """What the words and figures mean, with the rule that was applied."""
    return _lines("definitions", gettext("Definitions"), definition_lines(header))


def quartiles(header: Header) -> str:
    """The quartile formula of every rule that was applied, in words."""
    return "; ".join(dict.fromkeys(str(QUANTILES[rule.quantile]) for rule in header.rules.values()))


def definition_lines(header: Header) -> list[Line]:
    """The rules that were applied, then every word and figure."""
    lines = [line for rule in header.rules.values() for line in _rule_lines(header, rule)]
    return [*lines, *_word_lines()]


def rule_words(one: CriterionRule, rule: ProtocolSettings) -> str:
    """When a statement counts as agreed, in one sentence."""
    return str(
        gettext(
            "Agreed when at least %(share)s of the ratings are %(low)s to %(high)s and the middle half spans at "
            "most %(iqr)s points, with at least %(n)s ratings. The mirror image of the rule agrees to drop.",
            share=f"{number(100 * float(Fraction(one.agreement)), 1)}\u00a0%",
            low=one.agree_from,
            high=one.agree_to,
            iqr=f"{one.iqr:g}",
            n=rule.min_n,
        )
    )


def _rule_lines(header: Header, rule: ProtocolSettings) -> list[Line]:
    lines = [
        Line(
            gettext("Rule: %(criterion)s", criterion=in_language(header.criteria.get(code)) or code),
            rule_words(one, rule),
        )
        for code, one in rule.criteria.items()
    ]
    return [
        *lines,
        Line(gettext("Fingerprint of the rule"), rule.fingerprint),
        Line(gettext("Quartiles"), str(QUANTILES[rule.quantile])),
        Line(gettext("Percentages are of"), str(DENOMINATORS[rule.denominator])),
    ]


def _word_lines() -> list[Line]:
    return [
        Line(gettext("Ratings (n)"), gettext("How many rated the statement. “Outside my expertise” is not counted.")),
        Line(gettext("Asked"), gettext("How many were members of the panel when the round was closed.")),
        Line(gettext("Returned the round"), gettext("How many gave at least one answer in the round.")),
        Line(gettext("Response rate (%)"), gettext("Ratings (n) divided by those who returned the round.")),
        Line(
            gettext("Spread of the middle half (IQR)"),
            gettext("Third quartile minus first quartile, in points of the scale."),
        ),
        Line(
            gettext("Agreement"),
            gettext("How many ratings (k) of how many lie in the range that counts as agreement."),
        ),
        Line(
            gettext("Agreement by the median"),
            gettext("Whether the median lies in the range that counts as agreement, or in its mirror image."),
        ),
        Line(gettext("Consensus by the IQR"), gettext("Whether the IQR is at most what the rule allows.")),
        Line(
            gettext("Middle half within a third of the scale"),
            gettext("Whether the IQR is at most a third of the scale's points (3 of 9), whatever the rule allows."),
        ),
        Line(
            gettext("Rank"),
            gettext(
                "By median (high first), then IQR (small first), agreement, mean and standard deviation. Equal "
                "statements share a rank; with too few ratings there is none."
            ),
        ),
        Line(
            gettext("One voice decides"),
            gettext("The verdict would be another one without one of the people who rated."),
        ),
        Line(
            gettext("Another quartile formula decides otherwise"),
            gettext("The verdict depends on which of the usual ways to compute quartiles is taken."),
        ),
    ]


def _lines(key: str, name: str, lines: Sequence[Line]) -> Table:
    columns = (
        Column[Line]("term", gettext("Term"), lambda line: line.term, 32),
        Column[Line]("meaning", gettext("Meaning"), lambda line: line.meaning, 100),
    )
    return table_of(key, name, columns, lines)
