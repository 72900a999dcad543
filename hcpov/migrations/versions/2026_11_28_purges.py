"""What was changed on one of several machines, for the others to throw their finished pages away."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_purges"
down_revision = "20261122_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "purge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purge"),
    )
    op.create_index("ix_purge_at", "purge", ["at"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("ix_purge_at", table_name="purge")
    op.drop_table("purge")
