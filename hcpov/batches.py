"""What several requests want to write, written by one of them in one transaction.

A transaction costs nearly the same for eight comments as for one: the wait for the disk, the search, the finished
pages. Whoever comes first lets all who wait have their turn, and each of these who wants to write joins. Where nobody
waits it writes at once, so no time is spent in hope of others.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from hcpov.turns import turns

Entry = TypeVar("Entry")


@dataclass
class _Batch(Generic[Entry]):
    entries: list[Entry] = field(default_factory=list)
    over: Future[None] = field(default_factory=Future)


class Batches(Generic[Entry]):
    """The batches of one process, one after the other. `write` commits entries, and notes on each what became of it."""

    def __init__(self, write: Callable[[list[Entry]], None]) -> None:
        self._write, self._looks = write, Lock()
        self._open: _Batch[Entry] | None = None

    def add(self, entry: Entry) -> None:
        """Returns when an entry was written, alone or with others. Raises what `write` raised, for all of them."""
        with self._looks:
            leads = self._open is None
            batch = self._open = self._open or _Batch()
            batch.entries.append(entry)
        if leads:
            turns.behind()
            self._end(batch)
            batch.over.result()
            return
        with turns.aside():
            batch.over.result()

    def _end(self, batch: _Batch[Entry]) -> None:
        with self._looks:
            self._open = None
        try:
            self._write(batch.entries)
        except BaseException as problem:  # each of them raises it
            batch.over.set_exception(problem)
        else:
            batch.over.set_result(None)
