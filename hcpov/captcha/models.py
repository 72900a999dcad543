"""The challenges that were used. One that nobody answered leaves no trace."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov.extensions import Model


class Challenge(Model):
    """A challenge that had its one try, right or wrong; `network` is the keyed digest of where it came from."""

    __tablename__ = "challenge"
    __table_args__ = (Index("ix_challenge_network", "network", "used_at"),)

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(index=True)
    right: Mapped[bool]
    network: Mapped[str | None] = mapped_column(String(64))
