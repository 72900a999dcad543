"""The search page: whole and as a fragment, kind to whatever is typed, and never about what is not public."""

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import Post, State
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.search import fts5, index, tsvector
from hcpov.search import queries as search_queries
from hcpov.search.models import Due
from tests.conftest import POSTGRES
from tests.forms import HTMX
from tests.make import MadeAccount, MadePost, Make

Queries = Callable[[], Any]
DEADLINE = 1 if POSTGRES else 0  # PostgreSQL is told for how long it may look


@pytest.fixture
def site(make: Make) -> MadePost:
    """A post with a comment."""
    writer = make.account("Inés Calder", handle="ines-calder")
    post = make.post("Kettles & <cups>", body="A *kettle* on the ward.", tags=["Tea"], author_id=writer.id)
    make.comment(post, "My kettle <b>too</b> & all.")
    return post


def found(page: str) -> str:
    """Returns what was found, without its markup's blanks."""
    return page[page.index('<div id="found">') :]


def told(page: str) -> str:
    """Returns what is said of how much was found: in a page, or for the place on it that stays."""
    words = re.search(r'(?:id="told" role="status"|hx-target="#told" hx-swap="innerHTML")>(.*?)</', page)
    assert words
    return words[1]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_what_is_found_is_shown_with_marks(client: FlaskClient, site: MadePost, headers: dict[str, str]) -> None:
    answer = client.get("/search?q=Kettl%C3%A9", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    said = found(answer.text)
    assert told(answer.text) == "2 results"
    assert f'<a href="{site.path}"><mark>Kettles</mark> &amp; &lt;cups&gt;</a>' in said.replace("\n", "")
    assert "A <mark>kettle</mark> on the ward." in said
    assert "My <mark>kettle</mark> &lt;b&gt;too&lt;/b&gt; &amp; all." in said
    assert ("<html" in answer.text) == (not headers)
    assert ('name="robots" content="noindex"' in answer.text) == (not headers)


def test_page_and_fragment_are_one(client: FlaskClient, site: MadePost) -> None:
    for asked in ("q=kettle", "q=kettle&kind=posts&page=1", "q=nothing+there", "q=***", "", "q=a&author=ines-calder"):
        whole, part = client.get(f"/search?{asked}").text, client.get(f"/search?{asked}", headers=HTMX).text
        assert part.startswith('<div id="found">') and part.split("<hx-partial")[0].strip() in whole
        assert told(part) == told(whole)


def test_the_form_keeps_what_was_typed_and_chosen(client: FlaskClient, site: MadePost) -> None:
    page = client.get("/search?q=%22a+%3Ckettle%3E&blog=boardroom-buzz&year=2013&kind=comments&author=Ada&tag=Tea").text
    assert 'value="&#34;a &lt;kettle&gt;"' in page
    for chosen in ('value="boardroom-buzz" selected', "<option selected>2013", 'value="comments" selected'):
        assert chosen in page
    assert 'value="Ada"' in page and 'value="Tea"' in page and "<details open>" in page
    assert 'action="/search"' in page and 'method="post"' not in page.split('id="found"')[0].split("<main")[1]


def test_nothing_asked_says_what_can_be(client: FlaskClient, site: MadePost) -> None:
    page = client.get("/search").text
    assert "Type a word or two" in page and "autofocus" in page and "result" not in found(page).split("Type a")[0]


def test_nothing_found_is_kind(client: FlaskClient, site: MadePost) -> None:
    assert "Try fewer words" in client.get("/search?q=zebra").text
    page = client.get("/search?q=kettle&year=1999").text
    assert '<a href="/search?q=kettle">Look everywhere</a>' in page


BAD = [
    "***",
    '"""',
    '"unbalanced',
    "AND",
    "NOT",
    "NEAR(a b)",
    "a OR",
    "(((",
    "{title}: x",
    "^ward",
    "- - -",
    "-kettle",
    "%' OR '1'='1",
    "'; DROP TABLE post; --",
    "kettle & | ! <-> :*",
    "\\",
    "\\'",
    "§b1",
    "\u0000",
    "\ud7ff\U0010ffff",
    "夜" * 300,
    "a " * 5000,
    "*" * 10_000,
    '"' * 10_000,
    "é" * 10_000,
    "kettle " * 1500,
    "ﷺ",
    "½",
    "\u202ekettle",
    "a" * 40 + "*",
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_no_text_is_an_error(client: FlaskClient, site: MadePost, text: str, headers: dict[str, str]) -> None:
    begun = time.thread_time()
    for name in ("q", "author", "tag", "blog", "year", "kind", "page"):
        answer = client.get("/search", query_string={"q": "kettle"} | {name: text}, headers=headers)
        assert answer.status_code == 200, (name, answer.text)
    assert time.thread_time() - begun < 2


def test_bytes_that_are_no_text_are_no_error(client: FlaskClient, site: MadePost) -> None:
    for query in ("q=%ff%fe", "q=%00", "q=%C3", "q=%ED%A0%80", "q=a&q=b", "page=99999999999", "page=-1", "year=0"):
        assert client.get(f"/search?{query}").status_code == 200


def test_ten_kilobytes_say_what_was_read(client: FlaskClient, site: MadePost) -> None:
    page = client.get("/search", query_string={"q": "kettle " * 1500}).text
    assert "2 results" in page and "200 characters and ten words at most" in page


def test_what_takes_too_long_is_said(client: FlaskClient, site: MadePost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_queries, "SECONDS", -1 if not POSTGRES else 0.001)
    if POSTGRES:
        monkeypatch.setitem(search_queries.CANDIDATES, "post", 1)
        sleeping = "SELECT 1, '', '', '', 1 FROM pg_sleep(2) WHERE CAST(:asked AS text) <> '' LIMIT :most"
        monkeypatch.setattr("hcpov.search.tsvector.candidates", lambda _table: sleeping)
    else:
        monkeypatch.setattr("hcpov.search.fts5.STEPS", 1)
    page = client.get("/search?q=kettle").text
    assert "Add a rarer word" in page and "Kettles" not in found(page)
    monkeypatch.undo()
    assert "2 results" in client.get("/search?q=kettle").text


def test_pages_go_on(client: FlaskClient, make: Make) -> None:
    post = make.post("Talk", body="Nothing.")
    for number in range(45):
        make.comment(post, f"A kettle, number {number}.")
    seen: list[str] = []
    address = "/search?q=kettle&kind=comments"
    for size in (20, 20, 5):
        page = client.get(address).text
        shown = re.findall(r'<h2><a href="(/comments/\d+/)"', page)
        assert len(shown) == size and "45 results" in page
        seen += shown
        more = re.search(r'href="([^"]+)" rel="next"', page)
        address = unescape(more[1]) if more else ""
    assert not address and len(set(seen)) == 45
    assert 'rel="prev"' in page


@pytest.mark.parametrize("many", [1, 10])
@pytest.mark.parametrize(
    ("asked", "fragment", "whole"),
    [
        ("", 0, 2),
        ("q=%22%22", 0, 2),
        ("q=kettle", 4, 6),
        ("q=zebra", 2, 4),
        ("q=kettle&kind=posts", 2, 4),
        ("q=kettle&blog=boardroom-buzz&tag=tea&author=ines-calder&year=2013", 6, 8),
        ("q=kettle&tag=nothing", 1, 3),
    ],
)
def test_a_search_costs_as_many_queries_whatever_there_is(
    client: FlaskClient, site: MadePost, make: Make, queries: Queries, many: int, asked: str, fragment: int, whole: int
) -> None:
    for number in range(many):
        make.comment(make.post(f"Kettle {number}", tags=["Tea"]), "A kettle.")
    for headers, expected in ((HTMX, fragment), ({}, whole)):
        with queries() as said:
            client.get(f"/search?{asked}", headers=headers)
        looked = any("search_" in each for each in said)
        assert len(said) == expected + (DEADLINE if looked else 0), said


def test_a_member_searches_as_anybody(
    sign_in: Callable[[MadeAccount], FlaskClient], site: MadePost, make: Make
) -> None:
    browser = sign_in(make.account("Ada Reader"))
    page = browser.get("/search?q=kettle").text
    assert "2 results" in page and "Signed in as" in page


def test_it_is_only_read(client: FlaskClient) -> None:
    for method in (client.post, client.put, client.delete):
        assert method("/search?q=a").status_code == 405


def test_every_page_leads_there(client: FlaskClient, site: MadePost, sign_in: Any, make: Make) -> None:
    for browser in (client, sign_in(make.account())):
        for path in ("/", "/boardroom-buzz/", site.path, "/tags/tea/", "/nope/"):
            assert '<a href="/search">Search</a>' in browser.get(path).text


def test_who_asks_too_often_waits(limited: Flask, site: MadePost) -> None:
    browser = limited.test_client()
    answers = [browser.get("/search?q=kettle", headers=HTMX) for _ in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {200}
    assert answers[-1].status_code == 429 and "has to wait" in answers[-1].text
    assert browser.get(site.path).status_code == 200


def test_a_stale_index_shows_nothing_that_is_gone(app: Flask, client: FlaskClient, site: MadePost) -> None:
    """Should the index ever know more than it may, what is shown is asked of the posts and comments themselves."""
    with app.app_context():
        db.session.execute(sa.update(Comment).values(state=CommentState.HELD))
        db.session.execute(sa.update(Post).values(state=State.WITHDRAWN))
        index.keep(db.session.connection())
        db.session.execute(sa.insert(Due), [{"kind": "p", "number": site.id, "later": False}])
        row = fts5 if not POSTGRES else tsvector
        fields = (" kettles ", " ", " a kettle ")
        db.session.execute(sa.text(row.put("search_post")), row.row(site.id, fields, "", 735_000))
        db.session.execute(sa.delete(Due))
        db.session.commit()
    page = client.get("/search?q=kettles").text
    assert "Kettles &amp;" not in page and site.path not in page
