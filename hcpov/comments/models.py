"""Comments, reports of them, and what was decided."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.auth.models import EMAIL_LENGTH, NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Account
from hcpov.blog.models import ORIGIN_LENGTH, Post
from hcpov.extensions import Model

BODY_LENGTH = 10_000
DISCLOSURE_LENGTH = 300
REASON_LENGTH = 300
WORD_LENGTH = 80


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
    `body_mark` is a digest of the words, to know them again under another post. `network` is a keyed digest of the
    sender's network, never an address, and is forgotten after 30 days. `announced_at` is when who asked for answers was
    written to, `noticed_at` when its editors were told that it waits.
    """

    __tablename__ = "comment"
    __table_args__ = (
        # A thread's comments in their order, one page read at a time; the state is there to pass over spam unread.
        Index(
            "ix_comment_thread",
            "post_id",
            "created_at",
            "id",
            "state",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        # Without the many that answer nothing: with them, a planner that counts takes this index for a bad one.
        Index(
            "ix_comment_answers",
            "parent_id",
            "state",
            "created_at",
            "id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index("ix_comment_feed", "post_id", "state", "published_at", "id"),
        Index("ix_comment_held", "state", "created_at", "id"),
        Index("ix_comment_account", "account_id", "state", "created_at", "id"),
        Index("ix_comment_mark", "body_mark"),
        Index("ix_comment_network", "network", "created_at"),
        Index("ix_comment_noticed", "noticed_at"),
        Index(
            "ix_comment_news",
            "id",
            sqlite_where=text("state = 'published' AND announced_at IS NULL"),
            postgresql_where=text("state = 'published' AND announced_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # an erased comment's number never names another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), default="")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    disclosure: Mapped[str] = mapped_column(String(DISCLOSURE_LENGTH), default="")
    state: Mapped[str] = mapped_column(String(10), default=State.PUBLISHED)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    body_mark: Mapped[str] = mapped_column(String(64), default="")
    network: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]
    edited_by_editor: Mapped[bool] = mapped_column(default=False)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    noticed_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(ORIGIN_LENGTH), unique=True)

    post: Mapped[Post] = relationship()
    account: Mapped[Account | None] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side=[id])


class HeldWord(Model):
    """A word or phrase that holds a comment; kept by the moderators."""

    __tablename__ = "held_word"

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class Report(Model):
    """A reader's word that a comment should be looked at. One a comment and network: more say nothing more."""

    __tablename__ = "comment_report"
    __table_args__ = (UniqueConstraint("comment_id", "network"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Decision(Model):
    """What was done with a comment, why, by whom: the moderation log. It outlives the comment.

    `before` holds what an undo needs: the state and, for an edit, the words. It is emptied when the comment is erased.
    """

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="SET NULL"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    what: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    before: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    undone: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    post: Mapped[Post | None] = relationship()
