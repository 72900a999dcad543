"""Which page shows what: an SQLite file of its own beside the pages. Whoever writes holds the store's lock."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcpov.pages.recording import Hole

_TABLES = """
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, place TEXT NOT NULL, number INTEGER NOT NULL,
    mark INTEGER NOT NULL, bytes INTEGER NOT NULL, headers TEXT NOT NULL, holes TEXT NOT NULL, subjects TEXT NOT NULL,
    until REAL, used REAL NOT NULL, polished INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS page_used ON page (used);
CREATE INDEX IF NOT EXISTS page_until ON page (until) WHERE until IS NOT NULL;
CREATE INDEX IF NOT EXISTS page_rough ON page (used) WHERE polished = 0;
CREATE TABLE IF NOT EXISTS shown (subject TEXT, page INTEGER, PRIMARY KEY (subject, page)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shown_page ON shown (page);
"""
_WAIT = 5.0  # seconds
_AT_ONCE = 500


@dataclass(frozen=True)
class Row:
    """A page in the index. `place` is its file from the store's folder; moments are seconds since 1970."""

    name: str
    place: str
    number: int
    mark: int
    bytes: int
    headers: list[tuple[str, str]]
    holes: list[Hole]
    subjects: list[str]
    until: float | None
    used: float
    polished: bool = False


class Index:
    """The file, open. It holds nothing that could not be made again, so nothing waits for the disk.

    `is_new` says that it knew of no page when it was opened: files that lie there could never be thrown away.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = OFF")
        self.is_new = not self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        self._file.executescript(_TABLES)
        self._inode = path.stat().st_ino

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def is_gone(self) -> bool:
        """Says whether the file was removed or replaced since it was opened."""
        try:
            return self._path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def find(self, name: str) -> Row | None:
        """Returns a page."""
        found = self._file.execute(f"SELECT {_COLUMNS} FROM page WHERE name = ?", (name,)).fetchone()  # noqa: S608
        return _row(found) if found else None

    def put(self, row: Row) -> None:
        """Puts a page in, in the place of an older one of that name."""
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._remove(self._numbers("name = ?", (row.name,)))
            holes = [vars(hole) for hole in row.holes]
            values = (
                *(row.name, row.place, row.number, row.mark, row.bytes),
                *(json.dumps(each) for each in (row.headers, holes, row.subjects)),
                *(row.until, row.used, row.polished),
            )
            added = self._file.execute(f"INSERT INTO page ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)  # noqa: S608
            pairs = ((subject, added.lastrowid) for subject in row.subjects)
            self._file.executemany("INSERT INTO shown (subject, page) VALUES (?, ?)", pairs)

    def showing(self, subjects: Sequence[str]) -> list[tuple[int, str]]:
        """Returns number and place of the pages that show any of these."""
        found: dict[int, str] = {}
        for start in range(0, len(subjects), _AT_ONCE):
            some = subjects[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found |= self._file.execute(
                f"SELECT page.id, place FROM shown JOIN page ON page.id = shown.page WHERE subject IN ({marks})",  # noqa: S608
                some,
            ).fetchall()
        return list(found.items())

    def over(self, now: float) -> list[tuple[int, str]]:
        """Returns number and place of the pages that are no longer true by the clock."""
        return self._file.execute("SELECT id, place FROM page WHERE until <= ?", (now,)).fetchall()

    def rough(self, before: float, most: int) -> list[Row]:
        """Returns pages that were kept before a moment and can still be pressed smaller."""
        wanted = f"SELECT {_COLUMNS} FROM page WHERE polished = 0 AND used < ? ORDER BY used LIMIT ?"  # noqa: S608
        return [_row(each) for each in self._file.execute(wanted, (before, most))]

    def polish(self, name: str, number: int, size: int) -> bool:
        """Notes that a page was pressed small; False when it is not as it was."""
        changed = self._file.execute(
            "UPDATE page SET polished = 1, bytes = ? WHERE name = ? AND number = ?", (size, name, number)
        )
        return changed.rowcount == 1

    def size(self) -> tuple[int, int]:
        """Returns how many pages there are, and how many bytes they take."""
        pages, taken = self._file.execute("SELECT count(*), coalesce(sum(bytes), 0) FROM page").fetchone()
        return pages, taken

    def oldest(self, most: int) -> list[tuple[int, str, float]]:
        """Returns number, place and last use of the pages used longest ago."""
        wanted = "SELECT id, place, used FROM page ORDER BY used LIMIT ?"
        return self._file.execute(wanted, (most,)).fetchall()

    def touch(self, uses: Iterable[tuple[float, int]]) -> None:
        """Notes when pages were used last."""
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("UPDATE page SET used = ? WHERE id = ?", uses)

    def remove(self, numbers: Iterable[int]) -> None:
        """Takes pages out."""
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._remove(numbers)

    def clear(self) -> None:
        """Takes all pages out."""
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._file.execute("DELETE FROM shown")
            self._file.execute("DELETE FROM page")

    def _numbers(self, condition: str, values: tuple[str, ...]) -> list[int]:
        return [number for (number,) in self._file.execute(f"SELECT id FROM page WHERE {condition}", values)]  # noqa: S608

    def _remove(self, numbers: Iterable[int]) -> None:
        each = [(number,) for number in numbers]
        self._file.executemany("DELETE FROM shown WHERE page = ?", each)
        self._file.executemany("DELETE FROM page WHERE id = ?", each)


_COLUMNS = "name, place, number, mark, bytes, headers, holes, subjects, until, used, polished"


def _row(found: tuple[Any, ...]) -> Row:
    name, place, number, mark, size, headers, holes, subjects, until, used, polished = found
    pairs = [(key, value) for key, value in json.loads(headers)]
    cut = [Hole(**hole) for hole in json.loads(holes)]
    return Row(name, place, number, mark, size, pairs, cut, json.loads(subjects), until, used, bool(polished))
