"""The audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model

WHAT_LENGTH = 40
ABOUT_LENGTH = 200
REASON_LENGTH = 300


class Audit(Model):
    """One thing that somebody did. `about` names what it was done to, such as `account 12`; rows are never changed.

    `account_id` is empty for what the ops team did from a terminal, and after the one who did it was erased.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_about", "about", "id"), Index("ix_audit_what", "what", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    what: Mapped[str] = mapped_column(String(WHAT_LENGTH))
    about: Mapped[str] = mapped_column(String(ABOUT_LENGTH))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
