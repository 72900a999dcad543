"""Reads of the outbox for whoever looks after the site. No letter is read."""

from dataclasses import dataclass

from sqlalchemy import func, select

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail.models import THE_RELAY, Message, Relay

_WAITS = (Message.sent_at.is_(None), Message.gave_up_at.is_(None))


@dataclass(frozen=True)
class Queue:
    """How many messages wait, for how many seconds the one that is most overdue has, and how many were given up.

    `away` says what is wrong with the relay; empty when all is well.
    """

    waiting: int
    overdue: float
    given_up: int
    away: str


def queue() -> Queue:
    """Returns how the outbox is. One query."""
    failed = (Message.gave_up_at.is_not(None), Message.to != "")
    waiting, given_up = (select(func.count()).where(*each).scalar_subquery() for each in (_WAITS, failed))
    oldest = select(func.min(Message.not_before)).where(*_WAITS).scalar_subquery()
    away = select(Relay.problem).where(Relay.id == THE_RELAY, Relay.failures > 0).scalar_subquery()
    row = db.session.execute(select(waiting, oldest, given_up, away)).one()
    overdue = (clock.now() - row[1]).total_seconds() if row[1] else 0.0
    return Queue(row[0], max(0.0, overdue), row[2], row[3] or "")
