"""Reads of what is new, and of who wants to hear of it.

Each function says how many queries it makes; tests hold them to it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from hcpov.auth.models import ADMIN, EDITOR, MODERATOR, Account, Role
from hcpov.blog.models import Blog, BlogRole, Kind, Post
from hcpov.blog.models import State as PostState
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.updates.addresses import same
from hcpov.updates.letters import Reader
from hcpov.updates.models import Cadence, Place, Subscription
from hcpov.updates.queries import active

CHUNK = 500  # letters that are written in one transaction
AT_MOST = 100  # posts or comments that a digest knows of

POST_NEWS = (Post.state == PostState.PUBLISHED, Post.announced_at.is_(None))
COMMENT_NEWS = (Comment.state == State.PUBLISHED, Comment.announced_at.is_(None))


@dataclass(frozen=True)
class KeeperRow:
    """Somebody who settles comments: on all blogs when `blogs` is None."""

    id: int
    name: str
    email: str
    blogs: frozenset[int] | None


def new_post(after: int) -> Post | None:
    """Returns the next published post behind a number that nobody was told of. One query."""
    wanted = _posts().where(*POST_NEWS, Post.id > after)
    return db.session.scalar(wanted.order_by(Post.id).limit(1))


def new_comments(after: int) -> list[Comment]:
    """Returns the next published comments behind a number that nobody was told of, with their writers. One query."""
    wanted = _comments().where(*COMMENT_NEWS, Comment.id > after)
    return list(db.session.scalars(wanted.order_by(Comment.id).limit(AT_MOST)))


def heard(comments: Sequence[Comment]) -> list[Comment]:
    """Returns those of some comments that somebody wants to hear of at once. One query."""
    posts, parents = {each.post_id for each in comments}, {each.parent_id for each in comments}
    wanted = select(Subscription.post_id, Subscription.comment_id).where(*_at_once()).distinct()
    thread = and_(Subscription.post_id.in_(posts), Subscription.comment_id.is_(None))
    found = set(db.session.execute(wanted.where(or_(thread, Subscription.comment_id.in_(parents - {None})))))
    return [each for each in comments if (each.post_id, None) in found or (each.post_id, each.parent_id or 0) in found]


def readers_of_post(blog_id: int, after: int) -> list[tuple[Reader, Place]]:
    """Returns the next who want to hear of a blog's new post at once, each address once. One query.

    Who asked for the blog as well as for the whole site hears of it as it was asked for the blog.
    """
    site = and_(Subscription.blog_id.is_(None), Subscription.post_id.is_(None), ~_asked_also(blog_id=blog_id))
    return _readers(or_(Subscription.blog_id == blog_id, site), after)


def readers_of_comment(
    post_id: int, parent_id: int | None, but: Collection[str], after: int
) -> list[tuple[Reader, Place]]:
    """Returns the next who want to hear of a comment at once, each address once, `but` its writer's. One query."""
    wanted = and_(Subscription.post_id == post_id, Subscription.comment_id.is_(None))
    if parent_id is not None:
        wanted = or_(and_(wanted, ~_asked_also(comment_id=parent_id)), Subscription.comment_id == parent_id)
    return _readers(and_(wanted, Subscription.email.not_in(but)), after)


def writers(comment: Comment) -> set[str]:
    """Returns the addresses that a comment was written under. Its account must have been read."""
    found = {comment.email, comment.account.email if comment.account else ""}
    return {same(email) for email in found if email}


def posts_between(blog_id: int | None, since: datetime, until: datetime) -> list[Post]:
    """Returns the posts of the site or of a blog that became news in a time, the newest first. One query."""
    wanted = _posts().where(Post.state == PostState.PUBLISHED, Post.kind == Kind.POST, Post.announce)
    wanted = wanted.where(Post.announced_at > since, Post.announced_at <= until)
    if blog_id is not None:
        wanted = wanted.where(Post.blog_id == blog_id)
    return list(db.session.scalars(wanted.order_by(Post.announced_at.desc(), Post.id.desc()).limit(AT_MOST)))


def comments_between(place: Place, since: datetime, until: datetime) -> list[Comment]:
    """Returns the comments of a thread, or the answers to a comment, that became news in a time. One query."""
    wanted = _comments().where(Comment.state == State.PUBLISHED, Comment.post_id == place.post_id)
    wanted = wanted.where(Comment.announced_at > since, Comment.announced_at <= until)
    wanted = wanted.where(Post.state == PostState.PUBLISHED)
    if place.comment_id is not None:
        wanted = wanted.where(Comment.parent_id == place.comment_id)
    return list(db.session.scalars(wanted.order_by(Comment.announced_at.desc(), Comment.id.desc()).limit(AT_MOST)))


