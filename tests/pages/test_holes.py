"""Readers who are signed in: the stranger's page with its holes filled, and nothing of theirs in anybody else's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from hcpov.pages.layer import Layer
from hcpov.pages.recording import end_of_hole, hole, point, recording, without_marks
from hcpov.pages.store import Store
from hcpov.web.finished import LAYER
from tests.make import MadeAccount, MadePost, Make

SignIn = Callable[[MadeAccount], FlaskClient]
Kept = Callable[[], set[str]]
QUERIES = 1  # who is signed in; all else stands in the page


def alike(page: str) -> str:
    """Returns a page without what is another one each time: seals, keys, what it cost."""
    for pattern in (r'name="csrf_token" value="[^"]+"', r'name="challenge" value="[^"]+"', r"/receipts/[^\"]+"):
        page = re.sub(pattern, "", page)
    page = re.sub(r"<span>\d+ quer(?:y|ies) · [\d.]+ ms</span>", "", page)
    return re.sub(r"\s+", " ", page)


@pytest.fixture
def talk(make: Make) -> tuple[MadePost, MadeAccount, int]:
    """A post, somebody who commented on it, and which comment is theirs."""
    post, member = make.post("A ward", author_id=make.account("Ada Author").id), make.account("Maeve O'Neil")
    make.comment(post, "A guest's.")
    make.comment(post, "Another member's.", account_id=make.account("Somebody Else").id)
    own = make.comment(post, "Their own.", name="Maeve O'Neil", account_id=member.id)
    make.comment(post, "Their answer.", parent=own, name="Maeve O'Neil", account_id=member.id)
    return post, member, own


@pytest.mark.parametrize("address", ["", "?after={first}", "history"])
@pytest.mark.parametrize("roles", [(), ("moderator",), ("admin",)])
def test_a_filled_page_is_the_page_made_for_them(
    app: Flask,
    talk: tuple[MadePost, MadeAccount, int],
    make: Make,
    sign_in: SignIn,
    store: Store,
    address: str,
    roles: Any,
) -> None:
    post, member, own = talk
    reader = sign_in(make.account("Worker", roles=roles) if roles else member)
    path = f"{post.path}{address.format(first=own)}"
    filled = reader.get(path)
    layer = app.extensions.pop(LAYER)
    try:
        made = reader.get(path)
    finally:
        app.extensions[LAYER] = layer
    assert filled.status_code == made.status_code == 200
    assert alike(filled.text) == alike(made.text)
    changing = {"Content-Length", "Date", "Set-Cookie", "X-Request-Id"}
    theirs = {key: value for key, value in filled.headers if key not in changing}
    assert theirs == {key: value for key, value in made.headers if key not in changing}
    assert theirs["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/blogs/", "/boardroom-buzz/", "/pages/privacy/", "/moderation/"])
def test_lists_are_filled_too(app: Flask, make: Make, sign_in: SignIn, store: Store, queries: Any, path: str) -> None:
    make.post()
    member = make.account("Maeve O'Neil")
    reader = sign_in(member)
    reader.get(path)
    with queries() as said:
        filled = reader.get(path)
    assert len(said) == QUERIES
    assert "Signed in as <b>Maeve O&#39;Neil</b>" in filled.text
    assert 'action="/sign-out"><input type="hidden" name="csrf_token"' in filled.text
    layer = app.extensions.pop(LAYER)
    try:
        assert alike(filled.text) == alike(reader.get(path).text)
    finally:
        app.extensions[LAYER] = layer


def test_a_post_costs_one_query_whatever_its_thread(
    talk: tuple[MadePost, MadeAccount, int], make: Make, sign_in: SignIn, store: Store, queries: Any
) -> None:
    post, member, own = talk
    reader = sign_in(member)
    for more in (0, 60):
        for number in range(more):
            make.comment(post, f"Comment {number}.", account_id=member.id)
        reader.get(post.path)
        with queries() as said:
            page = reader.get(post.path).text
        assert len(said) == QUERIES
    assert page.count("Change or erase") == 62
    assert f'href="/comments/{own}/report">Report</a><a href="/receipts/' in page


def test_the_form_of_a_filled_page_posts(
    talk: tuple[MadePost, MadeAccount, int], sign_in: SignIn, store: Store
) -> None:
    post, member, _ = talk
    reader = sign_in(member)
    reader.get(post.path)
    page = reader.get(post.path).text
    hidden = dict(re.findall(r'type="hidden" name="(csrf_token|challenge)" value="([^"]+)"', page))
    answer = reader.post(post.comments, data=hidden | {"body": "Posted from a filled page."})
    assert answer.status_code == 303
    reader.delete_cookie("receipt", path=post.path)
    assert "Posted from a filled page." in reader.get(post.path).text


def test_nothing_of_a_member_is_in_a_strangers_page(
    client: FlaskClient, talk: tuple[MadePost, MadeAccount, int], sign_in: SignIn, store: Store, layer: Layer
) -> None:
    post, member, _ = talk
    before = Client(layer.application).get(post.path).data
    page = sign_in(member).get(post.path)  # the first who asks: the page is made for them
    assert "Sign out" in page.text
    for _ in range(2):
        assert client.get(post.path).data == before
    for file in store.folder.rglob("*"):
        if file.is_file() and "static" not in file.parts:
            for word in (member.email, "csrf_token", "Sign out", "/receipts/"):
                assert word.encode() not in file.read_bytes(), file.name


def test_a_member_makes_the_page_for_strangers(
    client: FlaskClient, make: Make, sign_in: SignIn, store: Store, kept: Kept, queries: Any
) -> None:
    post = make.post()
    sign_in(make.account()).get(post.path)
    assert kept() == {post.path}
    with queries() as said:
        client.get(post.path)
    assert said == []


def test_who_signs_out_is_a_stranger_again(make: Make, sign_in: SignIn, store: Store) -> None:
    post = make.post()
    reader = sign_in(make.account("Maeve O'Neil"))
    page = reader.get(post.path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    reader.post("/sign-out", data={"csrf_token": token[1]})
    assert "Maeve" not in reader.get(post.path).text


def test_an_own_empty_page_is_seen_and_not_kept(
    client: FlaskClient, make: Make, sign_in: SignIn, store: Store, kept: Kept
) -> None:
    member = make.account("Maeve O'Neil", handle="maeve")
    assert "Readers do not find this page yet" in sign_in(member).get("/people/maeve/").text
    assert client.get("/people/maeve/").status_code == 404
    assert "/people/maeve/" not in kept()


def test_fragments_and_receipts_are_the_views(make: Make, sign_in: SignIn, store: Store, kept: Kept) -> None:
    post = make.post()
    reader = sign_in(make.account())
    assert "Sign out" in reader.get(post.path, headers={"HX-Request": "true"}).text
    reader.set_cookie("receipt", "a-receipt", path=post.path)
    assert "/receipts/a-receipt" in reader.get(post.path).text
    assert kept() == set()


def test_a_members_feed_is_everybodys(client: FlaskClient, make: Make, sign_in: SignIn, store: Store) -> None:
    make.post()
    answer = sign_in(make.account()).get("/feed.atom")
    assert answer.data == client.get("/feed.atom").data
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["ETag"] == client.get("/feed.atom").headers["ETag"]
    again = sign_in(make.account()).get("/feed.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_marks_make_holes() -> None:
    assert (hole("a"), point("b")) == ("", "")
    with recording(0):
        page = f"0{point('p', 7)}1{hole('a', '-->')}23{point('inside')}{end_of_hole()}4{point('q')}"
    text, holes = without_marks(page.encode())
    assert text == b"01234"
    assert [(each.name, each.facts, each.start, each.end) for each in holes] == [
        ("p", [7], 1, 1),
        ("a", ["-->"], 2, 4),
        ("q", [], 5, 5),
    ]
