"""On SQLite, an erased post's or comment's number never names another again: earlier migrations had lost that."""

from alembic import op

revision = "20261128_numbers"
down_revision = "20261128_purges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the two tables anew with AUTOINCREMENT. Numbers go on above all that were ever erased."""
    if op.get_bind().dialect.name != "sqlite":  # PostgreSQL never gives a number twice
        return
    for table in ("post", "comment"):
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0 WHERE NOT EXISTS "
                   f"(SELECT 1 FROM sqlite_sequence WHERE name = '{table}')")
    op.execute("UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(number), 0) FROM tombstone "
               "WHERE kind = 'comment')) WHERE name = 'comment'")


def downgrade() -> None:
    """Leaves it: numbers that are given once do no harm."""
