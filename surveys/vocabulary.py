"""The closed sets of the domain: every status, kind, role and code, by the field's standard terms."""

from enum import StrEnum


class StudyKind(StrEnum):
    """A real study, or a copy to try it on. Copies are studies of their own: nothing of them can enter results."""

    STUDY = "study"
    PILOT = "pilot"
    REHEARSAL = "rehearsal"


class RoundKind(StrEnum):
    IDEAS = "ideas"
    RATING = "rating"


class RoundStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class StatementKind(StrEnum):
    """Two linked chains: problem with cause and consequence; activity with obstacle and success factor."""

    PROBLEM = "problem"
    CAUSE = "cause"
    CONSEQUENCE = "consequence"
    ACTIVITY = "activity"
    OBSTACLE = "obstacle"
    SUCCESS_FACTOR = "success_factor"

    @property
    def parent_kind(self) -> "StatementKind | None":
        """The kind this one hangs on: a cause explains a problem, an obstacle hinders an activity."""
        return PARENT_KINDS.get(self)


PARENT_KINDS = {
    StatementKind.CAUSE: StatementKind.PROBLEM,
    StatementKind.CONSEQUENCE: StatementKind.PROBLEM,
    StatementKind.ACTIVITY: StatementKind.PROBLEM,
    StatementKind.OBSTACLE: StatementKind.ACTIVITY,
    StatementKind.SUCCESS_FACTOR: StatementKind.ACTIVITY,
}
RATED_KINDS = (StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR)


class IdeaStatus(StrEnum):
    WAITING = "waiting"
    PLACED = "placed"
    PARKED = "parked"


class PlacementAction(StrEnum):
    """How an idea became (part of) a statement."""

    KEPT = "kept"
    EDITED = "edited"
    MERGED = "merged"
    SPLIT = "split"


class DeskStepKind(StrEnum):
    """What one step at the synthesis desk changed; each can be undone."""

    PLACED = "placed"
    TAKEN_OUT = "taken_out"
    PARKED = "parked"
    TAKEN_UP = "taken_up"
    REWORDED = "reworded"
    LINKED = "linked"
    CATEGORISED = "categorised"
    TAGGED = "tagged"
    UNTAGGED = "untagged"


class TranslationState(StrEnum):
    """How far one text in one language is."""

    MISSING = "missing"
    STALE = "stale"
    TO_CHECK = "to_check"
    APPROVED = "approved"


class RatingState(StrEnum):
    """What one cell of a questionnaire holds; only `rated` carries a number. No row at all: left blank."""

    RATED = "rated"
    OUTSIDE_EXPERTISE = "outside_expertise"
    NEED_INFORMATION = "need_information"
    ABSTAINED = "abstained"


class QuestionKind(StrEnum):
    """What may be asked beside ratings; `surveys.rules.questions` knows what each of them takes for an answer."""

    RANKING = "ranking"
    TOP_X = "top_x"
    POINTS = "points"
    MULTIPLE_CHOICE = "multiple_choice"
    SINGLE_CHOICE = "single_choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    PROBABILITY = "probability"
    YEAR = "year"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    SORT_GROUPS = "sort_groups"


class AnswerState(StrEnum):
    """What one question holds; only `answered` carries an answer. No row at all: left blank."""

    ANSWERED = "answered"
    OUTSIDE_EXPERTISE = "outside_expertise"
    NEED_INFORMATION = "need_information"


class Stance(StrEnum):
    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class CommentReview(StrEnum):
    WAITING = "waiting"
    SHARED = "shared"
    WITHHELD = "withheld"


class MembershipStatus(StrEnum):
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    LEFT = "left"
    REMOVED = "removed"


class Role(StrEnum):
    EXPERT = "expert"
    FACILITATOR = "facilitator"
    OBSERVER = "observer"
    SECRETARIAT = "secretariat"
    ADMINISTRATOR = "administrator"


