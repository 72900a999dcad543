"""How often things happened. Each process counts in a file of its own; whoever asks adds the files up.

A number that several processes add to at once loses some unless they wait for each other; here nobody waits. A file
stays when its process has gone, so that sums never fall while the site runs. A start of the site removes what no
process counts in any more.
"""

import fcntl
import json
import mmap
import os
import secrets
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from threading import Lock

from flask import current_app

EXTENSION = "hcpov.counts"
SLOTS = 8192  # names that one process can count; what comes after them is not counted
_BYTES = 8 * SLOTS

Name = tuple[str, ...]


class Counts:
    """The numbers of one process by name. Its file is made with the first; without a folder, or room, memory does."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._lock, self._places = Lock(), dict[Name, int]()
        self._numbers: memoryview[float] | None = None
        self._names, self._cells = -1, list[Cell]()

    def add(self, *name: str, by: float = 1) -> None:
        """Adds to a number."""
        with self._lock:
            place, numbers = self._place(name)
            if place is not None:
                numbers[place] += by

    def cell(self, *name: str) -> "Cell":
        """Returns a number that can be added to quickly."""
        self._cells.append(Cell(self, name))
        return self._cells[-1]

    def place(self, name: Name) -> "tuple[int | None, memoryview[float]]":
        """Returns where a number stands; None when there is no room for another."""
        with self._lock:
            return self._place(name)

    def _place(self, name: Name) -> "tuple[int | None, memoryview[float]]":
        # With the lock: a name stands in the file where its number does, and writing it lets other threads go on.
        if self._numbers is None:
            self._numbers = self._opened()
        place = self._places.get(name)
        if place is None and len(self._places) < SLOTS:
            if self._names >= 0:
                try:
                    os.write(self._names, f"{json.dumps(name)}\n".encode())
                except OSError:  # a full disk: it is tried again with the next
                    return None, self._numbers
            place = self._places[name] = len(self._places)
        return place, self._numbers

    def totals(self) -> dict[Name, float]:
        """Returns the numbers of all processes of this machine, those that have gone too."""
        if self.folder is None:
            mine = self._numbers
            return {name: mine[place] for name, place in self._places.items()} if mine is not None else {}
        found: defaultdict[Name, float] = defaultdict(float)
        for names in self.folder.glob("*.names"):
            with suppress(OSError, ValueError):
                numbers = memoryview(names.with_suffix(".numbers").read_bytes()).cast("d")
                whole, _, _half = names.read_text(encoding="utf-8").rpartition("\n")
                for place, line in enumerate(whole.splitlines()):
                    found[tuple(json.loads(line))] += numbers[place]
        return found

    def close(self) -> None:
        """Lets the file go; what is counted next begins another. Who forks closes first, so that each has its own."""
        with self._lock:
            if self._names >= 0:
                os.close(self._names)
            if self._numbers is not None and isinstance(mapped := self._numbers.obj, mmap.mmap):
                self._numbers.release()
                mapped.close()
            self._places, self._numbers, self._names = {}, None, -1
            for each in self._cells:
                each.close()

    def begin_anew(self) -> int:
        """Removes the files of processes that have gone; returns how many processes."""
        gone = 0
        for names in self.folder.glob("*.names") if self.folder else ():
            with suppress(OSError), names.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its process lives
                names.unlink()
                names.with_suffix(".numbers").unlink(missing_ok=True)
                gone += 1
        return gone

    def _opened(self) -> "memoryview[float]":
        if self.folder is not None:
            with suppress(OSError):
                return self._mapped(self.folder)
        return memoryview(bytearray(_BYTES)).cast("d")

    def _mapped(self, folder: Path) -> "memoryview[float]":
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        handle = os.open(path.with_suffix(".numbers"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Its blocks are taken now: a mapped page that finds no room on a full disk would end the process.
            os.posix_fallocate(handle, 0, _BYTES)
            numbers = memoryview(mmap.mmap(handle, _BYTES)).cast("d")
        finally:
            os.close(handle)
        names = os.open(path.with_suffix(".names"), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(names, fcntl.LOCK_EX)  # as long as this process lives
        self._names = names
        return numbers


class Cell:
    """One number, for what happens thousands of times a second. Two threads that add at once may lose one."""

    def __init__(self, counts: Counts, name: Name) -> None:
        self._counts, self._name = counts, name
        self._place: int | None = None
        self._numbers = memoryview(bytearray(8)).cast("d")

    def close(self) -> None:
        """Forgets where it stands."""
        self._place = None

    def add(self, by: float = 1) -> None:
        """Adds to it."""
        if self._place is None:
            self._place, self._numbers = self._counts.place(self._name)
            if self._place is None:
                return
        self._numbers[self._place] += by


def add(*name: str, by: float = 1) -> None:
    """Adds to a number of the running application."""
    here().add(*name, by=by)


def here() -> Counts:
    """Returns the counts of the running application."""
    found: Counts = current_app.extensions[EXTENSION]
    return found
