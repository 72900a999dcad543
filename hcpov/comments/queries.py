"""Reads about comments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import defer, joinedload

from hcpov import clock, languages
from hcpov.blog import heads
from hcpov.blog.heads import Head
from hcpov.blog.models import Post
from hcpov.blog.models import State as PostState
from hcpov.blog.rows import post_path
from hcpov.blog.subjects import count, title
from hcpov.captcha import queries as captcha
from hcpov.comments import subjects
from hcpov.comments.models import Comment, HeldWord, State
from hcpov.comments.threads import Shown, Thread, assemble
from hcpov.extensions import UtcDateTime, db
from hcpov.languages import gettext
from hcpov.pages.recording import show
from hcpov.text import dates
from hcpov.text.excerpts import excerpt, text_of

THREADS = 100
SENT_MINUTES = 10
ALIVE = (State.PUBLISHED, State.HELD, State.RETURNED)
NUMBER_LENGTH = 9  # PostgreSQL's integers end at ten digits
EXCERPT = 300


_comment = Comment.__table__.c
_answer = Comment.__table__.alias()
# Which comments stand in a thread: the published ones, and as a stub what has published answers under it.
_SHOWN = or_(
    _comment.state == State.PUBLISHED.value,
    exists().where(_answer.c.parent_id == _comment.id, _answer.c.state == State.PUBLISHED.value),
)
_BY_KEY = select(_comment.id).where(_comment.submission_key == bindparam("nonce"))
# What each comment on its way in asks, with the head of its post: at once, as to ask takes longer than the answer.
_KNOWN = (
    _BY_KEY.scalar_subquery().label("earlier"),
    captcha.USED.label("used"),
    captcha.WRONG.label("wrong"),
    select(func.count())
    .where(_comment.network == bindparam("network"), _comment.created_at > bindparam("sent"))
    .scalar_subquery()
    .label("sent"),
    select(func.count(_comment.post_id.distinct()))
    .where(_comment.body_mark == bindparam("mark"), _comment.post_id != Post.__table__.c.id)
    .correlate(Post.__table__)
    .scalar_subquery()
    .label("posts"),
    select(func.aggregate_strings(HeldWord.__table__.c.word, "\n")).scalar_subquery().label("words"),
)
ON_POST, ON_PAGE, ON_NUMBER = (each.add_columns(*_KNOWN) for each in (heads.POST, heads.PAGE, heads.NUMBERED))
_ROOTS = (_comment.post_id == bindparam("post"), _comment.parent_id.is_(None), _SHOWN)
_MOMENT = bindparam("moment", type_=UtcDateTime)
_ID: BindParameter[int] = bindparam("id")
# In two parts: to hold pair against pair in each row of a long thread takes SQLite half as long again.
_COUNT_BEFORE = select(
    select(func.count()).where(*_ROOTS, _comment.created_at < _MOMENT).scalar_subquery()
    + select(func.count()).where(*_ROOTS, _comment.created_at == _MOMENT, _comment.id < _ID).scalar_subquery()
)
# Counted back from the comment, which is at most a page away; from the thread's beginning it is thousands.
_BEFORE = (
    select(_comment.id)
    .where(*_ROOTS, tuple_(_comment.created_at, _comment.id) < tuple_(_MOMENT, _ID))
    .order_by(_comment.created_at.desc(), _comment.id.desc())
    .offset(bindparam("passed"))
    .limit(1)
)


@dataclass(frozen=True)
class Known:
    """What is known of a comment on its way in.

    `earlier` is the number of what came from the same form before. Its code was `used` before; from its `network` came
    so many `wrong` answers within a minute and so many comments, `sent`, within ten. Its text stands under so many
    other `posts`. `words` are the moderators'.
    """

    network: str | None
    earlier: int | None
    used: bool
    wrong: int
    sent: int
    posts: int
    words: list[str]


@dataclass(frozen=True)
class SaidRow:
    """A comment in a list of what somebody wrote."""

    id: int
    path: str
    excerpt: str
    said: str
    said_machine: str
    post_title: str
    post_path: str


def thread(post_id: int, author_id: int | None, after: int | None = None, reader_id: int | None = None) -> Thread:
    """Returns a page of a post's thread. Two queries: the comments, the replies to them."""
    show(subjects.thread(post_id), count(post_id))
    wanted = select(Comment).where(Comment.post_id == post_id, Comment.parent_id.is_(None), _SHOWN)
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
    rows = assemble(roots, list(db.session.scalars(replies)) if roots else [], author_id, reader_id)
    return Thread(rows, roots[-1].id if more else None, after is None)


def by_account(account_id: int, below: tuple[datetime, int] | None, size: int) -> list[tuple[datetime, SaidRow]]:
    """Returns a member's published comments under published posts with their moments, newest first. One query.

    The list begins below a moment and row, or at the newest.
    """
    post = joinedload(Comment.post).options(defer(Post.body), defer(Post.html), joinedload(Post.blog))
    # Asked of each comment in turn: for a join, SQLite may first read every post there is into a filter.
    stands = select(Post.state).where(Post.id == Comment.post_id).scalar_subquery()
    wanted = select(Comment).options(post, defer(Comment.body)).where(stands == PostState.PUBLISHED)
    wanted = wanted.where(Comment.account_id == account_id, Comment.state == State.PUBLISHED)
    if below is not None:
        wanted = wanted.where(tuple_(Comment.created_at, Comment.id) < below)
    found = db.session.scalars(wanted.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(size)).all()
    show(subjects.said_by(account_id), *(title(comment.post_id) for comment in found))
    return [(comment.created_at, _said_row(comment)) for comment in found]


