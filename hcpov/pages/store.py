"""The pages of one machine: kept, found, and thrown away exactly when something they show changes.

A change is noted twice. Before it is committed the pages are thrown away, and until it is over none that shows it is
kept; should the process be killed between its commit and the end, nothing old is left behind. After the commit they
are thrown away once more, for a reader may have asked for one in between; only then is the writer answered.
"""

import fcntl
import logging
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from hcpov import clock
from hcpov.counts import Counts
from hcpov.pages import files
from hcpov.pages.counters import EVERYTHING, Counters, slot
from hcpov.pages.encodings import SLOW, Body, encoded
from hcpov.pages.entry import Entry
from hcpov.pages.files import NEW, OTHERS, SITE
from hcpov.pages.index import Index, Row

MOST_SUBJECTS = 1000  # a change of more throws everything away: that is quicker than looking for each
UNDER_WAY = 60.0  # seconds after which a change that was begun and never ended is taken for killed
MOST_PAGES = 50_000
PAGE_BYTES = 512 * 1024  # a page with more is not kept
INDEX = "index.sqlite3"
PAGE, KEPT, THROWN_AWAY = "page", "kept", "thrown away"  # as they are counted
_LOOK = 50  # kept pages between two looks at how much there is
_LEFT = 0.9  # how much of the bound is left when there was too much

_log = logging.getLogger(__name__)


