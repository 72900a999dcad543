"""The queue that wakes workers: a file of each machine, and with Redis one for all of them.

No work lies in it alone. A message is in the outbox and a post in its table before a worker is woken, and both are
looked for each minute as well: what is lost here costs a minute, no letter.
"""

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from itsdangerous import BadSignature, Signer

from hcpov.imports import without
from hcpov.permissions import make_private

# Huey would have a queue in PostgreSQL too, and Redis is loaded where a site names one (shared.py).
with without("psycopg", "redis"):
    from huey import SqliteHuey
    from huey.api import PeriodicTask, Task
    from huey.storage import SqliteStorage

SHARED = "hcpov.shared"  # by name: it loads Redis, which a site that names none has no use for
REDIS_PAUSE = 2.0  # seconds until Redis that was away is asked again
MOST = 1000  # jobs in a machine's own file while Redis is away: where no worker is, nobody takes them out

TOLD = 60.0  # seconds between two lines in the log on a file that cannot be used

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


def redis_options() -> dict[str, Any]:
    """Returns how long Redis is waited for."""
    found: dict[str, Any] = import_module(SHARED).options()
    return found


class Waiting(SqliteStorage):  # type: ignore[misc]
    """What waits for a worker: in a file of this machine, and with Redis in a queue of all machines.

    While Redis is away, the file takes what was meant for all. No work is lost with either: what is in a queue only
    wakes a worker, which finds the work in the database, and looks for it each minute as well.
    """

    def __init__(self, name: str, redis_url: str = "", secret: str = "", **options: Any) -> None:
        super().__init__(name, **options)
        self.shared: Any = None
        self.problems: tuple[type[Exception], ...] = (OSError,)
        self.away, self.again = False, 0.0
        if redis_url:
            # Jobs are pickled, so whoever can write to Redis must not be able to write one.
            self.signer = Signer(secret, salt="hcpov queue", digest_method=hashlib.sha256)
            site = hashlib.sha256(f"hcpov queue {secret}".encode()).hexdigest()[:12]  # sites may share a Redis
            shared = import_module(SHARED)
            self.shared, self.problems = shared.Queue(f"{name}{site}", redis_url), shared.PROBLEMS

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Puts a job where any machine takes it, else into the file."""
        shared = self.shared
        if shared and self._ask(lambda: (shared.enqueue(self.signer.sign(data), priority),)):
            return
        if shared is None or super().queue_size() < MOST:
            self.enqueue_here(data, priority)

    def enqueue_here(self, data: bytes, priority: float | None = None) -> None:
        """Puts a job into the file: it is this machine's."""
        super().enqueue(data, priority)

    def dequeue(self) -> bytes | None:
        """Takes a job out of the file, else one of all machines."""
        data: bytes | None = super().dequeue()
        if data is not None or self.shared is None:
            return data
        signed = self._ask(self.shared.dequeue)
        try:
            return self.signer.unsign(signed) if signed else None
        except BadSignature:
            _log.error("a job in Redis was not of our making, and is not done")
            return None

    def queue_size(self) -> int:
        """Returns how many jobs wait."""
        return int(super().queue_size()) + (self._ask(self.shared.queue_size) or 0 if self.shared else 0)

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        """Returns the jobs that wait."""
        shared = self._ask(self.shared.enqueued_items) or [] if self.shared else []
        return [*super().enqueued_items(limit), *(self.signer.unsign(each) for each in shared)][:limit]

    def flush_queue(self) -> None:
        """Throws the jobs away that wait."""
        super().flush_queue()
        if self.shared:
            self._ask(self.shared.flush_queue)

    def answers(self) -> bool:
        """Says whether Redis can be spoken to now."""
        return bool(self.shared and self._ask(self.shared.conn.ping))

    def close(self) -> None:
        """Closes the file and the lines to Redis."""
        super().close()
        if self.shared:
            self.shared.pool.disconnect()

    def _ask(self, what: Callable[[], Answer]) -> Answer | None:
        """Asks Redis; None while it is away, which is said once, and tried again after a while."""
        if time.monotonic() < self.again:
            return None
        try:
            answer = what()
        except self.problems:
            self.again = time.monotonic() + REDIS_PAUSE
            if not self.away:
                _log.warning("Redis is away: this machine's own file is the queue until it is back")
            self.away = True
            return None
        if self.away:
            _log.warning("Redis is back, and the queue with it")
        self.away = False
        return answer


class Jobs(SqliteHuey):  # type: ignore[misc]
    """Huey's queue, whose work is done inside the application."""

    storage_class = Waiting
    app: Flask
    told = float("-inf")  # when it was last told that the file cannot be used

    def init_app(self, app: Flask, path: Path, redis_url: str = "") -> None:
        """Binds the queue to `app` and opens its file."""
        self.app = app
        make_private(path)
        self.storage_kwargs = {"filename": str(path), "redis_url": redis_url, "secret": app.secret_key}
        self.storage = self.create_storage()

    def enqueue(self, task: Task) -> None:
        """Puts a piece of work into the queue. What the clock asks for is each machine's own.

        On a full disk it is left out. It would only wake a worker, and what is lost here must not make what was just
        committed look as if it had failed.
        """
        with self._patient():
            if isinstance(task, PeriodicTask):
                self.storage.enqueue_here(self.serialize_task(task), task.priority)
            else:
                super().enqueue(task)

    def dequeue(self) -> Task | None:
        """Returns the next piece of work; None when there is none, or the file cannot be written to just now."""
        with self._patient():
            return super().dequeue()

    def read_schedule(self, timestamp: datetime | None = None) -> list[Task]:
        """Returns the work whose time has come; none when the file cannot be written to just now."""
        with self._patient():
            return list(super().read_schedule(timestamp))
        return []

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """Tells at most once a minute that the file cannot be used. The worker asks it each second."""
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            if time.monotonic() > self.told + TOLD:
                self.told = time.monotonic()
                name = getattr(problem, "sqlite_errorname", type(problem).__name__)
                _log.warning("the queue takes and gives nothing just now: %s", name)

    def execute(self, *arguments: Any, **named: Any) -> Any:
        """Does one piece of work; none while an upgrade is under way: the clock asks for all of it again."""
        with self.app.app_context(), self.app.extensions["hcpov.writing"].share() as allowed:
            return super().execute(*arguments, **named) if allowed else None
