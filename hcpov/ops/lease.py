"""Of several machines' workers, the one that does what is done once: a lease in the database.

The worker that has it renews it every few seconds. When it ends, is killed or cannot reach the database, the lease runs
out and another takes it. Who took it has the next tenure; a worker that stood still past its lease and goes on in the
middle of its work finds at its next commit that the tenure is not its own, and nothing of it is written.

A row, not PostgreSQL's advisory lock: that one is held by a connection, and a pooler such as PgBouncer gives the same
connection to many in turn. The time is the database's, as machines' clocks differ. On one machine there is no lease,
and nothing of this asks the database.
"""

import functools
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime, timedelta
from uuid import uuid4

from flask import Flask, current_app
from sqlalchemy import ColumnElement, event, func, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from hcpov import config
from hcpov.extensions import UtcDateTime, db
from hcpov.ops.models import Lease

NAME = "clock"
EVERY = 5.0  # seconds between two renewals, or two looks whether it is free
LENGTH = timedelta(seconds=15)  # a machine that is killed is followed after this and EVERY at most

_EXTENSION = "hcpov.lease"
_mine = Lease.name == NAME
_under: ContextVar[tuple[str, int] | None] = ContextVar("lease", default=None)  # whose lease this thread works under

_log = logging.getLogger(__name__)


class Lost(Exception):
    """The lease went to another machine in the middle of work; what was not committed is not."""


class Holder:
    """One worker, and the tenure in which it has the lease; 0 while it has none."""

    def __init__(self) -> None:
        self.owner, self.tenure = uuid4().hex, 0
        self.lock, self.stopped = threading.Lock(), threading.Event()
        self.thread: threading.Thread | None = None

    def look(self) -> bool:
        """Renews the lease, or takes it when nobody has it; says whether it is ours. Commits."""
        with self.lock:
            return self._look()

    def let_go(self) -> None:
        """Commits that others may take the lease at once."""
        if self.tenure:
            _changed(self._is_ours(), until=_now())
            db.session.commit()
            self.tenure = 0

    def _look(self) -> bool:
        now, had = _now(), self.tenure
        until, tenure = now + LENGTH, had
        if had and not _changed(self._is_ours(), until=until):
            tenure = self.tenure = 0
            _log.warning("another machine does the work of the clock now")
        if not tenure:
            whose = {"owner": self.owner, "machine": machine()}
            if _changed(Lease.until <= now, until=until, tenure=Lease.tenure + 1, **whose) or _began(until, whose):
                tenure = db.session.scalar(select(Lease.tenure).where(_mine, Lease.owner == self.owner)) or 0
        db.session.commit()
        self.tenure = tenure  # not before: a commit that failed gave nothing
        if tenure and not had:
            _log.info("this machine does the work of the clock now")
        return bool(tenure)

    def _is_ours(self) -> ColumnElement[bool]:
        return (Lease.owner == self.owner) & (Lease.tenure == self.tenure)


def install() -> None:
    """Has commits look whether the work they are part of is still this worker's."""
    if not event.contains(db.session, "before_commit", _fence):
        event.listen(db.session, "before_commit", _fence)


def begin(app: Flask, at_first: Iterable[Callable[[], object]]) -> Holder | None:
    """Starts a thread that takes and renews the lease, and calls `at_first` when it was taken. None on one machine."""
    if app.config["HCPOV"].machines < 2:
        return None
    holder = app.extensions[_EXTENSION] = Holder()
    holder.thread = threading.Thread(target=_keep, args=(app, holder, tuple(at_first)), name="lease", daemon=True)
    holder.thread.start()
    return holder


def end(holder: Holder | None) -> None:
    """Stops that thread, and lets the lease go."""
    if holder and holder.thread:
        holder.stopped.set()
        holder.thread.join()


def once(work: Callable[[], None]) -> Callable[[], None]:
    """Makes work that one of several machines does. It is begun under the lease only, and every commit looks again."""

    @functools.wraps(work)
    def held() -> None:
        if config.current().machines < 2:
            work()
            return
        holder: Holder | None = current_app.extensions.get(_EXTENSION)
        if holder is None or not holder.tenure or not holder.look():
            return
        token = _under.set((holder.owner, holder.tenure))
        try:
            work()
        except Lost:
            db.session.rollback()
            _log.warning("%s was left: another machine does the work of the clock now", work.__name__)
        finally:
            _under.reset(token)

    return held


def holder() -> tuple[str, timedelta] | None:
    """Returns which machine has the lease, and how long it is good; None when none ever had. Two queries."""
    row = db.session.execute(select(Lease.machine, Lease.until).where(_mine)).first()
    return (row.machine, row.until - _now()) if row else None


def machine() -> str:
    """Returns what this machine is called."""
    return (config.current().server_name or socket.gethostname())[:200]


def _keep(app: Flask, holder: Holder, at_first: tuple[Callable[[], object], ...]) -> None:
    was_away = False
    with app.app_context():
        while True:
            had = holder.tenure
            try:
                if holder.look() and not had:
                    for each in at_first:
                        each()
                was_away = False
            except Exception as problem:  # such as a database that is away; what is under way cannot commit either
                if not was_away:
                    _log.warning("the lease cannot be looked after: %s", type(problem).__name__)
                was_away = True
            db.session.remove()
            if holder.stopped.wait(EVERY):
                break
        try:
            holder.let_go()
        except SQLAlchemyError:  # then it runs out
            _log.warning("the lease could not be let go")
        db.session.remove()


def _fence(session: Session) -> None:
    """Raises Lost in a commit that is not ours any more. Until it ends, the row is locked and nobody takes over."""
    if ours := _under.get():
        found = session.execute(select(Lease.owner, Lease.tenure).where(_mine).with_for_update(read=True)).first()
        if found is None or tuple(found) != ours:
            raise Lost


def _now() -> datetime:
    """Returns the database's time, of the transaction that begins with it."""
    now: datetime | None = db.session.scalar(select(type_coerce(func.now(), UtcDateTime)))
    assert now is not None
    return now


def _changed(which: ColumnElement[bool], **values: object) -> bool:
    done = db.session.execute(update(Lease).where(_mine, which).values(**values))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _began(until: datetime, whose: dict[str, str]) -> bool:
    """Adds the row where there is none yet."""
    if db.session.scalar(select(Lease.name).where(_mine)):
        return False
    try:
        db.session.execute(insert(Lease).values(name=NAME, tenure=1, until=until, **whose))
    except IntegrityError:  # two machines began at once
        db.session.rollback()
        return False
    return True
