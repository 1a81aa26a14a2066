"""What the log tells."""

from enum import StrEnum


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
    ANSWER_REVIEWED = "answer_reviewed"
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
    LANGUAGE_OPENED = "language_opened"
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
    PERSON_SOUGHT = "person_sought"
    PERSON_EXPORTED = "person_exported"
    PERSON_CORRECTED = "person_corrected"
    PERSON_ERASED = "person_erased"
    ERASURE_ASKED = "erasure_asked"
    ANSWERS_UNLINKED = "answers_unlinked"
    CONSENT_VERSIONED = "consent_versioned"
    RETENTION_SET = "retention_set"
    RETENTION_NOTICED = "retention_noticed"
    STUDY_UNLINKED = "study_unlinked"
    TEXT_REVIEWED = "text_reviewed"
    BREACH_WRITTEN = "breach_written"
    LOG_CHECKED = "log_checked"


REPLACES_A_VALUE = frozenset(
    {
        AuditAction.PROTOCOL_CHANGED,
        AuditAction.PROTOCOL_AMENDED,
        AuditAction.DATES_PLANNED,
        AuditAction.DEADLINE_EXTENDED,
        AuditAction.TRANSLATION_SAVED,
        AuditAction.STATEMENT_EDITED,
        AuditAction.COMMENT_REVIEWED,
        AuditAction.ANSWER_REVIEWED,
        AuditAction.OBJECTION_MARKED,
        AuditAction.CATEGORY_CHANGED,
        AuditAction.STATEMENT_CATEGORISED,
        AuditAction.FACILITY_DECIDED,
        AuditAction.QUESTIONS_CHANGED,
        AuditAction.WALK_IN_CHANGED,
        AuditAction.MINUTES_TAKEN,
        AuditAction.LAUNCH_SCHEDULED,
        AuditAction.LAUNCH_UNSCHEDULED,
        AuditAction.OBJECTIVE_REVISED,
        AuditAction.REPORT_ENTRY_WRITTEN,
        AuditAction.CONSENT_VERSIONED,
        AuditAction.RETENTION_SET,
    }
)
"""What is logged with the value before and the value after; `surveys.services.audit.record` insists on both."""
