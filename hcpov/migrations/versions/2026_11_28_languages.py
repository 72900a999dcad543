"""A post says which language it is in; empty is the site's."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_languages"
down_revision = "20261128_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column in its place: made anew, the table of posts would lose its AUTOINCREMENT."""
    op.add_column("post", sa.Column("lang", sa.String(length=35), nullable=False, server_default=""))


def downgrade() -> None:
    """Drops the column."""
    op.drop_column("post", "lang")
