"""Comments."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.auth.models import EMAIL_LENGTH, NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Account
from hcpov.blog.models import ORIGIN_LENGTH, Post
from hcpov.extensions import Model

BODY_LENGTH = 10_000
DISCLOSURE_LENGTH = 300


class State(StrEnum):
    """Where a comment stands."""

    PUBLISHED = "published"
    HELD = "held"
    RETURNED = "returned"
    SPAM = "spam"
    REMOVED = "removed"


class Comment(Model):
    """A comment by a member or a guest. `html` is `body` cleaned once, when it is written.

    `submission_key` is the nonce of the form it came from: the database itself refuses a second comment from one form.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_thread", "post_id", "state", "parent_id", "created_at", "id"),
        {"sqlite_autoincrement": True},  # an erased comment's number never names another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), default="")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    disclosure: Mapped[str] = mapped_column(String(DISCLOSURE_LENGTH), default="")
    state: Mapped[str] = mapped_column(String(10), default=State.PUBLISHED)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(ORIGIN_LENGTH), unique=True)

    post: Mapped[Post] = relationship()
    account: Mapped[Account | None] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side=[id])
