"""What was changed last, in numbers that all processes of one machine see at once: a mapped file.

Every change of something that pages show takes the next number. Each subject (`pages/recording.py`) has a slot with the
number of its newest change, and one with the moment until which a change of it may be under way. Two subjects may share
a slot: then a page is thrown away that could have been kept, never the other way round.
"""

import mmap
import os
import zlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

EVERYTHING = "*"

_SLOTS = 8192
_NEWEST, _ALL, _ALL_BUSY, _HEAD = 0, 1, 2, 8
_SIZE = (_HEAD + 2 * _SLOTS) * 8


@lru_cache(_SLOTS)
def slot(subject: str) -> int:
    """Returns where the numbers of a subject stand."""
    return _ALL if subject == EVERYTHING else _HEAD + zlib.crc32(subject.encode()) % _SLOTS


class Counters:
    """The mapped file. Who writes holds the store's lock; who reads needs none: eight bytes are read at once."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Its blocks are taken now: a mapped page that finds no room on a full disk would end the process.
            os.posix_fallocate(handle, 0, _SIZE)
            self._numbers = memoryview(mmap.mmap(handle, _SIZE)).cast("Q")
        finally:
            os.close(handle)

    @property
    def newest(self) -> int:
        """The number of the newest change of all."""
        return self._numbers[_NEWEST]

    def is_current(self, slots: Iterable[int], number: int) -> bool:
        """Says whether nothing in these slots has changed since `number`."""
        numbers = self._numbers
        return numbers[_ALL] <= number and all(numbers[each] <= number for each in slots)

    def is_quiet(self, slots: Iterable[int], now: float) -> bool:
        """Says whether no change of these slots is under way; `now` in seconds."""
        numbers, moment = self._numbers, int(now * 1000)
        return numbers[_ALL_BUSY] <= moment and all(numbers[each + _SLOTS] <= moment for each in slots)

    def count(self, subjects: Iterable[str]) -> None:
        """Notes a change of these subjects."""
        number = self._numbers[_NEWEST] + 1
        for subject in subjects:
            self._numbers[slot(subject)] = number
        self._numbers[_NEWEST] = number

    def begin(self, subjects: Iterable[str], until: float) -> None:
        """Notes that a change of these subjects is under way, until a moment at most: its process may be killed."""
        for subject in subjects:
            self._numbers[_busy(subject)] = int(until * 1000)

    def end(self, subjects: Iterable[str], until: float) -> None:
        """Notes that the change that began with this moment is over; what began after it goes on."""
        for subject in subjects:
            if self._numbers[_busy(subject)] == int(until * 1000):
                self._numbers[_busy(subject)] = 0


def _busy(subject: str) -> int:
    return _ALL_BUSY if subject == EVERYTHING else slot(subject) + _SLOTS
