"""The outbox, the addresses that refused mail, and how the relay is."""

from datetime import datetime

from sqlalchemy import JSON, Double, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model

ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 200
PROBLEM_LENGTH = 80
THE_RELAY = 1  # there is one, so its row has this number


class Message(Model):
    """A message to be sent once. `dedupe_key` is unique: whatever wants to write it twice finds it written.

    `not_before` is when it is tried next. Until `taken_until` it is some worker's, and no second worker takes it.
    `problem` is the last failure in words, without the address. `asked_for` is for letters that somebody waits for at
    the keyboard, or that an account's safety hangs on: they are tried even at an address that refused mail.

    What was sent loses its words: they may hold a link that opens something. Some lose their address too.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_due",
            "asked_for",
            "not_before",
            "id",
            sqlite_where=text("sent_at IS NULL AND gave_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND gave_up_at IS NULL"),
        ),
        Index(
            "ix_message_failed",
            "gave_up_at",
            sqlite_where=text("gave_up_at IS NOT NULL"),
            postgresql_where=text("gave_up_at IS NOT NULL"),
        ),
        Index(
            "ix_message_sent",
            "sent_at",
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        Index(  # what was sent and not forgotten yet
            "ix_message_addressed",
            "sent_at",
            sqlite_where=text("sent_at IS NOT NULL AND \"to\" != ''"),
            postgresql_where=text("sent_at IS NOT NULL AND \"to\" != ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    asked_for: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    taken_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(PROBLEM_LENGTH), default="")


class RefusedAddress(Model):
    """An address that a relay refused for good: a keyed digest of it, never the address itself."""

    __tablename__ = "refused_address"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    code: Mapped[str] = mapped_column(String(20))


class Relay(Model):
    """How the relay is, for all workers: until when it is left alone and why, and when the rate lets the next one go.

    `failures` counts how often in a row it was away; `next_at` is in seconds since 1970, which every database adds up
    alike.
    """

    __tablename__ = "relay"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    away_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(PROBLEM_LENGTH), default="")
    next_at: Mapped[float] = mapped_column(Double, default=0.0)
