"""PostgreSQL's side of backups, by its own tools. A password goes to them through the environment, never by a word."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url

from hcpov.config import Settings
from hcpov.ops.backups import facts
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.refusals import Refused

MAINTENANCE = "postgres"  # the database that is there to be connected to when another one is renamed
CONNECTED = "Somebody is connected to the database. Stop the site everywhere, then restore."
LONGEST = 63  # bytes of a name


def address(settings: Settings) -> URL:
    """Returns the address of the site's database."""
    return make_url(settings.database)


@contextmanager
def opened(url: URL) -> Iterator[psycopg.Connection[Any]]:
    """Opens a database. Raises Refused when the server does not let us."""
    try:
        connection = psycopg.connect(conninfo(url), password=url.password, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as problem:
        raise Refused(f"PostgreSQL cannot be reached: {_first(str(problem))}. Look at HCPOV_DATABASE_URL.") from None
    with connection:
        yield connection


def size(settings: Settings) -> int:
    """Returns how many bytes the site's database takes."""
    with opened(address(settings)) as connection:
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(found[0]) if found else 0


def dump(settings: Settings, to: Path) -> Facts:
    """Writes the database as it is at one moment, and returns its facts of the same moment."""
    url = address(settings)
    with opened(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert exported is not None
        # The archive around it presses it.
        _tool("pg_dump", url, "-Fc", "--compress=0", f"--snapshot={exported[0]}", f"--file={to}", "--dbname")
        to.chmod(0o600)
        return facts.of(connection)


def load(url: URL, dump: Path) -> None:
    """Puts a dump into the empty database at `url`. Raises Refused, with what pg_restore said."""
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _tool("pg_restore", url, *words, "--dbname", last=(str(dump),))


def examined(url: URL) -> Facts:
    """Returns the facts of a database."""
    with opened(url) as connection:
        return facts.of(connection)


def beside(url: URL, what: str) -> URL:
    """Returns the address of another database of the same server, named after this one."""
    name = url.database or ""
    return url.set(database=name.encode()[: LONGEST - len(what)].decode("utf-8", "ignore") + what)


def create(url: URL) -> None:
    """Makes an empty database. Raises Refused when the user may not."""
    with opened(url.set(database=MAINTENANCE)) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(_name(url)))
        except psycopg.errors.InsufficientPrivilege:
            raise Refused(
                f"PostgreSQL's user {url.username} may not make a database. As its administrator, run: "
                f'ALTER ROLE "{url.username}" CREATEDB; then try again.'
            ) from None


def drop(url: URL) -> None:
    """Removes a database that this program made beside the site's."""
    with opened(url.set(database=MAINTENANCE)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(url)))


def check_alone(url: URL) -> None:
    """Raises Refused when somebody else is connected to the database."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with opened(url) as connection:
        others = connection.execute(asked).fetchone()
    if others and others[0]:
        raise Refused(CONNECTED)


def swap(url: URL, new: URL, old: URL) -> None:
    """Gives the database at `new` the name of the one at `url`, which becomes `old`: both or neither.

    Raises Refused while somebody is connected.
    """
    with opened(url.set(database=MAINTENANCE)) as connection:
        try:
            with connection.transaction():
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(rename.format(_name(url), _name(old)))
                connection.execute(rename.format(_name(new), _name(url)))
        except psycopg.errors.ObjectInUse:
            raise Refused(CONNECTED) from None
        except psycopg.errors.InsufficientPrivilege:
            raise Refused(f"PostgreSQL's user {url.username} may not rename the database; its owner may.") from None


def _tool(name: str, url: URL, *words: str, last: tuple[str, ...] = ()) -> None:
    """Runs a tool of PostgreSQL; the address comes behind the last of `words`."""
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is not installed. On Debian: apt-get install postgresql-client.")
    environment = os.environ | {"PGCONNECT_TIMEOUT": "10"}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(
        [found, *words, conninfo(url), *last], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{name} did not succeed: {_first(done.stderr)}")


def script(dump: Path, to: Path) -> None:
    """Writes a dump as the statements that make it. Raises Refused."""
    found = shutil.which("pg_restore")
    if found is None:
        raise Refused("pg_restore is not installed. On Debian: apt-get install postgresql-client.")
    words = (found, "--no-owner", "--no-privileges", f"--file={to}", str(dump))
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"pg_restore did not succeed: {_first(done.stderr)}")


def conninfo(url: URL) -> str:
    """Returns the address as PostgreSQL's own tools read it, without the password."""
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    given = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database} | query
    return make_conninfo("", **{name: value for name, value in given.items() if value})


def _name(url: URL) -> sql.Identifier:
    return sql.Identifier(url.database or "")


def _first(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[0] if lines else "it said nothing"
