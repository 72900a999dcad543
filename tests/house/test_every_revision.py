"""A site of any age comes up to date with everything in it, and can be taken back, on SQLite and PostgreSQL.

One database climbs from the first migration to the newest and gets rows in every table at each step. At each step a
copy goes up to the newest at once, as the site of somebody does who left out some versions.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import Model, db, huey
from hcpov.ops import revisions, schema
from tests.conftest import POSTGRES
from tests.house import rows


def _all() -> list[str]:
    found, before = [revisions.head()], revisions.before()
    while before[found[-1]]:
        found.append(before[found[-1]])
    return found[::-1]


@dataclass(frozen=True)
class Place:
    """Databases of the test's own, each with an application."""

    folder: Path
    settings: Settings

    def application(self, name: str) -> Flask:
        """Returns an application on the database of that name."""
        url = f"sqlite:///{self.folder / name}.sqlite3"
        if POSTGRES:
            url = str(sa.make_url(self.settings.database_url).set(database=name).render_as_string(False))
        return create_app(replace(self.settings, instance=self.folder / name, database_url=url, pages_mb=0))

    def copy(self, name: str, to: str) -> None:
        """Copies a database that nobody has open, or makes an empty one of nothing."""
        if not POSTGRES:
            if name:
                shutil.copy(self.folder / f"{name}.sqlite3", self.folder / f"{to}.sqlite3")
            return
        server = sa.create_engine(self.settings.database_url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{to}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "{to}" TEMPLATE "{name or "template0"}"')
        server.dispose()


@pytest.fixture
def place(tmp_path: Path, app: Flask, settings: Settings) -> Iterator[Place]:
    yield Place(tmp_path, settings)
    huey.init_app(app, settings.instance / "jobs.sqlite3")  # the newest application had taken it


@contextmanager
def _in(app: Flask) -> Iterator[sa.Connection]:
    """Yields a connection inside the application, and closes the database behind it."""
    with app.app_context():
        try:
            with db.engine.begin() as connection:
                yield connection
        finally:
            db.session.remove()
            db.engine.dispose()


def _to(app: Flask, move: Callable[[str], None], revision: str) -> None:
    with app.app_context():
        move(revision)
        db.engine.dispose()


def _is_whole(connection: sa.Connection) -> None:
    """The tables are those of the models, and what points at something points at what is there."""
    options = {"compare_type": True, "render_as_batch": True, "include_name": schema.is_described}
    context = MigrationContext.configure(connection, opts=options)
    assert compare_metadata(context, Model.metadata) == []
    if connection.dialect.name == "sqlite":
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]


def _answers(app: Flask) -> None:
    """The home page has the posts, and one of them opens with its comments."""
    with _in(app) as connection:
        slug, blog = connection.execute(
            sa.text(
                "SELECT post.slug, blog.slug FROM post JOIN blog ON blog.id = post.blog_id "
                "WHERE kind = 'post' AND state = 'published' AND month = 3 ORDER BY post.id"
            )
        ).first() or ("", "")
    client = app.test_client()
    path = f"/{blog}/2026/03/{slug}/"
    home, post = client.get("/"), client.get(path)
    assert (home.status_code, post.status_code) == (200, 200), path
    assert path in home.text and "測定" in post.text
    with _in(app):  # closes what the pages had open
        pass


def test_a_site_of_every_age_comes_up_to_date_with_all_that_is_in_it(place: Place) -> None:
    """What each migration does to rows of every earlier one; 11 at the time of writing."""
    place.copy("", "climbing")
    climbing, copy = place.application("climbing"), place.application("copy")
    for revision in _all():
        _to(climbing, schema.upgrade, revision)
        with _in(climbing) as connection:
            rows.fill(connection)
            before = rows.read(connection)
        assert all(before.values()), "a table got no rows"
        place.copy("climbing", "copy")
        _to(copy, schema.upgrade, "head")
        with _in(copy) as connection:
            after = rows.read(connection)
            _is_whole(connection)
        assert list(rows.lost(before, after)) == [], revision
        _answers(copy)


def test_each_migration_can_be_taken_back_with_rows_in_it(place: Place) -> None:
    """What stays of the tables keeps its rows: a release that does not do can be left again."""
    place.copy("", "back")
    app = place.application("back")
    _to(app, schema.upgrade, "head")
    with _in(app) as connection:
        rows.fill(connection)
        full = rows.read(connection)
    for revision in [*_all()[-2::-1], "base"]:
        _to(app, schema.downgrade, revision)
        with _in(app) as connection:
            left = rows.read(connection)
        fewer = {table for table, found in left.items() if len(found) != len(full[table])}
        assert fewer <= {"subscription"}, revision  # those to a thread have no place in the first tables
    _to(app, schema.upgrade, "head")
    with _in(app) as connection:
        _is_whole(connection)