def said_at(comment_id: int, account_id: int) -> datetime | None:
    """Returns when a member's published comment was made; None for what is not public or not theirs. One query."""
    wanted = select(Comment.created_at).where(Comment.id == comment_id, Comment.account_id == account_id)
    return db.session.scalar(wanted.where(Comment.state == State.PUBLISHED))


def known(
    way: Select[Any], place: Mapping[str, object], mark: str, key: str | None = None, network: str | None = None
) -> tuple[Head, Known] | None:
    """Returns the post at a place, and what is known of a text for it, of its form and of the network it came from.

    `way` is how the place is named: ON_POST, ON_PAGE or ON_NUMBER. None where there is no such post. One query. Nothing
    is known of this machine's own network, which is None.
    """
    now = clock.now()
    guessed, sent = now - timedelta(seconds=captcha.GUESS_SECONDS), now - timedelta(minutes=SENT_MINUTES)
    asked = {"nonce": key, "network": network, "guessed": guessed, "sent": sent, "mark": mark}
    # Not through the session, which costs half as much again: it has nothing to do for what is only read.
    row = db.session.connection().execute(way, {**place, **asked}).first()
    if row is None:
        return None
    words = sorted(row.words.split("\n")) if row.words else []
    return heads.made(row), Known(network, row.earlier, row.used, row.wrong, row.sent, row.posts, words)


def published_before(email: str) -> bool:
    """Says whether an address has a published comment; never for an empty one. One query."""
    if not email:
        return False
    wanted = select(Comment.id).where(Comment.email == email, Comment.state == State.PUBLISHED).limit(1)
    return db.session.scalar(wanted) is not None


def held_words() -> list[str]:
    """Returns the moderators' words. One query."""
    return list(db.session.scalars(select(HeldWord.word).order_by(HeldWord.word)))


def by_submission_key(key: str) -> Comment | None:
    """Returns the comment that came from a form, if it came. One query, two when it did."""
    number = db.session.scalar(_BY_KEY, {"nonce": key})
    return db.session.get(Comment, number) if number else None


def published(post_id: int, number: str) -> Comment | None:
    """Returns the published comment of a post that somebody named by its number; None for anything else. One query."""
    if not number.isascii() or not number.isdecimal() or len(number) > NUMBER_LENGTH:
        return None
    comment = db.session.get(Comment, int(number))
    return comment if comment and comment.post_id == post_id and comment.state == State.PUBLISHED else None


def published_anywhere(number: int) -> Comment | None:
    """Returns a published comment by its number. One query."""
    comment = db.session.get(Comment, number) if number < 10**NUMBER_LENGTH else None
    return comment if comment and comment.state == State.PUBLISHED else None


def any_state(number: int) -> Comment | None:
    """Returns a comment by its number, wherever it stands. One query."""
    return db.session.get(Comment, number)


def lock(comment: Comment) -> bool:
    """Locks a comment until the transaction ends and reads it anew; False when it was erased meanwhile. Two queries.

    The update changes nothing: it takes SQLite's lock, which FOR UPDATE does not. FOR UPDATE keeps a new answer off a
    comment that is about to go, which an update does not.
    """
    locked = update(Comment).where(Comment.id == comment.id).values(state=Comment.state)
    taken = db.session.execute(locked.execution_options(synchronize_session=False))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    db.session.refresh(comment, with_for_update=True)
    return True


def root_of(comment: Comment) -> Comment:
    """Returns what an answer to `comment` hangs under: itself, or the comment it answers. At most one query."""
    return comment if comment.parent_id is None else db.session.get_one(Comment, comment.parent_id)


def page_of(comment: Shown, of: int) -> int | None:
    """Returns the `after` of the thread's page that shows a comment; None for the first page.

    `of` is the post's number of published comments. At most three queries; none where they all fit on one page: each
    that stands in the thread is a published one, or has a published answer of its own.
    """
    if of <= THREADS:
        return None
    root = comment if comment.parent_id is None else db.session.get_one(Comment, comment.parent_id)
    place = {"post": root.post_id, "moment": root.created_at, "id": root.id}
    pages, passed = divmod(db.session.scalar(_COUNT_BEFORE, place) or 0, THREADS)
    return db.session.scalar(_BEFORE, place | {"passed": passed}) if pages else None


def _said_row(comment: Comment) -> SaidRow:
    return SaidRow(
        id=comment.id,
        path=f"/comments/{comment.id}/",
        excerpt=excerpt(text_of(comment.html), EXCERPT),
        said=languages.long_date(comment.created_at),
        said_machine=dates.machine_minute(comment.created_at),
        post_title=comment.post.title or gettext("Untitled"),
        post_path=post_path(comment.post),
    )
