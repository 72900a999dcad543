"""Everything that may be found is listed, once, by the rules of sitemaps.org 0.9; and robots are told where."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import update

from hcpov.blog.models import Kind, Post, State
from hcpov.extensions import db
from tests.make import START, MadePost, Make

SITE = "http://localhost"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "i": "http://www.google.com/schemas/sitemap-image/1.1"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # a W3C date and time, as RFC 3339 has it
PICTURE = "![A ward](/media/0123456789abcdef-640x480.webp)"

Listed = dict[str, tuple[str, list[str]]]


def read(client: FlaskClient, path: str) -> etree._Element:
    """Returns a sitemap, held to what the protocol asks of every one."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.mimetype == "application/xml" and len(answer.data) < 50 * 1024 * 1024
    root = etree.fromstring(answer.data, etree.XMLParser(resolve_entities=False, no_network=True))
    name = {"urlset": "url", "sitemapindex": "sitemap"}[etree.QName(root).localname]
    assert etree.QName(root).namespace == NS["s"]
    assert 1 <= len(root) <= 50_000 and {each.tag for each in root} == {f"{{{NS['s']}}}{name}"}
    for each in root:
        parts = [etree.QName(part).localname for part in each]
        assert parts[0] == "loc" and parts == sorted(parts, key=["loc", "lastmod", "image"].index)
        assert parts.count("loc") == 1 and parts.count("lastmod") <= 1
        address = each.findtext("s:loc", "", NS)
        assert address.startswith(f"{SITE}/") and len(address) < 2048
        assert MOMENT.fullmatch(each.findtext("s:lastmod", "2000-01-01T00:00:00Z", NS))
    return root


def listed(client: FlaskClient, path: str) -> Listed:
    """Returns path, moment and pictures of all pages in a part."""
    return {
        each.findtext("s:loc", "", NS).removeprefix(SITE): (
            each.findtext("s:lastmod", "", NS),
            [picture.text or "" for picture in each.iterfind("i:image/i:loc", NS)],
        )
        for each in read(client, path)
    }


