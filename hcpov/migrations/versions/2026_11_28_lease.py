"""Which of several machines does what is done once."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_lease"
down_revision = "20261128_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("machine", sa.String(200), nullable=False),
        sa.Column("tenure", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("lease")
