"""The line of a launch checklist about the protocol: locked, to be locked with the opening, or impossible."""

from flask import url_for
from flask_babel import gettext
from sqlmodel import Session

from delphi.sentences.setup import impossible_sentence
from surveys.queries.protocols import protocol_record
from surveys.services.protocol import problems_of


def short(fingerprint: str) -> str:
    """The first eight of the fingerprint's 64 characters, as pages show it."""
    return f"{fingerprint[:4]}·{fingerprint[4:8]}"


def protocol_line(session: Session, *, study_id: int) -> tuple[bool, bool, str, str]:
    """Whether the protocol is fine, whether it stops the opening, a sentence, and the page where it is mended."""
    record = protocol_record(session, study_id=study_id)
    address = url_for("facilitator.protocol", study_id=study_id)
    if record.is_locked:
        sentence = gettext("The protocol is locked, fingerprint %(print)s.", print=short(record.fingerprint))
        return True, False, sentence, ""
    problems = problems_of(session, study_id=study_id, settings=record.settings)
    if problems:
        why = " ".join(impossible_sentence(one) for one in problems)
        return False, True, gettext("The protocol cannot be used: %(why)s", why=why), address
    return False, False, gettext("The protocol is a draft: opening the round locks it as it is."), address
