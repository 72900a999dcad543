"""Indexes that keep pages as quick on a large site: answers to a comment, months of a blog, newest changes."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_indexes"
down_revision = "20261122_feed_names"
branch_labels = None
depends_on = None

ANSWERS = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    """Adds them."""
    op.drop_index("ix_comment_parent_id", table_name="comment")
    columns = ["parent_id", "state", "created_at", "id"]
    op.create_index("ix_comment_answers", "comment", columns, sqlite_where=ANSWERS, postgresql_where=ANSWERS)
    op.create_index("ix_post_month", "post", ["blog_id", "kind", "state", "year", "month"])
    op.create_index("ix_post_changed", "post", ["kind", "state", "updated_at"])


def downgrade() -> None:
    """Takes them away."""
    op.drop_index("ix_post_changed", table_name="post")
    op.drop_index("ix_post_month", table_name="post")
    op.drop_index("ix_comment_answers", table_name="comment")
    op.create_index("ix_comment_parent_id", "comment", ["parent_id"])
