"""Feeds, read by a feed reader."""

from datetime import timedelta

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.make import START, Make

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("path", ["/feed.atom", "/boardroom-buzz/feed.atom"])
def test_feed_carries_the_posts_whole(client: FlaskClient, make: Make, path: str) -> None:
    author = make.account("Staff & Editor")
    post = make.post(
        "Hand-offs <b>& cards",
        body="One *paragraph* with 3 < 5 & more.",
        author_id=author.id,
        editors_note="By a guest.",
    )
    make.post("Older", at=START - timedelta(days=1), byline_name="Guest Writer")
    answer = client.get(path)
    assert answer.mimetype == "application/atom+xml"
    feed = feedparser.parse(answer.data)
    assert not feed.bozo, feed.get("bozo_exception")
    assert [entry.title for entry in feed.entries] == ["Hand-offs <b>& cards", "Older"]
    first = feed.entries[0]
    assert first.link == first.id == f"http://localhost{post.path}"
    assert "<em>paragraph</em> with 3 &lt; 5 &amp; more." in first.content[0].value
    assert "By a guest." in first.content[0].value
    assert first.author == "Staff & Editor"
    assert first.published == "2013-01-28T16:13:00Z"
    assert feed.entries[1].author == "Guest Writer"


@pytest.mark.parametrize("rows", [0, 3])
def test_feed_has_what_rfc_4287_requires(client: FlaskClient, make: Make, rows: int) -> None:
    make.blog()
    for number in range(rows):
        make.post(f"Post {number}")
    root = etree.fromstring(client.get("/boardroom-buzz/feed.atom").data)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == "http://localhost/boardroom-buzz/feed.atom"
    assert root.find(f"{ATOM}author") is not None  # an entry without an author of its own takes the feed's


def test_feed_is_found_from_pages(client: FlaskClient, make: Make) -> None:
    post = make.post()
    assert 'type="application/atom+xml" title="Health Care POV" href="/feed.atom"' in client.get("/").text
    for path in ("/boardroom-buzz/", post.path):
        assert 'type="application/atom+xml" title="Boardroom Buzz"' in client.get(path).text
