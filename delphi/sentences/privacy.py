"""Data protection in words: what a rule refuses, and what the log says."""

from typing import Any

from flask_babel import lazy_gettext as _l

from surveys.vocabulary import AuditAction, ViolationCode

PRIVACY_VIOLATIONS: dict[ViolationCode, Any] = {
    ViolationCode.PERSON_ELSEWHERE: _l(
        "This person also takes part in a study that you do not oversee. The administrator can do this."
    ),
    ViolationCode.STILL_STAFF: _l("This person still has roles as staff. Take those away first."),
    ViolationCode.RETENTION_IMPOSSIBLE: _l("Please give a day after today, and at most ten years from now."),
    ViolationCode.BREACH_UNTOLD: _l("Please say what happened, and on which day it was noticed."),
    ViolationCode.NAME_MISSING: _l("Please give a name."),
}

PRIVACY_ACTIONS: dict[AuditAction, Any] = {
    AuditAction.PERSON_SOUGHT: _l("Searched for a person; found: %(n)s."),
    AuditAction.PERSON_EXPORTED: _l("Made a file of everything about %(person)s: “%(reason)s”"),
    AuditAction.PERSON_CORRECTED: _l("Corrected the name or address of %(person)s: “%(reason)s”"),
    AuditAction.PERSON_ERASED: _l("Removed the name and address of %(person)s: “%(reason)s”"),
    AuditAction.ERASURE_ASKED: _l("An expert asked for their name to be removed."),
    AuditAction.ANSWERS_UNLINKED: _l(
        "Unlinked the answers of somebody who asked for it; the figures of closed rounds stay: “%(reason)s”"
    ),
    AuditAction.CONSENT_VERSIONED: _l("Changed the consent text (%(languages)s): “%(reason)s”"),
    AuditAction.RETENTION_SET: _l("Set the day on which names are unlinked, from %(old)s to %(new)s: “%(reason)s”"),
    AuditAction.RETENTION_NOTICED: _l("The secretariat was written to: names are unlinked on %(day)s."),
    AuditAction.STUDY_UNLINKED: _l("The retention date was reached: the names of %(n)s experts were unlinked."),
    AuditAction.TEXT_REVIEWED: _l("Read over a text without author; what became of it: %(outcome)s."),
    AuditAction.BREACH_WRITTEN: _l("Wrote number %(breach)s into the list of breaches."),
    AuditAction.LOG_CHECKED: _l("Checked the chain of the log; entries: %(n)s, state: %(state)s."),
}
