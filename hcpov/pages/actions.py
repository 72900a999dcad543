"""Writes about what was changed on several machines."""

from datetime import timedelta

from sqlalchemy import delete

from hcpov import clock
from hcpov.extensions import db
from hcpov.pages.models import Purge

KEPT = timedelta(hours=1)


def forget_old() -> int:
    """Commits that rows which everybody has followed are gone; returns how many."""
    gone = db.session.execute(delete(Purge).where(Purge.at < clock.now() - KEPT))
    db.session.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]
