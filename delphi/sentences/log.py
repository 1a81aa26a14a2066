"""The log in sentences: who did what, with the details that were recorded then."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from delphi.i18n import in_language, moment
from delphi.sentences.privacy import PRIVACY_ACTIONS
from surveys.vocabulary import AuditAction

ACTIONS: dict[AuditAction, Any] = {
    **PRIVACY_ACTIONS,
    AuditAction.STUDY_CREATED: _l("The study was set up."),
    AuditAction.FRAMEWORK_IMPORTED: _l("The framework was imported."),
    AuditAction.PANEL_IMPORTED: _l("The panel was imported."),
    AuditAction.RATINGS_IMPORTED: _l("Ratings collected elsewhere were imported."),
    AuditAction.PROTOCOL_LOCKED: _l("The protocol was locked."),
    AuditAction.SIGNED_IN: _l("Signed in."),
    AuditAction.SIGNED_OUT: _l("Signed out."),
    AuditAction.CONSENT_GIVEN: _l("An expert agreed to take part."),
    AuditAction.MEMBERSHIP_DECLINED: _l("An expert declined to take part."),
    AuditAction.MEMBERSHIP_LEFT: _l("An expert left the task force."),
    AuditAction.ROUND_PLANNED: _l("Planned round %(number)s with %(n_statements)s statements."),
    AuditAction.ROUND_OPENED: _l("Opened round %(number)s; it closes on %(deadline_at)s."),
    AuditAction.ROUND_CLOSED: _l("Closed round %(number)s with answers from %(n_answered)s people; results frozen."),
    AuditAction.ANSWERS_SUBMITTED: _l("An expert sent answers."),
    AuditAction.IDEA_PLACED: _l("Put an idea into %(statement)s."),
    AuditAction.IDEA_PARKED: _l("Set an idea aside: “%(reason)s”"),
    AuditAction.PLACEMENT_UNDONE: _l("Took an idea back."),
    AuditAction.DESK_STEP_UNDONE: _l("Undid a step at the synthesis desk: %(kind)s."),
    AuditAction.IDEA_TAGGED: _l("Tagged an idea “%(tag)s”."),
    AuditAction.SIMILAR_IDEAS_SOUGHT: _l("Asked for a look for similar ideas."),
    AuditAction.SECOND_CODING_FINISHED: _l("Finished a second coding of %(n)s ideas."),
    AuditAction.TRANSLATION_SAVED: _l("Saved a translation (%(code)s, %(language)s)."),
    AuditAction.TRANSLATION_APPROVED: _l("Approved %(n)s translations (%(language)s)."),
    AuditAction.STATEMENT_EDITED: _l("Edited %(statement)s."),
    AuditAction.COMMENT_REVIEWED: _l("Reviewed a comment of round %(round)s."),
    AuditAction.ANSWER_REVIEWED: _l("Read over a written answer to %(question)s of round %(round)s."),
    AuditAction.OBJECTION_MARKED: _l("Marked a comment on %(statement)s as a principled objection."),
    AuditAction.OUTCOMES_PUBLISHED: _l("Published the outcomes of %(n_statements)s statements."),
    AuditAction.CATEGORY_CHANGED: _l("Changed a category."),
    AuditAction.STATEMENT_CATEGORISED: _l("Sorted %(code)s into the category “%(name)s”."),
    AuditAction.FACILITY_DECIDED: _l("Assigned %(code)s to %(facility)s. Source: %(source)s. Reason: “%(reason)s”"),
    AuditAction.LINK_RENEWED: _l("Renewed a personal link."),
    AuditAction.LINK_REVOKED: _l("Revoked a personal link."),
    AuditAction.REMINDERS_QUEUED: _l("Sent reminders of round %(number)s to %(n)s people."),
    AuditAction.ACCOUNT_CHANGED: _l("Changed an account."),
    AuditAction.STAFF_INVITED: _l("Invited somebody to the staff: %(role)s."),
    AuditAction.ROLE_TAKEN: _l("Took a role from somebody: %(role)s."),
    AuditAction.PASSWORD_CHANGED: _l("Set a new password."),
    AuditAction.SECOND_FACTOR_CHANGED: _l("Changed a second factor: %(what)s."),
    AuditAction.RECOVERY_CODE_USED: _l("Signed in with a recovery code; %(left)s are left."),
    AuditAction.DEVICE_SIGNED_OUT: _l("Signed another device out."),
    AuditAction.SIGN_IN_REFUSED: _l("A sign-in was refused after too many wrong tries."),
    AuditAction.NAME_ASKED: _l("Asked for the name behind %(code)s of round %(number)s: “%(reason)s”"),
    AuditAction.NAME_DECIDED: _l("Allowed to look up the name behind %(code)s of round %(number)s."),
    AuditAction.NAME_SHOWN: _l("Looked up the name behind %(code)s of round %(number)s."),
    AuditAction.DEMO_BUILT: _l("Filled this database with the demo study."),
    AuditAction.DEADLINE_EXTENDED: _l("Moved the closing time of round %(number)s to %(after)s."),
    AuditAction.PROPOSAL_OVERRIDDEN: _l("Decided on %(statement)s otherwise than the rule proposes: “%(reason)s”"),
    AuditAction.QUESTIONS_CHANGED: _l("Changed the further questions of round %(number)s."),
    AuditAction.PAPER_ENTERED: _l("Entered paper answers of round %(number)s on behalf of %(code)s."),
    AuditAction.IDEA_FLAGGED: _l("An expert says that an idea is missing or distorted."),
    AuditAction.IDEA_FLAG_ANSWERED: _l("Answered a remark on an idea: “%(resolution)s”"),
    AuditAction.COLLEAGUE_SUGGESTED: _l("An expert suggested a colleague."),
    AuditAction.COLLEAGUE_SETTLED: _l("Settled the suggestion of a colleague."),
    AuditAction.MEMBERSHIP_RECONFIRMED: _l("An expert said whether they stay for the implementation."),
    AuditAction.PANELLIST_REMOVED: _l("Took somebody out of the panel: “%(reason)s”"),
    AuditAction.PANELLIST_RESTORED: _l("Took somebody into the panel again."),
    AuditAction.ADDRESS_CORRECTED: _l("Corrected an address that could not be reached."),
    AuditAction.WALK_IN_CHANGED: _l("Changed the walk-in link: %(seats)s places."),
    AuditAction.WALKED_IN: _l("Somebody registered themselves through the walk-in link."),
    AuditAction.PILOT_STARTED: _l("Started a pilot of round %(number)s, apart from the study."),
    AuditAction.REHEARSAL_PLAYED: _l("Played a rehearsal with %(n)s invented experts, apart from the study."),
    AuditAction.COPY_DISCARDED: _l("Discarded a pilot or a rehearsal."),
    AuditAction.MINUTES_TAKEN: _l("Took over the minutes measured in the pilot for round %(number)s: %(minutes)s."),
    AuditAction.LAUNCH_SCHEDULED: _l("Round %(number)s is to be opened on %(opens_at)s."),
    AuditAction.LAUNCH_UNSCHEDULED: _l("Took back the time at which round %(number)s was to be opened."),
    AuditAction.LAUNCH_FAILED: _l("Round %(number)s could not be opened at its time: %(problem)s."),
    AuditAction.LANGUAGE_OPENED: _l(
        "Opened round %(number)s in one more language, %(language)s, and mailed %(n)s people."
    ),
    AuditAction.LAUNCH_UNDONE: _l("Undid the launch of round %(number)s before a mail left."),
    AuditAction.ROUND_REOPENED: _l(
        "Opened round %(number)s again; result %(snapshot)s stays on record. Reason: “%(reason)s”"
    ),
    AuditAction.STATEMENTS_LINKED: _l("Linked %(first)s and %(second)s: “%(reason)s”"),
    AuditAction.OBJECTIVE_REVISED: _l("Revised a text of objective %(code)s (wording %(number)s)."),
    AuditAction.REVISION_APPROVED: _l("Approved a text of objective %(code)s (wording %(number)s)."),
    AuditAction.FRAMEWORK_VERSIONED: _l("Made version %(number)s of the framework; changed: %(codes)s."),
    AuditAction.CONSULTATION_CHANGED: _l("Prepared the consultation “%(title)s”."),
    AuditAction.CONSULTATION_OPENED: _l("Opened the consultation “%(title)s” for %(n)s members; closes on %(after)s."),
    AuditAction.VOTE_CAST: _l("A member voted in the consultation “%(title)s”."),
    AuditAction.EXPORT_REQUESTED: _l("Asked for a file: %(file)s."),
    AuditAction.PROTOCOL_CHANGED: _l("Changed the protocol before its lock."),
    AuditAction.PROTOCOL_AMENDED: _l("Amended the protocol (amendment %(number)s): “%(reason)s”"),
    AuditAction.STUDY_COPIED: _l("Copied the study from “%(name)s”, with %(n_people)s people."),
    AuditAction.PANELS_ADDED: _l("Made task forces: %(codes)s."),
    AuditAction.DATES_PLANNED: _l("Planned the dates of %(n_rounds)s rounds."),
    AuditAction.API_TOKEN_MADE: _l("Made the key “%(name)s” for programs; it ends on %(expires)s."),
    AuditAction.API_TOKEN_REVOKED: _l("Revoked the key “%(name)s” for programs."),
    AuditAction.ARCHIVE_SEALED: _l("Sealed archive %(number)s; its seal is %(seal)s."),
    AuditAction.REPORT_ENTRY_WRITTEN: _l("Wrote on item %(item)s of %(guideline)s (version %(version)s)."),
    AuditAction.STUDY_RESTORED: _l("Restored the study from an archive with the seal %(seal)s."),
}
VARIANTS: dict[tuple[AuditAction, str, Any], Any] = {
    (AuditAction.SECOND_FACTOR_CHANGED, "what", "reset"): _l("Reset a colleague's second factor: “%(reason)s”"),
    (AuditAction.ROUND_PLANNED, "n_statements", 0): _l("Planned round %(number)s with open questions."),
    (AuditAction.ROUND_OPENED, "deadline_at", None): _l("Opened round %(number)s without a closing time."),
    (AuditAction.IDEA_PLACED, "how", "kept"): _l("Kept an idea as %(statement)s."),
    (AuditAction.IDEA_PLACED, "how", "edited"): _l("Edited an idea into %(statement)s."),
    (AuditAction.IDEA_PLACED, "how", "merged"): _l("Merged an idea into %(statement)s."),
    (AuditAction.IDEA_PLACED, "how", "split"): _l("Placed a further part of an idea in %(statement)s."),
    (AuditAction.PLACEMENT_UNDONE, "undone", "parked"): _l("Took up an idea again that was set aside (“%(reason)s”)."),
    (AuditAction.PLACEMENT_UNDONE, "retired", True): _l("Took an idea out of %(statement)s, which was taken back."),
    (AuditAction.PLACEMENT_UNDONE, "retired", False): _l("Took an idea out of %(statement)s."),
    (AuditAction.IDEA_TAGGED, "change", "removed"): _l("Took the tag “%(tag)s” off an idea."),
    (AuditAction.STATEMENT_EDITED, "what", "wording"): _l("Reworded %(statement)s (version %(version)s)."),
    (AuditAction.STATEMENT_EDITED, "what", "translation"): _l("Translated %(statement)s (version %(version)s)."),
    (AuditAction.STATEMENT_EDITED, "parent", None): _l("Unlinked %(statement)s."),
    (AuditAction.STATEMENT_EDITED, "what", "parent"): _l("Linked %(statement)s to %(parent)s."),
    (AuditAction.CATEGORY_CHANGED, "change", "created"): _l("Made the category “%(name)s”."),
    (AuditAction.CATEGORY_CHANGED, "change", "renamed"): _l("Renamed the category “%(before)s” to “%(name)s”."),
    (AuditAction.CATEGORY_CHANGED, "change", "merged"): _l("Merged the category “%(name)s” into “%(into)s”."),
    (AuditAction.STATEMENT_CATEGORISED, "name", None): _l("Took %(code)s out of its category."),
    (AuditAction.COMMENT_REVIEWED, "how", "shared"): _l("Shared a comment of round %(round)s as written."),
    (AuditAction.COMMENT_REVIEWED, "how", "paraphrased"): _l("Shared a comment of round %(round)s paraphrased."),
    (AuditAction.ANSWER_REVIEWED, "how", "shared"): _l(
        "Shared a written answer to %(question)s of round %(round)s as written."
    ),
    (AuditAction.ANSWER_REVIEWED, "how", "paraphrased"): _l(
        "Shared a written answer to %(question)s of round %(round)s paraphrased."
    ),
    (AuditAction.ANSWER_REVIEWED, "how", "withheld"): _l(
        "Withheld a written answer to %(question)s of round %(round)s: “%(reason)s”"
    ),
    (AuditAction.ANSWER_REVIEWED, "how", "taken_back"): _l(
        "Took back a decision on a written answer to %(question)s of round %(round)s."
    ),
    (AuditAction.OBJECTION_MARKED, "is_objection", False): _l(
        "A comment on %(statement)s is no longer marked as a principled objection."
    ),
    (AuditAction.QUESTIONS_CHANGED, "change", "added"): _l("Added a question to round %(number)s: “%(text)s”"),
    (AuditAction.QUESTIONS_CHANGED, "change", "edited"): _l("Edited a question of round %(number)s: “%(text)s”"),
    (AuditAction.QUESTIONS_CHANGED, "change", "removed"): _l("Removed a question from round %(number)s: “%(text)s”"),
    (AuditAction.QUESTIONS_CHANGED, "change", "moved"): _l("Moved a question of round %(number)s: “%(text)s”"),
    (AuditAction.STATEMENTS_LINKED, "kind", "dismissed"): _l(
        "Said that %(first)s and %(second)s do not belong together: “%(reason)s”"
    ),
    (AuditAction.VOTE_CAST, "is_late", True): _l("A member voted late in the consultation “%(title)s”: not counted."),
    (AuditAction.CONSULTATION_CHANGED, "change", "reminded"): _l(
        "Reminded %(n)s members of the consultation “%(title)s”."
    ),
    (AuditAction.CONSULTATION_CHANGED, "change", "members"): _l("Added %(n)s members to the consultation “%(title)s”."),
    (AuditAction.NAME_DECIDED, "is_allowed", False): _l(
        "Refused to look up the name behind %(code)s of round %(number)s."
    ),
    (AuditAction.WALK_IN_CHANGED, "change", "closed"): _l("Closed the walk-in link."),
    (AuditAction.WALK_IN_CHANGED, "change", "renewed"): _l("Made a new walk-in link; the earlier one opens nothing."),
    (AuditAction.COMMENT_REVIEWED, "how", "withheld"): _l("Withheld a comment of round %(round)s."),
}
MOMENTS = ("deadline_at", "opens_at", "before", "after")


class _Details(Mapping[str, Any]):
    """Recorded details as a sentence names them; what an older row did not record yet is an ellipsis."""

    def __init__(self, details: Mapping[str, Any], *, time_zone: str) -> None:
        self._details, self._time_zone = details, time_zone

    def __getitem__(self, name: str) -> Any:
        return _shown(name, self._details[name], time_zone=self._time_zone) if name in self._details else "…"

    def __iter__(self) -> Iterator[str]:
        return iter(self._details)

    def __len__(self) -> int:
        return len(self._details)


def log_sentence(action: AuditAction, details: Mapping[str, Any], *, time_zone: str) -> str:
    """One row of the log as a sentence, moments in the study's time zone."""
    variants = (
        sentence
        for (candidate, name, value), sentence in VARIANTS.items()
        if candidate is action and name in details and details[name] == value
    )
    words = str(next(variants, ACTIONS[action]))
    return words % _Details(details, time_zone=time_zone)


def _shown(name: str, value: Any, *, time_zone: str) -> Any:
    if isinstance(value, dict):
        return in_language(value)
    if name in MOMENTS and isinstance(value, str):
        return moment(datetime.fromisoformat(value), time_zone)
    return value
