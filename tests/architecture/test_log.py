"""Every change in the log with what was there and what is there: the actions that replace nothing are named here."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from delphi.database import Database
from delphi.sentences.log import ACTIONS
from surveys.models import AuditEvent
from surveys.services.audit import record
from surveys.vocabulary import REPLACES_A_VALUE, AuditAction

NOTHING_WAS_THERE = {
    "made": "study_created framework_imported panel_imported ratings_imported study_copied panels_added demo_built "
    "study_restored walked_in round_planned pilot_started rehearsal_played api_token_made export_requested "
    "archive_sealed framework_versioned statements_linked idea_flagged colleague_suggested staff_invited "
    "breach_written vote_cast outcomes_published answers_submitted paper_entered consultation_changed",
    "happened": "signed_in signed_out sign_in_refused device_signed_out recovery_code_used reminders_queued "
    "similar_ideas_sought second_coding_finished log_checked person_sought person_exported name_asked name_decided "
    "name_shown retention_noticed launch_failed language_opened erasure_asked",
    "one of two states, and the action names the new one": "protocol_locked round_opened round_closed "
    "round_reopened launch_undone consultation_opened revision_approved translation_approved role_taken "
    "api_token_revoked link_revoked link_renewed colleague_settled idea_flag_answered panellist_removed "
    "panellist_restored membership_declined membership_left consent_given copy_discarded idea_tagged",
    "the steps of the desk are kept with before and after as steps of their own": "idea_placed idea_parked "
    "placement_undone desk_step_undone",
    "both decisions are in the sentence": "proposal_overridden",
    "a secret, of which nothing may be kept": "password_changed second_factor_changed account_changed",
    "a name, an address or an expert's text, which the log must not keep": "address_corrected person_corrected "
    "person_erased answers_unlinked study_unlinked text_reviewed membership_reconfirmed",
}


def test_every_action_replaces_a_value_or_says_here_why_not() -> None:
    named = [AuditAction(name) for names in NOTHING_WAS_THERE.values() for name in names.split()]
    assert sorted({name for name in named if named.count(name) > 1}) == []
    assert set(named) | REPLACES_A_VALUE == set(AuditAction)
    assert set(named) & REPLACES_A_VALUE == set()
    assert set(ACTIONS) == set(AuditAction)


@pytest.mark.parametrize("details", [{}, {"before": 1}, {"new": 1}, {"before": 1, "new": 2}])
def test_a_change_is_not_written_without_both_values(lite: Database, details: dict[str, int]) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ValueError, match="deadline_extended"), lite.writing() as session:
        record(session, AuditAction.DEADLINE_EXTENDED, actor=None, now=now, **details)
    with lite.reading() as session:
        assert session.exec(select(AuditEvent)).all() == []
    with lite.writing() as session:
        record(session, AuditAction.DEADLINE_EXTENDED, actor=None, now=now, before=None, after="x")