class Audience(StrEnum):
    """The two doors: experts come by their link, staff by their account."""

    EXPERT = "expert"
    STAFF = "staff"


class AccountLinkKind(StrEnum):
    """What a link in a mail lets somebody set a password for."""

    INVITATION = "invitation"
    FORGOTTEN = "forgotten"


class OutcomeStatus(StrEnum):
    AGREED = "agreed"
    DROPPED = "dropped"
    UNRESOLVED = "unresolved"
    INSUFFICIENT = "insufficient"


class FacilityType(StrEnum):
    CORE = "CF"
    GLOBAL = "GF"


class LinkKind(StrEnum):
    """How two activities of different objectives belong together; dismissed: looked at, they do not."""

    DUPLICATE = "duplicate"
    ALSO_CONCERNS = "also_concerns"
    CONFLICT = "conflict"
    DISMISSED = "dismissed"


class ObjectiveField(StrEnum):
    """The texts of an objective, each with versions of its own."""

    TITLE = "title"
    DESCRIPTION = "description"
    BASELINE_2020 = "baseline_2020"
    TARGET_2030 = "target_2030"
    TARGET_2050 = "target_2050"


class RevisionState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"


class VoteChoice(StrEnum):
    APPROVE = "approve"
    APPROVE_WITH_COMMENT = "approve_with_comment"
    OBJECT = "object"
    ABSTAIN = "abstain"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class OutboxStatus(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    RECEIPT = "receipt"
    ROUND_OPENED = "round_opened"
    ROUND_REOPENED = "round_reopened"
    ROUND_RESULTS = "round_results"
    NEW_LINK = "new_link"
    THANKS = "thanks"
    CONSULTATION_OPENED = "consultation_opened"
    CONSULTATION_REMINDER = "consultation_reminder"
    ACCOUNT_INVITATION = "account_invitation"
    PASSWORD_FORGOTTEN = "password_forgotten"
    ACCOUNT_NOTICE = "account_notice"


class AuditAction(StrEnum):
    STUDY_CREATED = "study_created"
    FRAMEWORK_IMPORTED = "framework_imported"
    PANEL_IMPORTED = "panel_imported"
    RATINGS_IMPORTED = "ratings_imported"
    PROTOCOL_LOCKED = "protocol_locked"
    PROTOCOL_CHANGED = "protocol_changed"
    PROTOCOL_AMENDED = "protocol_amended"
    STUDY_COPIED = "study_copied"
    PANELS_ADDED = "panels_added"
    DATES_PLANNED = "dates_planned"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    CONSENT_GIVEN = "consent_given"
    MEMBERSHIP_DECLINED = "membership_declined"
    MEMBERSHIP_LEFT = "membership_left"
    ROUND_PLANNED = "round_planned"
    ROUND_OPENED = "round_opened"
    ROUND_CLOSED = "round_closed"
    ANSWERS_SUBMITTED = "answers_submitted"
    IDEA_PLACED = "idea_placed"
    IDEA_PARKED = "idea_parked"
    PLACEMENT_UNDONE = "placement_undone"
    DESK_STEP_UNDONE = "desk_step_undone"
    IDEA_TAGGED = "idea_tagged"
    SIMILAR_IDEAS_SOUGHT = "similar_ideas_sought"
    SECOND_CODING_FINISHED = "second_coding_finished"
    TRANSLATION_SAVED = "translation_saved"
    TRANSLATION_APPROVED = "translation_approved"
    STATEMENT_EDITED = "statement_edited"
    COMMENT_REVIEWED = "comment_reviewed"
    OBJECTION_MARKED = "objection_marked"
    OUTCOMES_PUBLISHED = "outcomes_published"
    CATEGORY_CHANGED = "category_changed"
    STATEMENT_CATEGORISED = "statement_categorised"
    FACILITY_DECIDED = "facility_decided"
    LINK_RENEWED = "link_renewed"
    LINK_REVOKED = "link_revoked"
    REMINDERS_QUEUED = "reminders_queued"
    ACCOUNT_CHANGED = "account_changed"
    DEMO_BUILT = "demo_built"
    DEADLINE_EXTENDED = "deadline_extended"
    PROPOSAL_OVERRIDDEN = "proposal_overridden"
    QUESTIONS_CHANGED = "questions_changed"
    PAPER_ENTERED = "paper_entered"
    IDEA_FLAGGED = "idea_flagged"
    IDEA_FLAG_ANSWERED = "idea_flag_answered"
    COLLEAGUE_SUGGESTED = "colleague_suggested"
    COLLEAGUE_SETTLED = "colleague_settled"
    MEMBERSHIP_RECONFIRMED = "membership_reconfirmed"
    PANELLIST_REMOVED = "panellist_removed"
    PANELLIST_RESTORED = "panellist_restored"
    ADDRESS_CORRECTED = "address_corrected"
    WALK_IN_CHANGED = "walk_in_changed"
    WALKED_IN = "walked_in"
    PILOT_STARTED = "pilot_started"
    REHEARSAL_PLAYED = "rehearsal_played"
    COPY_DISCARDED = "copy_discarded"
    MINUTES_TAKEN = "minutes_taken"
    LAUNCH_SCHEDULED = "launch_scheduled"
    LAUNCH_UNSCHEDULED = "launch_unscheduled"
    LAUNCH_FAILED = "launch_failed"
    LAUNCH_UNDONE = "launch_undone"
    ROUND_REOPENED = "round_reopened"
    STATEMENTS_LINKED = "statements_linked"
    OBJECTIVE_REVISED = "objective_revised"
    REVISION_APPROVED = "revision_approved"
    FRAMEWORK_VERSIONED = "framework_versioned"
    CONSULTATION_CHANGED = "consultation_changed"
    CONSULTATION_OPENED = "consultation_opened"
    VOTE_CAST = "vote_cast"
    EXPORT_REQUESTED = "export_requested"
    API_TOKEN_MADE = "api_token_made"
    API_TOKEN_REVOKED = "api_token_revoked"
    ARCHIVE_SEALED = "archive_sealed"
    REPORT_ENTRY_WRITTEN = "report_entry_written"
    STUDY_RESTORED = "study_restored"
    STAFF_INVITED = "staff_invited"
    ROLE_TAKEN = "role_taken"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    RECOVERY_CODE_USED = "recovery_code_used"
    DEVICE_SIGNED_OUT = "device_signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    NAME_ASKED = "name_asked"
    NAME_DECIDED = "name_decided"
    NAME_SHOWN = "name_shown"


class FeedbackKind(StrEnum):
    """What experts see of the group's earlier answers: a choice of the protocol."""

    COUNTS = "counts"
    COUNTS_AND_COMMENTS = "counts_and_comments"
    BY_COLLEGE = "by_college"
    NONE = "none"


class StopRule(StrEnum):
    """When a statement leaves the questionnaire: with its verdict, or with the same one in two rounds running."""

    VERDICT = "verdict"
    STABLE = "stable"


class ApiScope(StrEnum):
    """What a key for programs opens: published things only, of one study."""

    STUDY = "study"
    OBJECTIVES = "objectives"
    ACTIVITIES = "activities"
    STATEMENTS = "statements"
    RESULTS = "results"


class Guideline(StrEnum):
    """Published guidelines for reporting a study of this kind."""

    DELPHISTAR = "delphistar"
    ACCORD = "accord"
    CREDES = "credes"


class Permission(StrEnum):
    """What a page or action asks of its visitor; `surveys.rules.permissions` says who has it."""

    PUBLIC = "public"
    SIGN_OUT = "sign_out"
    HAVE_ACCOUNT = "have_account"
    SEE_OWN_PANELS = "see_own_panels"
    ANSWER = "answer"
    FACILITATE_SOME = "facilitate_some"
    FACILITATE = "facilitate"
    CREATE_STUDY = "create_study"
    SEE_STUDY = "see_study"
    SET_UP_STUDY = "set_up_study"
    SEE_RESULTS = "see_results"
    OVERSEE_SOME = "oversee_some"
    OVERSEE = "oversee"
    OBSERVE_SOME = "observe_some"
    OBSERVE = "observe"
    MANAGE_STAFF = "manage_staff"
    LOOK_UP_NAMES = "look_up_names"
    ADMINISTER = "administer"
    READ_SOME = "read_some"
    READ_STUDY = "read_study"
    READ_OBJECTIVES = "read_objectives"
    READ_ACTIVITIES = "read_activities"
    READ_STATEMENTS = "read_statements"
    READ_RESULTS = "read_results"


class ViolationCode(StrEnum):
    """Every way a rule can say no; each has a sentence in every language (`delphi.sentences`)."""

    ROUND_NOT_OPEN = "round_not_open"
    ROUND_CLOSED = "round_closed"
    ROUND_ALREADY_OPEN = "round_already_open"
    ROUND_NOT_CLOSED = "round_not_closed"
    PREVIEW_OUTDATED = "preview_outdated"
    PREVIOUS_ROUND_OPEN = "previous_round_open"
    NO_STATEMENTS = "no_statements"
    NO_PANELLISTS = "no_panellists"
    IDEAS_WAITING = "ideas_waiting"
    TRANSLATION_MISSING = "translation_missing"
    DEADLINE_PAST = "deadline_past"
    VALUE_OFF_SCALE = "value_off_scale"
    UNKNOWN_STATEMENT = "unknown_statement"
    TEXT_TOO_LONG = "text_too_long"
    COMMENT_NOT_SHARED = "comment_not_shared"
    TEXT_EMPTY = "text_empty"
    REASON_MISSING = "reason_missing"
    CONSENT_MISSING = "consent_missing"
    NOT_A_PANELLIST = "not_a_panellist"
    LINK_UNKNOWN = "link_unknown"
    LINK_REVOKED = "link_revoked"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    TOO_MANY_TRIES = "too_many_tries"
    PASSWORD_TOO_SHORT = "password_too_short"
    PASSWORD_TOO_LONG = "password_too_long"
    PASSWORD_COMMON = "password_common"
    PASSWORDS_DIFFER = "passwords_differ"
    ACCOUNT_LINK_OVER = "account_link_over"
    LAST_ADMINISTRATOR = "last_administrator"
    ROLE_NOT_YOURS = "role_not_yours"
    PASSKEY_REFUSED = "passkey_refused"
    FACTOR_NEEDED = "factor_needed"
    CODE_UNKNOWN = "code_unknown"
    SECOND_PERSON_NEEDED = "second_person_needed"
    ALREADY_DECIDED = "already_decided"
    STATEMENT_RATED = "statement_rated"
    IDEA_ALREADY_PLACED = "idea_already_placed"
    NOTHING_TO_UNDO = "nothing_to_undo"
    KIND_MISMATCH = "kind_mismatch"
    CATEGORY_TAKEN = "category_taken"
    CATEGORY_MERGED = "category_merged"
    NOTHING_CHOSEN = "nothing_chosen"
    NOT_AN_ACTIVITY = "not_an_activity"
    TARGET_MISSING = "target_missing"
    STUDY_EXISTS = "study_exists"
    STUDY_NOT_FINISHED = "study_not_finished"
    DUPLICATE_CODE = "duplicate_code"
    PERSON_UNKNOWN = "person_unknown"
    PROTOCOL_LOCKED = "protocol_locked"
    EDITED_MEANWHILE = "edited_meanwhile"
    CHANGED_SINCE = "changed_since"
    CODED_BY_THE_SAME = "coded_by_the_same"
    CODING_FINISHED = "coding_finished"
    IDEAS_UNCODED = "ideas_uncoded"
    SOURCE_MISSING = "source_missing"
    STATEMENT_ASKED = "statement_asked"
    PARENT_MISMATCH = "parent_mismatch"
    DEADLINE_EARLIER = "deadline_earlier"
    REMINDERS_USED_UP = "reminders_used_up"
    REMINDER_TOO_SOON = "reminder_too_soon"
    EVERYBODY_FINISHED = "everybody_finished"
    UNKNOWN_QUESTION = "unknown_question"
    UNKNOWN_OPTION = "unknown_option"
    PLACE_TWICE = "place_twice"
    PLACES_MISSING = "places_missing"
    PLACE_SKIPPED = "place_skipped"
    OPTION_TWICE = "option_twice"
    TOO_MANY_CHOSEN = "too_many_chosen"
    POINTS_LEFT = "points_left"
    POINTS_OVER = "points_over"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    WAY_OUT_AND_ANSWER = "way_out_and_answer"
    OPTIONS_TOO_FEW = "options_too_few"
    OPTIONS_TOO_MANY = "options_too_many"
    OPTIONS_UNEVEN = "options_uneven"
    OPTIONS_ALIKE = "options_alike"
    GROUPS_TOO_FEW = "groups_too_few"
    SETTING_OUT_OF_RANGE = "setting_out_of_range"
    RANGE_REVERSED = "range_reversed"
    ANSWERED_ONLINE = "answered_online"
    PAPER_CONSENT_MISSING = "paper_consent_missing"
    ADDRESS_MISSING = "address_missing"
    COLLEAGUE_NAME_MISSING = "colleague_name_missing"
    FLAG_SETTLED = "flag_settled"
    RESULTS_NOT_PUBLISHED = "results_not_published"
    CHOICE_MISSING = "choice_missing"
    ADDRESS_TAKEN = "address_taken"
    ADDRESS_IN_USE = "address_in_use"
    WALK_IN_CLOSED = "walk_in_closed"
    WALK_IN_FULL = "walk_in_full"
    NOBODY_TO_IMPORT = "nobody_to_import"
    UNDO_TOO_LATE = "undo_too_late"
    UNDO_ANSWERED = "undo_answered"
    OPENING_PAST = "opening_past"
    REOPEN_TOO_LATE = "reopen_too_late"
    LATER_ROUND_STARTED = "later_round_started"
    IDEAS_WORKED_ON = "ideas_worked_on"
    NOT_A_COPY = "not_a_copy"
    NOT_MEASURED = "not_measured"
    NOTHING_CHANGED = "nothing_changed"
    LANGUAGE_OUT_OF_DATE = "language_out_of_date"
    NOTHING_APPROVED = "nothing_approved"
    CONSULTATION_RUNNING = "consultation_running"
    CONSULTATION_NOT_OPEN = "consultation_not_open"
    NO_MEMBERS = "no_members"
    MEMBER_UNREADABLE = "member_unreadable"
    QUORUM_OUT_OF_RANGE = "quorum_out_of_range"
    COMMENT_MISSING = "comment_missing"
    PART_MISSING = "part_missing"
    FACILITY_TWICE = "facility_twice"
    PROTOCOL_IMPOSSIBLE = "protocol_impossible"
    PROTOCOL_NOT_LOCKED = "protocol_not_locked"
    NO_OBJECTIVE_CHOSEN = "no_objective_chosen"
    DATES_IMPOSSIBLE = "dates_impossible"
    TOKEN_NAME_TAKEN = "token_name_taken"
    TOKEN_LIFE_OUT_OF_RANGE = "token_life_out_of_range"
    PANELS_OPEN = "panels_open"
    NOTHING_CLOSED = "nothing_closed"
    UNKNOWN_ITEM = "unknown_item"


class FrameworkFinding(StrEnum):
    """What can look wrong in a framework; nothing of it stops an import but a code used twice."""

    DUPLICATE_CODE = "duplicate_code"
    LANGUAGE_MISSING = "language_missing"
    TARGET_IS_BASELINE = "target_is_baseline"
    UNKNOWN_ACRONYM = "unknown_acronym"
    FACILITY_DISAGREES = "facility_disagrees"
