"""What was changed on one of several machines, for the others to follow."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model


class Purge(Model):
    """The subjects that a transaction touched, written by it."""

    __tablename__ = "purge"
    __table_args__ = (Index("ix_purge_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subjects: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=clock.now)
