"""The guard, the moderation log, reports, threads to be kept updated of, and the outbox."""

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_guard"
down_revision = "20261122_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "held_word",
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_held_word")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message_dedupe_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_not_before"), ["not_before"], unique=False)

    op.create_table(
        "comment_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_comment_report_comment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_report")),
        sa.UniqueConstraint("comment_id", "network", name=op.f("uq_comment_report_comment_id_network")),
    )
    with op.batch_alter_table("comment_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_report_comment_id"), ["comment_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_decision_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_decision_comment_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_decision_post_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_comment_id"), ["comment_id"], unique=False)

    op.execute("CREATE TABLE blog_closed AS SELECT id FROM blog WHERE NOT comments_open")
    with op.batch_alter_table("blog", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comment_rule", sa.String(length=20), nullable=False, server_default="open"))
        batch_op.add_column(sa.Column("close_after_days", sa.Integer(), nullable=True))
        batch_op.drop_column("comments_open")
    op.execute("UPDATE blog SET comment_rule = 'closed' WHERE id IN (SELECT id FROM blog_closed)")
    op.drop_table("blog_closed")

    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_challenge_network", ["network", "used_at"], unique=False)

    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("body_mark", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("network", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("edited_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("edited_by_editor", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_comment_held", ["state", "created_at", "id"], unique=False)
        batch_op.create_index("ix_comment_mark", ["body_mark"], unique=False)
        batch_op.create_index("ix_comment_network", ["network", "created_at"], unique=False)

    site = sa.text("blog_id IS NULL AND post_id IS NULL")
    op.drop_index("uq_subscription_site", "subscription")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_subscription_post_id", "post", ["post_id"], ["id"], ondelete="CASCADE")
        batch_op.create_index(batch_op.f("ix_subscription_post_id"), ["post_id"], unique=False)
        batch_op.create_index("uq_subscription_thread", ["email", "post_id"], unique=True)
    op.create_index(
        "uq_subscription_site", "subscription", ["email"], unique=True, sqlite_where=site, postgresql_where=site
    )


def downgrade() -> None:
    """Takes it back."""
    site = sa.text("blog_id IS NULL")
    op.execute("DELETE FROM subscription WHERE post_id IS NOT NULL")
    op.drop_index("uq_subscription_site", "subscription")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("uq_subscription_thread")
        batch_op.drop_index(batch_op.f("ix_subscription_post_id"))
        batch_op.drop_constraint("fk_subscription_post_id", type_="foreignkey")
        batch_op.drop_column("post_id")
    op.create_index(
        "uq_subscription_site", "subscription", ["email"], unique=True, sqlite_where=site, postgresql_where=site
    )
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.drop_index("ix_challenge_network")
        batch_op.drop_column("network")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_network")
        batch_op.drop_index("ix_comment_mark")
        batch_op.drop_index("ix_comment_held")
        batch_op.drop_column("edited_by_editor")
        batch_op.drop_column("edited_at")
        batch_op.drop_column("network")
        batch_op.drop_column("body_mark")

    with op.batch_alter_table("blog", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comments_open", sa.BOOLEAN(), nullable=False, server_default=sa.true()))
        batch_op.drop_column("close_after_days")
        batch_op.drop_column("comment_rule")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_comment_id"))
        batch_op.drop_index(batch_op.f("ix_decision_at"))
        batch_op.drop_index(batch_op.f("ix_decision_account_id"))

    op.drop_table("decision")
    with op.batch_alter_table("comment_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_report_comment_id"))

    op.drop_table("comment_report")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_not_before"))

    op.drop_table("message")
    op.drop_table("held_word")
