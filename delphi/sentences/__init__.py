"""Codes of the domain in the reader's language: one table a kind of code, complete by test."""

from typing import Any

from flask_babel import lazy_gettext as _l

from delphi.i18n import moment, typed_number
from delphi.sentences.account import ACCOUNT_VIOLATIONS
from delphi.sentences.privacy import PRIVACY_VIOLATIONS
from surveys.errors import RuleViolation
from surveys.vocabulary import (
    FrameworkFinding,
    IdeaStatus,
    LinkKind,
    MembershipStatus,
    ObjectiveField,
    OutcomeStatus,
    QuestionKind,
    RoundStatus,
    Stance,
    StatementKind,
    ViolationCode,
    VoteChoice,
)

VIOLATIONS: dict[ViolationCode, Any] = {
    **PRIVACY_VIOLATIONS,
    ViolationCode.ROUND_NOT_OPEN: _l("This round is not open yet."),
    ViolationCode.ROUND_CLOSED: _l("This round closed on %(closed_at)s. What you typed is shown below."),
    ViolationCode.ROUND_ALREADY_OPEN: _l("This round is already open."),
    ViolationCode.ROUND_NOT_CLOSED: _l("This round is not closed yet: close it first."),
    ViolationCode.PREVIEW_OUTDATED: _l(
        "Something changed since you opened this page. Look at the new figures, then confirm again."
    ),
    ViolationCode.PREVIOUS_ROUND_OPEN: _l("Round %(number)s is still open: close it first."),
    ViolationCode.NO_STATEMENTS: _l("There is no statement to ask about: make statements from the ideas first."),
    ViolationCode.NO_PANELLISTS: _l("There is nobody in this panel yet: import the panel first."),
    ViolationCode.IDEAS_WAITING: _l("%(n)s ideas have no place yet: put each into a statement or set it aside."),
    ViolationCode.TEXTS_MISSING: _l("Not all texts are written in this language yet; %(n)s are missing."),
    ViolationCode.LANGUAGE_NOT_HELD: _l("Those who read this language have had their mail."),
    ViolationCode.TRANSLATION_MISSING: _l("%(statement)s has no text in %(language)s: write it before opening."),
    ViolationCode.DEADLINE_PAST: _l("The closing time must lie in the future."),
    ViolationCode.VALUE_OFF_SCALE: _l(
        "%(statement)s: the answer %(value)s is not on the scale from %(lower)s to %(upper)s."
    ),
    ViolationCode.UNKNOWN_STATEMENT: _l("One of the answers belongs to no statement of this round."),
    ViolationCode.TEXT_TOO_LONG: _l(
        "This text is %(over)s characters too long; at most %(limit)s fit. Nothing was cut off: please shorten it."
    ),
    ViolationCode.COMMENT_NOT_SHARED: _l(
        "Share this comment first, as written or paraphrased: an objection is carried on in the words others read."
    ),
    ViolationCode.TEXT_EMPTY: _l("Please write a text here."),
    ViolationCode.REASON_MISSING: _l("Please give a reason; it stays in the record."),
    ViolationCode.CONSENT_MISSING: _l("Please tick the box to agree before you start."),
    ViolationCode.NOT_A_PANELLIST: _l("You are not a member of this task force."),
    ViolationCode.LINK_UNKNOWN: _l("This link is not known here."),
    ViolationCode.LINK_REVOKED: _l("This link was replaced or withdrawn. Ask for a new one below."),
    **ACCOUNT_VIOLATIONS,
    ViolationCode.STATEMENT_RATED: _l("This wording was rated already; a change makes a new version."),
    ViolationCode.IDEA_ALREADY_PLACED: _l("Somebody has placed this idea meanwhile. Here is how it stands now."),
    ViolationCode.NOTHING_TO_UNDO: _l("There is nothing left to undo."),
    ViolationCode.KIND_MISMATCH: _l("An idea can only join a statement of its own kind."),
    ViolationCode.CATEGORY_TAKEN: _l("There is already a category with this name."),
    ViolationCode.CATEGORY_MERGED: _l("This category was merged into another: choose that one."),
    ViolationCode.NOTHING_CHOSEN: _l("Please tick at least one statement."),
    ViolationCode.TARGET_MISSING: _l("Please choose where the statements go."),
    ViolationCode.NOT_AN_ACTIVITY: _l("%(statement)s is no activity: only activities go to a facility."),
    ViolationCode.STUDY_EXISTS: _l("There is already a study called %(name)s: choose another name."),
    ViolationCode.STUDY_NOT_FINISHED: _l("The last round of this task force is not closed yet."),
    ViolationCode.DUPLICATE_CODE: _l("The code %(value)s is used twice."),
    ViolationCode.PERSON_UNKNOWN: _l("There is no such person in this study."),
    ViolationCode.PROTOCOL_LOCKED: _l("The protocol is locked; a change needs an amendment with a reason."),
    ViolationCode.CHANGED_SINCE: _l("This was changed again since: undo the later change first, or edit it by hand."),
    ViolationCode.CODED_BY_THE_SAME: _l("You placed ideas here yourself: the second coder must be somebody else."),
    ViolationCode.CODING_FINISHED: _l("This second coding is finished: nothing of it changes any more."),
    ViolationCode.IDEAS_UNCODED: _l("Ideas still to be placed: %(n)s."),
    ViolationCode.SOURCE_MISSING: _l("There is no text to translate from yet."),
    ViolationCode.EDITED_MEANWHILE: _l("Somebody changed this meanwhile. Both versions are shown below."),
    ViolationCode.STATEMENT_ASKED: _l(
        "%(statement)s is on the questionnaire of a round: it can be reworded, but not taken back."
    ),
    ViolationCode.PARENT_MISMATCH: _l("This statement cannot belong to a statement of that kind."),
    ViolationCode.DEADLINE_EARLIER: _l("The closing time can only be moved to a later moment."),
    ViolationCode.REMINDERS_USED_UP: _l("The protocol allows %(limit)s reminders in a round, and all were sent."),
    ViolationCode.REMINDER_TOO_SOON: _l(
        "The last reminder is too recent for the protocol: the next can go out on %(at)s."
    ),
    ViolationCode.EVERYBODY_FINISHED: _l("Everybody has finished: there is nobody to remind."),
    ViolationCode.UNKNOWN_QUESTION: _l("One of the answers belongs to no question of this round."),
    ViolationCode.UNKNOWN_OPTION: _l("Please choose one of the answers that are offered."),
    ViolationCode.PLACE_TWICE: _l("Place %(place)s is given twice: please give every option a place of its own."),
    ViolationCode.PLACES_MISSING: _l("Please give every option a place, or none; places without an option: %(n)s."),
    ViolationCode.PLACE_SKIPPED: _l("Place %(place)s is empty: please fill the places from the first one on."),
    ViolationCode.OPTION_TWICE: _l("Places %(first)s and %(second)s name the same option: please choose another."),
    ViolationCode.TOO_MANY_CHOSEN: _l("You chose %(n)s; please choose at most %(limit)s."),
    ViolationCode.POINTS_LEFT: _l("%(left)s of %(total)s points are left to share."),
    ViolationCode.POINTS_OVER: _l("You shared %(over)s points more than the %(total)s there are."),
    ViolationCode.NUMBER_UNREADABLE: _l("“%(typed)s” is not a number that can be read; write it like %(example)s."),
    ViolationCode.NUMBER_OUT_OF_RANGE: _l("Please give a number from %(lower)s to %(upper)s."),
    ViolationCode.WAY_OUT_AND_ANSWER: _l(
        "You gave an answer and also said that you cannot answer: please take one of them back."
    ),
    ViolationCode.OPTIONS_TOO_FEW: _l("Please give at least %(limit)s options, one a line."),
    ViolationCode.OPTIONS_TOO_MANY: _l("At most %(limit)s options fit on one question; here are %(n)s."),
    ViolationCode.OPTIONS_UNEVEN: _l(
        "The lists have different lengths (%(counts)s): please write the same options in each language, in one order."
    ),
    ViolationCode.OPTIONS_ALIKE: _l("“%(text)s” stands in the list twice."),
    ViolationCode.GROUPS_TOO_FEW: _l("Please give at least %(limit)s groups, one a line."),
    ViolationCode.SETTING_OUT_OF_RANGE: _l("Please give a whole number from %(lower)s to %(upper)s here."),
    ViolationCode.RANGE_REVERSED: _l("The lowest answer must lie below the highest one."),
    ViolationCode.ANSWERED_ONLINE: _l(
        "This expert has answered online: these answers are shown to nobody, and none can be entered for them."
    ),
    ViolationCode.PAPER_CONSENT_MISSING: _l("Please confirm that the expert agreed to take part on the paper."),
    ViolationCode.ADDRESS_MISSING: _l("Please give an address such as name@example.org."),
    ViolationCode.COLLEAGUE_NAME_MISSING: _l("Please give the name of your colleague too, or leave both fields empty."),
    ViolationCode.FLAG_SETTLED: _l("This remark was answered meanwhile."),
    ViolationCode.RESULTS_NOT_PUBLISHED: _l("The results are not published yet."),
    ViolationCode.CHOICE_MISSING: _l("Please choose one of the answers."),
    ViolationCode.ADDRESS_TAKEN: _l(
        "This address cannot be used for this person here: please ask the secretariat to look into it."
    ),
    ViolationCode.ADDRESS_IN_USE: _l(
        "This person has already come in by their link: only they can have their address changed."
    ),
    ViolationCode.WALK_IN_CLOSED: _l("Registration by this link is closed."),
    ViolationCode.WALK_IN_FULL: _l("All places of this panel are taken."),
    ViolationCode.NOBODY_TO_IMPORT: _l("There is no line without a problem to import yet."),
    ViolationCode.UNDO_TOO_LATE: _l(
        "The mails have left: the launch cannot be undone any more. You can close the round."
    ),
    ViolationCode.UNDO_ANSWERED: _l("Somebody has answered already: the launch cannot be undone any more."),
    ViolationCode.OPENING_PAST: _l("The opening must lie in the future, and before the closing time."),
    ViolationCode.REOPEN_TOO_LATE: _l(
        "A round can be opened again within %(hours)s hours of its closing; it closed on %(at)s."
    ),
    ViolationCode.LATER_ROUND_STARTED: _l(
        "Round %(number)s has been opened since: this round can no longer be opened again."
    ),
    ViolationCode.IDEAS_WORKED_ON: _l(
        "Ideas of this round have been placed or set aside: take them back on the synthesis desk first."
    ),
    ViolationCode.NOT_A_COPY: _l("This is no pilot and no rehearsal: it is never discarded."),
    ViolationCode.NOT_MEASURED: _l("Nobody has finished the pilot yet: there is nothing to measure."),
    ViolationCode.NOTHING_CHANGED: _l("Nothing differs from the text that is there already."),
    ViolationCode.LANGUAGE_OUT_OF_DATE: _l(
        "The text in %(language)s has not followed the change yet: revise it, or confirm that it still fits."
    ),
    ViolationCode.NOTHING_APPROVED: _l("No approved text is waiting: approve at least one change first."),
    ViolationCode.CONSULTATION_RUNNING: _l("This consultation was opened: nothing of it can be changed any more."),
    ViolationCode.CONSULTATION_NOT_OPEN: _l("This consultation is not open yet."),
    ViolationCode.NO_MEMBERS: _l("Nobody has a vote yet: add the members first."),
    ViolationCode.PLAN_NOT_FINAL: _l("The plan is not final yet, so nobody can vote on it: see what is missing."),
    ViolationCode.MEMBER_UNREADABLE: _l(
        "Line %(line)s cannot be read: write name, address, language and organisation, separated by semicolons or tabs."
    ),
    ViolationCode.QUORUM_OUT_OF_RANGE: _l("The quorum must be a whole number from 1 to the number of members, %(n)s."),
    ViolationCode.COMMENT_MISSING: _l("Please write your comment: without it nobody knows what you want to say."),
    ViolationCode.PART_MISSING: _l("Please say which part each facility carries of a split activity."),
    ViolationCode.FACILITY_TWICE: _l("Please choose two different facilities for the two parts."),
    ViolationCode.PROTOCOL_IMPOSSIBLE: _l("The protocol cannot be used as it stands: its page says what is wrong."),
    ViolationCode.PROTOCOL_NOT_LOCKED: _l("The protocol is not locked yet: change it without an amendment."),
    ViolationCode.NO_OBJECTIVE_CHOSEN: _l("Please tick at least one objective."),
    ViolationCode.DATES_IMPOSSIBLE: _l("These dates do not fit together: a round must end before the next one starts."),
    ViolationCode.TOKEN_NAME_TAKEN: _l("There is already a key called “%(name)s”: choose another name or revoke it."),
    ViolationCode.TOKEN_LIFE_OUT_OF_RANGE: _l("A key lasts from %(lower)s to %(upper)s days."),
    ViolationCode.PANELS_OPEN: _l("An archive is sealed when no round is open; open now: %(codes)s."),
    ViolationCode.NOTHING_CLOSED: _l("No round has been closed yet: there is nothing to keep."),
    ViolationCode.UNKNOWN_ITEM: _l("The guideline has no such item."),
}

