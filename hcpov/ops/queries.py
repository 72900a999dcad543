"""Asks who of several machines' workers has the lease."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, type_coerce

from hcpov.extensions import UtcDateTime, db
from hcpov.ops.models import CLOCK, Lease


def now() -> datetime:
    """Returns the database's time, of the transaction that this is asked in."""
    found: datetime | None = db.session.scalar(select(type_coerce(func.now(), UtcDateTime)))
    assert found is not None
    return found


def holder() -> tuple[str, timedelta] | None:
    """Returns which machine has the lease, and how long it is good; None when none ever had. Two queries."""
    row = db.session.execute(select(Lease.machine, Lease.until).where(Lease.name == CLOCK)).first()
    return (row.machine, row.until - now()) if row else None
