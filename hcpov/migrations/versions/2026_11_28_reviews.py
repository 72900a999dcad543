"""Who reviewed a post, and on which day."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_reviews"
down_revision = "20261128_languages"
branch_labels = None
depends_on = None

COLUMNS = {"reviewer_name": 80, "reviewer_title": 120, "reviewer_place": 80}


def upgrade() -> None:
    """Adds the columns, empty."""
    for name, length in COLUMNS.items():
        op.add_column("post", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column("post", sa.Column("reviewed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Takes the columns away, and what was said in them."""
    for name in (*COLUMNS, "reviewed_on"):
        op.drop_column("post", name)
