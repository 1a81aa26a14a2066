"""The certificate of participation: who took part in which closed rounds; never what they answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, ngettext

from delphi.documents.days import day
from delphi.documents.typesetting import typeset
from delphi.i18n import in_language, language
from surveys.localized import LocalizedText
from surveys.vocabulary import RoundKind


@dataclass(frozen=True, slots=True)
class CertifiedRound:
    """A closed round in which this person's answers were counted."""

    number: int
    kind: RoundKind
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    code: str
    title: LocalizedText
    study: LocalizedText
    time_zone: str
    signature: str
    rounds: Sequence[CertifiedRound]
    issued_at: datetime


def certificate_data(certificate: Certificate) -> dict[str, Any]:
    """What the document says, in the language of the page."""
    zone = certificate.time_zone
    n_rounds = len(certificate.rounds)
    return {
        "language": language(),
        "title": gettext("Certificate of participation"),
        "place": in_language(certificate.study),
        "foot": gettext("Task force %(code)s", code=certificate.code),
        "name": certificate.name,
        "lead": [
            gettext("We thank"),
            gettext(
                "for taking part as an expert in task force %(code)s, “%(title)s”.",
                code=certificate.code,
                title=in_language(certificate.title),
            ),
            ngettext(
                "The expert's answers were counted in %(num)d round of the consultation:",
                "The expert's answers were counted in %(num)d rounds of the consultation:",
                n_rounds,
            ),
        ],
        "columns": [gettext("Round"), gettext("Asks"), gettext("Closed")],
        "rounds": [
            {"number": str(one.number), "what": _what(one.kind), "closed": day(one.closed_at, zone)}
            for one in certificate.rounds
        ],
        "issued": gettext("Issued on %(day)s.", day=day(certificate.issued_at, zone)),
        "signature": certificate.signature,
    }


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate. ValueError where no answer of this person was counted in a closed round."""
    if not certificate.rounds:
        raise ValueError("a certificate needs a closed round with answers of this person")
    return typeset("certificate", certificate_data(certificate))


def _what(kind: RoundKind) -> str:
    return gettext("Open questions") if kind is RoundKind.IDEAS else gettext("Rating of statements")