KINDS: dict[StatementKind, Any] = {
    StatementKind.PROBLEM: _l("Problem"),
    StatementKind.CAUSE: _l("Cause"),
    StatementKind.CONSEQUENCE: _l("Consequence"),
    StatementKind.ACTIVITY: _l("Activity"),
    StatementKind.OBSTACLE: _l("Obstacle"),
    StatementKind.SUCCESS_FACTOR: _l("Success factor"),
}

KINDS_PLURAL: dict[StatementKind, Any] = {
    StatementKind.PROBLEM: _l("Problems"),
    StatementKind.CAUSE: _l("Causes"),
    StatementKind.CONSEQUENCE: _l("Consequences"),
    StatementKind.ACTIVITY: _l("Activities"),
    StatementKind.OBSTACLE: _l("Obstacles"),
    StatementKind.SUCCESS_FACTOR: _l("Success factors"),
}

CLASSES: dict[str, Any] = {
    "agreed_high": _l("Agreed high"),
    "agreed_low": _l("Agreed low"),
    "leaning": _l("Leaning"),
    "two_camps": _l("Split in two camps"),
    "scattered": _l("Scattered"),
    "too_few": _l("Too few answers"),
}

OUTCOMES: dict[OutcomeStatus, Any] = {
    OutcomeStatus.AGREED: _l("Agreed"),
    OutcomeStatus.DROPPED: _l("Agreed to drop"),
    OutcomeStatus.UNRESOLVED: _l("Not agreed"),
    OutcomeStatus.INSUFFICIENT: _l("Too few answers"),
}

