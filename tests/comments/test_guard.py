"""The guard: each rule by itself, and what the writer is told."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import CommentRule, Kind
from hcpov.comments.actions import keep_words
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.forms import HTMX, WORDS, hidden, kept, new_code, wrong_code
from tests.make import MadeAccount, Make

PATIENT = "We had one last week, DOB 4/12/1961, where the card would have caught the allergy."


def last(app: Flask) -> Comment:
    """Returns the newest comment."""
    with app.app_context():
        comment: Comment | None = db.session.scalars(db.select(Comment).order_by(Comment.id.desc())).first()
    assert comment is not None
    return comment


def count(app: Flask) -> int:
    """Returns how many comments there are."""
    with app.app_context():
        return db.session.query(Comment).count()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"website": "https://spam.example"}, "a hidden field was filled in"),
        ({"body": "See https://a.example and more"}, "a link, sent within 2 seconds"),
        ({"body": " ".join(f"https://{letter}.example" for letter in "abc")}, "3 links"),
        ({"body": "We sell the best Beds and pens"}, "the word “best beds”"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_rule_holds_with_its_reason(
    app: Flask, client: FlaskClient, make: Make, changes: dict[str, str], reason: str, headers: dict[str, str]
) -> None:
    post = make.post()
    with app.app_context():
        keep_words(["best beds", "pills"])
    data = WORDS | new_code(app, client, post) | changes
    answer = client.post(post.comments, data=data, headers=headers)
    comment = last(app)
    assert comment.state == State.HELD
    assert reason in comment.reasons
    assert (
        answer.status_code == 303 and "/receipts/" in answer.headers["Location"]
    ) or "with the editors" in answer.text
    assert "spam" not in answer.text.replace("spam.example", "")
    assert client.post(post.comments, data=data, headers=headers).headers.get("Location") == answer.headers.get(
        "Location"
    )
    page = client.get(post.path).text
    assert "No comments yet" in page and "0 comments" in page


def test_quick_without_a_link_and_slow_with_one_are_published(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[float], None]
) -> None:
    post = make.post()
    client.post(post.comments, data=WORDS | new_code(app, client, post))
    assert last(app).state == State.PUBLISHED
    code = new_code(app, client, post)
    travel(5)
    client.post(post.comments, data=WORDS | code | {"body": "See https://example.org for the trial."})
    assert last(app).state == State.PUBLISHED


def test_same_text_on_other_posts_is_held(app: Flask, client: FlaskClient, make: Make) -> None:
    words = WORDS | {"body": "This text is long enough to be known again wherever it stands."}
    states = []
    for number in range(3):
        post = make.post(f"Post {number}")
        client.post(post.comments, data=words | new_code(app, client, post))
        states.append((last(app).state, last(app).reasons))
    assert states[:2] == [(State.PUBLISHED, [])] * 2
    assert states[2] == (State.HELD, ["the same text on 2 other posts"])


def test_many_from_one_network_are_held_and_the_address_is_not_kept(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    post = make.post()
    for number in range(11):
        data = WORDS | new_code(app, client, post) | {"body": f"Number {number}."}
        client.post(post.comments, data=data, environ_overrides={"REMOTE_ADDR": f"203.0.113.{number}"})
    comment = last(app)
    assert comment.reasons == ["10 comments from one network in 10 minutes"]
    assert comment.network and "203.0.113" not in comment.network
    data = WORDS | new_code(app, client, post)
    client.post(post.comments, data=data, environ_overrides={"REMOTE_ADDR": "198.51.100.1"})
    assert last(app).state == State.PUBLISHED


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        (CommentRule.OPEN, State.PUBLISHED, State.PUBLISHED),
        (CommentRule.FIRST, State.HELD, State.HELD),
        (CommentRule.ALL, State.HELD, State.HELD),
    ],
)
def test_blogs_rule(app: Flask, client: FlaskClient, make: Make, rule: str, first: str, second: str) -> None:
    make.blog(comment_rule=rule)
    post = make.post()
    for expected in (first, second):
        client.post(post.comments, data=WORDS | new_code(app, client, post))
        assert last(app).state == expected
    if rule == CommentRule.FIRST:
        make.comment(post, email=WORDS["email"])
        client.post(post.comments, data=WORDS | new_code(app, client, post))
        assert last(app).state == State.PUBLISHED


def test_closed_blog_and_old_post_take_none(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[float], None]
) -> None:
    make.blog("closed-blog", "Closed", comment_rule=CommentRule.CLOSED)
    assert "Comments are closed" in client.get(make.post(blog="closed-blog").path).text
    make.blog("thirty-days", "Thirty", close_after_days=30)
    post = make.post(blog="thirty-days", at=datetime.now(UTC))
    assert "Leave a comment" in client.get(post.path).text
    travel(31 * 86400)
    assert "Comments are closed" in client.get(post.path).text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_patient_is_asked_about_with_the_place_marked(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]
) -> None:
    post = make.post()
    words = WORDS | {"body": PATIENT}
    asked = client.post(post.comments, data=words | new_code(app, client, post), headers=headers)
    assert asked.status_code == 422
    assert "This may identify a patient." in asked.text
    assert "4/12/1961</mark>" in asked.text
    assert kept(asked.text)["body"] == PATIENT
    assert 'name="code"' not in asked.text  # answered rightly, so not asked for again
    assert count(app) == 0
    again = words | {"challenge": hidden(asked.text)}
    edited = client.post(post.comments, data=again | {"body": "We had one last week."}, headers=headers)
    assert edited.status_code in {200, 303}
    assert last(app).state == State.PUBLISHED


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    ("choice", "reason"),
    [({"patient": "editors"}, None), ({"patient": "no", "patient_reason": "My own birthday"}, "My own birthday")],
)
def test_patient_left_in_is_held(
    app: Flask,
    client: FlaskClient,
    make: Make,
    choice: dict[str, str],
    reason: str | None,
    headers: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = make.post()
    words = WORDS | {"body": PATIENT}
    asked = client.post(post.comments, data=words | new_code(app, client, post), headers=headers)
    client.post(post.comments, data=words | {"challenge": hidden(asked.text)} | choice, headers=headers)
    comment = last(app)
    assert comment.state == State.HELD
    assert comment.reasons[0].startswith("may identify a patient: ")
    assert (reason is None) or f"the writer says it is no patient: {reason}" in comment.reasons
    assert "1961" not in caplog.text
    assert "1961" not in client.get(post.path).text


def test_no_patient_needs_a_reason(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    words = WORDS | {"body": PATIENT}
    asked = client.post(post.comments, data=words | new_code(app, client, post))
    again = client.post(post.comments, data=words | {"challenge": hidden(asked.text), "patient": "no"})
    assert again.status_code == 422
    assert "Please say in a few words why" in again.text
    assert count(app) == 0


def test_member_is_asked_too(app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> None:
    post = make.post()
    browser = sign_in(make.account())
    page = browser.get(post.path).text
    data = {"body": PATIENT, "challenge": hidden(page), "csrf_token": hidden(page, "csrf_token")}
    asked = browser.post(post.comments, data=data)
    assert asked.status_code == 422 and "may identify a patient" in asked.text
    browser.post(post.comments, data=data | {"challenge": hidden(asked.text), "patient": "editors"})
    assert last(app).state == State.HELD


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_editor_instead_of_the_code(app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]) -> None:
    post = make.post()
    code = new_code(app, client, post)
    data = WORDS | {"challenge": code["challenge"], "editor": "yes"}
    client.post(post.comments, data=data, headers=headers)
    assert last(app).reasons == ["asked for an editor instead of the security code"]
    client.post(post.comments, data=data | {"body": "Again."}, headers=headers)
    assert count(app) == 1
    client.post(post.comments, data=WORDS | code | {"body": "Again, with its code."}, headers=headers)
    assert count(app) == 1


def test_the_tick_for_an_editor_stays(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    data = WORDS | {"challenge": new_code(app, client, post)["challenge"], "editor": "yes"}
    asked = client.post(post.comments, data=data | {"body": "We had one last week, DOB 4/12/1961."})
    assert "This may identify a patient." in asked.text
    assert 'name="editor" type="checkbox" value="yes" checked' in asked.text
    assert "checked" not in client.get(f"/captcha?for={post.id}").text


def test_editor_without_a_challenge_gets_one(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    first = client.post(post.comments, data=WORDS | {"editor": "yes"})
    assert first.status_code == 422 and count(app) == 0
    client.post(post.comments, data=WORDS | {"editor": "yes", "challenge": hidden(first.text)})
    assert last(app).state == State.HELD


def test_three_wrong_codes_slow_a_network_down(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[float], None]
) -> None:
    post, here = make.post(), {"REMOTE_ADDR": "203.0.113.7"}
    for _ in range(3):
        data = WORDS | new_code(app, client, post)
        wrong = data | {"code": wrong_code(data["code"])}
        assert "not the digits" in client.post(post.comments, data=wrong, environ_overrides=here).text
    right = WORDS | new_code(app, client, post)
    slow = client.post(post.comments, data=right, environ_overrides=here)
    assert slow.status_code == 422 and "Wait a minute" in slow.text and kept(slow.text)["body"] == WORDS["body"]
    elsewhere = client.post(post.comments, data=WORDS | new_code(app, client, post))
    assert elsewhere.status_code == 303
    travel(61)
    data = WORDS | new_code(app, client, post)
    assert client.post(post.comments, data=data, environ_overrides=here).status_code == 303


def test_policy_says_what_the_guard_is_not(client: FlaskClient, make: Make) -> None:
    page = client.get("/pages/comment-policy/").text
    assert "This is a courtesy, not compliance." in page
    make.post("House rules", kind=Kind.PAGE, slug="comment-policy", body="Our own.")
    assert "Our own." in client.get("/pages/comment-policy/").text


@pytest.mark.parametrize(
    "body",
    [
        "1" * 10_000,
        "[" * 10_000,
        "\u200b" * 5_000 + "a",
        "\u202e" * 5_000 + "a",
        "Mr " * 3_000,
        "1-" * 5_000,
        "a@" * 5_000,
        "(" * 10_000,
    ],
)
def test_hostile_texts_are_answered(app: Flask, client: FlaskClient, make: Make, body: str) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post) | {"body": body})
    assert answer.status_code in {303, 422}
    assert client.get(post.path).status_code == 200
