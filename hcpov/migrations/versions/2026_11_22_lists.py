"""Lists read from an index in order: a tag's posts, a blog's months and what was withdrawn from it, long threads."""

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_lists"
down_revision = "20261122_updates"
branch_labels = None
depends_on = None

ROOTS = sa.text("parent_id IS NULL")
MONTH = ["blog_id", "kind", "state", "year", "month"]


def upgrade() -> None:
    """Adds them, and fills in what is there."""
    op.create_table(
        "blog_month",
        sa.Column("blog_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["blog_id"], ["blog.id"], name=op.f("fk_blog_month_blog_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("blog_id", "year", "month", name=op.f("pk_blog_month")),
    )
    op.execute(
        "INSERT INTO blog_month (blog_id, year, month, posts) SELECT blog_id, year, month, count(*) FROM post"
        " WHERE kind = 'post' AND state = 'published' AND year IS NOT NULL AND month IS NOT NULL"
        " GROUP BY blog_id, year, month"
    )
    op.add_column("post_tag", sa.Column("published_at", UtcDateTime(), nullable=True))
    op.add_column("post_tag", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
    for state, kept, moment in (("published", "published_at", "published_at"), ("withdrawn", "withdrawn_at", "updated_at")):
        op.execute(
            f"UPDATE post_tag SET {kept} = (SELECT post.{moment} FROM post WHERE post.id = post_tag.post_id"
            f" AND post.kind = 'post' AND post.state = '{state}')"
        )
    op.drop_index("ix_post_tag_tag_id", table_name="post_tag")
    op.create_index("ix_post_tag_newest", "post_tag", ["tag_id", "published_at", "post_id"])
    op.create_index("ix_post_tag_withdrawn", "post_tag", ["tag_id", "withdrawn_at"])
    op.drop_index("ix_post_month", table_name="post")
    op.create_index("ix_post_month", "post", [*MONTH, "published_at", "id"])
    op.create_index("ix_post_changed_there", "post", ["blog_id", "kind", "state", "updated_at"])
    op.drop_index("ix_comment_thread", table_name="comment")
    columns = ["post_id", "created_at", "id", "state"]
    op.create_index("ix_comment_thread", "comment", columns, sqlite_where=ROOTS, postgresql_where=ROOTS)


def downgrade() -> None:
    """Takes them away."""
    op.drop_index("ix_comment_thread", table_name="comment")
    op.create_index("ix_comment_thread", "comment", ["post_id", "state", "parent_id", "created_at", "id"])
    op.drop_index("ix_post_changed_there", table_name="post")
    op.drop_index("ix_post_month", table_name="post")
    op.create_index("ix_post_month", "post", MONTH)
    op.drop_index("ix_post_tag_withdrawn", table_name="post_tag")
    op.drop_index("ix_post_tag_newest", table_name="post_tag")
    op.create_index("ix_post_tag_tag_id", "post_tag", ["tag_id"])
    op.drop_column("post_tag", "withdrawn_at")
    op.drop_column("post_tag", "published_at")
    op.drop_table("blog_month")
