"""Reading pages: what they show, what they cost, and that they are the same for everyone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.actions import BadSlug, new_blog
from hcpov.blog.models import Kind, OldAddress, Post, State
from hcpov.extensions import db
from tests.make import START, MadeAccount, MadePost, Make

Queries = Callable[[], Any]
WORDS = "ward hand-off night shift clinic patient budget rota nurse bed board card list team week note plan".split()


def sentence(seed: int, length: int) -> str:
    """Returns words that repeat no more than prose does, so that compressed sizes mean something."""
    state, said = seed * 2654435761 % 2**32, []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        said.append(WORDS[state % len(WORDS)] + "aeiouy"[state // 7 % 6] * (state % 3))
    return " ".join(said).capitalize() + "."


@pytest.fixture
def busy(make: Make) -> MadePost:
    """A post with every field and 50 comments, a third of them replies."""
    author = make.account("Inés Calder")
    post = make.post(
        "What a clinic learns when it stops talking",
        body="\n\n".join(sentence(number, 90) for number in range(7)) + "\n\n> A quotation.\n\n1. One\n2. Two",
        summary=sentence(99, 20),
        editors_note=sentence(98, 12),
        disclosure="None",
        author_id=author.id,
        byline_name="Guest Writer",
        byline_title="Operations lead",
        byline_place="Leeds",
    )
    root = None
    for number in range(50):
        said = make.comment(
            post,
            sentence(1000 + number, 40),
            parent=root if number % 3 == 2 else None,
            name=f"{sentence(number, 1)[:-1]} {sentence(number + 7, 1)[:-1].title()}",
            title=sentence(number + 3, 2)[:-1],
            place=sentence(number + 5, 2)[:-1],
        )
        root = root if number % 3 == 2 else said
    for number in range(7):
        make.post(sentence(500 + number, 6)[:-1], at=START - timedelta(days=number + 1))
    return post


def test_home_of_an_empty_site_says_so(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Nothing has been published yet" in answer.text


def test_post_shows_its_fields(client: FlaskClient, make: Make) -> None:
    author = make.account("Staff Editor", handle="staff-editor")
    post = make.post(
        "What a clinic learns",
        body="Text with a [link](https://example.org).\n\n> Quoted.\n\n1. One\n2. Two\n\n![A ward](/static/x.png)",
        editors_note="By a guest.",
        disclosure="I own a pen.",
        author_id=author.id,
        byline_name="Guest Writer",
        byline_title="Operations lead",
        byline_place="Leeds",
    )
    make.comment(post, "I agree with the second habit.", name="Craig Reader", title="Managing Director")
    page = client.get(post.path).text
    for part in (
        '<h1 class="headline">What a clinic learns</h1>',
        '<time datetime="2013-01-28T16:13:00Z">January 28, 2013 11:13 AM</time> by <b>',
        '<b><a href="/people/staff-editor/">Staff Editor</a></b>',
        "Written by <b>Guest Writer</b>, Operations lead, Leeds",
        "<b>Editor's note</b>By a guest.",
        '<a href="https://example.org">link</a>',
        "<blockquote>",
        "<ol>",
        '<img src="/static/x.png" alt="A ward">',
        "<b>Disclosure</b>I own a pen.",
        "<p>I agree with the second habit.</p>",
        "<b>Craig Reader</b>, Managing Director",
        "Tulsa OK · <time",
        "About this Blog",
        "What it is <strong>about</strong>.",
        "Keep Me Updated",
        "Leave a comment",
        "Welcome to Health Care POV",
    ):
        assert part in page, part


def test_thread_is_oldest_first_with_replies_under_their_comment(client: FlaskClient, make: Make) -> None:
    post = make.post()
    first = make.comment(post, "First.")
    make.comment(post, "Second.")
    make.comment(post, "Answer to the first.", parent=first)
    make.comment(post, "Held back.", state="held")
    page = client.get(post.path).text
    said = re.findall(r'<div class="said"><p>([^<]*)', page)
    assert said == ["First.", "Answer to the first.", "Second."]
    assert '<ol class="comments"></ol></li>' in page


def test_blog_has_its_own_home(client: FlaskClient, make: Make) -> None:
    editor = make.account("Maeve Editor")
    post = make.post("In this blog")
    make.editor(editor.id, post.blog_id)
    make.post("In the other", blog="bedside-notes")
    page = client.get("/boardroom-buzz/").text
    assert '<h1 class="headline">Boardroom Buzz</h1>' in page
    assert "Edited by Maeve Editor" in page
    assert "In this blog" in page and "In the other" not in page
    assert '<a href="/boardroom-buzz/2013/01/">January 2013</a>' in page
    assert 'href="/boardroom-buzz/feed.atom"' in page


def test_month_lists_its_posts(client: FlaskClient, make: Make) -> None:
    make.post("In January")
    make.post("In March", at=START + timedelta(days=45))
    page = client.get("/boardroom-buzz/2013/01/").text
    assert "In January" in page and "In March" not in page
    assert client.get("/boardroom-buzz/2013/02/").status_code == 404
    assert client.get("/boardroom-buzz/2013/13/").status_code == 404


def test_tag_lists_the_posts_of_all_blogs(client: FlaskClient, make: Make) -> None:
    make.post("Filed here", tags=["Night & day", "Beds"])
    make.post("Filed elsewhere", blog="bedside-notes", tags=["night day"])
    post = make.post("Filed otherwise", tags=["Beds"])
    page = client.get("/tags/night-day/").text
    assert "Filed here" in page and "Filed elsewhere" in page and "Filed otherwise" not in page
    assert '<h1 class="headline">Night &amp; day</h1>' in page
    assert '<a href="/boardroom-buzz/">Boardroom Buzz</a>' in page  # a list of many blogs names them
    assert client.get("/tags/nights/").status_code == client.get("/tags/Beds/").status_code == 404
    assert client.get(f"/tags/beds/?before={make.post(at=START - timedelta(days=9)).id}").status_code == 404
    assert '<a href="/tags/beds/">Beds</a>' in client.get(f"{post.path}history").text


def test_month_of_the_address_is_the_sites_month(make: Make) -> None:
    late = make.post(at=START.replace(month=2, day=1, hour=3))  # still January in New York
    assert "/2013/01/" in late.path


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED])
def test_unpublished_is_not_there(client: FlaskClient, make: Make, state: State) -> None:
    post = make.post("Secret", state=state)
    assert client.get(post.path).status_code == 404
    for path in ("/", "/boardroom-buzz/", "/feed.atom", "/boardroom-buzz/feed.atom"):
        assert "Secret" not in client.get(path).text
    assert client.get(f"/captcha?for={post.id}").status_code == 404


def test_withdrawn_is_gone(client: FlaskClient, make: Make) -> None:
    answer = client.get(make.post("Secret", state=State.WITHDRAWN).path)
    assert answer.status_code == 410
    assert "This post was withdrawn" in answer.text and "Secret" not in answer.text


def test_page_of_the_site_is_in_no_list(client: FlaskClient, make: Make) -> None:
    page = make.post("House rules", kind=Kind.PAGE, slug="rules")
    assert client.get("/pages/rules/").status_code == 200
    assert page.path == "/pages/rules/"
    assert (
        "House rules" not in client.get("/").text + client.get("/boardroom-buzz/").text + client.get("/feed.atom").text
    )


@pytest.mark.parametrize(
    "path", ["/nope/", "/boardroom-buzz/2013/01/nope/", "/pages/nope/", "/?before=x", "/?before=-1"]
)
def test_unknown_is_404(client: FlaskClient, make: Make, path: str) -> None:
    make.post()
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_lists_are_paged_to_the_end(client: FlaskClient, make: Make) -> None:
    titles = [f"Post number {number}" for number in range(45)]
    for number, title in enumerate(titles):
        make.post(title, at=START + timedelta(minutes=number // 2), tags=["Night shifts"])  # pairs share their minute
    for start in ("/", "/boardroom-buzz/", "/boardroom-buzz/2013/01/", "/tags/night-shifts/"):
        seen, path = [], start
        while path:
            page = client.get(path).text
            seen += re.findall(r"<h2><a [^>]*>(Post number \d+)</a>", page)
            older = re.search(r'href="([^"]*\?before=\d+)" rel="next"', page)
            path = older[1] if older else ""
        assert seen == titles[::-1]


LISTS = {
    "/": 3,
    "/blogs/": 1,
    "/boardroom-buzz/": 5,
    "/boardroom-buzz/2013/01/": 3,
    "/tags/night-shifts/": 3,
    "/feed.atom": 3,
    "/boardroom-buzz/feed.atom": 3,
}


@pytest.mark.parametrize("path", LISTS)
def test_lists_cost_the_same_with_ten_times_the_rows(
    client: FlaskClient, make: Make, queries: Queries, unkept: Callable[[], None], path: str
) -> None:
    costs = []
    for rows in (3, 27):
        for number in range(rows):
            at, tags = START + timedelta(minutes=number), ["Night shifts"]
            post = make.post(f"Post {number}", at=at, author_id=make.account().id, tags=tags)
            make.comment(post)
        unkept()
        with queries() as said:
            assert client.get(path).status_code == 200
        costs.append(len(said))
    assert costs == [LISTS[path]] * 2


def test_post_costs_the_same_with_ten_times_the_comments(client: FlaskClient, make: Make, queries: Queries) -> None:
    post, costs = make.post(), []
    for rows in (5, 45):
        for _ in range(rows):
            make.comment(post, parent=make.comment(post))
        with queries() as said:
            client.get(post.path)
        costs.append(len(said))
    assert costs == [6, 6]


def test_post_with_fifty_comments_within_its_queries(client: FlaskClient, busy: MadePost, queries: Queries) -> None:
    with queries() as said:
        page = client.get(busy.path)
    assert len(said) <= 6
    assert page.text.count('class="comment"') == 50


def test_pages_are_the_same_bytes_for_everyone(app: Flask, busy: MadePost) -> None:
    for path in ("/", "/blogs/", "/boardroom-buzz/", "/boardroom-buzz/2013/01/", busy.path, "/feed.atom", "/feed.json"):
        one, other = app.test_client().get(path), app.test_client().get(path, headers={"User-Agent": "Another"})
        assert one.data == other.data
        assert "Set-Cookie" not in one.headers
        assert one.headers["Cache-Control"] == "public, no-cache"
        unchanged = app.test_client().get(path, headers={"If-None-Match": one.headers["ETag"]})
        assert unchanged.status_code == 304 and unchanged.data == b""


def test_members_page_is_never_shared(make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> None:
    post = make.post()
    answer = sign_in(make.account("Maeve O'Neil")).get(post.path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Signed in as <b>Maeve O&#39;Neil</b>" in answer.text
    assert "Cookie" in answer.headers["Vary"]


def test_old_address_leads_on(app: Flask, client: FlaskClient, make: Make) -> None:
    post, draft = make.post(), make.post("Draft", state=State.DRAFT)
    with app.app_context():
        for path, target in (("/2013/01/28/clinic", post), ("/?p=12", post), ("/2013/draft", draft)):
            db.session.add(OldAddress(path=path, post_id=target.id))
        db.session.commit()
    for path in ("/2013/01/28/clinic/", "/2013/01/28/clinic", "/?p=12"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200 and answer.request.path == post.path, path
    assert client.get("/2013/draft/").status_code == 404
    assert client.get("/?p=13").status_code == 200


def test_blog_cannot_take_an_address_of_ours(app: Flask) -> None:
    first_words = {str(rule).split("/")[1].split(".")[0] for rule in app.url_map.iter_rules()} - {"", "<blog:blog>"}
    planned = {"desk", "people", "search", "receipts", "reset", "account", "healthz", "readyz", "metrics", "media"}
    with app.app_context():
        for word in first_words | planned | {"Upper", "with space", "", "a/b"}:
            with pytest.raises(BadSlug, match=re.escape(f"“{word}”")):
                new_blog(word, "Name")


def test_untitled_post_has_a_name(client: FlaskClient, make: Make, app: Flask) -> None:
    post = make.post("")
    assert '<h1 class="headline">Untitled</h1>' in client.get(post.path).text
    assert "Untitled" in client.get("/").text
    with app.app_context():
        assert db.session.get_one(Post, post.id).title == ""
