"""What every test starts from: one migrated database for each test process, empty before each test.

`HCPOV_TEST_POSTGRES` is the address of a PostgreSQL server; without it the suite runs on SQLite. `HCPOV_TEST_REDIS` is
that of a Redis, which counts and wakes workers then, where files do without it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import db, huey, limiter
from hcpov.ops.schema import upgrade
from hcpov.pages.changes import STORE
from tests.live import serving
from tests.make import MadeAccount, Make
from tests.post_office import PostOffice, open_post_office

POSTGRES = os.environ.get("HCPOV_TEST_POSTGRES", "")
REDIS = os.environ.get("HCPOV_TEST_REDIS", "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out on PostgreSQL what asks no server of the tests: it would be the same test again."""
    if POSTGRES:
        servers = {"database_url", "own_redis"}
        same = [item for item in items if servers.isdisjoint(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if item not in set(same)]


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """The database of this test process; PostgreSQL's is made anew."""
    if not POSTGRES:
        return ""
    name = f"hcpov_test_{worker_id}"
    server = sa.create_engine(POSTGRES.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    return sa.make_url(POSTGRES).set(drivername="postgresql+psycopg", database=name).render_as_string(False)


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """The Redis of this test process, by number; empty where files do its work."""
    return f"{REDIS}/{int(worker_id.removeprefix('gw')) + 1 if worker_id != 'master' else 0}" if REDIS else ""


@pytest.fixture(scope="session")
def open_office() -> Iterator[PostOffice]:
    """The SMTP server of this test process."""
    with open_post_office() as office:
        yield office


@pytest.fixture
def post_office(open_office: PostOffice) -> Iterator[PostOffice]:
    """The SMTP server, empty and well-behaved; behind a test that made it behave badly too, for others send as well."""
    open_office.behave()
    yield open_office
    open_office.behave()


@pytest.fixture(scope="session")
def settings(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str, open_office: PostOffice
) -> Settings:
    """The settings of the tests' application."""
    return Settings(
        instance=tmp_path_factory.mktemp("instance"),
        secret_key="the tests' own secret, known to all of them",
        database_url=database_url,
        redis_url=redis_url,
        site_url="http://localhost",
        smtp_url=f"smtp://127.0.0.1:{open_office.port}",
        mail_rate=0,
        rate_limits="off",
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The application on a migrated, empty database."""
    app = create_app(settings)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False  # errors are answered as readers see them
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empties the tables, and Redis, after a test that used the application."""
    yield
    if "app" not in request.fixturenames:
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            if table.name != "feed_name":  # made with the database, as the tables are
                db.session.execute(table.delete())
        db.session.commit()
    if url := app.config["HCPOV"].redis_url:
        with redis.Redis.from_url(url) as counts:
            counts.flushdb()


@pytest.fixture(scope="session")
def server(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of the real server on the tests' database. Its mail is sent by the test that asks for it."""
    with serving(settings, "--web-only") as address:
        yield address


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application with its limits, on the same database; what it shares with the tests' own is given back."""
    storage, enabled = (huey.app, huey.storage), limiter.enabled
    own = create_app(replace(settings, rate_limits="on"))
    yield own
    (huey.app, huey.storage), limiter.enabled = storage, enabled
    with own.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser without scripts."""
    return app.test_client()


@pytest.fixture
def make(app: Flask) -> Make:
    """Makes rows."""
    return Make(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[MadeAccount], FlaskClient]:
    """Returns a browser that is signed in."""

    def signed_in(account: MadeAccount) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"email": account.email, "password": account.password})
        assert answer.status_code == 302, answer.text
        return browser

    return signed_in


@pytest.fixture
def travel() -> Iterator[Callable[[float], None]]:
    """Returns a way to move the clock forward by seconds."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield clock.shift


@pytest.fixture
def unkept(app: Flask) -> Callable[[], None]:
    """Returns a way to throw finished pages away, so that what is measured next is a rendering."""
    return lambda: app.extensions[STORE].clear()


@pytest.fixture
def queries(app: Flask) -> Callable[[], Any]:
    """Returns a context that collects the statements made in it, as a list."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            said.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return collect
