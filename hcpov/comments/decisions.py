"""Reads of what was decided: what an editor can undo, and the log that everybody may read."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from hcpov import clock, languages
from hcpov.blog.models import Blog, Post
from hcpov.blog.rows import post_path
from hcpov.blog.subjects import title
from hcpov.comments.models import Comment, Decision
from hcpov.comments.subjects import DECISIONS
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.pages.recording import show
from hcpov.text import dates

LOG_PAGE = 50
JUST_DONE = 20
JUST_DONE_MINUTES = 60
FINAL = "kept"  # the reports are gone, so there is nothing to bring back


@dataclass(frozen=True)
class DoneRow:
    """A decision made ready to show at the desk."""

    id: int
    what: str
    name: str
    post_title: str
    ago: str


@dataclass(frozen=True)
class LogRow:
    """A decision as everybody may read it: no names, none of the comment's words."""

    id: int
    what: str
    reason: str
    at: str
    at_machine: str
    post_title: str
    post_path: str


def decision(number: int) -> Decision | None:
    """Returns a decision with its post. One query."""
    wanted = select(Decision).where(Decision.id == number).options(joinedload(Decision.post))
    return db.session.scalar(wanted)


def can_be_undone(done: Decision) -> bool:
    """Locks a decision's comment, and says whether an undo loses nothing: no later decision, no later words.

    Two queries, one when the words changed.
    """
    unchanged = or_(Comment.edited_at.is_(None), Comment.edited_at <= done.at)
    locked = update(Comment).where(Comment.id == done.comment_id, unchanged).values(state=Comment.state)
    taken = db.session.execute(locked.execution_options(synchronize_session=False))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    newest = select(func.max(Decision.id)).where(Decision.comment_id == done.comment_id, Decision.undone.is_(False))
    return done.what != FINAL and db.session.scalar(newest) == done.id


def way_back(done: Decision) -> int | None:
    """Returns the number by which a decision just made is undone; None for one that is final."""
    return None if done.what == FINAL else done.id


def just_done(account_id: int) -> list[DoneRow]:
    """Returns what an account decided within the hour and can undo, newest first. One query."""
    later = aliased(Decision)
    newer = select(later.id).where(
        later.comment_id == Decision.comment_id, later.id > Decision.id, later.undone.is_(False)
    )
    wanted = (
        select(Decision, Comment.name)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.account_id == account_id, Decision.undone.is_(False), Decision.what != FINAL)
        .where(Decision.at > clock.now() - timedelta(minutes=JUST_DONE_MINUTES), ~newer.exists())
        .options(joinedload(Decision.post).load_only(Post.title))
    )
    now = clock.now()
    return [
        DoneRow(done.id, done.what, name, done.post.title if done.post else "", languages.ago(done.at, now))
        for done, name in db.session.execute(wanted.order_by(Decision.id.desc()).limit(JUST_DONE))
    ]


def log(before: int | None = None) -> tuple[list[LogRow], int | None]:
    """Returns a page of the public log, newest first, and what leads to the next. One query."""
    wanted = select(Decision).where(Decision.undone.is_(False))
    if before is not None:
        wanted = wanted.where(Decision.id < before)
    named = joinedload(Decision.post).load_only(Post.kind, Post.year, Post.month, Post.slug, Post.title, Post.state)
    wanted = wanted.options(named, joinedload(Decision.post).joinedload(Post.blog).load_only(Blog.slug, Blog.name))
    found = db.session.scalars(wanted.order_by(Decision.id.desc()).limit(LOG_PAGE + 1)).all()
    show(DECISIONS, *(title(each.post_id) for each in found if each.post_id))
    rows = [_log_row(each) for each in found]
    return rows[:LOG_PAGE], rows[LOG_PAGE - 1].id if len(rows) > LOG_PAGE else None


def _log_row(done: Decision) -> LogRow:
    public = done.post is not None and done.post.is_public
    return LogRow(
        id=done.id,
        what=done.what,
        reason=done.reason,
        at=languages.long_moment(done.at),
        at_machine=dates.machine(done.at),
        post_title=(done.post.title or gettext("Untitled")) if done.post and public else "",
        post_path=post_path(done.post) if done.post and public else "",
    )
