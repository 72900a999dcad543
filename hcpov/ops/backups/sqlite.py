"""SQLite's side of backups: one snapshot while writes go on, and what a copy is worth."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from hcpov.config import Settings
from hcpov.extensions import BUSY_SECONDS
from hcpov.ops.backups import facts
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.refusals import Refused


def is_used(settings: Settings) -> bool:
    """Says whether the site's database is SQLite."""
    return settings.database.startswith("sqlite")


def path(settings: Settings) -> Path:
    """Returns the file of the site's database; one without a whole path lies in the instance folder."""
    return settings.instance / (make_url(settings.database).database or "hcpov.sqlite3")


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Opens a database that is there. Raises Refused."""
    if not file.exists():
        raise Refused(f"There is no database at {file}. Run `hcpov setup --here` first.")
    with closing(connected(file)) as connection:
        yield connection


def connected(file: Path) -> sqlite3.Connection:
    """Returns a connection that begins no transaction by itself."""
    return sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)


def revision(file: Path) -> str:
    """Returns the migration that a database is at, and changes nothing; empty when it has none or cannot tell."""
    # Reading, SQLite would leave a log beside a file that has none; one that nobody has open needs none.
    how = "mode=ro" if Path(f"{file}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?{how}", timeout=BUSY_SECONDS, uri=True)) as connection:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return ""


def size(file: Path) -> int:
    """Returns how many bytes a copy of the database takes, with what lies beside its file still."""
    with opened(file) as connection:
        try:
            pages, bytes_each = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
        except sqlite3.DatabaseError:
            return file.stat().st_size
        return int(pages) * int(bytes_each)


def snapshot(source: Path, to: Path) -> Facts:
    """Copies the database as it is at one moment, in one step; who writes meanwhile is not kept waiting.

    Raises Refused when the copy shows that the database is damaged.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with opened(source) as live, closing(sqlite3.connect(to)) as copy:
        try:
            live.backup(copy, pages=-1)
        except sqlite3.OperationalError as problem:  # a full disk, or a lock that nobody gives back
            raise Refused(f"The database could not be copied: {problem}. Look at the disk, then try again.") from None
        except sqlite3.DatabaseError as problem:
            raise Refused(f"The database cannot be read: {problem}. Restore an earlier backup.") from None
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing of it left beside
    return examined(to, "quick_check")


def examined(file: Path, check: str = "integrity_check") -> Facts:
    """Returns the facts of a database that is whole. Raises Refused for one that is not."""
    with opened(file) as connection:
        try:
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}(3)")]
            if found == ["ok"] and check == "integrity_check":
                found = (
                    ["rows that point at nothing"]
                    if connection.execute("PRAGMA foreign_key_check").fetchone()
                    else found
                )
            if found != ["ok"]:
                raise Refused(f"The database is damaged ({found[0]}). Use an earlier backup.")
            return facts.of(connection)
        except sqlite3.DatabaseError as problem:
            raise Refused(f"The database is damaged ({problem}). Use an earlier backup.") from None
