"""The outbox: HTML and headers, leases, addresses that refused mail, how the relay is."""

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_outbox"
down_revision = "20261122_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "refused_address",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refused_address")),
    )
    op.create_index(op.f("ix_refused_address_at"), "refused_address", ["at"], unique=False)
    op.create_table(
        "relay",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("away_since", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=80), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("asked_for", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("taken_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("message", schema=None) as batch_op:
        for name in ("html", "headers", "asked_for"):
            batch_op.alter_column(name, server_default=None)
    due = sa.text("sent_at IS NULL AND gave_up_at IS NULL")
    op.drop_index("ix_message_due", "message")
    columns = ["asked_for", "not_before", "id"]
    op.create_index("ix_message_due", "message", columns, sqlite_where=due, postgresql_where=due)
    sent = sa.text("sent_at IS NOT NULL")
    op.create_index("ix_message_sent", "message", ["sent_at"], sqlite_where=sent, postgresql_where=sent)
    full = sa.text("sent_at IS NOT NULL AND \"to\" != ''")
    op.create_index("ix_message_addressed", "message", ["sent_at"], sqlite_where=full, postgresql_where=full)


def downgrade() -> None:
    """Takes it back."""
    due = sa.text("sent_at IS NULL AND gave_up_at IS NULL")
    op.drop_index("ix_message_due", "message")
    op.create_index("ix_message_due", "message", ["not_before", "id"], sqlite_where=due, postgresql_where=due)
    op.drop_index("ix_message_addressed", "message")
    op.drop_index("ix_message_sent", "message")
    with op.batch_alter_table("message", schema=None) as batch_op:
        for name in ("taken_until", "asked_for", "headers", "html"):
            batch_op.drop_column(name)
    op.drop_table("relay")
    op.drop_index(op.f("ix_refused_address_at"), "refused_address")
    op.drop_table("refused_address")
