"""Writes to the outbox."""

from sqlalchemy import select

from hcpov.extensions import db
from hcpov.mail.models import Message


def enqueue(to: str, subject: str, text: str, dedupe_key: str) -> None:
    """Adds a message once, to be committed with what causes it; does not commit."""
    if db.session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is None:
        db.session.add(Message(to=to, subject=subject, text=text, dedupe_key=dedupe_key))
