"""The layer: the same bytes for every stranger, and everybody else is passed on."""

import gzip
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.blog.models import State
from hcpov.pages import files
from hcpov.pages.store import Store
from hcpov.pages.tasks import begin_anew
from tests.make import MadeAccount, Make

Kept = Callable[[], set[str]]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser whose cookies are the test's to say."""
    return app.test_client(use_cookies=False)


def test_a_page_is_made_once(client: FlaskClient, make: Make, store: Store, kept: Kept, queries: Any) -> None:
    post = make.post()
    first = client.get(post.path)
    assert kept() == {post.path}
    with queries() as said:
        second = client.get(post.path)
    assert said == []
    assert (second.status_code, second.data) == (200, first.data)
    assert [*second.headers] == [*first.headers]


def test_it_says_the_same_as_the_view(
    client: FlaskClient, make: Make, store: Store, made_now: Callable[[str], TestResponse]
) -> None:
    post = make.post()
    make.comment(post, "I agree.")
    for path in ("/", "/boardroom-buzz/", post.path, f"{post.path}history", "/feed.atom", "/blogs/", "/moderation/"):
        client.get(path)
        kept, made = client.get(path), made_now(path)
        assert kept.data == made.data, path
        ours = {key: value for key, value in kept.headers if key not in {"ETag", "Vary"}}
        its = {key: value for key, value in made.headers if key not in {"ETag", "Vary", "Date"}}
        assert ours == its, path


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br;q=0.5", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("deflate", None),
        ("", None),
        ("br;q=0, gzip;q=0.000", None),
        ("*", None),
        ("nobr, gzipped", None),
    ],
)
def test_encodings(client: FlaskClient, make: Make, store: Store, accepted: str, encoding: str | None) -> None:
    post = make.post()
    plain = client.get(post.path).data
    answer = client.get(post.path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding, Cookie"
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert decode(answer.data) == plain
    assert answer.content_length == len(answer.data)


def test_whoever_has_it_gets_nothing_again(client: FlaskClient, make: Make, store: Store) -> None:
    post = make.post()
    whole = client.get(post.path, headers={"Accept-Encoding": "br"})
    tag = whole.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(post.path, headers={"Accept-Encoding": "br", "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Encoding" not in again.headers and "Content-Length" not in again.headers
        assert again.headers["Content-Security-Policy"] == whole.headers["Content-Security-Policy"]
    # Each encoding has a validator of its own (RFC 9110 8.8.3.3).
    assert client.get(post.path, headers={"If-None-Match": tag}).status_code == 200
    make.comment(post, "Something new.")
    assert client.get(post.path, headers={"Accept-Encoding": "br", "If-None-Match": tag}).status_code == 200


def test_a_head_is_that_of_the_page(client: FlaskClient, make: Make, store: Store) -> None:
    post = make.post()
    first = client.head(post.path)
    page = client.get(post.path)
    for head in (first, client.head(post.path)):
        assert (head.status_code, head.data) == (200, b"")
        assert [*head.headers] == [*page.headers]


def test_ranges_are_not_served(client: FlaskClient, make: Make, store: Store) -> None:
    post = make.post()
    whole = client.get(post.path)
    part = client.get(post.path, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (200, whole.data)
    assert "Accept-Ranges" not in part.headers


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"HX-Request": "true"}, ""),
        ({"HX-Request": "false"}, ""),
        ({"Cookie": "session=nonsense"}, ""),
        ({"Cookie": "a=b; session=x"}, ""),
        ({"Cookie": "a=b,receipt=x"}, ""),
        ({"Cookie": "strip=closed"}, ""),
        ({}, "?reply=1"),
        ({}, "?utm_source=x"),
        ({}, "?before=1&before=2"),
        ({}, "?x=1&after=2"),
        ({}, "?before=12"),
    ],
)
def test_whoever_may_be_told_something_else_is_passed_on(
    client: FlaskClient, make: Make, store: Store, kept: Kept, queries: Any, headers: dict[str, str], address: str
) -> None:
    post = make.post()
    for _ in range(2):
        with queries() as said:
            answer = client.get(f"{post.path}{address}", headers=headers)
        assert answer.status_code == 200
        assert said
    assert kept() == set()


def test_nonsense_cookies_get_the_page(client: FlaskClient, make: Make, store: Store, queries: Any) -> None:
    post = make.post()
    page = client.get(post.path)
    with queries() as said:
        for cookies in ("a=b", "xsession=1; my_receipt=2", "\xff\xfe", "=" * 4000, "session", "Session=x"):
            assert client.get(post.path, headers={"Cookie": cookies}).data == page.data
    assert said == []


