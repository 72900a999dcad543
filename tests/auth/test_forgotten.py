"""A forgotten password, a changed one, and another address: by letters, read from a real SMTP server."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import Account, LoginSession
from hcpov.extensions import db
from tests.forms import hidden
from tests.make import PASSWORD, MadeAccount, Make
from tests.post_office import PostOffice, link, words
from tests.updates.readers import stored, wish

SignIn = Callable[[MadeAccount], FlaskClient]
Travel = Callable[[float], None]
NEW = "another kettle, same ward"


def opens(app: Flask, email: str, password: str) -> bool:
    """Says whether an address and a password sign in."""
    browser = app.test_client()
    browser.post("/sign-in", data={"email": email, "password": password})
    return "Signed in" in browser.get("/").text


def post(browser: FlaskClient, path: str, **fields: str) -> int:
    """Posts a member's form with the session's token."""
    token = hidden(browser.get("/account/").text, "csrf_token")
    return browser.post(path, data=fields | {"csrf_token": token}).status_code


def test_a_letter_brings_a_new_password(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, post_office: PostOffice
) -> None:
    member = make.account("Maeve")
    elsewhere = sign_in(member)
    answer = client.post("/reset", data={"email": member.email.upper()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reset/sent")
    path = link(post_office.letter(app)[1], "/reset/")
    assert client.get(path).status_code == 200
    answer = client.post(path, data={"password": "short"})
    assert answer.status_code == 422 and "at least 8 characters" in answer.text
    assert client.post(path, data={"password": NEW}).headers["Location"] == "/reset/done"
    assert "Signed in" not in client.get("/").text
    assert "Signed in" not in elsewhere.get("/").text
    assert opens(app, member.email, NEW)
    assert not opens(app, member.email, PASSWORD)
    assert "your password at Health Care POV was changed" in post_office.letter(app)[1]
    for again in (client.get(path), client.post(path, data={"password": PASSWORD})):
        assert again.status_code == 404  # used up
    assert opens(app, member.email, NEW)


def test_the_answer_is_the_same_for_every_address(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice
) -> None:
    member, off = make.account(), make.account(active=False)
    answers = [client.post("/reset", data={"email": each}) for each in (member.email, off.email, "no@example.org")]
    assert len({(answer.status_code, answer.headers["Location"], answer.data) for answer in answers}) == 1
    letters = {message["To"]: words(message) for message in post_office.collect(app)}
    assert "/reset/" in letters[member.email]
    assert "There is no account with it." in letters["no@example.org"]
    assert "There is no account with it." in letters[off.email]


def test_nobodys_mailbox_is_filled(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice, travel: Travel
) -> None:
    member = make.account()
    for _ in range(5):
        client.post("/reset", data={"email": member.email})
    assert len(post_office.collect(app)) <= 2  # a five-minute window may end in between
    travel(301)
    client.post("/reset", data={"email": member.email})
    assert len(post_office.collect(app)) == 1


def test_a_link_is_good_for_two_hours(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice, travel: Travel
) -> None:
    member = make.account()
    client.post("/reset", data={"email": member.email})
    path = link(post_office.letter(app)[1], "/reset/")
    travel(2 * 3600 + 5)
    assert client.post(path, data={"password": NEW}).status_code == 404
    assert opens(app, member.email, PASSWORD)


def test_a_foreign_host_header_chooses_no_link(
    app: Flask, client: FlaskClient, make: Make, post_office: PostOffice
) -> None:
    member = make.account()
    client.post("/reset", data={"email": member.email}, headers={"Host": "evil.example"})
    client.post("/join/confirm", data={"email": "no@example.org"}, headers={"Host": "evil.example"})
    for message in post_office.collect(app):
        assert "evil" not in words(message)
        assert "http://localhost/" in words(message)


def test_an_imported_writer_gets_a_password_by_mail(app: Flask, client: FlaskClient, post_office: PostOffice) -> None:
    with app.app_context():
        db.session.add(Account(email="writer@example.org", name="Imported", fs_uniquifier="imported"))
        db.session.commit()
    client.post("/reset", data={"email": "writer@example.org"})
    client.post(link(post_office.letter(app)[1], "/reset/"), data={"password": NEW})
    assert opens(app, "writer@example.org", NEW)


def test_changing_the_password_ends_the_other_sessions(
    app: Flask, make: Make, sign_in: SignIn, post_office: PostOffice
) -> None:
    member = make.account("Maeve")
    here, elsewhere = sign_in(member), sign_in(member)
    assert post(here, "/account/password", password="wrong one", new_password=NEW) == 200
    assert post(here, "/account/password", password=PASSWORD, new_password="password1") == 200
    assert post(here, "/account/password", password=PASSWORD, new_password=NEW) == 302
    assert "Signed in" in here.get("/").text
    assert "Signed in" not in elsewhere.get("/").text
    assert opens(app, member.email, NEW)
    assert "was changed" in post_office.letter(app)[1]


def test_another_address_waits_for_its_mailbox(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, post_office: PostOffice
) -> None:
    member = make.account("Maeve", email="old@example.org")
    wish(app, "old@example.org")
    browser = sign_in(member)
    assert post(browser, "/account/email", email="new@example.org") == 303
    assert "new@example.org" in browser.get("/account/email").text
    message, text = post_office.letter(app)
    assert message["To"] == "new@example.org"
    path = link(text, "/account/email/")
    assert opens(app, "old@example.org", PASSWORD)
    assert "new@example.org" in client.get(path).text
    assert opens(app, "old@example.org", PASSWORD)  # opening the link changes nothing
    assert client.post(path).headers["Location"] == "/account/email/changed"
    assert opens(app, "new@example.org", PASSWORD)
    assert not opens(app, "old@example.org", PASSWORD)
    told, text = post_office.letter(app)
    assert told["To"] == "old@example.org"
    assert "was changed" in text and "new@example.org" not in text
    assert client.post(path).status_code == 404
    assert [row.email for row in stored(app)] == ["new@example.org"]  # what it hears of went along


def test_a_newer_wish_ends_the_older(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, post_office: PostOffice
) -> None:
    browser = sign_in(make.account())
    post(browser, "/account/email", email="one@example.org")
    first = link(post_office.letter(app)[1], "/account/email/")
    post(browser, "/account/email", email="two@example.org")
    assert client.post(first).status_code == 404


def test_the_address_of_another_member_is_not_taken(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, post_office: PostOffice
) -> None:
    make.account("Owner", email="taken@example.org")
    browser = sign_in(make.account("Maeve", email="maeve@example.org"))
    assert post(browser, "/account/email", email="Taken@example.org") == 303  # the same answer as for any other
    message, text = post_office.letter(app)
    assert message["To"].lower() == "taken@example.org"
    assert "Owner" in text and "/account/email/" not in text
    # Somebody else may join with it after the letter was written.
    post(browser, "/account/email", email="free@example.org")
    path = link(post_office.letter(app)[1], "/account/email/")
    make.account("Quicker", email="free@example.org")
    assert client.post(path).status_code == 404
    assert opens(app, "maeve@example.org", PASSWORD)


def test_the_password_is_asked_for_again_after_an_hour(make: Make, sign_in: SignIn, travel: Travel) -> None:
    browser = sign_in(make.account())
    assert browser.get("/account/email").status_code == 200
    travel(2 * 3600)
    answer = browser.get("/account/email")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/verify?next=/account/email")
    page = browser.get(answer.headers["Location"])
    assert "Is it still you?" in page.text
    token = hidden(page.text, "csrf_token")
    wrong = browser.post(answer.headers["Location"], data={"csrf_token": token, "password": "not this one"})
    assert "This is not your password." in wrong.text
    answer = browser.post(answer.headers["Location"], data={"csrf_token": token, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/email")
    assert browser.get("/account/email").status_code == 200


@pytest.mark.parametrize("path", ["/account/email", "/account/password", "/account/sessions"])
def test_a_members_form_needs_its_token(app: Flask, make: Make, sign_in: SignIn, path: str) -> None:
    browser = sign_in(make.account())
    assert browser.post(path, data={"email": "x@example.org"}).status_code == 400
    with app.app_context():
        assert db.session.query(LoginSession).count() == 1
