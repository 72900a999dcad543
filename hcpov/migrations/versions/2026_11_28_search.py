"""Search: the indexes, and triggers that take out of them what is not public any more and note what is to come in."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_search"
down_revision = "20261128_lease"
branch_labels = None
depends_on = None

# Both databases read these statements. What changes is told from what is only locked by setting it to itself.
DUE = "ON CONFLICT (kind, number) DO UPDATE SET later = false"
NOTE_POST = f"INSERT INTO search_due (kind, number, later) SELECT 'p', id, false FROM post WHERE %s AND kind = 'post' AND state = 'published' {DUE};"
NOTE_COMMENTS = (
    "INSERT INTO search_due (kind, number, later) SELECT 'c', comment.id, false FROM comment JOIN post ON post.id = comment.post_id"
    f" WHERE %s AND comment.state = 'published' AND post.kind = 'post' AND post.state = 'published' {DUE};"
)
# What is due goes first: on PostgreSQL that waits for who is putting the row in, and what is in is seen by what follows.
LEAVE = "DELETE FROM search_due WHERE kind = '{1}' AND number = old.id; DELETE FROM search_{0} WHERE rowid = old.id;"
OF_POST = "IN (SELECT id FROM comment WHERE post_id = new.id)"
LEAVE_COMMENTS = (
    f"DELETE FROM search_due WHERE kind = 'c' AND number {OF_POST}; DELETE FROM search_comment WHERE rowid {OF_POST};"
)
PLACES = "state, kind, blog_id"
MOVED = "(old.state <> new.state OR old.kind <> new.kind OR old.blog_id <> new.blog_id)"
SAID = (
    "(old.title <> new.title OR old.summary <> new.summary OR old.html <> new.html OR old.byline_name <> new.byline_name"
    " OR coalesce(old.author_id, 0) <> coalesce(new.author_id, 0) OR coalesce(old.year, 0) <> coalesce(new.year, 0)"
    " OR coalesce(old.published_at, new.updated_at) <> coalesce(new.published_at, new.updated_at))"
)
TOLD = (
    "(old.state <> new.state OR old.html <> new.html OR old.name <> new.name OR old.post_id <> new.post_id"
    " OR coalesce(old.account_id, 0) <> coalesce(new.account_id, 0) OR old.created_at <> new.created_at)"
)
TRIGGERS = (
    ("post", "INSERT", "new.state = 'published'", NOTE_POST % "id = new.id"),
    ("post", f"UPDATE OF {PLACES}, title, summary, html, byline_name, author_id, year, published_at", f"{MOVED} OR {SAID}", LEAVE.format("post", "p") + NOTE_POST % "id = new.id"),
    ("post", f"UPDATE OF {PLACES}", MOVED, LEAVE_COMMENTS + NOTE_COMMENTS % "comment.post_id = new.id"),
    ("post", "DELETE", "", LEAVE.format("post", "p")),
    ("comment", "INSERT", "new.state = 'published'", NOTE_COMMENTS % "comment.id = new.id"),
    ("comment", "UPDATE OF state, html, name, post_id, account_id, created_at", TOLD, LEAVE.format("comment", "c") + NOTE_COMMENTS % "comment.id = new.id"),
    ("comment", "DELETE", "", LEAVE.format("comment", "c")),
    ("post_tag", "INSERT", "", NOTE_POST % "id = new.post_id" + NOTE_COMMENTS % "comment.post_id = new.post_id"),
    ("post_tag", "DELETE", "", NOTE_POST % "id = old.post_id" + NOTE_COMMENTS % "comment.post_id = old.post_id"),
    ("account", "UPDATE OF name", "old.name <> new.name", NOTE_POST % "author_id = new.id"),
)
# Words are folded and cut before they come here; what is not ASCII is part of a word.
FTS5 = """
CREATE VIRTUAL TABLE search_{} USING fts5(
    title, aside, body, facets, day UNINDEXED, tokenize = 'ascii', prefix = '2 3', columnsize = 0
)"""
TSVECTOR = """
CREATE TABLE search_{0} (
    rowid integer CONSTRAINT pk_search_{0} PRIMARY KEY,
    title text NOT NULL, aside text NOT NULL, body text NOT NULL, day integer NOT NULL, words tsvector NOT NULL
)"""


def upgrade() -> None:
    """Adds them, and notes that all which is public is to come in. Nothing was told to leave them out: readers may see it."""
    op.create_table(
        "search_due",
        sa.Column("kind", sa.String(1), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_search_due")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("post", "comment"):
        op.execute((FTS5 if is_sqlite else TSVECTOR).format(table))
        if not is_sqlite:
            op.execute(f"CREATE INDEX ix_search_{table}_words ON search_{table} USING gin (words)")
    for number, trigger in enumerate(TRIGGERS):
        for statement in _sqlite(number, *trigger) if is_sqlite else _postgresql(number, *trigger):
            op.execute(statement)
    for note in (NOTE_POST % "id > 0", NOTE_COMMENTS % "comment.id > 0"):
        op.execute(note.replace(", false FROM", ", true FROM").rstrip(";"))


def _sqlite(number: int, table: str, event: str, condition: str, work: str) -> list[str]:
    when = f"WHEN {condition}" if condition else ""
    return [f"CREATE TRIGGER search_{number} AFTER {event} ON {table} {when} BEGIN {work} END"]


def _postgresql(number: int, table: str, event: str, condition: str, work: str) -> list[str]:
    when = f"WHEN ({condition})" if condition else ""
    return [
        f"CREATE FUNCTION search_{number}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {work} RETURN NULL; END $$",
        f"CREATE TRIGGER search_{number} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION search_{number}()",
    ]


def downgrade() -> None:
    """Takes them away."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for number, (table, *_) in enumerate(TRIGGERS):
        op.execute(f"DROP TRIGGER search_{number}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION search_{number}()")
    for table in ("search_post", "search_comment", "search_due"):
        op.execute(f"DROP TABLE {table}")
