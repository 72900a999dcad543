"""The pages that one process has ready in memory, the least used of them thrown away first."""

import time
from collections import OrderedDict
from contextlib import suppress
from threading import Lock

from hcpov import clock
from hcpov.pages.counters import Counters
from hcpov.pages.entry import Entry

MOST_BYTES = 8 * 1024 * 1024
LOOKED_EVERY = 60.0  # seconds after which the files are looked at again: the worker may have pressed them smaller
_ENTRY_BYTES = 4096  # what a page takes beside its bytes, about


class Memory:
    """The pages of one process by name. What it returns is true at that moment."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._taken, self._lock = most_bytes, 0, Lock()
        self._pages: OrderedDict[str, Entry] = OrderedDict()

    def find(self, name: str, counters: Counters) -> Entry | None:
        """Returns a page, if it is here and still true."""
        entry = self._pages.get(name)
        if entry is None:
            return None
        newest = counters.newest
        true = entry.seen == newest or counters.is_current(entry.slots, entry.number)
        entry.seen = newest
        if entry.until is not None:
            true = true and clock.now().timestamp() < entry.until
        if not entry.polished:
            true = true and time.monotonic() - entry.looked <= LOOKED_EVERY
        with self._lock, suppress(KeyError):
            if true:
                self._pages.move_to_end(name)
            else:
                self._forget(name)
        return entry if true else None

    def keep(self, name: str, entry: Entry) -> None:
        """Keeps a page, and throws others away for it when there is no more room."""
        entry.looked = time.monotonic()
        with self._lock:
            self._forget(name)
            self._pages[name] = entry
            self._taken += entry.body.size + _ENTRY_BYTES
            while self._taken > self._most and len(self._pages) > 1:
                self._forget(next(iter(self._pages)))

    def _forget(self, name: str) -> None:
        if entry := self._pages.pop(name, None):
            self._taken -= entry.body.size + _ENTRY_BYTES
