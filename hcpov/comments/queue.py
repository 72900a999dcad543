"""Reads for the desk: what waits for an editor.

Each function says how many queries it makes; tests hold them to it. `blogs` are the numbers of the blogs to look at,
None for all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, tuple_, update
from sqlalchemy.orm import contains_eager, defer, joinedload

from hcpov import clock, languages
from hcpov.auth.models import Account
from hcpov.blog.models import Blog, BlogRole, Post
from hcpov.blog.rows import post_path
from hcpov.comments import grounds
from hcpov.comments.models import Comment, Report, State
from hcpov.comments.threads import CommentRow, comment_row
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text import identifiers
from hcpov.text.excerpts import excerpt
from hcpov.text.finds import Find

PAGE = 20
CONTEXT = 600

Blogs = Collection[int] | None


@dataclass(frozen=True)
class HeldRow:
    """A comment that waits, made ready to show: held, or published and reported."""

    comment: CommentRow
    ago: str
    post_title: str
    post_path: str
    why: list[str]
    body: str
    finds: tuple[Find, ...]
    reported: bool
    answers: str
    answered: str


@dataclass(frozen=True)
class Waiting:
    """One page of what waits. `after` leads to the next page, None when there is none."""

    rows: list[HeldRow]
    after: int | None
    first_page: bool


def waiting(blogs: Blogs, after: int | None = None) -> Waiting:
    """Returns a page of what waits, oldest first. Two queries, one more behind the first page."""
    wanted = _rows().where(Comment.id.in_(_numbers(blogs)))
    mark = _mark(after) if after is not None else None
    if mark is not None:
        wanted = wanted.where(tuple_(Comment.created_at, Comment.id) > mark)
    comments = list(db.session.scalars(wanted.order_by(Comment.created_at, Comment.id).limit(PAGE + 1)))
    reports = _reports([comment.id for comment in comments[:PAGE]])
    rows = [held_row(comment, reports.get(comment.id, [])) for comment in comments[:PAGE]]
    return Waiting(rows, comments[PAGE - 1].id if len(comments) > PAGE else None, mark is None)


def waiting_one(number: int) -> HeldRow | None:
    """Returns one comment that waits, None when it does not any more. Two queries."""
    comment = db.session.scalar(_rows().where(Comment.id == number, Comment.id.in_(_numbers(None))))
    return held_row(comment, _reports([number]).get(number, [])) if comment else None


def count(blogs: Blogs) -> int:
    """Counts what waits. One query."""
    return db.session.scalar(select(func.count()).select_from(_numbers(blogs).subquery())) or 0


def found(numbers: Collection[int]) -> list[Comment]:
    """Returns comments by their numbers with their posts, oldest first. One query."""
    wanted = (
        select(Comment).join(Comment.post).options(contains_eager(Comment.post).load_only(Post.blog_id, Post.title))
    )
    return list(db.session.scalars(wanted.where(Comment.id.in_(numbers)).order_by(Comment.created_at, Comment.id)))


def claim(comment: Comment, read_at: datetime | None) -> bool:
    """Locks a comment until the transaction ends, and says whether it still waits as the editor read it.

    The update changes nothing: it takes the lock, on SQLite the only one there is, so that of two editors the second
    waits here and finds it settled. `read_at` is when the page was made: words changed since then are unread. Three
    queries at most.
    """
    locked = update(Comment).where(Comment.id == comment.id, Comment.state == comment.state)
    if read_at is not None:
        locked = locked.where(or_(Comment.edited_at.is_(None), Comment.edited_at <= read_at))
    taken = db.session.execute(locked.values(state=Comment.state).execution_options(synchronize_session=False))
    if taken.rowcount == 1:  # type: ignore[attr-defined]
        db.session.refresh(comment)
        if comment.state == State.HELD or _reports([comment.id]):
            return True
    db.session.rollback()
    return False


def edited_blogs(account_id: int) -> frozenset[int]:
    """Returns the numbers of the blogs that an account edits. One query."""
    wanted = select(BlogRole.blog_id).where(BlogRole.account_id == account_id, BlogRole.role == "editor")
    return frozenset(db.session.scalars(wanted))


def blogs_at_desk(blogs: Blogs) -> list[Blog]:
    """Returns the blogs whose rules an editor may set, in their order. One query."""
    wanted = select(Blog).order_by(Blog.position, Blog.id)
    return list(db.session.scalars(wanted if blogs is None else wanted.where(Blog.id.in_(blogs))))


def held_row(comment: Comment, reports: list[str]) -> HeldRow:
    """Makes a comment that waits ready to show, with what may identify a patient in it."""
    post = comment.post
    own = (comment.name, comment.title, comment.place, post.byline_name, post.byline_place)
    author = (post.author.name,) if post.author else ()
    reported = comment.state == State.PUBLISHED
    return HeldRow(
        comment=comment_row(comment, post.author_id),
        ago=languages.ago(comment.created_at, clock.now()),
        post_title=post.title or gettext("Untitled"),
        post_path=post_path(post),
        why=[gettext("reported: %(reason)s", reason=each) for each in reports]
        if reported
        else [grounds.said(each) for each in comment.reasons or ["to be read again"]],
        body=comment.body,
        finds=tuple(identifiers.find(comment.body, own + author)),
        reported=reported,
        answers=comment.parent.name or gettext("a comment that was erased") if comment.parent else "",
        answered=excerpt(comment.parent.body, CONTEXT) if comment.parent else "",
    )


def _numbers(blogs: Blogs) -> Select[int]:
    """Selects the numbers of what waits. Two short index walks: one condition with OR would read every comment."""
    held = select(Comment.id).where(Comment.state == State.HELD)
    reported = select(Comment.id).join(Report, Report.comment_id == Comment.id).where(Comment.state == State.PUBLISHED)
    if blogs is not None:
        ours = Comment.post_id.in_(select(Post.id).where(Post.blog_id.in_(blogs)))
        held, reported = held.where(ours), reported.where(ours)
    return select(held.union(reported).subquery().c.id)


def _rows() -> Select[Comment]:
    post = joinedload(Comment.post).options(
        defer(Post.body), defer(Post.html), joinedload(Post.blog), joinedload(Post.author).load_only(Account.name)
    )
    return select(Comment).options(post, joinedload(Comment.parent).load_only(Comment.name, Comment.body))


def _mark(number: int) -> tuple[datetime, int] | None:
    """Returns where a page starts; None when the comment it started after is gone: then the list starts anew."""
    row = db.session.execute(select(Comment.created_at, Comment.id).where(Comment.id == number)).first()
    return (row[0], row[1]) if row else None


def _reports(numbers: Collection[int]) -> dict[int, list[str]]:
    wanted = select(Report.comment_id, Report.reason).where(Report.comment_id.in_(numbers)).order_by(Report.id)
    said: dict[int, list[str]] = {}
    for number, reason in db.session.execute(wanted):
        said.setdefault(number, []).append(reason)
    return said
