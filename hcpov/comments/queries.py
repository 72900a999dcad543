"""Reads about comments."""

from sqlalchemy import func, select, tuple_

from hcpov.comments.models import Comment, State
from hcpov.comments.threads import Thread, assemble
from hcpov.extensions import db

THREADS = 100
NUMBER_LENGTH = 9  # PostgreSQL's integers end at ten digits


def thread(post_id: int, author_id: int | None, after: int | None = None) -> Thread:
    """Returns a page of a post's thread. Two queries: the comments, the replies to them."""
    wanted = select(Comment).where(
        Comment.post_id == post_id, Comment.state == State.PUBLISHED, Comment.parent_id.is_(None)
    )
    if after is not None:
        mark = select(Comment.created_at, Comment.id).where(Comment.id == after, Comment.post_id == post_id)
        wanted = wanted.where(tuple_(Comment.created_at, Comment.id) > mark.scalar_subquery())
    roots = list(db.session.scalars(wanted.order_by(Comment.created_at, Comment.id).limit(THREADS + 1)))
    more = len(roots) > THREADS
    roots = roots[:THREADS]
    replies = (
        select(Comment)
        .where(Comment.parent_id.in_([root.id for root in roots]), Comment.state == State.PUBLISHED)
        .order_by(Comment.created_at, Comment.id)
    )
    rows = assemble(roots, list(db.session.scalars(replies)) if roots else [], author_id)
    return Thread(rows, roots[-1].id if more else None, after is None)


def by_submission_key(key: str) -> Comment | None:
    """Returns the comment that came from a form, if it came. One query."""
    return db.session.scalar(select(Comment).where(Comment.submission_key == key))


def published(post_id: int, number: str) -> Comment | None:
    """Returns the published comment of a post that somebody named by its number; None for anything else. One query."""
    if not number.isascii() or not number.isdecimal() or len(number) > NUMBER_LENGTH:
        return None
    comment = db.session.get(Comment, int(number))
    return comment if comment and comment.post_id == post_id and comment.state == State.PUBLISHED else None


def root_of(comment: Comment) -> Comment:
    """Returns what an answer to `comment` hangs under: itself, or the comment it answers. At most one query."""
    return comment if comment.parent_id is None else db.session.get_one(Comment, comment.parent_id)


def page_of(comment: Comment) -> int | None:
    """Returns the `after` of the thread's page that shows a comment; None for the first page. At most three queries."""
    root = root_of(comment)
    earlier = (
        Comment.post_id == root.post_id,
        Comment.state == State.PUBLISHED,
        Comment.parent_id.is_(None),
        tuple_(Comment.created_at, Comment.id) < tuple_(root.created_at, root.id),
    )
    count = db.session.scalar(select(func.count()).select_from(Comment).where(*earlier)) or 0
    skipped = count // THREADS * THREADS
    if skipped == 0:
        return None
    ordered = select(Comment.id).where(*earlier).order_by(Comment.created_at, Comment.id)
    return db.session.scalar(ordered.offset(skipped - 1).limit(1))
