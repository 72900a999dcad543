"""Search: what a writer must put in is found at once among the many that wait for the worker."""

from alembic import op

revision = "20261130_search_due"
down_revision = "20261130_search_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index."""
    op.create_index("ix_search_due_later", "search_due", ["later", "kind", "number"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("ix_search_due_later", table_name="search_due")
