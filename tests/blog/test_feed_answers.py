"""Feeds as answers: what they cost, what caches may do, and how they are paged."""

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.http import http_date, parse_date

from hcpov.blog import actions
from hcpov.blog.feeds.rows import KINDS
from hcpov.blog.models import Post
from hcpov.extensions import db
from tests import live
from tests.blog.feed_rules import ids, links, problems
from tests.make import START, MadeAccount, MadePost, Make

STEMS = ("/feed", "/boardroom-buzz/feed", "/tags/night-shifts/feed")
TAGS = ["Night shifts"]


@pytest.fixture
def many(make: Make) -> list[MadePost]:
    """Forty-five posts, the newest first; pairs share their minute."""
    found = [make.post(f"Post {n}", at=START + timedelta(minutes=n // 2), tags=TAGS) for n in range(45)]
    return found[::-1]


def walk(client: FlaskClient, path: str, relation: str = "next", between: Callable[[], Any] = lambda: None) -> Any:
    """Yields the pages of a feed as kind and bytes, from `path` on to the last."""
    kind, seen = path.split("?")[0].rsplit(".", 1)[1], set()
    while path:
        assert path not in seen
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200 and problems(kind, answer.data) == []
        yield kind, answer.data
        between()
        parts = urlsplit(links(kind, answer.data).get(relation, ""))
        path = f"{parts.path}?{parts.query}".rstrip("?")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stem", STEMS)
def test_pages_hold_every_post_once_while_new_ones_arrive(
    client: FlaskClient, make: Make, many: list[MadePost], stem: str, kind: str
) -> None:
    def arrive() -> None:
        make.post("New", at=START + timedelta(days=make.number), tags=TAGS)

    seen = [each for page in walk(client, f"{stem}.{kind}", between=arrive) for each in ids(*page)]
    assert [int(each.rsplit("/", 1)[1]) for each in seen] == [post.id for post in many]


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_pages_name_those_beside_them(client: FlaskClient, many: list[MadePost], kind: str) -> None:
    pages = list(walk(client, f"/feed.{kind}"))
    said = [links(*page) for page in pages]
    first = f"http://localhost/feed.{kind}"
    assert [set(each) - {"alternate"} for each in said] == [
        {"self", "first", "next"},
        {"self", "first", "previous", "next"},
        {"self", "first", "previous"},
    ]
    assert {each["first"] for each in said} == {first} and said[0]["self"] == first
    assert [each["self"] for each in said[1:]] == [each["next"] for each in said[:-1]]
    back = list(walk(client, urlsplit(said[2]["self"])._replace(scheme="", netloc="").geturl(), "previous"))
    assert [ids(*page) for page in back] == [ids(*page) for page in pages[::-1]]


@pytest.mark.parametrize("asked", ["x", "-1", "0", "99999", "9999999999", "1%00", ""])
@pytest.mark.parametrize("stem", STEMS)
def test_a_page_that_is_none_is_not_found(client: FlaskClient, many: list[MadePost], stem: str, asked: str) -> None:
    assert client.get(f"{stem}.atom?before={asked}").status_code == 404
    oldest = f"{stem}.json?before={many[-1].id}"
    assert client.get(oldest).status_code == 404  # nothing is below the oldest, and no page leads there


@pytest.mark.parametrize("path", ["/nope/feed.atom", "/tags/nope/feed.rss", "/boardroom-buzz/2013/01/no/comments.json"])
def test_what_is_not_there_has_no_feed(client: FlaskClient, make: Make, path: str) -> None:
    make.post()
    assert client.get(path).status_code == 404
    assert client.get("/feed.xml").status_code == 404


@pytest.mark.parametrize("path", [f"{stem}.{kind}" for stem in STEMS for kind in KINDS])
def test_who_has_it_gets_nothing_anew(client: FlaskClient, make: Make, path: str) -> None:
    make.post(tags=TAGS)
    answer = client.get(path)
    mark, at = answer.headers["ETag"], answer.headers["Last-Modified"]
    kind = path.rsplit(".", 1)[1]
    assert answer.headers["Content-Type"] == f"{KINDS[kind]}; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    moved = parse_date(at)
    assert moved
    earlier = http_date(moved - timedelta(seconds=1))
    for headers, status in (
        ({"If-None-Match": mark}, 304),
        ({"If-None-Match": f"W/{mark}"}, 304),  # as nginx has it after compressing
        ({"If-None-Match": f'"other", W/{mark}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": at}, 304),
        ({"If-Modified-Since": earlier}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": at}, 200),  # RFC 9110 13.2.2: the mark wins
        ({"If-None-Match": mark, "If-Modified-Since": earlier}, 304),
    ):
        again = client.get(path, headers=headers)
        assert again.status_code == status, headers
        assert again.headers["ETag"] == mark and again.headers["Cache-Control"] == "public, no-cache"
        assert "Content-Security-Policy" in again.headers
        assert again.data == (b"" if status == 304 else answer.data)
    head = client.head(path)
    assert head.data == b"" and head.status_code == 200
    same = ("ETag", "Last-Modified", "Content-Type", "Content-Length")
    assert [head.headers[name] for name in same] == [answer.headers[name] for name in same]


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_taken_back_is_asked_for_anew(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[float], None], stem: str
) -> None:
    make.post("Stays", tags=TAGS)
    post, account = make.post("Goes", tags=TAGS), make.account()
    travel(60)
    at = client.get(f"{stem}.atom").headers["Last-Modified"]
    with app.app_context():
        found = db.session.get_one(Post, post.id)
        assert actions.withdraw(found, found.version, account.id, "Taken back.")
    answer = client.get(f"{stem}.atom", headers={"If-Modified-Since": at})
    assert answer.status_code == 200 and "Goes" not in answer.text


def test_feeds_are_the_same_for_members_and_set_no_cookie(
    app: Flask, client: FlaskClient, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]
) -> None:
    post = make.post(tags=TAGS)
    make.comment(post)
    admin = sign_in(make.account("Ada Admin", roles=("admin",)))
    for path in [f"{stem}.{kind}" for stem in (*STEMS, f"{post.path}comments") for kind in KINDS]:
        ours, theirs = client.get(path), admin.get(path)
        assert ours.data == theirs.data
        for answer in (ours, theirs):
            assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
            assert answer.headers["Cache-Control"] == "public, no-cache"
    missing = admin.get("/nope/feed.atom")
    assert missing.status_code == 404 and missing.headers["Cache-Control"] == "private, no-store"  # it names the member


@pytest.mark.parametrize("stem", STEMS)
def test_feeds_cost_the_same_with_ten_times_the_rows(
    client: FlaskClient, make: Make, queries: Callable[[], Any], stem: str
) -> None:
    author, costs = make.account().id, []
    for rows in (2, 20):
        for number in range(rows):
            at, tags = START + timedelta(minutes=number), [*TAGS, f"Tag {number}"]
            make.comment(make.post(f"Post {number}", at=at, author_id=author, tags=tags))
        newest = make.post(at=START + timedelta(days=1), tags=TAGS).id
        for asked in [f"{stem}.{kind}{page}" for kind in KINDS for page in ("", f"?before={newest}")]:
            with queries() as said:
                assert client.get(asked).status_code == 200
            costs.append(len(said))
    assert costs == [3] * 12


def test_feeds_follow_the_settings(
    app: Flask, client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.post()
    settings = dataclasses.replace(app.config["HCPOV"], site_url="https://pov.example.org", site_name="Wards & Words")
    monkeypatch.setitem(app.config, "HCPOV", settings)
    feed = feedparser.parse(client.get("/feed.atom").data)
    assert feed.feed.title == "Wards & Words"
    assert re.findall(r"http://", client.get("/feed.json").text) == []


@pytest.mark.parametrize("stem", [*STEMS, "/boardroom-buzz/2013/01/a-post/comments"])
@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_reader_on_the_real_server(server: str, make: Make, stem: str, kind: str) -> None:
    make.comment(make.post("Hand-offs", slug="a-post", tags=TAGS))
    feed = feedparser.parse(f"{server}{stem}.{kind}")
    assert not feed.bozo and feed.status == 200 and len(feed.entries) == 1
    assert feed.headers["content-type"] == f"{KINDS[kind]}; charset=utf-8"
    assert feed.href == f"{server}{stem}.{kind}" == next(each.href for each in feed.feed.links if each.rel == "self")
    again = feedparser.parse(feed.href, etag=feed.etag, modified=feed.get("modified"))
    assert again.status == 304 and again.entries == []


def test_json_feed_on_the_real_server(server: str, make: Make) -> None:
    make.post("Hand-offs")
    status, text = live.get(server, "/feed.json")
    assert status == 200 and problems("json", text.encode()) == []


def test_a_row_that_was_never_public_begins_no_page(app: Flask, client: FlaskClient, make: Make) -> None:
    make.post("Older", at=START - timedelta(days=9))
    draft = make.draft(title="Secret")
    with app.app_context():  # a moment that nobody outside may find by asking
        db.session.execute(update(Post).where(Post.id == draft).values(published_at=START))
        db.session.commit()
    assert client.get(f"/feed.json?before={draft}").status_code == 404
    assert "There are no older posts" in client.get(f"/?before={draft}").text
