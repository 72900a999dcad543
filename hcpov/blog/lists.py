"""What lists of posts are read from, kept with the posts: a tag's order, the number of posts in a blog's months.

Whatever writes a post through the session is followed here, in its own transaction, so that no action can forget it.
A statement that moves posts past the session (`update(Post)`) calls `keep` itself.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, and_, case, event, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hcpov.blog.models import BlogMonth, Kind, Post, State, post_tag
from hcpov.extensions import db

AT_ONCE = 500
FOLLOWED = ("state", "published_at", "tags", "kind", "blog_id", "year", "month")
MONTH = ("blog_id", "year", "month")

Month = tuple[int, int, int]

_post, _month = Post.__table__.c, BlogMonth.__table__.c


def install() -> None:
    """Follows what is written about posts."""
    if not event.contains(db.session, "after_flush", _follow):
        event.listen(db.session, "after_flush", _follow)


def keep(connection: Connection, post_ids: Collection[int], left: Iterable[Month] = ()) -> None:
    """Makes what is kept of some posts right again; `left` are months that a post was taken out of. Does not commit."""
    numbers, months = sorted(post_ids), set(left)
    public, gone = (
        select(case((and_(_post.kind == Kind.POST, _post.state == state), moment)))
        .where(_post.id == post_tag.c.post_id)
        .scalar_subquery()
        for state, moment in ((State.PUBLISHED, _post.published_at), (State.WITHDRAWN, _post.updated_at))
    )
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        filed = update(post_tag).where(post_tag.c.post_id.in_(some))
        connection.execute(filed.values(published_at=public, withdrawn_at=gone))
        with_month = (_post.id.in_(some), _post.year.is_not(None), _post.month.is_not(None))
        months |= {(blog, year, month) for blog, year, month in connection.execute(_places().where(*with_month))}
    for each in sorted(months):  # in one order, so that two transactions never wait for each other
        _count(connection, *each)


def _places() -> Any:
    return select(_post.blog_id, _post.year, _post.month).distinct()


def _count(connection: Connection, blog_id: int, year: int, month: int) -> None:
    """Counts one month. Its row is locked first: of two who publish at once, the second counts the first's post too."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(BlogMonth).values(blog_id=blog_id, year=year, month=month, posts=0)
    connection.execute(row.on_conflict_do_update(index_elements=MONTH, set_={"posts": _month.posts}))
    there = (_post.blog_id == blog_id, _post.year == year, _post.month == month)
    shown = select(func.count()).where(*there, _post.kind == Kind.POST, _post.state == State.PUBLISHED)
    this = (_month.blog_id == blog_id, _month.year == year, _month.month == month)
    connection.execute(update(BlogMonth).where(*this).values(posts=shown.scalar_subquery()))


def _follow(session: Session, _context: object) -> None:
    posts = [each for each in (*session.new, *session.dirty) if isinstance(each, Post) and _is_moved(each)]
    gone = [each for each in session.deleted if isinstance(each, Post)]
    if posts or gone:
        left = {month for each in (*posts, *gone) if (month := _before(each))}
        keep(session.connection(), {each.id for each in posts}, left)


def _is_moved(post: Post) -> bool:
    attributes = inspect(post).attrs
    # A withdrawn post stands by when it was last changed: feeds tell of that moment.
    followed = (*FOLLOWED, "updated_at") if post.__dict__.get("state") == State.WITHDRAWN else FOLLOWED
    return any(attributes[name].history.has_changes() for name in followed)


def _before(post: Post) -> Month | None:
    """Returns the month in which the post stood before, as far as it was read; None for none."""
    histories = [inspect(post).attrs[name].history for name in MONTH]
    found = [(*history.deleted, *history.unchanged, None)[0] for history in histories]
    return (found[0], found[1], found[2]) if None not in found else None
