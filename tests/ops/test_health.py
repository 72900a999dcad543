"""`/healthz` and `/readyz`: what machines are told of ours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops import readiness, revisions
from hcpov.text.slugs import RESERVED
from tests.make import MadeAccount, Make
from tests.pages.conftest import kept, store

__all__ = ["kept", "store"]

READY = "database: reachable\nmigrations: current\ndisk: roomy\n"


@pytest.fixture
def other_revision(app: Flask) -> Iterator[Callable[[str], None]]:
    """Returns a way to have the database say that it is at another migration."""

    def change(number: str) -> None:
        with app.app_context():
            db.session.execute(sa.text("UPDATE alembic_version SET version_num = :number"), {"number": number})
            db.session.commit()

    yield change
    change(revisions.head())


def test_alive_asks_no_database(client: FlaskClient, queries: Any) -> None:
    with queries() as said:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, said) == (200, "alive\n", [])


def test_alive_asks_none_for_a_member_either(
    make: Make, sign_in: Callable[[MadeAccount], FlaskClient], queries: Any
) -> None:
    browser = sign_in(make.account())
    with queries() as said:
        assert browser.get("/healthz").status_code == 200
    assert said == []


def test_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, READY)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_is_kept_and_no_cookie_is_set(
    client: FlaskClient, store: Any, kept: Callable[[], set[str]], path: str
) -> None:
    for answer in (client.get(path), client.get(path), client.head(path)):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "text/plain"
        assert "Set-Cookie" not in answer.headers
    assert kept() == set()


def test_a_database_of_another_version_is_not_ready(client: FlaskClient, other_revision: Callable[[str], None]) -> None:
    other_revision("an earlier one")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, READY.replace("current", "other"))
    assert client.get("/healthz").status_code == 200


def test_a_database_that_was_never_migrated_is_not_ready(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.text("ALTER TABLE alembic_version RENAME TO away"))
        db.session.commit()
        try:
            assert client.get("/readyz").status_code == 503
        finally:
            db.session.rollback()
            db.session.execute(sa.text("ALTER TABLE away RENAME TO alembic_version"))
            db.session.commit()
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_not_ready(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = sa.create_engine(f"sqlite:///{tmp_path / 'no-such-folder' / 'file'}")
    with app.app_context():
        monkeypatch.setitem(db.engines, None, nowhere)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: away\nmigrations: unknown\ndisk: roomy\n")
    assert "sqlite" not in answer.text and str(tmp_path) not in answer.text


def test_a_full_disk_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_FREE", 2**62)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, READY.replace("roomy", "full"))


def test_no_blog_can_take_the_addresses(settings: Settings) -> None:
    assert {"healthz", "readyz", "metrics"} <= RESERVED
