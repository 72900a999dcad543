"""Writes who of several machines' workers has the lease."""

from datetime import timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError

from hcpov.extensions import db
from hcpov.ops import queries
from hcpov.ops.models import CLOCK, Lease

LENGTH = timedelta(seconds=15)  # from one renewal on


def take(owner: str, machine: str, tenure: int) -> int:
    """Renews the lease of a tenure, or takes it with the next when its time is over. Commits.

    Returns the tenure; 0 when another worker has it. One that ran out and that nobody took is renewed as it is.
    """
    now = queries.now()
    until = now + LENGTH
    if not tenure or not _changed(_ours(owner, tenure), until=until):
        whose: dict[str, object] = {"owner": owner, "machine": machine, "until": until}
        tenure = 0
        if _changed(Lease.until <= now, tenure=Lease.tenure + 1, **whose) or _began(whose):
            tenure = db.session.scalar(select(Lease.tenure).where(Lease.name == CLOCK, Lease.owner == owner)) or 0
    db.session.commit()
    return tenure


def let_go(owner: str, tenure: int) -> None:
    """Commits that others may take the lease at once."""
    _changed(_ours(owner, tenure), until=queries.now())
    db.session.commit()


def _ours(owner: str, tenure: int) -> ColumnElement[bool]:
    return (Lease.owner == owner) & (Lease.tenure == tenure)


def _changed(which: ColumnElement[bool], **values: object) -> bool:
    done = db.session.execute(update(Lease).where(Lease.name == CLOCK, which).values(**values))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _began(whose: dict[str, object]) -> bool:
    """Adds the row where there is none yet."""
    if db.session.scalar(select(Lease.name).where(Lease.name == CLOCK)):
        return False
    try:
        db.session.execute(insert(Lease).values(name=CLOCK, tenure=1, **whose))
    except IntegrityError:  # two machines began at once
        db.session.rollback()
        return False
    return True
