"""One request at a time in each process: the application takes turns, and who waits for a hash or a disk steps aside.

A process runs one thread of Python at once anyhow. What would be gained by more is lost again: each holds connections
of its own, and writers stand in each other's way. Finished pages are answered without a turn.

Whoever waits longest is next. A lock alone gives itself to any of those who wait.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import TYPE_CHECKING

AGAIN = 0.5  # seconds to wait for the next turn: whoever has it may in turn wait for what we have written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Turns:
    """Whose turn it is. A thread that has it may ask for it again."""

    def __init__(self) -> None:
        self._looks, self._mine = Lock(), local()
        self._waiting: deque[Lock] = deque()  # each released when it is handed the turn
        self._is_taken = False

    def install(self, application: "WSGIApplication") -> "WSGIApplication":
        """Returns an application that answers when it is its turn."""

        def answer(environ: "WSGIEnvironment", begin: "StartResponse") -> "Iterable[bytes]":
            with self.one():
                return application(environ, begin)

        return answer

    @contextmanager
    def one(self) -> Iterator[None]:
        """Waits for a turn and has it."""
        if self._has():
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Lets others have their turn meanwhile. Behind it, who has one finishes; then it goes on here."""
        if not self._has():
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._take(AGAIN, first=True)

    def behind(self) -> None:
        """Lets all who wait have their turn first; over at once where nobody does."""
        if self._has():
            self._give()
            self._take()

    def _has(self) -> bool:
        return getattr(self._mine, "has", False)

    def _take(self, seconds: float = -1, first: bool = False) -> None:
        """Waits for the turn behind all who wait already, or before them; goes on without it after so many seconds."""
        with self._looks:
            if not self._is_taken:
                self._is_taken = self._mine.has = True
                return
            called = Lock()
            called.acquire()
            (self._waiting.appendleft if first else self._waiting.append)(called)
        if not called.acquire(timeout=seconds):
            with self._looks:
                if called in self._waiting:
                    self._waiting.remove(called)
                    return
        self._mine.has = True

    def _give(self) -> None:
        if not self._has():
            return
        self._mine.has = False
        with self._looks:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


turns = Turns()


class Connection(sqlite3.Connection):
    """A connection to SQLite whose commits wait for the disk while others have their turn."""

    def commit(self) -> None:
        """Commits; what is only read has nothing to wait for."""
        if not self.in_transaction:
            return
        with turns.aside():
            super().commit()
