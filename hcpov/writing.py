"""Who writes into the database just now, and whoever holds all writers up: an upgrade, while the tables change.

Each writer has a share of a lock, and an upgrade wants it alone. A lock goes with its process, even a killed one, so
that no site stays shut. A second lock is the door to the first: with it shut nobody comes in while the last go out.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DOOR, ROOM = "writing-door.lock", "writing.lock"
EXTENSION = "hcpov.writing"
EVERY = 0.02  # seconds between two looks whether the last writer is out


class Gate:
    """Whether this process may write. `fits` says whether its code knows the tables as they are."""

    def __init__(self, instance: Path, fits: Callable[[], bool]) -> None:
        self._door, self._room, self._fits = instance / DOOR, instance / ROOM, fits
        os.close(_open(self._room))
        self._known = self._room.stat().st_mtime_ns

    @contextmanager
    def share(self) -> Iterator[bool]:
        """Yields whether writing is allowed, and keeps an upgrade waiting meanwhile if it is."""
        room = self._entered()
        try:
            yield room >= 0 and self._is_current()
        finally:
            if room >= 0:
                os.close(room)

    def _entered(self) -> int:
        door = _open(self._door)
        try:
            if _takes(door, fcntl.LOCK_SH):
                room = _open(self._room)
                if _takes(room, fcntl.LOCK_SH):
                    return room
                os.close(room)
            return -1
        finally:
            os.close(door)

    def _is_current(self) -> bool:
        """After an upgrade, a process of the old code takes no words until it is started anew."""
        changed = self._room.stat().st_mtime_ns
        if changed != self._known and self._fits():
            self._known = changed
        return changed == self._known


@contextmanager
def held(instance: Path, seconds: float) -> Iterator[tuple[int, ...]]:
    """Keeps all writers out once the last one is done; yields the locks, for children that go on when we are killed.

    Raises TimeoutError when writers are still inside after so many seconds.
    """
    door, room = _open(instance / DOOR), _open(instance / ROOM)
    until = time.monotonic() + seconds
    try:
        for handle in (door, room):
            while not _takes(handle, fcntl.LOCK_EX):
                if time.monotonic() > until:
                    raise TimeoutError
                time.sleep(EVERY)
        os.utime(room)  # whoever began before asks the database whether it still knows the tables
        yield door, room
    finally:
        os.close(room)
        os.close(door)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _takes(handle: int, way: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(handle, way | fcntl.LOCK_NB)
        return True
    return False
