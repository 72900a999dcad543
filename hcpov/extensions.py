"""The extensions, unbound. `app.py` binds them; everything else may import them; they import nothing of ours."""

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request
from flask_limiter import Limiter
from flask_migrate import Migrate
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from huey import SqliteHuey
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, registry

BUSY_SECONDS = 10


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


def _network() -> str:
    return request.remote_addr or "unknown"


db = SQLAlchemy(model_class=Base)
migrate = Migrate(compare_type=True, render_as_batch=True)
csrf = CSRFProtect()
security = Security()
limiter = Limiter(key_func=_network)
# The file is named when the application is made; until then nothing is opened.
huey = SqliteHuey("hcpov", filename=":memory:", create_tables=False)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Sets what SQLite needs to keep every acknowledged word: WAL, full sync, foreign keys.

    `isolation_level` IMMEDIATE makes the driver begin a write with the lock already held. A deferred transaction that
    reads first and writes later fails at once when another writer came between, and no waiting helps it.
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
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
