"""What is held about somebody: all of it, nothing that opens anything, nothing of others."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import Account, LoginSession
from hcpov.comments.models import Comment, Decision
from hcpov.extensions import db
from hcpov.transfer import document
from tests.forms import hidden
from tests.house.markup import problems_of
from tests.make import Make
from tests.transfer.person import EMAIL, NAME, SECRETS, WORD, SignIn, columns, person, send

# Every column that names an account or holds an address, and the part of the file that shows it.
# A new one fails the tests here and in test_erase.py until somebody thought of it in both.
SHOWN = {
    "account.email": "profile",
    "account.new_email": "profile",
    "account_role.account_id": "roles",
    "audit.account_id": "log_by_you",
    "blog_role.account_id": "blog_roles",
    "comment.account_id": "comments",
    "comment.email": "comments",
    "credential.account_id": "credentials",
    "credential.decided_by": "log_by_you",  # the decision is a line of the log; the credential is another's
    "decision.account_id": "decisions_by_you",
    "draft.account_id": "drafts",
    "earlier.account_id": "savings",
    "login_session.account_id": "sessions",
    "message.to": "messages",
    "passkey.user_id": "passkeys",
    "picture.account_id": "pictures",
    "post.author_id": "posts",
    "revision.account_id": "revisions",
    "subscription.email": "subscriptions",
}
SHAPE = {
    "profile": "number name title place about handle email new_email joined_at address_confirmed_at",
    "security": "has_password has_authenticator recovery_codes_left is_active",
    "roles": "role",
    "blog_roles": "blog role",
    "sessions": "device stays_signed_in signed_in_at last_used_at",
    "passkeys": "name created_at last_used_at",
    "credentials": "profession region issued_by number link state reason asked_at decided_at expires_on",
    "posts": "number title page kind state published_at updated_at summary editors_note byline_name byline_title "
    "byline_place disclosure lang body",
    "drafts": "post_number post began_at saved_at fields",
    "savings": "post_number post version",
    "revisions": "post page number kind reason at",
    "pictures": "number name alt width height sent_at digest",
    "comments": "number post page state reasons name title place email disclosure written_at published_at edited_at "
    "edited_by_editor network_mark_kept body",
    "decisions_about_you": "comment what reason at undone",
    "decisions_by_you": "comment post page what reason at undone",
    "subscriptions": "email blog post answers_to cadence asked_at confirmed_at left_at",
    "messages": "email subject written_at sent_at gave_up_at",
    "refusals": "refused_at code",
    "log_by_you": "at what done_to reason details",
    "log_about_you": "at what done_to reason details",
}


def take(browser: FlaskClient) -> Any:
    """Returns the file, read."""
    answer = send(browser, "/account/data")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return json.loads(answer.data)


def test_every_column_about_people_is_shown() -> None:
    assert {str(column) for column in columns()} == set(SHOWN), "say in SHOWN where the export shows it"


def test_the_file_has_all_of_it(app: Flask, make: Make) -> None:
    made = person(app, make)
    file = take(made.browser)
    assert (file["format"], file["version"]) == ("hcpov personal data", document.VERSION)
    assert file["held_under"] == f"account {made.account.id}"
    parts = {key: part["rows"] for key, part in file["parts"].items()}
    assert {key: " ".join(rows[0]) for key, rows in parts.items()} == SHAPE  # each has rows, and this very shape
    assert parts["profile"][0]["email"] == EMAIL and parts["profile"][0]["new_email"] == "zelda.new@example.org"
    assert parts["security"] == [
        {"has_password": True, "has_authenticator": True, "recovery_codes_left": 2, "is_active": True}
    ]
    states = {row["number"]: row["state"] for row in parts["comments"]}
    assert states[made.held] == "held" and states[made.guest] == "published" and made.others not in states
    [held] = [row for row in parts["comments"] if row["number"] == made.held]
    assert (held["body"], held["reasons"], held["page"]) == (f"Held {WORD}.", [f"said: {WORD}"], made.post.path)
    assert [row["title"] for row in parts["posts"]] == ["Hers", "Draft", "A guest's", "A guest's draft"]
    assert {"A new password"} == {row["subject"] for row in parts["messages"]}
    assert parts["log_about_you"][0]["done_to"] == f"account {made.account.id}"
    assert [row["what"] for row in parts["log_about_you"]] == ["role given", "badge granted", "data exported"]


def test_nothing_that_opens_anything_is_in_it(app: Flask, make: Make) -> None:
    made = person(app, make)
    browser = made.browser
    with app.app_context():
        account = db.session.get_one(Account, made.account.id)
        keys = [str(account.password), account.fs_uniquifier, *db.session.scalars(db.select(LoginSession.key))]
    for kind in ("file", "page"):
        said = send(browser, "/account/data", **{"as": kind}).text
        assert WORD in said and NAME in said
        assert [secret for secret in (*SECRETS, *keys, "n" * 64) if secret in said] == []
        assert "Otto" not in said and "otto@" not in said


def test_the_page_is_whole_and_says_it_too(app: Flask, make: Make) -> None:
    answer = send(person(app, make).browser, "/account/data", **{"as": "page"})
    assert problems_of(answer.text) == []
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Content-Disposition" not in answer.headers
    for heading in ("Profile", "Where you are signed in", "Keep Me Updated", "Decisions about your comments"):
        assert f">{heading}</h2>" in answer.text
    assert "<dt>Address confirmed at</dt><dd>January 28, 2013 11:13 AM</dd>" in answer.text


def test_an_empty_account_is_shown_as_well(make: Make, sign_in: SignIn) -> None:
    browser = sign_in(make.account())
    parts = take(browser)["parts"]
    assert parts["comments"]["rows"] == [] and parts["profile"]["rows"][0]["name"] == "Maeve O'Neil"
    page = send(browser, "/account/data", **{"as": "page"}).text
    assert problems_of(page) == [] and page.count('<p class="empty">Nothing.</p>') == 15


def test_a_decision_outlives_what_it_was_about(app: Flask, make: Make, sign_in: SignIn) -> None:
    member = make.account()
    with app.app_context():
        db.session.add(Decision(account_id=member.id, what="removed", reason="An advertisement."))
        db.session.commit()
    browser = sign_in(member)
    [row] = take(browser)["parts"]["decisions_by_you"]["rows"]
    assert (row["post"], row["page"], row["what"]) == (None, "", "removed")
    assert "An advertisement." in send(browser, "/account/data", **{"as": "page"}).text


@pytest.mark.parametrize(("kind", "number"), [("file", 21), ("page", 23)])
def test_the_number_of_queries_stays(
    app: Flask, make: Make, queries: Callable[[], Any], kind: str, number: int
) -> None:
    for times in (1, 10):
        made = person(app, make, times)
        browser = made.browser
        token = hidden(browser.get("/account/").text, "csrf_token")
        with queries() as said:
            assert browser.post("/account/data", data={"as": kind, "csrf_token": token}).status_code == 200
        empty_the_tables(app)
        assert len(said) == number, said


@pytest.mark.parametrize("kind", ["file", "page"])
def test_memory_does_not_grow_with_what_is_held(app: Flask, make: Make, sign_in: SignIn, kind: str) -> None:
    member, post = make.account(), make.post()
    row = {"post_id": post.id, "account_id": member.id, "name": "M", "html": "", "body": "word " * 1000}
    with app.app_context():
        db.session.execute(db.insert(Comment), [row] * 3000)
        db.session.commit()
    browser = sign_in(member)
    token = hidden(browser.get("/account/").text, "csrf_token")
    tracemalloc.start()
    answer = browser.post("/account/data", data={"as": kind, "csrf_token": token})
    size = sum(map(len, answer.response))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 15_000_000 and peak < 6_000_000


def test_words_are_only_words(app: Flask, make: Make, sign_in: SignIn) -> None:
    member = make.account("<b>Bo</b>", email="bo@example.org")
    make.comment(make.post(), '<script>alert(1)</script> "quoted" \\ \u2028 é', account_id=member.id, name="<b>Bo</b>")
    browser = sign_in(member)
    page = send(browser, "/account/data", **{"as": "page"}).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    answer = send(browser, "/account/data")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert json.loads(answer.data)["parts"]["comments"]["rows"][0]["body"].endswith("\u2028 é")


def test_it_takes_a_member_a_token_and_a_password_given_lately(
    client: FlaskClient, make: Make, sign_in: SignIn, travel: Callable[[float], None]
) -> None:
    for method in (client.get, client.post):
        assert method("/account/data").headers["Location"].startswith("/sign-in")
    browser = sign_in(make.account())
    assert browser.get("/account/data").status_code == 200
    assert browser.post("/account/data").status_code == 400
    travel(2 * 3600)
    for path in ("/account/data", "/account/erase"):
        assert browser.get(path).headers["Location"].startswith("/account/verify?next=")
        assert send(browser, path).headers["Location"].startswith("/account/verify?next=")


def empty_the_tables(app: Flask) -> None:
    """Empties the database between two measurements."""
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            if table.name != "feed_name":  # made with the database, as the tables are
                db.session.execute(table.delete())
        db.session.commit()
