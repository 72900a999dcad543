"""Members' public pages: what they show, to whom, and what they cost."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import CredentialState
from hcpov.blog.models import Kind
from hcpov.blog.models import State as PostState
from hcpov.comments.models import State
from hcpov.extensions import db
from tests.house.markup import problems_of
from tests.make import START, MadeAccount, MadePost, Make
from tests.profiles.conftest import Member

PAGE = "/people/ada-reader/"


@pytest.fixture
def ada(make: Make) -> MadeAccount:
    """A member who has said nothing yet."""
    return make.account("Ada Reader", handle="ada-reader", title="Pharmacist", place="Tulsa OK")


def said(make: Make, post: MadePost, account: MadeAccount, body: str = "I agree.", **columns: Any) -> int:
    """Makes a comment by a member."""
    return make.comment(post, body, account_id=account.id, **columns)


def test_a_page_shows_what_is_public(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    post = make.post("By somebody else")
    own = make.post("What a pharmacy learns", author_id=ada.id, at=START + timedelta(days=9), summary="Short.")
    make.badge(ada.id, number="SECRET-1", body="Secret board", link="https://secret.example/")
    number = said(make, post, ada, "I agree <b>twice</b> & more.", name="Ada Maiden", at=START + timedelta(days=2))
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert problems_of(answer.text) == []
    for part in (
        '<h1 class="headline">Ada Reader</h1>',
        '<span class="face" aria-hidden="true">AR</span>',
        '<b>Pharmacist</b><br><span class="where">Tulsa OK</span>',
        '<span class="badge">Registered nurse, Oklahoma</span>',
        f'<h2><a href="{own.path}">What a pharmacy learns</a></h2>',
        "I agree &lt;b&gt;twice&lt;/b&gt; &amp; more.",
        f'<a href="/comments/{number}/"><time datetime="2013-01-30T16:13Z">',
        f'a comment on <a href="{post.path}">By somebody else</a>',
    ):
        assert part in answer.text, part
    assert answer.text.index("What a pharmacy learns") < answer.text.index("I agree")
    for secret in (ada.email, "SECRET-1", "Secret board", "secret.example", "Ada Maiden", "<img"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("columns", "there"),
    [({"about": "Words."}, True), ({}, False), ({"about": "W.", "active": False}, False), ({"about": " "}, False)],
)
def test_joining_publishes_nothing(client: FlaskClient, make: Make, columns: dict[str, Any], there: bool) -> None:
    make.badge(make.account("Ada Reader", handle="ada-reader", **columns).id)
    answer = client.get(PAGE)
    assert answer.status_code == (200 if there else 404)
    assert ("Registered nurse" in answer.text) is there


def test_who_has_not_confirmed_has_no_page(client: FlaskClient, make: Make) -> None:
    account = make.account("Ada Reader", handle="ada-reader", about="Words.", confirmed_at=None)
    post = make.post(author_id=account.id)
    assert client.get(PAGE).status_code == 404
    assert "by <b>Ada Reader</b>" in client.get(post.path).text


@pytest.mark.parametrize("state", [State.HELD, State.RETURNED, State.SPAM, State.REMOVED])
def test_unpublished_comments_are_not_there(client: FlaskClient, make: Make, ada: MadeAccount, state: State) -> None:
    said(make, make.post(), ada, "Not yet.", state=state)
    assert client.get(PAGE).status_code == 404
    said(make, make.post("Another"), ada, "Published.")
    later = said(make, make.post(), ada, "Not yet.", state=state)
    assert "Not yet." not in client.get(PAGE).text
    assert client.get(f"{PAGE}?before=c{later}").status_code == 404  # the address tells nothing of what is held


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.SCHEDULED, PostState.WITHDRAWN])
def test_unpublished_posts_and_their_comments_are_not_there(
    client: FlaskClient, make: Make, ada: MadeAccount, state: PostState
) -> None:
    post = make.post("Secret", author_id=ada.id, state=state)
    said(make, post, ada)
    assert client.get(PAGE).status_code == 404


def test_pages_of_the_site_are_nobodys_posts(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    rules = make.post("House rules", kind=Kind.PAGE, author_id=ada.id)
    assert client.get(PAGE).status_code == 404
    said(make, rules, ada, "A word on the rules.")
    assert f'href="{rules.path}"' in client.get(PAGE).text


def test_a_guests_post_says_whose_it_is(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    make.post("For a guest", author_id=ada.id, byline_name="Guest <Writer>")
    assert "written by Guest &lt;Writer&gt;" in client.get(PAGE).text


def test_the_owner_and_the_desk_see_an_empty_page(
    make: Make, ada: MadeAccount, sign_in: Callable[[MadeAccount], FlaskClient], member: Member
) -> None:
    words = "Readers do not find this page yet."
    for browser in (sign_in(ada), sign_in(make.account(roles=("moderator",)))):
        answer = browser.get(PAGE)
        assert (answer.status_code, words in answer.text) == (200, True)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert problems_of(answer.text) == []
    assert member.browser.get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("state", "columns", "shown"),
    [
        (CredentialState.GRANTED, {}, True),
        (CredentialState.ASKED, {}, False),
        (CredentialState.REFUSED, {"expires_on": date(2100, 1, 1)}, False),
        (CredentialState.WITHDRAWN, {"expires_on": date(2100, 1, 1)}, False),
    ],
)
def test_badges_are_shown_while_granted(
    client: FlaskClient, make: Make, ada: MadeAccount, state: str, columns: dict[str, Any], shown: bool
) -> None:
    said(make, make.post(), ada)
    make.badge(ada.id, state, **columns)
    assert ("Registered nurse" in client.get(PAGE).text) is shown


def test_badges_end_by_themselves(
    client: FlaskClient, make: Make, ada: MadeAccount, travel: Callable[[float], None]
) -> None:
    day = datetime.now(UTC).date() + timedelta(days=1)
    said(make, make.post(), ada)
    make.badge(ada.id, expires_on=day)
    assert "Registered nurse" in client.get(PAGE).text
    travel(4 * 24 * 3600)
    assert "Registered nurse" not in client.get(PAGE).text


def test_pages_follow_each_other(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    about, expected = make.post("Talked about"), []
    for number in range(24):
        at = START + timedelta(minutes=number // 3)  # up to three of each from one moment
        post = make.post(f"Post number {number}", author_id=ada.id, at=at)
        expected.append((at, "p", post.id, f"Post number {number}"))
        comment = said(make, about, ada, f"Comment number {number}", at=at)
        expected.append((at, "c", comment, f"Comment number {number}"))
    wanted = [
        words for *_, words in sorted(expected, key=lambda each: (each[0], each[1] == "c", each[2]), reverse=True)
    ]
    seen: list[str] = []
    path, pages = PAGE, 0
    while path and len(seen) < 100:
        page = client.get(path).text
        assert problems_of(page) == []
        seen += re.findall(r">((?:Post|Comment) number \d+)<", page)
        older = re.search(r'href="([^"]*\?before=[pc]\d+)" rel="next"', page)
        path, pages = (older[1] if older else ""), pages + 1
    assert seen == wanted
    assert pages == 3


@pytest.mark.parametrize("before", ["x", "c", "p-1", "12", "c1234567890", "q1", "c1x", "", "p999999999", "c\u0661"])
def test_what_is_no_page(client: FlaskClient, make: Make, ada: MadeAccount, before: str) -> None:
    said(make, make.post(), ada)
    assert client.get(PAGE, query_string={"before": before}).status_code == 404


def test_somebody_elses_row_is_no_mark(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    said(make, make.post(), ada)
    other = make.comment(make.post(), "By a guest.", at=START + timedelta(days=99))
    assert client.get(f"{PAGE}?before=c{other}").status_code == 404


@pytest.mark.parametrize("path", ["/people/nobody/", "/people/", "/people/Ada-Reader/", "/people/a%00b/", "/people/-/"])
def test_nobody_is_404(client: FlaskClient, ada: MadeAccount, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_costs_the_same_with_ten_times_the_rows(
    client: FlaskClient, make: Make, ada: MadeAccount, queries: Callable[[], Any]
) -> None:
    about = make.post("Talked about")
    costs, last = [], 0
    for rows in (3, 27):
        for _ in range(rows):
            make.post(author_id=ada.id)
            last = said(make, about, ada)
            make.badge(ada.id)
        with queries() as first:
            assert client.get(PAGE).status_code == 200
        with queries() as behind:
            assert client.get(f"{PAGE}?before=c{last}").status_code == 200
        costs.append((len(first), len(behind)))
    # masthead, the member, badges, posts, comments; behind the first page the row it starts below
    assert costs == [(5, 6)] * 2


def test_the_indexes_serve_the_lists(app: Flask, client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    said(make, make.post(author_id=ada.id), ada)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("SQLite tells its plan in words of its own")
        for table, where, order in (
            ("post", "author_id = 1 AND kind = 'post' AND state = 'published'", "published_at"),
            ("comment", "account_id = 1 AND state = 'published'", "created_at"),
            ("audit", "what = 'badge granted' AND id < 99", "what"),
        ):
            asked = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {where} ORDER BY {order} DESC, id DESC LIMIT 21"
            plan = " ".join(str(row[3]) for row in db.session.execute(sa.text(asked)))
            index = {"post": "ix_post_author", "comment": "ix_comment_account", "audit": "ix_audit_what"}[table]
            assert index in plan and "TEMP B-TREE" not in plan, plan


def test_the_page_is_the_same_bytes_for_everyone(app: Flask, make: Make, ada: MadeAccount) -> None:
    said(make, make.post(), ada)
    one, other = app.test_client().get(PAGE), app.test_client().get(PAGE, headers={"User-Agent": "Another"})
    assert one.data == other.data
    assert "Set-Cookie" not in one.headers
    assert one.headers["Cache-Control"] == "public, no-cache"
    unchanged = app.test_client().get(PAGE, headers={"If-None-Match": one.headers["ETag"]})
    assert unchanged.status_code == 304


def test_a_posts_byline_leads_there(client: FlaskClient, make: Make, ada: MadeAccount) -> None:
    page = client.get(make.post(author_id=ada.id).path).text
    assert f'by <b><a href="{PAGE}">Ada Reader</a></b>' in page
