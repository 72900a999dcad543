"""One request at a time in each process: the application takes turns, and who waits for a hash steps aside.

A process runs one thread of Python at once anyhow. What would be gained by more is lost again: each holds connections
of its own, and writers stand in each other's way. Finished pages are answered without a turn.
"""

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
        self._lock, self._mine = Lock(), local()

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
        self._lock.acquire()
        self._mine.has = True
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Lets others have their turn meanwhile."""
        if not self._has():
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._mine.has = self._lock.acquire(timeout=AGAIN)

    def _has(self) -> bool:
        return getattr(self._mine, "has", False)

    def _give(self) -> None:
        if self._has():
            self._mine.has = False
            self._lock.release()


turns = Turns()
