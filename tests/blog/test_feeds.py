"""What feeds hold, read by a feed reader and held against their specifications."""

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import update

from hcpov.blog import actions
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.models import Blog, Change, Post, State
from hcpov.blog.shelf.actions import rename
from hcpov.blog.writing import write_body
from hcpov.extensions import db
from tests.blog.feed_rules import ATOM, ids, problems
from tests.make import START, MadeAccount, MadePost, Make

KINDS = ("atom", "rss", "json")
STEMS = ("/feed", "/boardroom-buzz/feed", "/tags/night-shifts/feed")


def read(client: FlaskClient, path: str) -> Any:
    """Returns an Atom or RSS feed as a feed reader has it."""
    feed = feedparser.parse(client.get(path).data)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def entries(client: FlaskClient, path: str = "/feed") -> list[dict[str, Any]]:
    """Returns the items of a JSON Feed."""
    found: list[dict[str, Any]] = json.loads(client.get(f"{path}.json").data)["items"]
    return found


@pytest.fixture
def full(make: Make) -> MadePost:
    """A post with every field, and an older one by a guest alone."""
    author = make.account("Staff & Editor", handle="staff")
    day_before, tags = START - timedelta(days=1), ["Night shifts"]
    make.post("Older", body="An older text.", at=day_before, byline_name="Guest Writer", tags=tags)
    return make.post(
        "Hand-offs <b>& ]]> cards",
        body="One *paragraph* with 3 < 5 & more.\n\n[here](/pages/x/?a=1&b=2), [there](../y#z), [part](#n)\n\n"
        "![A ward](/media/0123456789abcdef-1200x600.webp) [out](//other.example/q) <me@example.org>",
        author_id=author.id,
        byline_name="Ada Guest",
        editors_note="By a <guest>.",
        summary="Short & <sweet>.",
        disclosure="I own a pen.",
        tags=["Night shifts", "R&D <x>"],
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stem", STEMS)
def test_feeds_keep_their_specifications(client: FlaskClient, full: MadePost, stem: str, kind: str) -> None:
    answer = client.get(f"{stem}.{kind}")
    assert answer.status_code == 200
    assert problems(kind, answer.data) == []
    assert len(ids(kind, answer.data)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_feed_is_one_too(client: FlaskClient, make: Make, kind: str) -> None:
    make.blog()
    for path in (f"/feed.{kind}", f"/boardroom-buzz/feed.{kind}"):
        data = client.get(path).data
        assert (problems(kind, data), ids(kind, data)) == ([], [])


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_reader_finds_the_posts_whole(client: FlaskClient, full: MadePost, stem: str, kind: str) -> None:
    feed = read(client, f"{stem}.{kind}")
    assert feed.version == {"atom": "atom10", "rss": "rss20"}[kind]
    assert feed.feed.get("language", "en") == "en" and feed.feed.title
    first, older = feed.entries
    assert [first.title, older.title] == ["Hand-offs <b>& ]]> cards", "Older"]
    assert first.link == f"http://localhost{full.path}" and first.id.startswith("tag:")
    assert kind == "atom" or not first.guidislink
    text = first.content[0].value
    order = ["By a &lt;guest&gt;.", "<em>paragraph</em> with 3 &lt; 5 &amp; more.", "I own a pen.", "Filed under"]
    assert sorted(order, key=text.index) == order
    assert (first.author, older.author) == ("Ada Guest", "Guest Writer")
    assert {tag.label or tag.term for tag in first.tags} == {"Night shifts", "R&D <x>"}
    assert first.published_parsed[:6] == (2013, 1, 28, 16, 13, 0)


def test_staff_who_brought_a_guest_contribute(client: FlaskClient, full: MadePost) -> None:
    first, older = read(client, "/feed.atom").entries
    assert [dict(each) for each in first.contributors] == [
        {"name": "Staff & Editor", "href": "http://localhost/people/staff/"}
    ]
    assert "contributors" not in older


@pytest.mark.parametrize("kind", KINDS)
def test_addresses_inside_a_text_are_whole(client: FlaskClient, full: MadePost, kind: str) -> None:
    data = client.get(f"/boardroom-buzz/feed.{kind}").data
    if kind == "json":
        html = json.loads(data)["items"][0]["content_html"]
    else:
        path = {"atom": f".//{ATOM}content", "rss": ".//{http://purl.org/rss/1.0/modules/content/}encoded"}[kind]
        html = etree.fromstring(data).findtext(path)
    page, picture = f"http://localhost{full.path}", "http://localhost/media/0123456789abcdef-1200x600"
    for address in (
        'href="http://localhost/pages/x/?a=1&amp;b=2"',
        f'href="{page.rsplit("/", 2)[0]}/y#z"',
        f'href="{page}#n"',
        f'src="{picture}.webp"',
        f'srcset="{picture}-480.webp 480w, {picture}-960.webp 960w, {picture}.webp 1200w"',
        'href="http://other.example/q"',
        'href="mailto:me@example.org"',
        'href="http://localhost/tags/night-shifts/"',
    ):
        assert address in html, address
    assert re.findall(r'(?:href|src|srcset|cite)="(?!http://|mailto:)', html) == []


def test_the_words_of_a_summary_are_words(client: FlaskClient, full: MadePost) -> None:
    assert entries(client)[0]["summary"] == "Short & <sweet>."
    atom, rss = (etree.fromstring(client.get(f"/feed.{kind}").data) for kind in ("atom", "rss"))
    assert atom.findtext(f".//{ATOM}summary") == "Short & <sweet>."
    assert rss.findtext(".//item/description") == "Short &amp; &lt;sweet&gt;."  # HTML, as RSS reads it


def test_ids_outlive_every_change_of_address(
    app: Flask, client: FlaskClient, full: MadePost, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.account().id

    def all_ids(stem: str) -> dict[str, list[str]]:
        own = etree.fromstring(client.get(f"{stem}.atom").data).findtext(f"{ATOM}id")
        return {"own": [own]} | {kind: ids(kind, client.get(f"{stem}.{kind}").data) for kind in KINDS}

    before, of_blog = all_ids("/feed"), all_ids("/boardroom-buzz/feed")
    with app.app_context():
        rename(db.session.get_one(Blog, full.blog_id), "room-two", "Room Two", number)
        found = db.session.get_one(Post, full.id)
        assert actions.change(
            found, {"title": "Another", "body": "Other words."}, found.version, number, Change.CORRECTION, "Wrong."
        )
        db.session.execute(update(Post).where(Post.id == full.id).values(slug="another-slug", year=2014, month=2))
        db.session.commit()
    moved = dataclasses.replace(app.config["HCPOV"], site_url="https://pov.example.org")
    monkeypatch.setitem(app.config, "HCPOV", moved)
    assert all_ids("/feed") == before and all_ids("/room-two/feed") == of_blog
    assert before["atom"] == before["rss"] == before["json"] == of_blog["json"]
    assert len({*before["own"], *of_blog["own"], *before["atom"]}) == 4
    first = entries(client)[0]
    assert first["url"] == "https://pov.example.org/room-two/2014/02/another-slug/"
    assert client.get("/boardroom-buzz/feed.json").headers["Location"] == "/room-two/feed.json"


def test_the_namer_is_one_row_made_with_the_database(app: Flask, client: FlaskClient, full: MadePost) -> None:
    with app.app_context():
        row = db.session.scalars(db.select(FeedName)).one()
        assert re.fullmatch(r"[0-9a-f-]{36},\d{4}-\d\d-\d\d", row.name)
        assert entries(client)[0]["id"] == f"tag:{row.name}:post/{full.id}"


@pytest.fixture
def change(app: Flask, full: MadePost, make: Make) -> Callable[..., None]:
    """Returns a way to change the post in the open."""
    editor: MadeAccount = make.account("Edda Editor")

    def changed(kind: Change, reason: str = "", **fields: str) -> None:
        with app.app_context():
            found = db.session.get_one(Post, full.id)
            act = {Change.WITHDRAWAL: actions.withdraw, Change.RETURN: actions.bring_back}.get(kind)
            if act:
                assert act(found, found.version, editor.id, reason)
            else:
                words = {"title": found.title, "body": found.body} | fields
                assert actions.change(found, words, found.version, editor.id, kind, reason)

    return changed


def test_corrections_move_updated_and_minor_changes_do_not(
    client: FlaskClient, change: Callable[..., None], travel: Callable[[float], None]
) -> None:
    before = entries(client)[0]
    travel(60)
    change(Change.MINOR, body="Spelled rightly.")
    minor = entries(client)[0]
    assert "Spelled rightly." in minor["content_html"] and minor["date_modified"] == before["date_modified"]
    change(Change.CORRECTION, "It was <14>.", body="Fourteen.")
    after = entries(client)[0]
    assert after["date_modified"] > before["date_modified"] and after["date_published"] == before["date_published"]
    assert "It was &lt;14&gt;." in after["content_html"]
    for kind in ("atom", "rss"):
        feed = read(client, f"/feed.{kind}")
        assert feed.entries[0].updated == after["date_modified"]
        assert feed.feed.updated_parsed == feed.entries[0].updated_parsed


def test_a_retracted_post_says_so_before_its_text(client: FlaskClient, change: Callable[..., None]) -> None:
    change(Change.RETRACTION, "The study was withdrawn.")
    first = entries(client)[0]
    assert first["title"].startswith("Retracted: Hand-offs")
    assert first["content_html"].startswith("<p><b>Retraction, ")
    assert "paragraph" in first["content_html"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_removed_for_privacy_is_nowhere(client: FlaskClient, change: Callable[..., None], kind: str) -> None:
    change(Change.CORRECTION, "Clearer.", body="Mr Calder of ward 9.", summary="Mr Calder.", editors_note="Calder.")
    blank = dict.fromkeys(("body", "summary", "editors_note", "disclosure"), "")
    change(Change.REMOVAL, "A person could be known.", **blank)
    text = client.get(f"/feed.{kind}").text
    assert "Calder" not in text and "paragraph" not in text and "pen" not in text
    assert "Removed for privacy" in text and "A person could be known." in text
    assert problems(kind, text.encode()) == []


def test_withdrawn_posts_drop_out_and_come_back_as_themselves(
    client: FlaskClient, change: Callable[..., None], travel: Callable[[float], None]
) -> None:
    before = entries(client)
    travel(60)
    change(Change.WITHDRAWAL, "Taken back.")
    assert entries(client) == before[1:]
    updated = read(client, "/feed.atom").feed.updated
    assert updated > before[0]["date_modified"]  # a reader is told to look again
    change(Change.RETURN, "All is well.")
    assert [each["id"] for each in entries(client)] == [each["id"] for each in before]


@pytest.mark.parametrize("state", [State.DRAFT, State.REVIEW, State.SCHEDULED, State.WITHDRAWN])
def test_strangers_find_nothing_that_is_not_public(client: FlaskClient, make: Make, state: State) -> None:
    hidden = make.post("Secret", state=state, tags=["Secret word"])
    make.post("Public", at=START - timedelta(days=1))
    make.comment(hidden, "Secret talk.")
    for stem in ("/feed", "/boardroom-buzz/feed", "/tags/secret-word/feed", f"{hidden.path}comments"):
        for kind in KINDS:
            answer = client.get(f"{stem}.{kind}")
            assert "Secret" not in answer.text, f"{stem}.{kind}"
            assert (answer.status_code == 200) == (stem in {"/feed", "/boardroom-buzz/feed"})
    assert client.get("/tags/secret-word/").status_code == 404
    if state != State.WITHDRAWN:  # nor when it will be
        assert client.get(f"/feed.json?before={hidden.id}").status_code == 404


@settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)] * 4))
@example(("]]>", "<![CDATA[ x ]]>", "&bogus; &#8;", "{{ 7*7 }}{% x %}"))
@example(("\x08\x1b\ufffe", "\x0c\x85\uffff", "<?xml?><!-- -->", "a\r\nb\x7f"))
def test_no_words_break_a_feed(app: Flask, client: FlaskClient, full: MadePost, words: tuple[str, ...]) -> None:
    with app.app_context():
        found = db.session.get_one(Post, full.id)
        found.title, found.summary, found.byline_name, found.disclosure = words
        write_body(found, "\n\n".join(words) + '\n\n<a href="' + words[0])
        found.tags[0].name = words[1] or "x"
        db.session.commit()
    for kind in KINDS:
        data = client.get(f"/feed.{kind}").data
        assert problems(kind, data) == []
        assert ids(kind, data)[0].endswith(f":post/{full.id}")


