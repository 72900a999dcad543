"""Search: FTS5 writes smaller pages from here on, in which it can step over more."""

from alembic import op

revision = "20261130_search_pages"
down_revision = "20261128_search"
branch_labels = None
depends_on = None

TABLES = ("search_post", "search_comment")
# FTS5 steps over documents by an index, but only in a part of its index where a word fills four pages; else one by one.
BYTES, USUAL = 1000, 4050


def upgrade() -> None:
    """Sets the size. What is written already follows when the worker writes the indexes anew, the next night."""
    _set(BYTES)


def downgrade() -> None:
    """Sets the size that FTS5 has of itself."""
    _set(USUAL)


def _set(size: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            op.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('pgsz', {size})")