ROUND_STATUSES: dict[RoundStatus, Any] = {
    RoundStatus.PLANNED: _l("Planned"),
    RoundStatus.OPEN: _l("Open"),
    RoundStatus.CLOSED: _l("Closed"),
}

IDEA_STATUSES: dict[IdeaStatus, Any] = {
    IdeaStatus.WAITING: _l("Waiting"),
    IdeaStatus.PLACED: _l("Placed"),
    IdeaStatus.PARKED: _l("Set aside"),
}

MEMBERSHIPS: dict[MembershipStatus, Any] = {
    MembershipStatus.INVITED: _l("Invited"),
    MembershipStatus.JOINED: _l("Joined"),
    MembershipStatus.DECLINED: _l("Declined"),
    MembershipStatus.LEFT: _l("Left"),
    MembershipStatus.REMOVED: _l("Taken out"),
}

LINKS: dict[LinkKind, Any] = {
    LinkKind.DUPLICATE: _l("Says the same as"),
    LinkKind.ALSO_CONCERNS: _l("Also concerns"),
    LinkKind.CONFLICT: _l("Conflicts with"),
    LinkKind.DISMISSED: _l("Does not belong together with"),
}

OBJECTIVE_FIELDS: dict[ObjectiveField, Any] = {
    ObjectiveField.TITLE: _l("Title"),
    ObjectiveField.DESCRIPTION: _l("Description"),
    ObjectiveField.BASELINE_2020: _l("Baseline 2020"),
    ObjectiveField.TARGET_2030: _l("Target 2030"),
    ObjectiveField.TARGET_2050: _l("Target 2050"),
}