def test_feeds_are_found_from_every_page(client: FlaskClient, full: MadePost) -> None:
    def found(path: str) -> list[str]:
        page = client.get(path).text
        stated = re.findall(r'<link rel="alternate" type="([^"]*)" title="[^"]+" href="([^"]*)">', page)
        base = path if path.endswith("/") else path.rsplit("/", 1)[0] + "/"
        addresses = [each if each.startswith("/") else base + each for _, each in stated]
        for (kind, _), address in zip(stated, addresses, strict=True):
            assert client.get(address).mimetype == kind, address
        return addresses

    blogs = [f"/boardroom-buzz/feed.{kind}" for kind in KINDS]
    assert found("/") == [f"/feed.{kind}" for kind in KINDS]
    assert found("/tags/night-shifts/") == [f"/tags/night-shifts/feed.{kind}" for kind in KINDS]
    for path in ("/boardroom-buzz/", "/boardroom-buzz/2013/01/", f"{full.path}history"):
        assert found(path) == blogs, path
    assert found(full.path) == ["/boardroom-buzz/feed.atom", f"{full.path}comments.atom"]
    for path in ("/blogs/", "/pages/privacy/", "/sign-in", "/people/staff/", "/moderation/", "/no-such-page/"):
        assert found(path) == ["/feed.atom"], path
    assert all(urlsplit(each["url"]).netloc for each in entries(client))
