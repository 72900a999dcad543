"""The tables as they are at one moment, kept and put back as a whole, while nobody writes."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from hcpov.config import Settings
from hcpov.ops.backups import postgres, sqlite
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.facts import tables as named
from hcpov.ops.backups.refusals import Refused

# What people write, by the word for it: the table, and the columns that say when.
WRITTEN = {
    "comments": ("comment", ("created_at", "edited_at")),
    "posts": ("post", ("updated_at",)),
    "accounts": ("account", ("created_at",)),
    "subscriptions": ("subscription", ("created_at",)),
    "pictures": ("picture", ("created_at",)),
    "decisions": ("decision", ("at",)),
}
LOCK = "-c lock_timeout=20000"


def revision(settings: Settings) -> str:
    """Returns the newest migration of the site's database; empty where it has none. Raises Refused when it is away."""
    if sqlite.is_used(settings):
        with sqlite.opened(sqlite.path(settings)) as connection:
            return _revision(connection)
    with postgres.opened(postgres.address(settings)) as connection_:
        return _revision(connection_)


def _revision(connection: Any) -> str:
    if "alembic_version" not in named(connection):
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def keep(settings: Settings, to: Path) -> Facts:
    """Writes all tables to a new file and returns their facts. Raises Refused when they are damaged."""
    to.unlink(missing_ok=True)
    if sqlite.is_used(settings):
        return sqlite.snapshot(sqlite.path(settings), to)
    return postgres.dump(settings, to)


def put_back(settings: Settings, file: Path) -> None:
    """Makes the site's database what it was, in one transaction. Others may have it open. Raises Refused."""
    if not sqlite.is_used(settings):
        _replace(settings, file)
        return
    with closing(sqlite.connected(file)) as kept, closing(sqlite.connected(sqlite.path(settings))) as live:
        try:
            kept.backup(live, pages=-1)
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as problem:
            raise Refused(f"The tables could not be put back: {problem}. They are kept in {file}.") from None


def _replace(settings: Settings, file: Path) -> None:
    """Lets psql do it in one transaction, for pg_restore would leave tables that are newer than the file."""
    psql, script, url = shutil.which("psql"), file.with_suffix(".sql"), postgres.address(settings)
    if psql is None:
        raise Refused("psql is not installed. On Debian: apt-get install postgresql-client.")
    environment = os.environ | {"PGCONNECT_TIMEOUT": "10", "PGOPTIONS": LOCK}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    script.unlink(missing_ok=True)
    script.touch(mode=0o600)
    try:
        postgres.script(file, script)
        words = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction"]
        words += ["-c", "DROP SCHEMA public CASCADE", "-c", "CREATE SCHEMA public", "-f", str(script)]
        asked = [*words, "--dbname", postgres.conninfo(url)]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    finally:
        script.unlink(missing_ok=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise Refused(f"The tables could not be put back: {said}. They are kept in {file}.")
    with postgres.opened(url) as connection:  # what they had prepared is of the other tables
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def written_since(settings: Settings, moment: datetime) -> dict[str, int]:
    """Returns how many comments, posts and so on were written or changed since a moment, those that were."""
    if sqlite.is_used(settings):
        with sqlite.opened(sqlite.path(settings)) as connection:
            return _written(connection, "?", f"{moment:%Y-%m-%d %H:%M:%S.%f}")
    with postgres.opened(postgres.address(settings)) as connection_:
        return _written(connection_, "%s", moment)


def _written(connection: Any, mark: str, moment: Any) -> dict[str, int]:
    found = {}
    there = named(connection)
    for word, (table, columns) in WRITTEN.items():
        if table in there:
            newer = " OR ".join(f"{column} > {mark}" for column in columns)
            asked = f"SELECT count(*) FROM {table} WHERE {newer}"  # noqa: S608  # names of ours
            found[word] = int(connection.execute(asked, [moment] * len(columns)).fetchone()[0])
    return {word: number for word, number in found.items() if number}