def due(cadence: Cadence, until: datetime, after: int) -> list[Subscription]:
    """Returns the next wishes that have not heard of everything up to a moment. One query."""
    wanted = select(Subscription).where(*is_due(cadence, until), Subscription.id > after)
    return list(db.session.scalars(wanted.order_by(Subscription.id).limit(CHUNK)))


def is_due(cadence: Cadence, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Says which wishes have not heard of everything up to a moment."""
    return (Subscription.cadence == cadence, Subscription.told_at < until, *active())


def narrower(emails: Collection[str]) -> dict[str, set[Place]]:
    """Returns which blogs and comments some addresses asked for beside what these are part of. One query."""
    wanted = select(Subscription).where(Subscription.email.in_(emails), *active())
    wanted = wanted.where(or_(Subscription.blog_id.is_not(None), Subscription.comment_id.is_not(None)))
    found: dict[str, set[Place]] = {}
    for wish in db.session.scalars(wanted):
        found.setdefault(wish.email, set()).add(wish.place)
    return found


def public_posts(numbers: Collection[int]) -> set[int]:
    """Returns which of some posts are public. One query."""
    return set(db.session.scalars(select(Post.id).where(Post.id.in_(numbers), Post.state == PostState.PUBLISHED)))


def public_comments(numbers: Collection[int]) -> set[int]:
    """Returns which of some comments are public, and stand under public posts. One query."""
    wanted = select(Comment.id).join(Comment.post).where(Post.state == PostState.PUBLISHED)
    return set(db.session.scalars(wanted.where(Comment.id.in_(numbers), Comment.state == State.PUBLISHED)))


def last_notice() -> datetime | None:
    """Returns when editors were last told that comments wait. One query."""
    return db.session.scalar(select(func.max(Comment.noticed_at)))


def held() -> Iterator[tuple[int, str, list[str]]]:
    """Yields blog, its name and the reasons of each comment that waits, blogs in their order. One query."""
    wanted = select(Blog.id, Blog.name, Comment.reasons).select_from(Comment).join(Comment.post).join(Post.blog)
    wanted = wanted.where(Comment.state == State.HELD).order_by(Blog.position, Blog.id)
    for row in db.session.execute(wanted.execution_options(yield_per=CHUNK)):
        yield (row[0], row[1], row[2])


def keepers() -> list[KeeperRow]:
    """Returns moderators, admins and editors who can sign in. Two queries."""
    can = (Account.active, Account.confirmed_at.is_not(None))
    who = select(Account.id, Account.name, Account.email)
    everywhere = who.where(Account.roles.any(Role.name.in_([MODERATOR, ADMIN])), *can).order_by(Account.id)
    found = {row.id: KeeperRow(*row, None) for row in db.session.execute(everywhere)}
    own = who.add_columns(BlogRole.blog_id).join(BlogRole, BlogRole.account_id == Account.id)
    for number, name, email, blog_id in db.session.execute(own.where(BlogRole.role == EDITOR, *can)):
        known = found.setdefault(number, KeeperRow(number, name, email, frozenset()))
        if known.blogs is not None:
            found[number] = KeeperRow(number, name, email, known.blogs | {blog_id})
    return list(found.values())


def _readers(which: ColumnElement[bool], after: int) -> list[tuple[Reader, Place]]:
    """Locks them until the transaction ends: who leaves now waits, and takes the letter back."""
    s = Subscription
    wanted = select(s.id, s.email, s.key, s.blog_id, s.post_id, s.comment_id).where(*_at_once(), which, s.id > after)
    found = db.session.execute(wanted.order_by(s.id).limit(CHUNK).with_for_update(read=True, of=s))
    return [(Reader(*row[:3]), Place(*row[3:])) for row in found]


def _asked_also(**place: int) -> ColumnElement[bool]:
    """Says which addresses have another wish that is written to, for this very thing."""
    own = aliased(Subscription)
    same_address = select(own.id).where(own.email == Subscription.email).filter_by(**place)
    return same_address.where(own.confirmed_at.is_not(None), own.left_at.is_(None)).exists()


def _at_once() -> tuple[ColumnElement[bool], ...]:
    return (Subscription.cadence == Cadence.AT_ONCE, *active())


def _posts() -> Select[Post]:
    author = joinedload(Post.author).load_only(Account.name)
    return select(Post).options(joinedload(Post.blog), author, defer(Post.body), defer(Post.html))


def _comments() -> Select[Comment]:
    post = contains_eager(Comment.post).options(defer(Post.body), defer(Post.html), joinedload(Post.blog))
    account = joinedload(Comment.account).load_only(Account.email)
    return select(Comment).join(Comment.post).options(post, account, defer(Comment.body))
