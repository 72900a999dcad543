"""Rows as an export reads them: one after the other, all from the same moment, whatever is written meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exists, func, or_, select, text

from hcpov.auth.models import Account
from hcpov.blog.models import Blog, BlogRole, OldAddress, Post, Revision, Tag, post_tag
from hcpov.comments.models import Comment, Decision
from hcpov.extensions import db
from hcpov.media.models import Picture
from hcpov.transfer.site.shapes import COMMENT, POST, REVISION, Shape
from hcpov.updates.models import Subscription

AT_ONCE = 50
# What is erased from these leaves a number that is never given again.
NUMBERED = (Account, Comment, Post, Subscription)

_UNREAD = "rows that are still read"

Row = Mapping[Any, Any]


@contextmanager
def one_moment() -> Iterator[None]:
    """Makes all reads inside see the database as it is now. On SQLite, its log grows by what is written meanwhile."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    else:
        db.session.connection().exec_driver_sql("BEGIN")
    try:
        yield
    finally:
        for found in db.session.info.pop(_UNREAD, {}).values():  # what was broken off holds a cursor on the server
            found.close()
        db.session.rollback()


def read(wanted: Any) -> Iterator[Row]:
    """Yields rows as they are asked for."""
    found = db.session.connection().execute(wanted.execution_options(yield_per=AT_ONCE))
    unread: dict[int, Any] = db.session.info.setdefault(_UNREAD, {})
    unread[id(found)] = found
    yield from found.mappings()
    unread.pop(id(found), None)


def number_of(model: Any, *conditions: Any) -> int:
    """Returns how many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def all_of(shape: Shape, private: bool) -> Iterator[Row]:
    """Yields a table's rows in the order of their keys."""
    return read(select(*shape.columns(private)).order_by(*shape.table.primary_key.columns))


def people(columns: Sequence[Any], private: bool) -> Iterator[Row]:
    """Yields accounts; unless private facts are wanted, those with a public page or something of theirs to be seen."""
    wanted = select(*columns, Account.id).order_by(Account.id)
    if not private:
        public = Account.active & Account.confirmed_at.is_not(None) & Account.handle.is_not(None)
        named = (
            Post.author_id,
            Comment.account_id,
            BlogRole.account_id,
            Revision.account_id,
            Picture.account_id,
            Decision.account_id,
        )
        wanted = wanted.where(or_(public, *(exists().where(column == Account.id) for column in named)))
    return read(wanted)


def posts(blog_id: int | None = None) -> Iterator[list[dict[str, Any]]]:
    """Yields posts and pages, some at a time, each with its blog's slug, its author's handle and name, and its HTML."""
    wanted = (
        select(*POST.columns(private=False), Post.body, Post.html, Blog.slug.label("blog"))
        .add_columns(Account.handle.label("author"), Account.name.label("author_name"))
        .join(Blog, Blog.id == Post.blog_id)
        .outerjoin(Account, Account.id == Post.author_id)
        .order_by(Post.id)
    )
    if blog_id is not None:
        wanted = wanted.where(Post.blog_id == blog_id)
    some: list[dict[str, Any]] = []
    for row in read(wanted):
        some.append(dict(row))
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def tags_of(some: Sequence[Row]) -> dict[int, list[Row]]:
    """Returns the tags of some posts, by post."""
    wanted = select(post_tag.c.post_id, Tag.slug, Tag.name).join(Tag, Tag.id == post_tag.c.tag_id)
    return _by_post(wanted.where(post_tag.c.post_id.in_(_numbers(some))).order_by(Tag.slug))


def old_addresses_of(some: Sequence[Row]) -> dict[int, list[Row]]:
    """Returns the old addresses that lead to some posts, by post."""
    wanted = select(OldAddress.post_id, OldAddress.path).where(OldAddress.post_id.in_(_numbers(some)))
    return _by_post(wanted.order_by(OldAddress.path))


def revisions_of(some: Sequence[Row]) -> "Following":
    """Returns the revisions of some posts with their texts."""
    wanted = select(*REVISION.columns(private=False), Revision.post_id)
    wanted = wanted.where(Revision.post_id.in_(_numbers(some))).order_by(Revision.post_id, Revision.number)
    return Following(read(wanted))


def comments_of(some: Sequence[Row]) -> "Following":
    """Returns the comments of some posts, answers right behind what they answer."""
    first = func.coalesce(Comment.parent_id, Comment.id)
    wanted = select(*COMMENT.columns(private=True), Comment.html, Comment.post_id, Comment.parent_id)
    wanted = wanted.where(Comment.post_id.in_(_numbers(some))).order_by(Comment.post_id, first, Comment.id)
    return Following(read(wanted))


class Following:
    """Rows in the order of their posts, handed out post by post while the posts are gone through."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, post_id: int) -> Iterator[Row]:
        """Yields the rows of a post, and passes over what was left of the posts before it."""
        while self._next is not None and self._next["post_id"] <= post_id:
            row, self._next = self._next, next(self._rows, None)
            if row["post_id"] == post_id:
                yield row


def last_numbers() -> dict[str, int]:
    """Returns the highest number that each of the NUMBERED tables ever gave."""
    if db.engine.dialect.name == "postgresql":
        found = {}
        for model in NUMBERED:
            name = model.__tablename__
            sequence = db.session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": name})
            last = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
            found[name] = max(db.session.scalar(last) or 0, _highest(model))
        return found
    known = {row.name: row.seq for row in db.session.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    return {model.__tablename__: max(known.get(model.__tablename__, 0), _highest(model)) for model in NUMBERED}


def is_empty() -> bool:
    """Says whether nobody has written anything yet: no blog, post, account, picture or wish."""
    return not any(number_of(model) for model in (Blog, Post, Account, Tag, Picture, Subscription, Decision))


def _highest(model: Any) -> int:
    return db.session.scalar(select(func.max(model.id))) or 0


def _numbers(some: Sequence[Row]) -> list[int]:
    return [post["id"] for post in some]


def _by_post(wanted: Any) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in db.session.connection().execute(wanted).mappings():
        found.setdefault(row["post_id"], []).append(row)
    return found
