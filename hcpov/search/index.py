"""What is searched, kept with what is written, in its own transaction.

Triggers of the database note what becomes public or changes, whoever writes it, and take out at once what is public no
more. What is noted is put in here, before the transaction ends: only Python knows which words are the same.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Row,
    String,
    TextClause,
    bindparam,
    delete,
    event,
    func,
    inspect,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import ORMExecuteState, Session

from hcpov import config
from hcpov.auth.models import Account
from hcpov.blog.models import Kind, Post, post_tag
from hcpov.blog.models import State as PostState
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.search.dialects import side_of
from hcpov.search.models import COMMENT, POST, Due
from hcpov.text.excerpts import text_of
from hcpov.text.folding import folded, words

AT_ONCE = 500
TABLES = {POST: "search_post", COMMENT: "search_comment"}
# A facet is a word that nobody can type: it begins with a sign that is part of no word.
SIGN = "§"
# What of a row the search knows: other columns change all day.
FOLLOWED = {
    "post": (
        *("state", "kind", "blog_id", "title", "summary", "html", "byline_name", "author_id", "year"),
        "published_at",
        "tags",
    ),
    "comment": ("state", "html", "name", "post_id", "account_id", "created_at"),
    "post_tag": (),
    "account": ("name",),
}
WROTE = "search: something was written"

_due, _post, _comment, _account = (each.__table__.c for each in (Due, Post, Comment, Account))
_TAGS = (
    select(func.aggregate_strings(post_tag.c.tag_id.cast(String), " "))
    .where(post_tag.c.post_id == _post.id)
    .correlate(Post.__table__)
    .scalar_subquery()
)
_POSTS = (
    select(
        *(_post.id, _post.blog_id, _post.title, _post.summary, _post.html, _post.byline_name.label("guest")),
        *(_account.name, _post.author_id, _post.year, _post.published_at.label("at"), _TAGS.label("tags")),
    )
    .join_from(Post.__table__, Account.__table__, _account.id == _post.author_id, isouter=True)
    .where(_post.id.in_(bindparam("numbers", expanding=True)), _post.state == PostState.PUBLISHED)
    .where(_post.kind == Kind.POST)
)
_COMMENTS = (
    select(
        *(_comment.id, _post.blog_id, literal("").label("title"), literal("").label("summary"), _comment.html),
        *(literal("").label("guest"), _comment.name, _comment.account_id.label("author_id")),
        *(literal(None).label("year"), _comment.created_at.label("at"), _TAGS.label("tags")),
    )
    .join_from(Comment.__table__, Post.__table__, _post.id == _comment.post_id)
    .where(_comment.id.in_(bindparam("numbers", expanding=True)), _comment.state == State.PUBLISHED)
    .where(_post.state == PostState.PUBLISHED, _post.kind == Kind.POST)
)
_READ = {POST: _POSTS, COMMENT: _COMMENTS}
_SOME = (
    select(_due.kind, _due.number)
    .where(_due.later == bindparam("later"))
    .order_by(_due.kind, _due.number)
    .limit(AT_ONCE)
)
_PUT_OFF = update(Due).where(~_due.later).values(later=True)
_WAITING = select(func.count()).where(_due.later)
_TAKE = delete(Due).where(tuple_(_due.kind, _due.number).in_(_SOME)).returning(_due.kind, _due.number)


def install() -> None:
    """Follows what is written through the session."""
    for name, listener in _LISTENERS.items():
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def keep(connection: Connection, later: bool = False) -> int:
    """Puts in what this transaction made public or changed, and returns how much that was. Does not commit.

    With `later`, some of what an upgrade or an import left to be done.
    """
    side, done = side_of(connection), 0
    while True:
        taken = connection.execute(_TAKE, {"later": later}).all()
        for kind, table in TABLES.items():
            if numbers := [number for each, number in taken if each == kind]:
                rows = connection.execute(_READ[kind], {"numbers": numbers}).all()
                # In their order: at each number below the one before, FTS5 begins another part of its index.
                if documents := sorted(_document(row, config.current().zone) for row in rows if row.at):
                    connection.execute(_made(side.put(table)), [side.row(*each) for each in documents])
        done += len(taken)
        if later or len(taken) < AT_ONCE:
            return done


@cache
def _made(statement: str) -> TextClause:
    """Returns a statement ready to be asked: to look for its parameters takes half as long as to put a comment in."""
    return text(statement)


def put_off(connection: Connection) -> None:
    """Leaves what this transaction made public or changed to `catch_up` or the worker. One query. Does not commit.

    For more than one transaction can bear: on SQLite, each page that it writes has to be looked for in what it wrote.
    """
    connection.execute(_PUT_OFF)


def waiting() -> int:
    """Returns how much was left to be done. One query."""
    return db.session.scalar(_WAITING) or 0


def name_facet(name: str) -> str:
    """Returns the facet of a name; empty for one without a letter."""
    joined = "".join(word.folded for word in words(name))
    return f"{SIGN}n{joined}" if joined else ""


def _document(row: Row[Any], zone: ZoneInfo) -> tuple[int, tuple[str, ...], str, int]:
    """Returns a row as it is searched: number, folded texts, facets, day."""
    local = row.at.astimezone(zone)
    names = [name for name in dict.fromkeys((row.guest, row.name)) if name]
    fields = (folded(row.title), folded(f"{row.summary} · {' · '.join(names)}"), folded(text_of(row.html)))
    facets = [f"{SIGN}b{row.blog_id}", f"{SIGN}y{row.year or local.year}", *map(name_facet, names)]
    facets += [f"{SIGN}a{row.author_id}"] if row.author_id else []
    facets += [f"{SIGN}t{tag}" for tag in (row.tags or "").split()]
    return (row.id, fields, " ".join(filter(None, facets)), local.date().toordinal())


def _flushed(session: Session, _context: object) -> None:
    rows = (*session.new, *session.deleted, *(row for row in session.dirty if _is_changed(row)))
    if any(row.__tablename__ in FOLLOWED for row in rows):
        session.info[WROTE] = True


def _is_changed(row: Any) -> bool:
    followed = FOLLOWED.get(row.__tablename__, ())
    return any(inspect(row).attrs[name].history.has_changes() for name in followed)


def _executed(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    statement: Any = state.statement
    followed = FOLLOWED.get(statement.table.name)
    if followed is None:
        return
    values = getattr(statement, "_values", None) if state.is_update else None
    if not values or any(_is_set(column, value, followed) for column, value in values.items()):
        state.session.info[WROTE] = True


def _is_set(column: Any, value: Any, followed: tuple[str, ...]) -> bool:
    """Says whether a column that is followed is set; to set it to itself locks its row, and changes nothing."""
    name = getattr(column, "key", column)
    return name in followed and getattr(value, "key", None) != name


def _committing(session: Session) -> None:
    session.flush()
    if not session.in_nested_transaction() and session.info.pop(WROTE, False):
        keep(session.connection())


def _rolled_back(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(WROTE, None)


_LISTENERS: dict[str, Callable[..., None]] = {
    "after_flush": _flushed,
    "do_orm_execute": _executed,
    "before_commit": _committing,
    "after_rollback": _rolled_back,
}
