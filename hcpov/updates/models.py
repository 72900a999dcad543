"""Subscriptions."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.blog.models import Blog, Post
from hcpov.extensions import Model

KEY_LENGTH = 32


class Cadence(StrEnum):
    """How often somebody wants to hear."""

    AT_ONCE = "at once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Place(NamedTuple):
    """What a wish is for, by number; the whole site when all are None."""

    blog_id: int | None = None
    post_id: int | None = None
    comment_id: int | None = None


def _key() -> str:
    return secrets.token_urlsafe(16)


class Subscription(Model):
    """A wish of an address: for one blog, one post's thread, the answers under one comment of it, or the whole site.

    Nothing but the question "was it you?" is sent to it before `confirmed_at` is set, and nothing after `left_at`.
    `letter_at` is when that question was last sent. `told_at` is up to when the wish has heard of all there was.
    `key` is what links in letters hold: it names nobody, and is never given twice.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        Index("uq_subscription_blog", "email", "blog_id", unique=True),
        # NULL never equals NULL, so the whole site needs an index of its own.
        Index(
            "uq_subscription_site",
            "email",
            unique=True,
            sqlite_where=text("blog_id IS NULL AND post_id IS NULL"),
            postgresql_where=text("blog_id IS NULL AND post_id IS NULL"),
        ),
        Index(
            "uq_subscription_thread",
            "email",
            "post_id",
            unique=True,
            sqlite_where=text("comment_id IS NULL"),
            postgresql_where=text("comment_id IS NULL"),
        ),
        Index("uq_subscription_answers", "email", "comment_id", unique=True),
        Index("ix_subscription_due", "cadence", "told_at"),
        {"sqlite_autoincrement": True},  # the number of one that is gone never names another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True, default=_key)
    blog_id: Mapped[int | None] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    cadence: Mapped[str] = mapped_column(String(10), default=Cadence.AT_ONCE)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    letter_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    blog: Mapped[Blog | None] = relationship()
    post: Mapped[Post | None] = relationship()

    @property
    def place(self) -> Place:
        """What it is for."""
        return Place(self.blog_id, self.post_id, self.comment_id)
