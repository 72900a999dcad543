"""Keep Me Updated: noted once, confirmed later, the same answer to all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import Kind, State
from hcpov.extensions import db
from hcpov.updates import actions
from hcpov.updates.models import Subscription
from tests.forms import HTMX, hidden
from tests.house.markup import problems_of
from tests.live import post as send
from tests.make import MadeAccount, Make
from tests.post_office import PostOffice, link, words
from tests.updates import readers

SignIn = Callable[[MadeAccount], FlaskClient]
Travel = Callable[[float], None]

DAY = 24 * 3600


def stored(app: Flask) -> list[tuple[str, int | None, object]]:
    """Returns (address, blog, confirmed) of all subscriptions."""
    return [(row.email, row.blog_id, row.confirmed_at) for row in readers.stored(app)]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_asking_twice_is_asking_once(app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]) -> None:
    blog = make.blog()
    answers = [
        client.post("/boardroom-buzz/updates", data={"email": email}, headers=headers)
        for email in ("Reader@Example.org", "reader@example.org")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert "We have noted your address" in answers[0].text
    assert ("<html" in answers[0].text) == (not headers)
    assert stored(app) == [("reader@example.org", blog, None)]
    assert "Set-Cookie" not in answers[0].headers


def test_site_and_blog_are_two_wishes(app: Flask, client: FlaskClient, make: Make) -> None:
    blog = make.blog()
    for path in ("/updates", "/updates", "/boardroom-buzz/updates"):
        client.post(path, data={"email": "reader@example.org"})
    assert stored(app) == [("reader@example.org", None, None), ("reader@example.org", blog, None)]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    "email",
    [
        "",
        "reader",
        "a@b",
        "a@b..c",
        "x" * 300 + "@example.org",
        "a\r\nBcc: b@example.org",
        '"a reader"@example.org',
        "a reader@example.org",
        "Ada <ada@example.org>",
        "ada@[127.0.0.1]",
        "ada@xn--zz.example",
        "ada@exa\x00mple.org",
    ],
)
def test_bad_address_is_named_beside_its_field(
    app: Flask, client: FlaskClient, make: Make, email: str, headers: dict[str, str]
) -> None:
    make.blog()
    answer = client.post("/boardroom-buzz/updates", data={"email": email}, headers=headers)
    if email.isprintable():
        assert answer.status_code == 422
        assert 'id="updates-error"' in answer.text
        assert stored(app) == []
    else:  # what no keyboard types is left out, and an address is left or none
        assert answer.status_code in {200, 422}
        assert [row[0] for row in stored(app)] in ([], ["ada@example.org"])


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("Ada@BÜCHER.example", "ada@bücher.example"),
        ("Ada@Straße.example", "ada@straße.example"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("Straße@example.org", "Straße@example.org"),  # never another person's strasse@
        ("o'neil+news@example.org", "o'neil+news@example.org"),
        ("İ@example.org", "İ@example.org"),
    ],
)
def test_unusual_addresses_are_kept_as_the_same_mailbox(app: Flask, client: FlaskClient, email: str, kept: str) -> None:
    for _ in range(2):
        assert client.post("/updates", data={"email": email}).status_code == 200
    assert stored(app) == [(kept, None, None)]
    assert len(readers.letters(app)) == 1


def test_unknown_blog_get_and_foreign_form_are_refused(app: Flask, client: FlaskClient, make: Make) -> None:
    make.blog()
    data = {"email": "reader@example.org"}
    assert client.post("/nope/updates", data=data).status_code == 404
    assert client.get("/boardroom-buzz/updates").status_code in {404, 405, 308}
    foreign = client.post("/boardroom-buzz/updates", data=data, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert stored(app) == []


def test_the_page_with_more_choices(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post("Rounds & “rotas”")
    for path in ("/updates", "/updates?blog=boardroom-buzz", f"/updates?post={post.id}"):
        page = client.get(path)
        assert (page.status_code, problems_of(page.text)) == (200, [])
    assert "Comments on “Rounds &amp; “rotas””" in client.get(f"/updates?post={post.id}").text
    assert f'href="/updates?post={post.id}"' in client.get(post.path).text
    for about in (f"post {post.id}", "blog boardroom-buzz", "site", ""):
        data = {"email": "Reader@example.org", "cadence": "weekly", "about": about}
        assert "We have noted your address" in client.post("/updates", data=data).text
    rows = [(row.blog_id, row.post_id, row.cadence) for row in readers.stored(app)]
    assert rows == [(None, post.id, "weekly"), (post.blog_id, None, "weekly"), (None, None, "weekly")]


def test_choices_that_are_none_are_refused_in_words(app: Flask, client: FlaskClient, make: Make) -> None:
    hidden_post = make.post("Secret", state=State.DRAFT)
    gone = make.post("Gone", state=State.WITHDRAWN)
    page = make.post("House rules", kind=Kind.PAGE, slug="rules")
    data = {"email": "reader@example.org"}
    for number in (hidden_post.id, gone.id, 999999999, "12345678901", "x", "-1"):
        assert client.get(f"/updates?post={number}").status_code == 404
        assert client.post("/updates", data=data | {"about": f"post {number}"}).status_code == 404
    for about in ("blog nope", "blog ", "post", "post "):
        assert client.post("/updates", data=data | {"about": about}).status_code == 404
    answer = client.post("/updates", data=data | {"about": f"post {page.id}", "cadence": "hourly"})
    assert answer.status_code == 422 and "Please choose how often." in answer.text
    assert problems_of(answer.text) == []
    assert stored(app) == []


def test_a_members_own_address_needs_no_letter(app: Flask, make: Make, sign_in: SignIn) -> None:
    make.blog()
    member = make.account(email="Maeve@Example.org")
    browser = sign_in(member)
    page = browser.get("/boardroom-buzz/").text
    assert 'value="Maeve@Example.org"' in page
    data = {"email": "maeve@example.org", "csrf_token": hidden(page, "csrf_token")}
    answer = browser.post("/boardroom-buzz/updates", data=data | {"cadence": "daily"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/updates")
    fragment = browser.post("/updates", data=data, headers=HTMX)
    assert "You hear of it from now on" in fragment.text
    own = readers.stored(app)
    assert [(row.cadence, row.confirmed_at is not None) for row in own] == [("daily", True), ("at once", True)]
    assert readers.letters(app) == []
    browser.post("/updates", data=data | {"email": "somebody.else@example.org"})
    assert readers.stored(app)[-1].confirmed_at is None and len(readers.letters(app)) == 1


def test_however_much_is_asked_for_an_address_it_gets_one_letter(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice, travel: Travel
) -> None:
    posts = [make.post(f"Post {number}") for number in range(25)]
    with app.app_context():
        for number in range(200):
            actions.ask("reader@example.org", None, posts[number % 25].id)
    assert len(readers.stored(app)) == actions.PENDING
    message, text = post_office.letter(app)
    page = client.get(link(text, "/updates/"))
    assert page.text.count('type="checkbox"') == actions.PENDING and problems_of(page.text) == []
    assert "List-Unsubscribe" not in message and message["Auto-Submitted"] == "auto-generated"
    travel(DAY - 60)
    with app.app_context():
        actions.ask("reader@example.org", None)
    assert post_office.collect(app) == []
    travel(120)
    with app.app_context():
        actions.ask("reader@example.org", None, posts[0].id)
    assert len(post_office.collect(app)) == 1  # the first may have been lost


def test_an_answered_letter_makes_room_for_the_next(app: Flask, make: Make, post_office: PostOffice) -> None:
    post = make.post()
    with app.app_context():
        actions.ask("reader@example.org", None)
        actions.confirm("reader@example.org", {row.id for row in db.session.scalars(db.select(Subscription))})
        actions.ask("reader@example.org", None, post.id)
    assert [words(each).split(": ")[1].split(".")[0] for each in post_office.collect(app)] == [
        "New posts on Health Care POV",
        "Comments on “What a clinic learns”",
    ]


def test_forty_at_once_are_one(app: Flask, server: str, make: Make) -> None:
    make.blog()
    posts = [make.post(f"Post {number}") for number in range(4)]
    abouts = ["site", *(f"post {post.id}" for post in posts)]
    with ThreadPoolExecutor(8) as pool:
        fields = [{"email": "reader@example.org", "about": abouts[number % 5]} for number in range(40)]
        statuses = list(pool.map(lambda each: send(server, "/updates", each)[0], fields))
    assert set(statuses) == {200}
    assert len(readers.stored(app)) == 5
    assert len(readers.letters(app)) == 1


def test_who_left_and_is_asked_for_again_is_asked_again(app: Flask, client: FlaskClient, make: Make) -> None:
    number, path = readers.wish(app)
    client.post(path, data={"act": "leave", "wish": str(number)})
    client.post("/updates", data={"email": readers.EMAIL})
    [row] = readers.stored(app)
    assert (row.confirmed_at, row.left_at) == (None, None)
    assert "Is this your address?" in client.get(path).text
    assert [letter.subject for letter in readers.letters(app)] == ["Please confirm your address"]


def test_what_nobody_confirmed_is_forgotten(app: Flask, travel: Travel, make: Make) -> None:
    readers.wish(app, confirmed=False)
    readers.wish(app, "stays@example.org")
    number, _ = readers.wish(app, "left@example.org")
    with app.app_context():
        actions.leave("left@example.org", number)
        travel(7 * DAY - 60)
        assert actions.forget_old() == 0
        travel(120)
        assert actions.forget_old() == 1
        travel(23 * DAY)
        assert actions.forget_old() == 1
    assert [row.email for row in readers.stored(app)] == ["stays@example.org"]
