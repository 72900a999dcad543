"""A database that takes no more: readers read, writers keep their words and send them again from where they are."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.comments.models import Comment
from hcpov.extensions import db
from tests.forms import HTMX, WORDS, hidden, new_code
from tests.make import MadeAccount, Make

LONG = WORDS | {"body": 'I said: <b>no</b> & "yes".\n\n' + "A long night on the ward. " * 380}
TABLES = ("comment", "post", "draft", "login_session", "revision")
REFUSES = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@pytest.fixture
def no_room(app: Flask) -> Callable[[], AbstractContextManager[None]]:
    """Returns what lets the database take no more meanwhile, with the very error of a full disk.

    SQLite may take no further page than it has; PostgreSQL's server is made to say so by triggers.
    """

    @contextmanager
    def full() -> Iterator[None]:
        with app.app_context():
            refuse, give_way = _of(db.engine)
        refuse()
        try:
            yield
        finally:
            give_way()

    return full


def _of(engine: sa.Engine) -> tuple[Callable[[], None], Callable[[], None]]:
    if engine.dialect.name == "sqlite":

        def bound(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # which is as many as there are

        def refuse() -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")  # no page is spare
            sa.event.listen(engine, "connect", bound)
            engine.dispose()

        def give_way() -> None:
            sa.event.remove(engine, "connect", bound)
            engine.dispose()

        return refuse, give_way

    def run(*statements: str) -> None:
        with engine.begin() as connection:
            for each in statements:
                connection.exec_driver_sql(each)

    event = "BEFORE INSERT OR UPDATE ON"
    made = [f"CREATE TRIGGER no_room {event} {table} FOR EACH ROW EXECUTE FUNCTION no_room()" for table in TABLES]
    return lambda: run(REFUSES, *made), lambda: run("DROP FUNCTION no_room CASCADE")


def sent_again(page: str) -> tuple[str, dict[str, str]]:
    """Returns where the form of a page leads, and all that it sends."""
    form = re.search(r'<form class="form" method="post" action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    assert form, page
    fields = re.findall(r'<input (?:type="hidden"|id="[^"]*") name="([^"]*)" value="([^"]*)">', form[2])
    fields += re.findall(r'<textarea id="[^"]*" name="([^"]*)">\n(.*?)</textarea>', form[2], re.DOTALL)
    return unescape(form[1]), {unescape(name): unescape(value) for name, value in fields}


def bodies(app: Flask) -> list[str]:
    """Returns what comments say."""
    with app.app_context():
        return list(db.session.scalars(db.select(Comment.body)))


def test_a_guest_keeps_every_word_and_sends_them_from_there(
    app: Flask, client: FlaskClient, make: Make, no_room: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    post = make.post()
    form = LONG | new_code(app, client, post) | {"disclosure": "", "website": ""}
    with no_room():
        answer = client.post(post.comments, data=form)
        assert client.get(post.path).status_code == client.get("/").status_code == 200
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    assert "We have no room just now" in answer.text and "Try again in a few minutes" in answer.text
    assert "Your words are safe on this page" in answer.text and answer.headers["Cache-Control"].endswith("no-store")
    assert ">Professional title</label>" in answer.text and ">Title</label>" not in answer.text
    where, fields = sent_again(answer.text)
    assert (where, fields) == (post.comments, form)
    said = capfd.readouterr()
    assert "long night" not in said.out + said.err and "database unavailable" in said.err
    places = {client.post(where, data=fields).headers["Location"] for _ in range(2)}
    assert len(places) == 1 and bodies(app) == [form["body"].strip()]


def test_htmx_leaves_the_form_as_it_is(app: Flask, client: FlaskClient, make: Make, no_room: Any) -> None:
    post = make.post()
    form = LONG | new_code(app, client, post)
    with no_room():
        answer = client.post(post.comments, data=form, headers=HTMX)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    assert "<html" not in answer.text and "<form" not in answer.text
    assert "We have no room just now" in answer.text
    again = client.post(post.comments, data=form, headers=HTMX)
    assert "data-posted" in again.text and len(bodies(app)) == 1


def test_a_member_keeps_every_word(
    app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient], no_room: Any
) -> None:
    post, browser = make.post(), sign_in(make.account())
    page = browser.get(post.path).text
    form = {"body": LONG["body"]} | {name: hidden(page, name) for name in ("challenge", "csrf_token")}
    with no_room():
        answer = browser.post(post.comments, data=form)
    where, fields = sent_again(answer.text)
    assert answer.status_code == 503 and fields == form
    assert browser.post(where, data=fields).status_code == 303
    assert bodies(app) == [form["body"].strip()]


def test_an_author_keeps_every_word(make: Make, sign_in: Callable[[MadeAccount], FlaskClient], no_room: Any) -> None:
    account = make.account(roles=("admin",))
    browser, number = sign_in(account), make.draft(author_id=account.id, title="Ninety days", body="Short.")
    page = browser.get(f"/desk/posts/{number}").text
    form = {"csrf_token": hidden(page, "csrf_token"), "title": "Ninety days", "body": LONG["body"], "do": "save"}
    form |= {"base": hidden(page, "base"), "tab": "tab-1"}
    with no_room():
        answer = browser.post(f"/desk/posts/{number}", data=form)
        kept = browser.post(f"/desk/posts/{number}/draft", data=form, headers=HTMX)
    assert answer.status_code == kept.status_code == 503
    assert "We have no room just now" in kept.text and "<form" not in kept.text
    where, fields = sent_again(answer.text)
    assert (where, fields) == (f"/desk/posts/{number}", form)
    assert browser.post(where, data=fields).status_code in {200, 303}
    assert LONG["body"].strip()[:40] in unescape(browser.get(f"/desk/posts/{number}").text)


def test_no_password_is_shown_again(client: FlaskClient, broken_people: None) -> None:
    form = {"email": "ada@example.org", "password": "three words long enough", "name": "Ada M. Reader"}
    for path in ("/sign-in", "/join"):
        answer = client.post(path, data=form)
        assert answer.status_code in {500, 503}
        assert "three words" not in answer.text and "<form" not in answer.text


def test_a_member_is_told_too_when_the_database_is_away(
    make: Make, sign_in: Callable[[MadeAccount], FlaskClient], app: Flask
) -> None:
    """The page that says so asks nobody who is signed in."""
    post, browser = make.post(), sign_in(make.account())
    with _away(app, "login_session"):
        for path in (post.path, "/account", "/nope/"):
            answer = browser.get(path)
            assert answer.status_code in {500, 503}, path
            assert "<title>" in answer.text and "in a minute" in answer.text


@pytest.fixture
def broken_people(app: Flask) -> Iterator[None]:
    """The table of accounts is away."""
    with _away(app, "account"):
        yield


@contextmanager
def _away(app: Flask, table: str) -> Iterator[None]:
    def rename(old: str, new: str) -> None:
        with app.app_context():
            db.session.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
            db.session.commit()

    rename(table, f"{table}_away")
    try:
        yield
    finally:
        rename(f"{table}_away", table)