VOTES: dict[VoteChoice, Any] = {
    VoteChoice.APPROVE: _l("I approve"),
    VoteChoice.APPROVE_WITH_COMMENT: _l("I approve, with a comment"),
    VoteChoice.OBJECT: _l("I object"),
    VoteChoice.ABSTAIN: _l("I abstain"),
}

STANCES: dict[Stance, Any] = {
    Stance.FOR: _l("For"),
    Stance.AGAINST: _l("Against"),
    Stance.NEUTRAL: _l("Neither"),
}

QUESTION_KINDS: dict[QuestionKind, Any] = {
    QuestionKind.RANKING: _l("Ranking of all options"),
    QuestionKind.TOP_X: _l("The best ones in order"),
    QuestionKind.POINTS: _l("Points to share"),
    QuestionKind.MULTIPLE_CHOICE: _l("Several choices"),
    QuestionKind.SINGLE_CHOICE: _l("One choice"),
    QuestionKind.YES_NO: _l("Yes or no"),
    QuestionKind.NUMBER: _l("Number"),
    QuestionKind.PROBABILITY: _l("Probability in per cent"),
    QuestionKind.YEAR: _l("Year"),
    QuestionKind.SHORT_TEXT: _l("Short text"),
    QuestionKind.LONG_TEXT: _l("Long text"),
    QuestionKind.SORT_GROUPS: _l("Sorting into groups"),
}

FINDINGS: dict[FrameworkFinding, Any] = {
    FrameworkFinding.DUPLICATE_CODE: _l("%(where)s: the code %(details)s is used twice."),
    FrameworkFinding.LANGUAGE_MISSING: _l("%(where)s: a text is missing: %(details)s."),
    FrameworkFinding.TARGET_IS_BASELINE: _l("%(where)s: the 2030 target is word for word the 2020 baseline."),
    FrameworkFinding.UNKNOWN_ACRONYM: _l("%(where)s: %(details)s is used and explained nowhere."),
    FrameworkFinding.FACILITY_DISAGREES: _l("%(where)s: the documents disagree on the facility: %(details)s."),
}


def violation_sentence(violation: RuleViolation) -> str:
    """What to tell the user about a violation; moments and decimals among its parameters are written out."""
    params = {name: _written(value) for name, value in violation.params.items()}
    return str(VIOLATIONS[violation.code]) % params


def _written(value: Any) -> Any:
    if value is None:
        return "…"
    if isinstance(value, float):
        return typed_number(value)
    return moment(value) if hasattr(value, "tzinfo") else value