def everything(client: FlaskClient) -> Listed:
    """Returns all that is listed, from the index on."""
    found: Listed = {}
    for part in listed(client, "/sitemap.xml"):
        if client.get(part).status_code == 200:
            more = listed(client, part)
            assert not more.keys() & found.keys()
            found |= more
    return found


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post of a member, with a tag and a picture."""
    author = make.account("Ada", handle="ada")
    make.account("Silent", handle="silent")
    body = f"Words.\n\n{PICTURE}\n\n![](https://pictures.example.org/a.png?b=1&c=2)"
    return make.post("A & B", body=body, author_id=author.id, tags=["Night shifts"])


def test_everything_a_stranger_can_find_is_listed_once(client: FlaskClient, make: Make, post: MadePost) -> None:
    make.blog("night-shift", "Night Shift", write_for_us_html="<p>Write.</p>")
    page = make.post("About", kind=Kind.PAGE, slug="about-us")
    make.post("Gone", state=State.WITHDRAWN, tags=["Only there"])
    make.draft(title="Not yet")
    found = everything(client)
    assert found.keys() == {
        *("/", "/blogs/", "/moderation/", "/pages/privacy/", "/pages/accessibility/", "/pages/comment-policy/"),
        *("/boardroom-buzz/", "/night-shift/", "/night-shift/write-for-us", "/tags/night-shifts/", "/people/ada/"),
        *(post.path, page.path),
    }
    for path in found:
        assert client.get(path).status_code == 200, path


def test_a_post_is_as_new_as_what_readers_saw_change_last(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    with app.app_context():
        db.session.execute(update(Post).values(updated_at=START - timedelta(days=1)))
        db.session.commit()
    assert everything(client)[post.path][0] == "2013-01-28T16:13:00Z"
    make.comment(post, at=START + timedelta(hours=2))
    assert everything(client)[post.path][0] == "2013-01-28T18:13:00Z"
    with app.app_context():
        db.session.get_one(Post, post.id).updated_at = START + timedelta(days=3)
        db.session.commit()
    assert everything(client)[post.path][0] == "2013-01-31T16:13:00Z"
    [index] = [moment for path, (moment, _) in listed(client, "/sitemap.xml").items() if "posts" in path]
    assert index == "2013-01-31T16:13:00Z"


def test_pictures_are_listed_with_their_post(client: FlaskClient, post: MadePost) -> None:
    pictures = everything(client)[post.path][1]
    assert len(pictures) == len(set(pictures)) >= 1
    assert all(each.startswith("http") for each in pictures)


def test_markup_in_an_address_stays_words(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    with app.app_context():
        found = db.session.get_one(Post, post.id)
        found.html = '<p><img alt="" src="/media/a.webp?b=1&amp;c=&lt;/loc&gt;"></p>'
        db.session.commit()
    assert everything(client)[post.path][1] == [f"{SITE}/media/a.webp?b=1&c=</loc>"]


def test_parts_hold_a_thousand_numbers_and_empty_ones_are_left_out(app: Flask, client: FlaskClient, make: Make) -> None:
    first, second, third = (make.post(title, state=State.WITHDRAWN) for title in ("First", "Second", "Gone"))
    with app.app_context():
        for post, number in ((first, 999), (second, 4_000), (third, 7_500)):  # before anything follows their numbers
            db.session.execute(update(Post).where(Post.id == post.id).values(id=number))
        db.session.execute(update(Post).where(Post.id.in_((999, 4_000))).values(state=State.PUBLISHED))
        db.session.commit()
    parts = [path for path in listed(client, "/sitemap.xml") if "posts" in path]
    assert parts == ["/sitemap-posts-0.xml", "/sitemap-posts-4.xml"]
    assert listed(client, parts[0]).keys() == {first.path} and listed(client, parts[1]).keys() == {second.path}
    for path in ("/sitemap-posts-1.xml", "/sitemap-posts-7.xml", "/sitemap-tags-9.xml", "/sitemap-people-9.xml"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("part", ["posts-00", "posts--1", "posts-a", "posts-99999999999", "tags-00", "x-0"])
def test_a_part_has_one_address(client: FlaskClient, post: MadePost, part: str) -> None:
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/sitemap.xml", 7),
        ("/sitemap-site.xml", 1),
        ("/sitemap-posts-", 1),
        ("/sitemap-tags-", 1),
        ("/sitemap-people-", 1),
    ],
)
def test_ten_times_the_posts_cost_no_query_more(
    client: FlaskClient,
    make: Make,
    post: MadePost,
    queries: Callable[[], Any],
    unkept: Callable[[], None],
    path: str,
    cost: int,
) -> None:
    for number in (1, 9):
        for _ in range(number):
            make.post(tags=[f"Tag {number}"], author_id=make.account(about="Words.").id)
        parts = re.findall(rf"{path}[0-9]+\.xml", client.get("/sitemap.xml").text)  # rows before had numbers too
        unkept()
        with queries() as asked:
            assert client.get(parts[-1] if parts else path).status_code == 200
        assert len(asked) == cost, asked


def closed(robots: str, path: str) -> bool:
    """Says whether a path is closed to robots, by RFC 9309 2.2.3: Python's own reader knows neither `*` nor `$`."""
    rules = [line.removeprefix("Disallow: ") for line in robots.splitlines() if line.startswith("Disallow: ")]
    patterns = [re.escape(rule).replace(r"\*", ".*") for rule in rules]
    return any(re.match(re.sub(r"\\\$$", "$", pattern), path) for pattern in patterns)


def test_robots_are_told(client: FlaskClient, make: Make, post: MadePost) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain" and answer.text.startswith("User-agent: *\n")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.site_maps() == [f"{SITE}/sitemap.xml"]
    for path in everything(client):
        assert not closed(answer.text, path), path
    for path in (
        "/desk",
        "/desk/posts",
        "/account/",
        "/receipts/a",
        "/captcha?for=1",
        "/search?q=a",
        "/sign-in",
        "/join",
    ):
        assert closed(answer.text, path), path
    for path in (f"{post.path}?reply=4", f"{post.path}history?compare=1..2", "/comments/4/report"):
        assert closed(answer.text, path), path
    for path in ("/desktop-medicine/", "/search-party/", "/comments/4/", f"{post.path}card.png", "/?before=4"):
        assert not closed(answer.text, path), path


@pytest.mark.parametrize("path", ["/", "/boardroom-buzz/", "/tags/night-shifts/", "{post}", "{post}history"])
def test_feeds_are_found_and_are_there(client: FlaskClient, post: MadePost, path: str) -> None:
    path = path.replace("{post}", post.path)
    links = re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', client.get(path).text)
    assert links
    for kind, address in links:
        answer = client.get(address if address.startswith("/") else f"{post.path}{address}")
        assert (answer.status_code, answer.mimetype) == (200, kind), address


def test_an_empty_site_has_a_sitemap(client: FlaskClient) -> None:
    assert "/sitemap-site.xml" in listed(client, "/sitemap.xml")
    assert everything(client).keys() >= {"/", "/blogs/", "/pages/privacy/"}
