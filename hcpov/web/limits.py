"""How often things were done lately, counted for all processes of a server together.

With Redis, all machines count together there. Without it the counts lie in an SQLite file of their own, which may be
lost at any time: it is rebuilt, and counting begins anew. What is counted is named by keyed digests (`extensions.py`),
so neither holds an address of anybody.
"""

import importlib.util
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from limits.storage import Storage

from hcpov import clock
from hcpov.config import SettingError, Settings
from hcpov.jobs import redis_options

FILE = "limits.sqlite3"
PATIENCE = 1.0  # seconds to wait for another process; a count takes some 20 microseconds
SWEEP = 30.0  # seconds between two looks for counts that are over

TABLE = "CREATE TABLE IF NOT EXISTS tally (key TEXT PRIMARY KEY, number INTEGER, ends REAL) WITHOUT ROWID"
INDEX = "CREATE INDEX IF NOT EXISTS tally_ends ON tally (ends)"
# One statement, so that no two processes can count one thing at the same time.
COUNT = """
INSERT INTO tally (key, number, ends) VALUES (:key, :amount, :now + :expiry)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN ends <= :now THEN :amount ELSE number + :amount END,
    ends = CASE WHEN ends <= :now THEN :now + :expiry ELSE ends END
RETURNING number
"""


def address(settings: Settings) -> str:
    """Returns where the counts are kept. Raises SettingError when Redis is named and cannot be spoken to."""
    if not settings.redis_url:
        return f"{SharedCounts.STORAGE_SCHEME[0]}://{settings.instance / FILE}"
    if importlib.util.find_spec("redis") is None:
        raise SettingError("HCPOV_REDIS_URL needs a package that is not installed: run `.venv/bin/pip install redis`.")
    return settings.redis_url


def options(settings: Settings) -> dict[str, Any]:
    """Returns how the counts are spoken to. Redis that hangs must not hold readers up: they are counted here then."""
    return redis_options() if settings.redis_url else {}


class SharedCounts(Storage):
    """What Flask-Limiter counts with: fixed windows in a file that is never synced.

    One connection for a process, used by one thread at a time. A file that was deleted or broken is made anew, once
    for each count; should that fail too, the error goes on to Flask-Limiter, which then counts in its own memory.
    """

    STORAGE_SCHEME = ["hcpov"]  # noqa: RUF012  # as the library declares it

    def __init__(self, uri: str | None = None, **options: bool) -> None:
        super().__init__(uri, **options)
        self.path = Path((uri or "").removeprefix("hcpov://"))
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = None
        self.opened = 0
        self.swept = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What `limits` may wrap."""
        return sqlite3.Error

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Counts, and returns how much was counted since the window began, which it does with the first."""
        now = clock.now().timestamp()
        found = self._ask(COUNT, {"key": key, "amount": amount, "now": now, "expiry": expiry})
        if now > self.swept + SWEEP:
            self.swept = now
            self._ask("DELETE FROM tally WHERE ends <= :now", {"now": now})
        return int(found[0][0])

    def get(self, key: str) -> int:
        """Returns how much was counted in the window that is open; 0 when there is none."""
        asked = {"key": key, "now": clock.now().timestamp()}
        found = self._ask("SELECT number FROM tally WHERE key = :key AND ends > :now", asked)
        return int(found[0][0]) if found else 0

    def get_expiry(self, key: str) -> float:
        """Returns when the window ends, in seconds since 1970; now when there is none."""
        now = clock.now().timestamp()
        found = self._ask("SELECT ends FROM tally WHERE key = :key AND ends > :now", {"key": key, "now": now})
        return float(found[0][0]) if found else now

    def check(self) -> bool:
        """Says whether the file can be read and written."""
        try:
            self._ask("DELETE FROM tally WHERE ends <= :now", {"now": clock.now().timestamp()})
        except (sqlite3.Error, OSError):
            return False
        return True

    def reset(self) -> int | None:
        """Forgets all counts, and returns how many there were."""
        return len(self._ask("DELETE FROM tally RETURNING 1", {}))

    def clear(self, key: str) -> None:
        """Forgets one count."""
        self._ask("DELETE FROM tally WHERE key = :key", {"key": key})

    def _ask(self, statement: str, values: dict[str, object]) -> list[tuple[float, ...]]:
        with self.lock:
            try:
                return self._open().execute(statement, values).fetchall()
            except sqlite3.DatabaseError as problem:
                # Two processes that make the file at once refuse each other without waiting; then it is there.
                if getattr(problem, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                    self._throw_away()
            return self._open().execute(statement, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        """Returns the connection, opened anew when the file is another than it was."""
        if self.connection is not None and self.opened == self._there():
            return self.connection
        connection = sqlite3.connect(self.path, PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            for words in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", TABLE, INDEX):
                connection.execute(words).close()
        except sqlite3.Error:
            connection.close()
            raise
        if self.connection is not None:
            self.connection.close()
        self.connection, self.opened = connection, self._there()
        return connection

    def _there(self) -> int:
        """Returns the mark of the file that has the name now. While we hold one open, no other gets its mark."""
        try:
            return self.path.stat().st_ino
        except FileNotFoundError:
            return 0

    def _throw_away(self) -> None:
        """Removes a file that cannot be used, unless another process has put a new one in its place."""
        if self.opened in {0, self._there()}:
            for end in ("", "-wal", "-shm"):
                Path(f"{self.path}{end}").unlink(missing_ok=True)
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.close()
        self.connection, self.opened = None, 0