def test_no_cookie_is_set_with_a_page_that_is_kept(client: FlaskClient, make: Make, store: Store, kept: Kept) -> None:
    post = make.post()
    assert "Set-Cookie" not in client.get(post.path).headers
    client.get("/sign-in")
    client.get("/join")
    client.get(f"/captcha?for={post.id}")
    assert kept() == {post.path}


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/boardroom-buzz/%2e%2e/%2e%2e/",
        "/boardroom-buzz%2f..%2f",
        "/boardroom-buzz/\x00",
        "/boardroom-buzz/%00",
        "/boardroom-buzz//",
        "/boardroom-buzz/?before=1;x",
        "/boardroom-buzz/@index.html",
        "/site/boardroom-buzz/",
        "/Boardroom-Buzz/",
        "/static/../hcpov.cfg",
        "/static/%2e%2e/setup.cfg",
        f"/{'a' * 4096}/",
        f"/{'a/' * 2000}",
        "/boardroom-buzz/?before=../../x",
        "/boardroom-buzz/?before=9999999999",
        "/pages/no-such-page/",
        "/no-such-blog/",
    ],
)
def test_path_tricks_keep_nothing(client: FlaskClient, make: Make, store: Store, kept: Kept, path: str) -> None:
    make.post()
    answer = client.get(path)
    assert answer.status_code in {308, 404}
    assert kept() == set()
    assert {file.name for file in store.folder.iterdir()} <= {
        *("site", "others", "static", "new", "lock", "counters"),
        *("index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"),
    }


def test_a_long_address_is_judged_at_once() -> None:
    assert files.name("/" + "a" * 900 + "!", "") is None
    assert files.name("/" + "a." * 450 + "!", "") is None
    assert files.name("/" + "a/" * 450 + "!", "") is None
    assert files.name("/a" * 450, "before=c12") == "a" + "/a" * 449 + "@before=c12.html"
    assert files.name("/", "") == "@index.html"


def test_errors_are_not_kept(client: FlaskClient, make: Make, store: Store, kept: Kept, monkeypatch: Any) -> None:
    gone = make.post(state=State.WITHDRAWN)
    assert client.get(gone.path).status_code == 410
    assert client.get("/boardroom-buzz/2013/02/").status_code == 404
    assert client.get(f"{gone.path}comments").status_code == 405
    assert kept() == set()
    assert b"<!--" not in client.get(gone.path).data


def test_marks_are_on_no_page(client: FlaskClient, make: Make, store: Store) -> None:
    post = make.post()
    make.comment(post, "Mine.", account_id=make.account().id)
    for path in (post.path, f"{post.path}?reply=1", "/", "/no-such-page/"):
        for headers in ({}, {"HX-Request": "true"}, {"Cookie": "session=x"}):
            assert "<!--" not in client.get(path, headers=headers).text


def test_a_session_gets_no_strangers_cache_headers(
    make: Make, sign_in: Callable[[MadeAccount], FlaskClient], store: Store
) -> None:
    post = make.post()
    answer = sign_in(make.account()).get(post.path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


def test_static_files_are_answered_from_what_was_pressed(app: Any, client: FlaskClient, store: Store) -> None:
    before = client.get("/static/css/pov.css")
    assert "Content-Encoding" not in before.headers
    before.close()
    begin_anew(app)
    for name in ("css/pov.css", "js/comment.js", "img/icon.svg"):
        answer = client.get(f"/static/{name}?v=1", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "br"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert brotli.decompress(answer.data) == client.get(f"/static/{name}").data
    assert client.get("/static/css/no-such.css").status_code == 404
    assert client.get("/static/css/").status_code == 404


ONCE = "?reply=1"  # of a page that is made for whoever asks


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_what_is_not_kept_is_pressed_on_its_way(
    client: FlaskClient, make: Make, store: Store, accepted: str, encoding: str | None
) -> None:
    post = make.post()
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    for method, path in (("GET", f"{post.path}{ONCE}"), ("POST", post.comments)):
        plain = client.open(path, method=method, data={"body": "A"})
        small = client.open(path, method=method, data={"body": "A"}, headers={"Accept-Encoding": accepted})
        assert small.headers.get("Content-Encoding") == encoding
        assert small.content_length == len(small.data)
        assert len(decode(small.data)) == pytest.approx(len(plain.data), abs=200)  # a picture of its own in each
        if encoding:
            assert len(small.data) < len(plain.data) / 2
            assert "Accept-Encoding" in small.headers["Vary"] and "Cookie" in small.headers["Vary"]


def test_a_pressed_answer_has_a_weak_validator(client: FlaskClient, make: Make, store: Store) -> None:
    path, headers = f"{make.post().path}{ONCE}", {"Accept-Encoding": "br"}
    first = client.get(path, headers=headers)
    assert first.headers["ETag"].startswith('W/"')
    again = client.get(path, headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path, headers=headers)
    assert (head.status_code, head.data) == (200, b"")


def test_nothing_is_pressed_for_who_is_led_here_from_elsewhere(client: FlaskClient, make: Make, store: Store) -> None:
    path, headers = f"{make.post().path}{ONCE}", {"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"}
    assert "Content-Encoding" not in client.get(path, headers=headers).headers


def test_short_answers_and_files_are_not_pressed(client: FlaskClient, make: Make, store: Store) -> None:
    for path in ("/boardroom-buzz", "/static/img/no-such.svg", "/.well-known/security.txt"):
        with client.get(path, headers={"Accept-Encoding": "br", "HX-Request": "true"}) as answer:
            assert "Content-Encoding" not in answer.headers
