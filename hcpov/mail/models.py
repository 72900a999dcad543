"""The outbox."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model

ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 200
PROBLEM_LENGTH = 80


class Message(Model):
    """A message to be sent once. `dedupe_key` is unique: whatever wants to write it twice finds it written.

    `not_before` is when it is tried next; while it is being sent that lies ahead, so that no second worker takes it.
    `problem` is the kind of the last failure, without the address. What was sent or given up loses its words: they may
    hold a link that opens something. Some lose their address too.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_due",
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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(PROBLEM_LENGTH), default="")
