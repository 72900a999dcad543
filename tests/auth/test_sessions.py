"""Sign in, sign out, and what a join form takes."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from hcpov.auth.models import Account
from hcpov.auth.sessions import Cookie
from hcpov.extensions import db
from tests.forms import hidden
from tests.make import PASSWORD, MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
JOIN = {
    "name": "Ada Member",
    "title": "Pharmacist",
    "place": "Tulsa OK",
    "email": "Ada@Example.org",
    "password": PASSWORD,
}


def accounts(app: Flask) -> list[Account]:
    """Returns all accounts."""
    with app.app_context():
        return list(db.session.scalars(db.select(Account)))


def test_no_key_is_made_to_read_the_cookie_of_a_stranger(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, made, key = sign_in(make.account("ada@example.org")), [], Cookie.get_signing_serializer

    def noted(cookie: Cookie, app: Flask) -> URLSafeTimedSerializer | None:
        made.append(cookie)
        return key(cookie, app)

    monkeypatch.setattr(Cookie, "get_signing_serializer", noted)
    assert client.get("/join").status_code == 200 and not made
    assert member.get("/account/").status_code == 200 and made


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("name", " ", "Please give your name."),
        ("title", "", "Please give your professional title."),
        ("place", "", "Please say where you work or live."),
        ("email", "ada", "does not look like an e-mail address"),
        ("email", "", "Please give your e-mail address."),
        ("password", "short", "at least 8 characters"),
        ("name", "x" * 81, "80"),
    ],
)
def test_join_names_what_is_missing(app: Flask, client: FlaskClient, name: str, value: str, words: str) -> None:
    answer = client.post("/join", data=JOIN | {name: value})
    assert accounts(app) == []
    assert f'id="{name}-error"' in answer.text and words in answer.text
    assert 'value="Pharmacist"' in answer.text or name == "title"
    assert PASSWORD not in answer.text


def test_known_address_cannot_be_taken(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account("First", email="ada@example.org")
    answer = client.post("/join", data=JOIN)
    assert answer.headers["Location"] == "/join/sent"
    assert [account.name for account in accounts(app)] == ["First"]
    assert "Signed in" not in client.get("/").text


def test_roles_cannot_be_asked_for(app: Flask, client: FlaskClient) -> None:
    client.post("/join", data=JOIN | {"roles": "admin", "active": "y", "id": "7"})
    with app.app_context():
        [account] = db.session.scalars(db.select(Account))
        assert account.roles == []


def test_sign_in_and_out(app: Flask, make: Make, sign_in: SignIn) -> None:
    browser = sign_in(make.account("Maeve Member"))
    page = browser.get("/")
    assert "Signed in as <b>Maeve Member</b>" in page.text
    token = hidden(page.text, "csrf_token")
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 400
    assert browser.post("/sign-out", data={"csrf_token": "wrong"}).status_code == 400
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 302
    assert "Sign in" in browser.get("/").text


@pytest.mark.parametrize("email", ["maeve@example.org", "nobody@example.org", "", "x" * 5000])
def test_wrong_sign_in_says_the_same_to_all(client: FlaskClient, make: Make, email: str) -> None:
    make.account(email="maeve@example.org")
    answer = client.post("/sign-in", data={"email": email, "password": "not the password"})
    assert "This address and password do not belong together." in answer.text
    assert "Sign in" in client.get("/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_next_leads_nowhere_else(app: Flask, make: Make, target: str) -> None:
    member, browser = make.account(), app.test_client()
    data = {"email": member.email, "password": member.password, "next": target}
    answer = browser.post("/sign-in", data=data)
    assert re.fullmatch(r"|/|/%5Cevil.example", answer.headers.get("Location", ""))


def test_foreign_sign_in_is_refused(app: Flask, make: Make) -> None:
    member = make.account()
    data = {"email": member.email, "password": member.password}
    answer = app.test_client().post("/sign-in", data=data, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_switched_off_account_cannot_sign_in(client: FlaskClient, make: Make) -> None:
    member = make.account(active=False)
    client.post("/sign-in", data={"email": member.email, "password": member.password})
    assert "Signed in" not in client.get("/").text


def test_session_cookie_is_guarded(app: Flask, make: Make) -> None:
    member = make.account()
    answer = app.test_client().post("/sign-in", data={"email": member.email, "password": member.password})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
