"""Rows for any state of the tables, made from what the database says of itself: no model knows earlier ones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

Rows = dict[str, list[dict[str, Any]]]

EACH = 3  # rows in a table: one with everything, one with nothing that may be missing, one with the longest words
WORDS = "Évaluation — Μέτρηση — 測定 — 🩺 "
START = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

# What columns of that name hold where the type alone does not tell it: the words that the application reads.
KNOWN: dict[str, list[Any]] = {
    "kind": ["post", "post", "page"],
    "state": ["published", "withdrawn", "published"],
    "year": [2026],
    "month": [3, 11],
    "cadence": ["at once", "daily", "weekly"],
    "comment_rule": ["open", "hold the first", "closed"],
    "role": ["author", "editor"],
    "change": ["publication", "minor", "correction"],
    "reasons": [["A word of the list."], []],
    "subjects": [["site"], []],
    "notices": [[]],
    "mf_recovery_codes": [["one", "two"]],
    "transports": [["usb"]],
    "comment_count": [0],
}
MADE = {"alembic_version", "feed_name", "blog_month"}  # their rows are made by migrations, of others' rows
SEARCH = "search_"  # tables of the search's own, which it fills by itself
PLAIN = {"slug", "email", "to", "name", "origin", "digest", "nonce", "network"}  # of letters that an address can have


def fill(connection: sa.Connection) -> None:
    """Adds rows to every table; those of tables that point at others point at the newest there."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name in MADE or table.name.startswith(SEARCH):
            continue
        there = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for number in range(there, there + EACH):
            connection.execute(table.insert().values(_row(connection, table, number)))


def read(connection: sa.Connection) -> Rows:
    """Returns all rows of all tables, as the driver gives them."""
    return {
        table: [dict(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()]
        for table in sa.inspect(connection).get_table_names()
        if table != "alembic_version" and not table.startswith(SEARCH)
    }


def _row(connection: sa.Connection, table: sa.Table, number: int) -> dict[str, Any]:
    return {
        column.name: _value(connection, column, number)
        for column in table.columns
        if not _is_numbered(connection, column)
    }


def _is_numbered(connection: sa.Connection, column: sa.Column[Any]) -> bool:
    """Says whether the database gives the number."""
    alone = column.primary_key and len(column.table.primary_key) == 1 and isinstance(column.type, sa.Integer)
    gives = connection.dialect.name == "sqlite" or column.server_default is not None
    return alone and gives and not column.foreign_keys


def _value(connection: sa.Connection, column: sa.Column[Any], number: int) -> Any:
    if column.nullable and number % EACH == 1 and column.name not in {"year", "month", "published_at"}:
        return None
    for key in column.foreign_keys:
        numbers = sorted(connection.scalars(sa.select(key.column)))
        return numbers[number % len(numbers)] if numbers else None
    if known := KNOWN.get(column.name):
        return known[number % len(known)]
    return _of_type(column.type, column.name, number)


def _of_type(kind: Any, name: str, number: int) -> Any:
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.JSON):
        return {"title": f"{WORDS}{number}"}
    if isinstance(kind, sa.DateTime):
        moment = START + timedelta(minutes=number)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return date(2026, 11, 22) + timedelta(days=number)
    if isinstance(kind, sa.LargeBinary):
        return b"\x00\xff" + str(number).encode()
    if isinstance(kind, sa.Integer | sa.Numeric | sa.Float):
        return number
    return _text(name, number, getattr(kind, "length", None))


def _text(name: str, number: int, length: int | None) -> str:
    """Returns words that no other row has; those of each third row are as long as they may be."""
    if name in PLAIN:
        return f"{name}-{number}" + ("@example.org" if name in {"email", "to"} else "")
    words = f"{number} {WORDS}"
    return (words * 400)[: length or 20_000] if number % EACH == 2 else words[: length or None]


def lost(before: Rows, after: Rows) -> Iterator[str]:
    """Yields what is not as it was, for all columns that are still there; a table that is gone is lost."""
    for table, rows in before.items():
        now = after.get(table)
        if not now or len(now) != len(rows):
            yield f"{table}: {len(rows)} rows, then {len(now or [])}"
            continue
        for column in sorted(set(rows[0]) & set(now[0])):
            if sorted(repr(row[column]) for row in rows) != sorted(repr(row[column]) for row in now):
                yield f"{table}.{column}: other values than before"
        columns = sorted(set(rows[0]) & set(now[0]))
        as_it_was, as_it_is = (sorted(repr([row[each] for each in columns]) for row in some) for some in (rows, now))
        if as_it_was != as_it_is:
            yield f"{table}: values of one row stand in another"
