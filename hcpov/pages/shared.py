"""Several machines, each with pages of its own: a change is a row, and each machine's worker follows the rows."""

import logging
import sqlite3
import threading
from collections.abc import Collection
from datetime import timedelta

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hcpov import clock, config
from hcpov.extensions import db
from hcpov.pages.counters import EVERYTHING
from hcpov.pages.models import Purge
from hcpov.pages.store import Store

EVERY = 0.5  # seconds between two looks
# Rows become visible when they are committed, which need not be in the order of their numbers or moments.
OVERLAP = timedelta(seconds=60)
MOST = 10_000  # rows that are followed one by one; a machine that is further behind throws everything away

_log = logging.getLogger(__name__)


def announce(session: Session, subjects: Collection[str]) -> None:
    """Tells the other machines, in the writer's own transaction. Nothing where there is one machine."""
    if config.current().machines > 1:
        session.execute(insert(Purge).values(subjects=sorted(subjects), at=clock.now()))


class Follower:
    """What one machine has followed so far. It looks at its own rows too: a page thrown away twice is no harm."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.seen: set[int] = set()
        self.since = clock.now()

    def look(self) -> int:
        """Throws away what others changed since the last look, and what is over by the clock; returns how many rows."""
        self.store.sweep()
        if config.current().machines < 2:
            return 0
        now = clock.now()
        rows = db.session.execute(
            select(Purge.id, Purge.subjects).where(Purge.at >= self.since - OVERLAP).order_by(Purge.id).limit(MOST)
        ).all()
        db.session.remove()
        new = [row for row in rows if row.id not in self.seen]
        subjects = {EVERYTHING} if len(rows) == MOST else {each for row in new for each in row.subjects}
        if subjects:
            self.store.throw_away(subjects)
        self.seen = {row.id for row in rows}
        self.since = now
        return len(new)


def follow(app: Flask, store: Store, stopped: threading.Event) -> None:
    """Looks until it is told to stop. A database that is away is asked again, and then everything is thrown away."""
    follower, was_away = Follower(store), False
    with app.app_context():
        while not stopped.wait(EVERY):
            try:
                if was_away:
                    store.throw_away([EVERYTHING])
                follower.look()
                was_away = False
            except (SQLAlchemyError, sqlite3.Error, OSError) as problem:  # away, or the disk is full
                db.session.remove()
                if not was_away:
                    _log.warning("pages cannot be looked after just now: %s", type(problem).__name__)
                was_away = True
