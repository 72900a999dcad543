"""Errors: a page for people, a fragment for htmx, never a bare server's words."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient

from hcpov.blog.models import State
from hcpov.extensions import db
from hcpov.web.redirects import local_path
from tests.conftest import POSTGRES
from tests.forms import HTMX
from tests.make import Make


@pytest.fixture
def broken_database(app: Flask, make: Make) -> Iterator[None]:
    """The table of blogs is away, as after a half-done restore."""
    make.blog()
    with app.app_context():
        db.session.execute(sa.text("ALTER TABLE blog RENAME TO blog_away"))
        db.session.commit()
    yield
    with app.app_context():
        db.session.execute(sa.text("ALTER TABLE blog_away RENAME TO blog"))
        db.session.commit()


@pytest.mark.filterwarnings("ignore")
def test_broken_database_gets_a_page(client: FlaskClient, broken_database: None) -> None:
    answer = client.get("/")
    assert answer.status_code in {500, 503}
    assert "<title>" in answer.text and "try again in a minute" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "SELECT" not in answer.text


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no server that could end a connection")
def test_a_connection_that_ends_in_the_middle_is_no_fault_of_the_reader(
    app: Flask, client: FlaskClient, make: Make, unkept: Callable[[], None]
) -> None:
    make.post()
    with app.app_context():
        engine = db.engine

    ends: list[bool] = []

    def end(connection: sa.Connection, *_: object) -> None:
        if ends:
            ends.clear()
            number = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            with engine.connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})

    unkept()
    sa.event.listen(engine, "after_cursor_execute", end)
    try:
        ends.append(True)
        answer = client.get("/")
        assert answer.status_code == 503 and "Please try again in a minute." in answer.text
        with app.app_context():  # what was asked before it ended leaves no error behind either
            ends.append(True)
            db.session.execute(sa.text("SELECT 1"))
    finally:
        sa.event.remove(engine, "after_cursor_execute", end)
    assert not ends and client.get("/").status_code == 200


def test_every_error_page_leads_on(
    client: FlaskClient, make: Make, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = make.post(state=State.WITHDRAWN)
    for path in ("/no-such-page/", gone.path):
        page = client.get(path).text
        assert '<a class="button plain" href="/">' in page and page.count('<a href="/search">') == 2  # one in the bar
    monkeypatch.setitem(app.view_functions, "blog.blogs", lambda: abort(503))
    bare = client.get("/blogs/")
    assert bare.status_code == 503 and '<a class="button plain" href="/">' in bare.text
    assert "Go back" not in bare.text  # a form that was kept on its page is sent again from there


def test_error_as_page_and_fragment(client: FlaskClient) -> None:
    page, fragment = client.get("/nope/"), client.get("/nope/", headers=HTMX)
    assert page.status_code == fragment.status_code == 404
    assert "<html" in page.text and "<html" not in fragment.text
    assert "There is no such page" in fragment.text


def test_wrong_method_says_so(client: FlaskClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/%00/", "/%ff/", "/../etc/passwd", "/%2e%2e/", "/" + "a" * 4000 + "/", "/static/../wsgi.py"]
)
def test_odd_paths_are_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {404, 308}


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x", "", "evil", "/a\nb", "\\\\evil"]
)
def test_only_local_paths_are_followed(address: str) -> None:
    assert local_path(address) == "/"


def test_local_path_is_kept() -> None:
    assert local_path("/boardroom-buzz/?before=3") == "/boardroom-buzz/?before=3"
