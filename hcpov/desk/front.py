"""The desk's first page: what waits for somebody, the blogs' numbers, and how the house is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true

from hcpov import clock, config, languages
from hcpov.auth.models import Credential, CredentialState
from hcpov.blog.models import Blog, Kind, Post, State
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.desk.outbox import queries as mail
from hcpov.desk.policy import Keeper
from hcpov.desk.writers import writer_of
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.ops import checks
from hcpov.ops.backups import findings
from hcpov.ops.examination import newest_backup

LISTED = 30
UNPUBLISHED = (State.REVIEW, State.SCHEDULED, State.DRAFT)


@dataclass(frozen=True)
class Begun:
    """A post on its way. `at` is when it publishes itself, or when it was last written."""

    id: int
    title: str
    blog: str
    state: str
    at: str
    mine: bool


@dataclass(frozen=True)
class BlogNumbers:
    """How much there is on a blog."""

    id: int
    name: str
    path: str
    posts: int
    comments: int
    held: int


@dataclass(frozen=True)
class House:
    """How the machinery is. Mail that failed was given up; whoever it was for knows nothing of it.

    `away` says what is wrong with the relay; empty when all is well. `backup` is how old the newest is and what to do,
    `unproved` that it could not be put back.
    """

    waiting: int
    failed: int
    away: str
    backup: str
    unproved: bool


def overview(keeper: Keeper) -> dict[str, Any]:
    """Returns what the first page shows. Three queries; two more for moderators and admins, three for a moderator."""
    everywhere = keeper.everywhere
    begun = _begun(keeper, writer_of(keeper).edits)
    return {
        "begun": begun[:LISTED],
        "more_begun": len(begun) > LISTED,
        "numbers": blog_numbers(keeper.blogs),
        "badges": _badges() if everywhere else 0,
        "house": _house() if everywhere else None,
    }


def blog_numbers(blogs: Collection[int] | None) -> list[BlogNumbers]:
    """Returns for each blog, in their order, how many posts, comments and held comments it has. Two queries."""
    ours = true() if blogs is None else Blog.id.in_(blogs)
    public = and_(Post.blog_id == Blog.id, Post.kind == Kind.POST, Post.state == State.PUBLISHED)
    wanted = (
        select(Blog.id, Blog.name, Blog.slug, func.count(Post.id), func.coalesce(func.sum(Post.comment_count), 0))
        .outerjoin(Post, public)
        .where(ours)
        .group_by(Blog.id, Blog.name, Blog.slug, Blog.position)
        .order_by(Blog.position, Blog.id)
    )
    held_by_blog = (
        select(Post.blog_id, func.count().label("held"))
        .join(Comment, Comment.post_id == Post.id)
        .where(Comment.state == CommentState.HELD)
        .group_by(Post.blog_id)
    )
    held: dict[int, int] = {row.blog_id: row.held for row in db.session.execute(held_by_blog)}
    rows = db.session.execute(wanted)
    return [
        BlogNumbers(number, name, f"/{slug}/", posts, comments, held.get(number, 0))
        for number, name, slug, posts, comments in rows
    ]


def _begun(keeper: Keeper, edits: Collection[int]) -> list[Begun]:
    """What somebody began, and what their blogs' editors are asked for: not the drafts of others. One query."""
    mine = Post.author_id == keeper.account_id
    asked: ColumnElement[bool] = true() if keeper.admin else Post.blog_id.in_(edits) if edits else false()
    order = case((Post.state == State.REVIEW, 0), (Post.state == State.SCHEDULED, 1), else_=2)
    wanted = (
        select(Post.id, Post.title, Post.state, Post.published_at, Post.updated_at, Post.author_id, Blog.name)
        .join(Blog, Blog.id == Post.blog_id)
        .where(Post.kind.in_(list(Kind)), Post.state.in_(UNPUBLISHED))
        .where(or_(mine, and_(asked, Post.state != State.DRAFT)))
        .order_by(order, Post.published_at, Post.updated_at.desc(), Post.id)
        .limit(LISTED + 1)
    )
    return [
        Begun(
            id=number,
            title=title or gettext("Untitled"),
            blog=blog,
            state=state,
            at=languages.long_moment(due if state == State.SCHEDULED and due else written),
            mine=author_id == keeper.account_id,
        )
        for number, title, state, due, written, author_id, blog in db.session.execute(wanted)
    ]


def _badges() -> int:
    return db.session.scalar(select(func.count()).where(Credential.state == CredentialState.ASKED)) or 0


def _house() -> House:
    settings = config.current()
    last = findings.last(settings)
    backup = checks.backup(newest_backup(settings), clock.now())
    return House(*mail.counts(), backup.words, unproved=last is not None and not last.ok)
