"""The feed of a thread: what is public of it, and nothing else."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.http import http_date

from hcpov.blog.models import Kind
from hcpov.blog.models import State as PostState
from hcpov.comments import actions
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.blog.feed_rules import ids, links, problems
from tests.make import START, MadePost, Make

KINDS = ("atom", "rss", "json")
THR = "{http://purl.org/syndication/thread/1.0}"


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post to talk about."""
    return make.post("Cards <b>& ]]> beds", slug="a-post")


def entries(client: FlaskClient, post: MadePost) -> list[dict[str, Any]]:
    """Returns the comments in the JSON Feed of a thread."""
    found: list[dict[str, Any]] = json.loads(client.get(f"{post.path}comments.json").data)["items"]
    return found


def numbers(client: FlaskClient, post: MadePost) -> list[int]:
    """Returns the numbers of the comments in a thread's feed."""
    return [int(each["id"].rsplit("/", 1)[1]) for each in entries(client, post)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", [False, True])
def test_threads_keep_their_specifications(client: FlaskClient, make: Make, kind: str, page: bool) -> None:
    post = make.post("A text", kind=Kind.PAGE if page else Kind.POST, slug="a-text")
    path = f"{post.path}comments.{kind}"
    empty = client.get(path)
    assert (problems(kind, empty.data), ids(kind, empty.data)) == ([], [])
    make.comment(post, "So <b>do</b> I & ]]>.", parent=make.comment(post), disclosure="I work there.")
    answer = client.get(path)
    assert problems(kind, answer.data) == [] and len(ids(kind, answer.data)) == 2
    assert links(kind, answer.data)["self"] == f"http://localhost{path}"


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_reader_finds_who_said_what(client: FlaskClient, make: Make, post: MadePost, kind: str) -> None:
    first = make.comment(post, "I agree, see [there](/x).", email="ada@example.org")
    make.comment(post, "Not I.", parent=first, name="Otto", disclosure="I own beds.")
    feed = feedparser.parse(client.get(f"{post.path}comments.{kind}").data)
    assert not feed.bozo and feed.feed.title == "Comments on Cards <b>& ]]> beds"
    newer, older = feed.entries
    assert (older.author, older.title, older.link) == (
        "Ada Reader",
        "Ada Reader on Cards <b>& ]]> beds",
        f"http://localhost/comments/{first}/",
    )
    assert 'href="http://localhost/x"' in older.content[0].value and "Pharmacist, Tulsa OK" in older.content[0].value
    assert "I own beds." in newer.content[0].value
    assert "ada@example.org" not in client.get(f"{post.path}comments.{kind}").text


def test_answers_say_what_they_answer(client: FlaskClient, make: Make, post: MadePost) -> None:
    root = make.comment(post)
    make.comment(post, parent=root)
    data = client.get(f"{post.path}comments.atom").data
    names = ids("atom", data)
    about = [each.attrib for each in etree.fromstring(data).iter(f"{THR}in-reply-to")]
    post_id = ids("atom", client.get("/feed.atom").data)[0]
    assert [each["ref"] for each in about] == [names[1], post_id]
    assert [each["href"] for each in about] == [
        f"http://localhost/comments/{root}/",
        f"http://localhost{post.path}",
    ]


@pytest.mark.parametrize("state", [State.HELD, State.RETURNED, State.SPAM, State.REMOVED])
def test_what_is_not_public_is_in_no_feed(client: FlaskClient, make: Make, post: MadePost, state: State) -> None:
    hidden = make.comment(post, "Secret.", state=state, name="Hidden Name")
    answer = make.comment(post, "An answer to it.", parent=hidden)  # on the page a stub stands above it
    for kind in KINDS:
        text = client.get(f"{post.path}comments.{kind}").text
        assert "Secret" not in text and "Hidden Name" not in text
    assert numbers(client, post) == [answer]
    other = make.post("Another")
    make.comment(other, "Elsewhere.")
    assert numbers(client, post) == [answer]


def test_a_comment_keeps_its_id_and_a_change_moves_updated(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, travel: Callable[[float], None]
) -> None:
    number, editor = make.comment(post), make.account()
    before = entries(client, post)[0]
    travel(60)
    with app.app_context():
        actions.edit(db.session.get_one(Comment, number), "Other words.")
    after = entries(client, post)[0]
    assert after["id"] == before["id"] and after["date_modified"] > before["date_modified"]
    assert after["date_published"] == before["date_published"] and "Other words." in after["content_html"]
    mark = client.get(f"{post.path}comments.atom").headers["ETag"]
    with app.app_context():
        actions.settle(db.session.get_one(Comment, number), editor.id, "removed", State.REMOVED, "Rude.")
    assert entries(client, post) == []
    assert client.get(f"{post.path}comments.atom", headers={"If-None-Match": mark}).status_code == 200
    with app.app_context():
        actions.settle(db.session.get_one(Comment, number), editor.id, "published", State.PUBLISHED)
    assert entries(client, post)[0]["id"] == before["id"]


def test_an_erased_comment_is_gone_with_the_next_look(
    app: Flask, client: FlaskClient, make: Make, post: MadePost
) -> None:
    make.comment(post, "Stays.")
    number = make.comment(post, "Goes.", at=START)
    answer = client.get(f"{post.path}comments.atom")
    assert "Last-Modified" not in answer.headers  # no date could tell of it
    with app.app_context():
        actions.erase(db.session.get_one(Comment, number))
    again = client.get(
        f"{post.path}comments.atom",
        headers={"If-Modified-Since": http_date(), "If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 200 and "Goes." not in again.text
    mark = {"If-None-Match": f"W/{again.headers['ETag']}"}
    assert client.get(f"{post.path}comments.atom", headers=mark).status_code == 304
    assert client.head(f"{post.path}comments.atom").headers["ETag"] == again.headers["ETag"]


def test_what_was_held_for_long_is_new_when_it_is_let_through(
    app: Flask, client: FlaskClient, make: Make, post: MadePost
) -> None:
    held = make.comment(post, "Held.", at=START - timedelta(days=9), state=State.HELD)
    with app.app_context():
        db.session.get_one(Comment, held).published_at = None
        db.session.commit()
    for _ in range(2):
        make.comment(post)
    with app.app_context():
        actions.settle(db.session.get_one(Comment, held), make.account().id, "published", State.PUBLISHED)
    assert numbers(client, post)[0] == held


def test_a_withdrawn_posts_talk_is_gone(client: FlaskClient, make: Make) -> None:
    post = make.post("Gone", state=PostState.WITHDRAWN)
    make.comment(post, "Secret.")
    for kind in KINDS:
        answer = client.get(f"{post.path}comments.{kind}")
        assert answer.status_code == 410 and "Secret" not in answer.text


def test_pages_hold_every_comment_once_while_new_ones_arrive(
    client: FlaskClient, make: Make, post: MadePost, queries: Callable[[], Any]
) -> None:
    at = START + timedelta(days=1)
    made = [make.comment(post, at=at + timedelta(minutes=n // 2)) for n in range(105)]
    seen, path, costs = [], f"{post.path}comments.rss", []
    while path:
        with queries() as said:
            answer = client.get(path)
        costs.append(len(said))
        seen += [int(each.rsplit("/", 1)[1]) for each in ids("rss", answer.data)]
        make.comment(post, at=at + timedelta(days=make.number))
        path = links("rss", answer.data).get("next", "").removeprefix("http://localhost")
    assert seen == made[::-1]
    assert costs == [2, 3, 3]
    previous = links("rss", answer.data)["previous"].removeprefix("http://localhost")
    back = [int(each.rsplit("/", 1)[1]) for each in ids("rss", client.get(previous).data)]
    assert back == made[5:55][::-1]
    elsewhere = make.comment(make.post("Another"))
    for asked in (elsewhere, made[0], 999999, "x"):
        assert client.get(f"{post.path}comments.atom?before={asked}").status_code == 404


def test_a_thread_costs_the_same_with_ten_times_the_comments(
    client: FlaskClient, make: Make, post: MadePost, queries: Callable[[], Any]
) -> None:
    costs = []
    for rows in (3, 27):
        for _ in range(rows):
            make.comment(post, parent=make.comment(post))
        with queries() as said:
            assert client.get(f"{post.path}comments.atom").status_code == 200
        costs.append(len(said))
    assert costs == [2, 2]
