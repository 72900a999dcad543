"""What a database says of itself, asked without the application: it may be a copy, or older than this program."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from hcpov.text import pictures

# Those whose numbers a person can judge. Others follow from them.
TABLES = ("blog", "post", "revision", "comment", "account", "subscription", "message", "picture", "tombstone")


@dataclass(frozen=True)
class Facts:
    """The newest migration, the rows in each table, the names of the pictures' files."""

    revision: str
    counts: dict[str, int]
    pictures: list[str]


def of(connection: Any) -> Facts:
    """Returns the facts of an open database, SQLite's or PostgreSQL's."""
    there = tables(connection)
    counts = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  # names of ours
        for table in TABLES
        if table in there
    }
    rows = connection.execute("SELECT digest, width, height FROM picture").fetchall() if "picture" in there else []
    names = [name for row in rows for name in pictures.names(*row).values()]
    versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return Facts(str(versions[0][0]) if versions else "", counts, sorted(set(names)))


def tables(connection: Any) -> set[str]:
    """Returns the names of a database's tables."""
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if isinstance(connection, sqlite3.Connection)
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {row[0] for row in connection.execute(asked)}
