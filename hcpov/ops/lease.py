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
from uuid import uuid4

from flask import Flask, current_app
from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hcpov import config
from hcpov.extensions import db
from hcpov.ops import actions
from hcpov.ops.models import CLOCK, Lease

EVERY = 5.0  # seconds between two looks: a machine that is killed is followed after this and LENGTH at most

_EXTENSION = "hcpov.lease"
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
            had = self.tenure
            self.tenure = actions.take(self.owner, machine(), had)  # as it was, when that fails
            if had and self.tenure != had:
                _log.warning("another machine did the work of the clock meanwhile")
            if self.tenure and self.tenure != had:
                _log.info("this machine does the work of the clock now")
            return bool(self.tenure)


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


def machine() -> str:
    """Returns what this machine is called."""
    return (config.current().server_name or socket.gethostname())[:200]


def _keep(app: Flask, holder: Holder, at_first: tuple[Callable[[], object], ...]) -> None:
    was_away = False
    with app.app_context():
        while True:
            had = holder.tenure
            try:
                if holder.look() and holder.tenure != had:
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
            if holder.tenure:
                actions.let_go(holder.owner, holder.tenure)
        except SQLAlchemyError:  # then it runs out
            _log.warning("the lease could not be let go")
        db.session.remove()


def _fence(session: Session) -> None:
    """Raises Lost in a commit that is not ours any more. Until it ends, the row is locked and nobody takes over."""
    if ours := _under.get():
        row = select(Lease.owner, Lease.tenure).where(Lease.name == CLOCK).with_for_update(read=True)
        found = session.execute(row).first()
        if found is None or tuple(found) != ours:
            raise Lost
