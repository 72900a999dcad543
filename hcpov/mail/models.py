"""The outbox."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model

ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 200


class Message(Model):
    """A message to be sent once. `dedupe_key` is unique: whatever wants to write it twice finds it written."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    not_before: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
