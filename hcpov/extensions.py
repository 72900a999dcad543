"""The extensions, unbound. `app.py` binds them; everything else may import them; they know of ours only the queue."""

import hashlib
import hmac
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, registry

from hcpov.jobs import Jobs
from hcpov.permissions import make_private

BUSY_SECONDS = 10
IPV4_PREFIX, IPV6_PREFIX = 24, 56  # what one household or ward usually has


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and returned aware, on databases with and without time zones."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table starts from: constraint names by rule, so that migrations can name what they change."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime},
    )


def network() -> IPv4Network | IPv6Network | None:
    """Returns the network that this request came from; None when its sender has no address."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address):
        return IPv6Network((int(address), IPV6_PREFIX), strict=False)
    return IPv4Network((int(address), IPV4_PREFIX), strict=False)


def keyed(words: str) -> str:
    """Returns a digest that tells nothing of `words` to whoever lacks the site's secret."""
    secret = current_app.secret_key
    assert isinstance(secret, str)
    return hmac.new(secret.encode(), words.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _sender() -> str:
    return keyed(f"limit {network()}")


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
babel = Babel(configure_jinja=False)  # hcpov/languages.py teaches templates
limiter = Limiter(key_func=_sender)
# The file is named when the application is made; until then nothing is opened.
huey = Jobs("hcpov", results=False, filename=":memory:", create_tables=False)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@event.listens_for(Engine, "do_connect")
def _make_sqlite(dialect: Dialect, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
    """Makes the file of a new database so that only its owner can read it; what SQLite puts beside it follows.

    A file that is there is not opened: closing it again would take this process's locks from SQLite.
    """
    name = str((_arguments or [named.get("database", "")])[0])
    if dialect.name == "sqlite" and name not in {"", ":memory:"}:
        with suppress(OSError):  # SQLite says it better
            make_private(Path(name))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Sets what SQLite needs to keep every acknowledged word: WAL, full sync, foreign keys.

    `isolation_level` IMMEDIATE makes the driver begin a write with the lock already held. A deferred transaction that
    reads first and writes later fails at once when another writer came between, and no waiting helps it.
    `secure_delete` overwrites what is deleted: erased words must not be left in the file's free pages.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
