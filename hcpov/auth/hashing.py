"""Passwords are hashed at most two at a time, behind everything else, and few may wait for it.

A hash takes some 40 milliseconds of a core on purpose. So a flood of sign-ins must neither take the cores from readers
nor the threads: hashing is done by threads of its own, which the system lets run when others leave it time, and whoever
finds the line full is asked at once to come back.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore, get_native_id
from typing import Any, BinaryIO

from passlib.context import CryptContext
from werkzeug.exceptions import ServiceUnavailable

from hcpov.turns import turns

SLOTS = 2
LINE = 8  # how many of one process may hash or wait for it; each holds a thread that answers requests
PATIENCE = 5.0  # seconds to wait for a slot; who waits longer is asked to come back
LOOK = 0.005
NICE = 5  # by how much hashing stands back: beside readers who take all they can get it is left a third


class Slots:
    """Two locked files: the processes of one server share them, and a killed process gives its own back."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"hashing-{number}.lock" for number in range(SLOTS)]

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a slot. Raises ServiceUnavailable when none was free for PATIENCE seconds."""
        end = time.monotonic() + PATIENCE
        while True:
            for path in self.paths:
                with path.open("ab") as file:
                    if _locked(file):
                        yield
                        return
            if time.monotonic() > end:
                raise ServiceUnavailable
            time.sleep(LOOK)


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Line:
    """The threads of one process that hash, and who waits for them."""

    def __init__(self, slots: Slots) -> None:
        self.slots, self._places = slots, BoundedSemaphore(LINE)
        self._hashers = ThreadPoolExecutor(SLOTS, "hashing", _stand_back)

    def do(self, act: Callable[[], Any]) -> Any:
        """Returns what `act` does in a slot. Raises ServiceUnavailable at once when the line is full."""
        with self.place():
            done = self._hashers.submit(self._in_slot, act)
            with turns.aside():
                try:
                    return done.result(PATIENCE)
                except TimeoutError:
                    if done.cancel():
                        raise ServiceUnavailable from None
                    return done.result()  # it has begun, or has patience of its own

    @contextmanager
    def place(self) -> Iterator[None]:
        """Holds a place in the line. Raises ServiceUnavailable when there is none."""
        if not self._places.acquire(blocking=False):
            raise ServiceUnavailable
        try:
            yield
        finally:
            self._places.release()

    def _in_slot(self, act: Callable[[], Any]) -> Any:
        with self.slots.one():
            return act()


def _stand_back() -> None:
    """Linux gives each thread a place of its own in the order of who runs first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICE)


class SlottedContext(CryptContext):  # type: ignore[misc]
    """Passlib's context, which hashes and compares in the line."""

    slots: Slots
    line: Line

    def hash(self, *arguments: Any, **named: Any) -> Any:
        """Hashes a password."""
        return self.line.do(partial(super().hash, *arguments, **named))

    def verify(self, *arguments: Any, **named: Any) -> Any:
        """Compares a password with a hash."""
        return self.line.do(partial(super().verify, *arguments, **named))


def slotted(context: CryptContext, folder: Path) -> SlottedContext:
    """Returns a context like `context` that shares the slots in `folder`."""
    inside: SlottedContext = SlottedContext.from_string(context.to_string())
    inside.slots = Slots(folder)
    inside.line = Line(inside.slots)
    return inside