class Store:
    """The folder. Several processes use it at once; nothing it holds is lost for good when it goes.

    nginx adds the headers, so pages that were made for other headers (another `build`) lie in another folder. Raises
    OSError when the folder cannot be written to.
    """

    def __init__(
        self,
        folder: Path,
        most_bytes: int,
        most_pages: int = MOST_PAGES,
        build: str = "any",
        counts: Counts | None = None,
    ) -> None:
        self.folder, self.most_bytes, self.most_pages = folder, most_bytes, most_pages
        self.counts = counts or Counts()
        self.site = f"{SITE}/{build}"
        for name in files.FOLDERS:
            files.make_folder(folder / name)
        self.counters = Counters(folder / "counters")
        self.keeps = True
        self._lock, self._kept = Lock(), 0
        self._file: int | None = None
        self._index: Index
        with self._looking():
            pass

    def close(self) -> None:
        """Closes what is open; what is asked next opens it anew. A process that forks closes it first.

        Two processes with one open file are one to its lock, and SQLite forbids them a connection in common.
        """
        with self._lock:
            if self._file is not None:
                self._index.close()
                os.close(self._file)
                self._file = None

    def find(self, name: str) -> Entry | None:
        """Returns the page of that name, if it is still true. Raises nothing: a store that is broken has no pages."""
        try:
            with self._looking():
                row = self._index.find(name)
            return self._load(row) if row else None
        except (OSError, sqlite3.Error):
            _log.exception("a finished page could not be read")
            return None

    def keep(self, name: str, entry: Entry, subjects: Collection[str], public: bool) -> bool:
        """Keeps a page, unless something it shows has changed since it was begun or is about to change.

        `public` ones lie where nginx finds them. A disk that is full or a store that is broken keeps nothing.
        """
        if not self.keeps or len(entry.body.plain) > PAGE_BYTES:
            return False
        place = f"{self.site if public else OTHERS}/{name}"
        now = clock.now().timestamp()
        row = Row(
            *(name, place, entry.number, entry.body.mark, entry.body.size),
            *(entry.headers, entry.holes, sorted(subjects), entry.until, now),
        )
        try:
            written = files.write(self.folder / NEW, entry.body)
        except OSError:
            return False
        try:
            with self._alone():
                if not self._may_keep(entry, now):
                    return False
                self._index.put(row)  # first: a file that the index does not know could never be thrown away
                files.put(written, self.folder / place)
                self._kept += 1
                self.counts.add(PAGE, KEPT)
                if self._kept % _LOOK == 1:
                    self._make_room()
            return True
        except (OSError, sqlite3.Error):
            _log.exception("a finished page could not be kept")
            return False
        finally:
            files.drop(written)

    def begin(self, subjects: Collection[str]) -> float:
        """Throws away what shows these subjects, and lets none of it be kept before `end`; returns what `end` takes."""
        until = clock.now().timestamp() + UNDER_WAY
        with self._alone():
            self.counters.begin(_few(subjects), until)
            self._throw_away(subjects)
        return until

    def end(self, subjects: Collection[str], until: float) -> None:
        """Throws away what shows these subjects once more: what was made since then may be older than the change."""
        with self._alone():
            self._throw_away(subjects)
            self.counters.end(_few(subjects), until)

    def throw_away(self, subjects: Collection[str]) -> None:
        """Throws away what shows these subjects: a change that was made on another machine."""
        with self._alone():
            self._throw_away(subjects)

    def clear(self) -> None:
        """Throws all pages away: the code or the settings that made them may be others by now."""
        with self._alone():
            self._throw_away([EVERYTHING])

    def sweep(self) -> int:
        """Throws away what is no longer true by the clock, and what was never put in place; returns how many pages."""
        now = clock.now().timestamp()
        files.sweep(self.folder / NEW, now - UNDER_WAY)
        with self._looking():
            if not self._index.over(now):
                return 0
        with self._alone():
            over = self._index.over(now)
            self._remove(over)
        return len(over)

    def polish(self, before: float, most: int) -> int:
        """Presses pages that have lasted since a moment as small as they go; returns how many were looked at."""
        with self._looking():
            rows = self._index.rough(before, most)
        for row in rows:
            if body := files.read(self.folder / row.place, row.mark):
                self._exchange(row, encoded(body.plain, SLOW))
        return len(rows)

    def size(self) -> tuple[int, int]:
        """Returns how many pages there are, and how many bytes they take."""
        with self._looking():
            return self._index.size()

    def _exchange(self, row: Row, body: Body) -> None:
        written = files.write(self.folder / NEW, body)
        try:
            with self._alone():
                if self._index.polish(row.name, row.number, body.size):
                    files.put(written, self.folder / row.place)
        finally:
            files.drop(written)

    def _load(self, row: Row) -> Entry | None:
        slots = frozenset(map(slot, row.subjects))
        now = clock.now().timestamp()
        if not self.counters.is_current(slots, row.number) or (row.until is not None and row.until <= now):
            return None
        body = files.read(self.folder / row.place, row.mark)
        if body is None:
            return None
        return Entry(body, row.headers, row.number, slots, row.holes, row.until, row.polished)

    def _may_keep(self, entry: Entry, now: float) -> bool:
        return self.counters.is_current(entry.slots, entry.number) and self.counters.is_quiet(entry.slots, now)

    def _throw_away(self, subjects: Collection[str]) -> None:
        few = _few(subjects)
        self.counters.count(few)  # first: from here on no process answers with what it has in memory
        try:
            if EVERYTHING not in few:
                self._remove(self._index.showing(list(few)))
                return
            self.counts.add(PAGE, THROWN_AWAY, by=self._index.size()[0])
            self._index.clear()
            self._remove_all()
        except sqlite3.Error:
            self._index.close()
            self._begin_anew()
            self._index = self._opened()

    def _remove(self, pages: list[tuple[int, str]]) -> None:
        for _, place in pages:
            files.remove(self.folder / place)
        if pages:
            self.counts.add(PAGE, THROWN_AWAY, by=len(pages))
            self._index.remove(number for number, _ in pages)

    def _remove_all(self) -> None:
        for name in (SITE, OTHERS):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _make_room(self) -> None:
        """Throws away what was used longest ago. What nginx serves we do not see; the file's own last use tells."""
        pages, taken = self._index.size()
        left = min(self.most_pages / max(pages, 1), self.most_bytes / max(taken, 1))
        if left >= 1:
            return
        gone = pages - int(pages * left * _LEFT)
        used = []
        for number, place, noted in self._index.oldest(2 * gone):
            with suppress(OSError):
                noted = max(noted, (self.folder / f"{place}.gz").stat().st_atime)
            used.append((noted, number, place))
        used.sort()
        self._remove([(number, place) for _, number, place in used[:gone]])
        self._index.touch((noted, number) for noted, number, _ in used[gone:])

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Keeps other threads out, and opens what is closed."""
        with self._lock:
            if self._file is None:
                self._file, self._index = self._both_opened()
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other threads and processes out."""
        with self._looking():
            assert self._file is not None
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                if self._index.is_gone():  # another process found it broken
                    self._index.close()
                    self._index = self._opened()
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _both_opened(self) -> tuple[int, Index]:
        file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            index = self._opened()
        except BaseException:
            os.close(file)
            raise
        fcntl.flock(file, fcntl.LOCK_UN)
        return file, index

    def _opened(self) -> Index:
        try:
            index = Index(self.folder / INDEX)
        except sqlite3.DatabaseError:
            self._begin_anew()
            index = Index(self.folder / INDEX)
        if index.is_new:
            self.counters.count([EVERYTHING])
            self._remove_all()
        return index

    def _begin_anew(self) -> None:
        """Removes an index that nothing can be found in; a crash of the machine may leave such."""
        _log.exception("the index of finished pages is broken: all of them are thrown away")
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.folder / INDEX}{ending}").unlink(missing_ok=True)


def _few(subjects: Collection[str]) -> Collection[str]:
    return [EVERYTHING] if EVERYTHING in subjects or len(subjects) > MOST_SUBJECTS else subjects
