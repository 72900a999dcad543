"""Keep Me Updated: what each wish has heard, answers to one comment, news that were told."""

import secrets

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_updates"
down_revision = "20261122_outbox"
branch_labels = None
depends_on = None

NEWS = sa.text("state = 'published' AND announced_at IS NULL")
SITE, THREAD = "blog_id IS NULL AND post_id IS NULL", "comment_id IS NULL"


def upgrade() -> None:
    """Makes the change."""

    op.drop_index("uq_subscription_site", "subscription")
    op.drop_index("uq_subscription_thread", "subscription")
    # Only SQLite makes the table anew, for AUTOINCREMENT; PostgreSQL never gives a number twice.
    anew = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("subscription", recreate=anew, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("comment_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("key", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("letter_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("told_at", UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_subscription_comment_id"), "comment", ["comment_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_subscription_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index("uq_subscription_answers", ["email", "comment_id"], unique=True)
        batch_op.create_index("ix_subscription_due", ["cadence", "told_at"], unique=False)
    subscription = sa.table("subscription", sa.column("id"), sa.column("key"))
    for (number,) in op.get_bind().execute(sa.select(subscription.c.id)).all():
        op.execute(subscription.update().where(subscription.c.id == number).values(key=secrets.token_urlsafe(16)))
    op.execute("UPDATE subscription SET told_at = CURRENT_TIMESTAMP WHERE confirmed_at IS NOT NULL")
    with op.batch_alter_table("subscription", recreate=anew, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("key", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_subscription_key"), ["key"])
    _whole_site_and_thread(SITE, THREAD)

    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("announced_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("noticed_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_comment_noticed", ["noticed_at"], unique=False)
        batch_op.create_index("ix_comment_news", ["id"], unique=False, sqlite_where=NEWS, postgresql_where=NEWS)
    # What is public already was announced.
    op.execute("UPDATE comment SET announced_at = COALESCE(published_at, created_at) WHERE state = 'published'")
    op.create_index("ix_post_announced", "post", ["announced_at"], unique=False)


def downgrade() -> None:
    """Takes it back. Wishes for the answers to one comment become wishes for its thread where there is none yet."""
    op.drop_index("ix_post_announced", "post")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_news", sqlite_where=NEWS, postgresql_where=NEWS)
        batch_op.drop_index("ix_comment_noticed")
        batch_op.drop_column("noticed_at")
        batch_op.drop_column("announced_at")
    op.execute(
        "DELETE FROM subscription WHERE comment_id IS NOT NULL AND EXISTS (SELECT 1 FROM subscription AS other"
        " WHERE other.email = subscription.email AND other.post_id = subscription.post_id"
        " AND (other.comment_id IS NULL OR other.id < subscription.id))"
    )
    op.drop_index("uq_subscription_site", "subscription")
    op.drop_index("uq_subscription_thread", "subscription")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_subscription_key"), type_="unique")
        batch_op.drop_index("ix_subscription_due")
        batch_op.drop_index("uq_subscription_answers")
        batch_op.drop_index(batch_op.f("ix_subscription_comment_id"))
        batch_op.drop_constraint(batch_op.f("fk_subscription_comment_id"), type_="foreignkey")
        batch_op.drop_column("told_at")
        batch_op.drop_column("letter_at")
        batch_op.drop_column("key")
        batch_op.drop_column("comment_id")
    _whole_site_and_thread(SITE, "")


def _whole_site_and_thread(site: str, thread: str) -> None:
    for name, columns, where in (
        ("uq_subscription_site", ["email"], site),
        ("uq_subscription_thread", ["email", "post_id"], thread),
    ):
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, "subscription", columns, unique=True, **only)
