"""Subscriptions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.blog.models import Blog
from hcpov.extensions import Model


class Cadence(StrEnum):
    """How often somebody wants to hear."""

    AT_ONCE = "at once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Subscription(Model):
    """An address that asked for one blog, for one post's thread, or for the whole site when both are null.

    Nothing but the question "was it you?" is sent to it before `confirmed_at` is set.
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
        Index("uq_subscription_thread", "email", "post_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    blog_id: Mapped[int | None] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    cadence: Mapped[str] = mapped_column(String(10), default=Cadence.AT_ONCE)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    blog: Mapped[Blog | None] = relationship()
