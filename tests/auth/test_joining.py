"""Joining, with the letters it takes, read from a real SMTP server."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.actions import forget_unconfirmed
from hcpov.auth.models import Account
from hcpov.extensions import db
from tests.make import PASSWORD, Make
from tests.post_office import PostOffice, link, words

Travel = Callable[[float], None]
JOIN = {
    "name": "Ada Member",
    "title": "Pharmacist",
    "place": "Tulsa OK",
    "email": "ada@example.org",
    "password": PASSWORD,
}


def accounts(app: Flask) -> list[Account]:
    """Returns all accounts."""
    with app.app_context():
        return list(db.session.scalars(db.select(Account).order_by(Account.id)))


def sign_in(browser: FlaskClient, email: str = "ada@example.org", password: str = PASSWORD) -> str:
    """Signs in, and returns what the home page then says."""
    browser.post("/sign-in", data={"email": email, "password": password})
    return browser.get("/").text


def test_joining_takes_a_letter(app: Flask, client: FlaskClient, post_office: PostOffice) -> None:
    answer = client.post("/join", data=JOIN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/join/sent")
    assert "Look into your mail" in client.get("/join/sent").text
    [account] = accounts(app)
    assert (account.name, account.title, account.place) == ("Ada Member", "Pharmacist", "Tulsa OK")
    assert account.handle == "ada-member"
    assert account.password is not None
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    message, text = post_office.letter(app)
    assert message["To"] == "ada@example.org"
    assert "Ada" not in text  # nobody's mailbox is a place for words that a stranger chose
    path = link(text, "/join/confirm/")

    assert "Signed in" not in sign_in(client)
    waits = client.post("/sign-in", data={"email": JOIN["email"], "password": PASSWORD})
    assert "This address is not confirmed yet." in waits.text

    page = client.get(path)
    assert "Ada Member, Pharmacist, Tulsa OK joined with your address" in page.text
    assert accounts(app)[0].confirmed_at is None  # scanners of mail open links
    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/join/confirmed")
    assert "Signed in as <b>Ada Member</b>" in sign_in(client)
    assert "confirmed already" in client.get(path).text
    assert app.test_client().post(path).status_code == 303  # twice is once


def test_a_wrong_password_does_not_tell_that_an_account_waits(client: FlaskClient) -> None:
    client.post("/join", data=JOIN)
    answer = client.post("/sign-in", data={"email": JOIN["email"], "password": "not the password"})
    assert "not confirmed" not in answer.text


def test_joining_with_a_known_address_says_so_by_mail_only(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice
) -> None:
    make.account("First", email="ada@example.org")
    known = client.post("/join", data=JOIN)
    other = app.test_client().post("/join", data=JOIN | {"email": "new@example.org"})
    assert (known.status_code, known.headers["Location"], known.data) == (
        other.status_code,
        other.headers["Location"],
        other.data,
    )
    letters = {message["To"]: words(message) for message in post_office.collect(app)}
    assert "You have an account there with it already." in letters["ada@example.org"]
    assert "First" in letters["ada@example.org"]
    assert "Ada Member" not in letters["ada@example.org"]
    assert [account.name for account in accounts(app)] == ["First", "Ada Member"]


def test_case_does_not_make_a_second_account(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account("First", email="ada@example.org")
    client.post("/join", data=JOIN | {"email": "ADA@EXAMPLE.ORG"})
    assert len(accounts(app)) == 1


def test_two_of_one_name_have_their_own_handles(app: Flask, client: FlaskClient) -> None:
    client.post("/join", data=JOIN)
    app.test_client().post("/join", data=JOIN | {"email": "other@example.org"})
    assert [account.handle for account in accounts(app)] == ["ada-member", "ada-member-2"]


def test_the_letter_comes_once_more(app: Flask, client: FlaskClient, post_office: PostOffice, travel: Travel) -> None:
    client.post("/join", data=JOIN)
    post_office.collect(app)
    answer = client.post("/join/confirm", data={"email": "ADA@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/join/sent")
    [message] = post_office.collect(app)
    client.post("/join/confirm", data={"email": "ada@example.org"})
    assert post_office.collect(app) == []  # within five minutes it is the same wish
    travel(301)
    client.post("/join/confirm", data={"email": "ada@example.org"})
    assert len(post_office.collect(app)) == 1
    assert client.post(link(words(message), "/join/confirm/")).status_code == 303


def test_the_confirmation_of_a_stranger_says_that_there_is_no_account(
    app: Flask, client: FlaskClient, post_office: PostOffice
) -> None:
    answer = client.post("/join/confirm", data={"email": "nobody@example.org"})
    assert answer.headers["Location"] == "/join/sent"
    assert "There is no account with it." in post_office.letter(app)[1]


@pytest.mark.parametrize("email", ["", "ada", "ada@", "x" * 300 + "@example.org", "a\r\nBcc: b@example.org"])
def test_what_is_no_address_is_refused(app: Flask, client: FlaskClient, post_office: PostOffice, email: str) -> None:
    for path in ("/join/confirm", "/reset"):
        answer = client.post(path, data={"email": email})
        assert answer.status_code == 422
        assert 'id="email-error"' in answer.text
    assert post_office.collect(app) == []


def test_a_confirmation_is_good_for_two_days(
    app: Flask, client: FlaskClient, post_office: PostOffice, travel: Travel
) -> None:
    client.post("/join", data=JOIN)
    path = link(post_office.letter(app)[1], "/join/confirm/")
    travel(2 * 86400 + 5)
    answer = client.post(path)
    assert answer.status_code == 404
    assert "This link opens nothing" in answer.text and "/join/confirm" in answer.text
    assert accounts(app)[0].confirmed_at is None


@pytest.mark.parametrize("path", ["/join/confirm/none", "/reset/none", "/account/email/none", "/reset/" + "x" * 5000])
def test_a_forged_link_opens_nothing(client: FlaskClient, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 404
        assert "This link opens nothing" in answer.text


def test_who_never_confirms_is_forgotten_after_a_week(
    app: Flask, client: FlaskClient, make: Make, travel: Travel
) -> None:
    make.account("Confirmed")
    with app.app_context():
        db.session.add(Account(email="writer@example.org", name="Imported", fs_uniquifier="imported"))
        db.session.commit()
    client.post("/join", data=JOIN)
    travel(7 * 86400 + 5)
    with app.app_context():
        forget_unconfirmed()
    assert [account.name for account in accounts(app)] == ["Confirmed", "Imported"]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("password1", "among the first that anybody would try"),
        ("PASSWORD1", "among the first that anybody would try"),
        ("12345678", "among the first that anybody would try"),
        ("aaaaaaaaaaaa", "among the first that anybody would try"),
        ("ada@example.org", "guessed from your name or address"),
        ("Ada Member", "guessed from your name or address"),
        ("adamember", "guessed from your name or address"),
        ("health care pov", "guessed from your name or address"),
        ("short", "at least 8 characters"),
        ("x" * 1025, "at most 1,024 characters"),
    ],
)
def test_passwords_that_are_refused(app: Flask, client: FlaskClient, password: str, words: str) -> None:
    answer = client.post("/join", data=JOIN | {"password": password})
    assert answer.status_code == 200
    assert words in answer.text
    assert accounts(app) == []


@pytest.mark.parametrize(
    "password", ["ward kettle", "ward 9, " * 120, "пароль больницы", "  blanks at both ends  ", "👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️"]
)
def test_passwords_that_are_taken(app: Flask, client: FlaskClient, password: str, post_office: PostOffice) -> None:
    assert client.post("/join", data=JOIN | {"password": password}).status_code == 302
    client.post(link(post_office.letter(app)[1], "/join/confirm/"))
    assert "Signed in" in sign_in(client, password=password)
