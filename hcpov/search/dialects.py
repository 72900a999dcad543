"""Which of the two sides of search a database needs."""

from types import ModuleType

from sqlalchemy import Connection

from hcpov.search import fts5, tsvector


def side_of(connection: Connection) -> ModuleType:
    """Returns the module that speaks to this database: `fts5` or `tsvector`, which have the same functions."""
    return tsvector if connection.dialect.name == "postgresql" else fts5
