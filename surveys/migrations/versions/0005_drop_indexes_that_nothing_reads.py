"""Drop indexes that nothing reads

Closings read the ratings of a round by its key, and the history is read by panellist. Keeping these two in order was a
quarter of what it took to store a page of answers; on PostgreSQL the first also kept a changed point from staying on
its page (heap-only tuples).
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_rating_histogram", table_name="rating")
    op.drop_index("ix_rating_change_round_id", table_name="rating_change")


def downgrade() -> None:
    op.create_index("ix_rating_change_round_id", "rating_change", ["round_id"])
    op.create_index("ix_rating_histogram", "rating", ["round_id", "criterion_id", "statement_id", "value"])
