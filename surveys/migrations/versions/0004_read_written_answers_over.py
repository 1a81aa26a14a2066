"""Read written answers over

Texts of rounds that are closed already go on the desk as well, unread: until now they left the house as written. How
words are named stands here once more, because a migration must not change when the code does.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED = "answer_reviewed"
ACTIONS_THEN = (
    "study_created framework_imported panel_imported ratings_imported protocol_locked protocol_changed "
    "protocol_amended study_copied panels_added dates_planned signed_in signed_out consent_given "
    "membership_declined membership_left round_planned round_opened round_closed answers_submitted idea_placed "
    "idea_parked placement_undone desk_step_undone idea_tagged similar_ideas_sought second_coding_finished "
    "translation_saved translation_approved statement_edited comment_reviewed answer_reviewed objection_marked "
    "outcomes_published category_changed statement_categorised facility_decided link_renewed link_revoked "
    "reminders_queued account_changed demo_built deadline_extended proposal_overridden questions_changed "
    "paper_entered idea_flagged idea_flag_answered colleague_suggested colleague_settled membership_reconfirmed "
    "panellist_removed panellist_restored address_corrected walk_in_changed walked_in pilot_started "
    "rehearsal_played copy_discarded minutes_taken launch_scheduled launch_unscheduled launch_failed "
    "launch_undone language_opened round_reopened statements_linked objective_revised revision_approved "
    "framework_versioned consultation_changed consultation_opened vote_cast export_requested api_token_made "
    "api_token_revoked archive_sealed report_entry_written study_restored staff_invited role_taken "
    "password_changed second_factor_changed recovery_code_used device_signed_out sign_in_refused name_asked "
    "name_decided name_shown person_sought person_exported person_corrected person_erased erasure_asked "
    "answers_unlinked consent_versioned retention_set retention_noticed study_unlinked text_reviewed "
    "breach_written log_checked"
)
ACTIONS = ACTIONS_THEN.split()
TEXTS = ("short_text", "long_text")

QUESTION = sa.table(
    "question", sa.column("id", sa.Integer), sa.column("round_id", sa.Integer), sa.column("kind", sa.String)
)
SNAPSHOT = sa.table("snapshot", sa.column("id", sa.Integer), sa.column("round_id", sa.Integer))
ANSWER = sa.table(
    "frozen_question_answer",
    sa.column("snapshot_id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("answer", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    review = op.create_table(
        "answer_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column(
            "review",
            sa.Enum(
                "waiting",
                "shared",
                "withheld",
                name="commentreview",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shared_text", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_answer_review_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_review")),
        sa.UniqueConstraint("question_id", "words", name=op.f("uq_answer_review_question_id")),
    )
    with op.batch_alter_table("answer_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_review_question_id"), ["question_id"], unique=False)
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.alter_column(
            "action",
            existing_type=_closed_set([one for one in ACTIONS if one != ADDED]),
            type_=_closed_set(ACTIONS),
            existing_nullable=False,
        )
    unread = [
        {"question_id": question_id, "words": words, "review": "waiting", "shared_text": {}, "reason": "", "nonce": ""}
        for words, question_id in sorted(_written(op.get_bind()))
    ]
    if unread:
        op.bulk_insert(review, unread)


def downgrade() -> None:
    # The log keeps what was done at the desk, and therefore its wider closed set: an entry taken out breaks the chain.
    with op.batch_alter_table("answer_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_review_question_id"))
    op.drop_table("answer_review")


def _closed_set(members: list[str]) -> sa.Enum:
    return sa.Enum(*members, name="auditaction", native_enum=False, create_constraint=True, length=32)


def _written(connection: sa.Connection) -> set[tuple[str, int]]:
    """The name of the words and the question of every text in the newest snapshot of its round."""
    newest = sa.select(sa.func.max(SNAPSHOT.c.id)).group_by(SNAPSHOT.c.round_id)
    rows = connection.execute(
        sa.select(ANSWER.c.question_id, ANSWER.c.answer)
        .join(QUESTION, QUESTION.c.id == ANSWER.c.question_id)
        .where(QUESTION.c.kind.in_(TEXTS), ANSWER.c.snapshot_id.in_(newest))
    )
    return {(_words(row.answer), row.question_id) for row in rows if row.answer is not None}


def _words(answer: dict[str, str]) -> str:
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
