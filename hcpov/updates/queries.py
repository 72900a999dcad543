"""Reads about wishes.

Each function says how many queries it makes; tests hold them to it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from hcpov import config
from hcpov.blog.models import Post
from hcpov.blog.notices import titled
from hcpov.blog.rows import post_path
from hcpov.extensions import db
from hcpov.languages import gettext, lazy
from hcpov.updates.models import Cadence, Place, Subscription

AT_MOST = 200  # wishes of one address on a page
CADENCES = [
    (Cadence.AT_ONCE, lazy("At once")),
    (Cadence.DAILY, lazy("Once a day")),
    (Cadence.WEEKLY, lazy("Once a week")),
]


@dataclass(frozen=True)
class WishRow:
    """A wish made ready to show: `what` in words, `path` where that is, "" when it is not public any more."""

    id: int
    what: str
    path: str
    cadence: str
    pending: bool
    left: bool


@dataclass(frozen=True)
class Wishes:
    """What an address asked for: what is not confirmed yet, what it hears of, and what it has left."""

    pending: list[WishRow]
    current: list[WishRow]
    left: list[WishRow]


def active() -> tuple[ColumnElement[bool], ...]:
    """Says which wishes are written to."""
    return (Subscription.confirmed_at.is_not(None), Subscription.left_at.is_(None))


def pending() -> tuple[ColumnElement[bool], ...]:
    """Says which wishes wait for a yes."""
    return (Subscription.confirmed_at.is_(None), Subscription.left_at.is_(None))


def at(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Says which wishes are for this very thing."""
    return (
        Subscription.blog_id.is_not_distinct_from(place.blog_id),
        Subscription.post_id.is_not_distinct_from(place.post_id),
        Subscription.comment_id.is_not_distinct_from(place.comment_id),
    )


def by_key(key: str) -> Subscription | None:
    """Returns the wish that a letter's token names. One query."""
    return db.session.scalar(select(Subscription).where(Subscription.key == key))


def of_address(email: str) -> Wishes:
    """Returns what an address asked for, the newest first. One query."""
    found = [_row(wish) for wish in db.session.scalars(_shown(email))]
    return Wishes(
        pending=[row for row in found if row.pending and not row.left],
        current=[row for row in found if not row.pending and not row.left],
        left=[row for row in found if row.left and not row.pending],
    )


def last_letter(email: str) -> datetime | None:
    """Returns when an address was last asked about a wish that still waits for its yes. One query."""
    wanted = select(func.max(Subscription.letter_at)).where(Subscription.email == email, *pending())
    return db.session.scalar(wanted)


def number_pending(email: str) -> int:
    """Counts the wishes of an address that wait for its yes. One query."""
    wanted = select(func.count()).select_from(Subscription).where(Subscription.email == email, *pending())
    return db.session.scalar(wanted) or 0


def on_post(title: str, answers: bool) -> str:
    """Returns in words what is asked for with a post, or with one comment on it; a title that is empty is withdrawn."""
    if title:
        if answers:
            return gettext("Answers to your comment on “%(title)s”", title=title)
        return gettext("Comments on “%(title)s”", title=title)
    if answers:
        return gettext("Answers to your comment on a post that was withdrawn")
    return gettext("Comments on a post that was withdrawn")


def described(wish: Subscription) -> str:
    """Returns what a wish is for, in words. Reads its blog and post."""
    return _row(wish).what


def _shown(email: str) -> Select[Any]:
    post = joinedload(Subscription.post).load_only(
        Post.title, Post.slug, Post.year, Post.month, Post.kind, Post.state, Post.retracted
    )
    wanted = select(Subscription).where(Subscription.email == email)
    wanted = wanted.options(joinedload(Subscription.blog), post.joinedload(Post.blog))
    return wanted.order_by(Subscription.id.desc()).limit(AT_MOST)


def _row(wish: Subscription) -> WishRow:
    what, path = gettext("New posts on %(name)s", name=config.current().site_name), "/"
    if wish.blog is not None:
        what, path = gettext("New posts on %(name)s", name=wish.blog.name), f"/{wish.blog.slug}/"
    elif wish.post is not None:
        public = wish.post.is_public
        what = on_post(titled(wish.post) if public else "", wish.comment_id is not None)
        path = post_path(wish.post) if public else ""
    return WishRow(wish.id, what, path, wish.cadence, wish.confirmed_at is None, wish.left_at is not None)
