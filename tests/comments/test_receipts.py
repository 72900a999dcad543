"""Receipts, permanent addresses, reports: what a writer and a reader can do with a comment."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.blog.models import Post
from hcpov.comments import actions, receipts
from hcpov.comments.models import Comment, Report, State
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.updates.models import Subscription
from tests.forms import HTMX, WORDS, hidden, new_code
from tests.make import MadeAccount, MadePost, Make

Travel = Callable[[float], None]


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post."""
    return make.post()


@pytest.fixture
def token(app: Flask, client: FlaskClient, post: MadePost) -> str:
    """The receipt of a comment just posted."""
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post))
    return answer.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]


def stored(app: Flask) -> Comment:
    """Returns the first comment."""
    with app.app_context():
        comment: Comment | None = db.session.scalars(db.select(Comment).order_by(Comment.id)).first()
    assert comment is not None
    return comment


def number_of_comments(app: Flask, post: MadePost) -> int:
    """Returns the post's count."""
    with app.app_context():
        return db.session.get_one(Post, post.id).comment_count


def test_receipt_is_shown_once(client: FlaskClient, post: MadePost, token: str) -> None:
    first = client.get(post.path)
    assert f"/receipts/{token}" in first.text
    assert first.headers["Cache-Control"] == "private, no-store"
    second = client.get(post.path)
    assert "/receipts/" not in second.text and "Set-Cookie" not in second.headers


def test_receipt_names_no_address(client: FlaskClient, app: Flask, post: MadePost) -> None:
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post), headers=HTMX)
    assert "/receipts/" in answer.text and "ada" not in answer.text.split("/receipts/")[1].split('"')[0]


def test_writer_edits_within_the_window(
    app: Flask, client: FlaskClient, post: MadePost, token: str, travel: Travel
) -> None:
    page = client.get(f"/receipts/{token}").text
    assert "It is published." in page and "Potassium &lt;3.5" in page
    assert client.post(f"/receipts/{token}/edit", data={"body": "Better words."}).status_code == 303
    thread = client.get(post.path).text
    assert "Better words." in thread and "· edited" in thread
    travel(15 * 60 + 1)
    late = client.post(f"/receipts/{token}/edit", data={"body": "Too late words."})
    assert late.status_code == 409
    assert "Too late to change it" in late.text and "Too late words." in late.text
    assert stored(app).body == "Better words."


def test_edit_goes_past_the_guard(app: Flask, client: FlaskClient, post: MadePost, token: str) -> None:
    words = {"body": "She was born on 4/12/1961, DOB 4/12/1961."}
    asked = client.post(f"/receipts/{token}/edit", data=words)
    assert asked.status_code == 422 and "may identify a patient" in asked.text
    assert stored(app).state == State.PUBLISHED
    client.post(f"/receipts/{token}/edit", data=words | {"patient": "editors"})
    assert stored(app).state == State.HELD
    assert number_of_comments(app, post) == 0
    assert "1961" not in client.get(post.path).text


@pytest.mark.parametrize("body", ["", " \u200b", "x" * 10_001])
def test_bad_edit_is_named(app: Flask, client: FlaskClient, token: str, body: str) -> None:
    answer = client.post(f"/receipts/{token}/edit", data={"body": body})
    assert answer.status_code == 422 and 'id="body-error"' in answer.text
    assert stored(app).body == WORDS["body"]


def test_writer_erases(app: Flask, client: FlaskClient, post: MadePost, token: str) -> None:
    assert client.get(f"/receipts/{token}/erase").status_code in {404, 405}
    answer = client.post(f"/receipts/{token}/erase")
    assert "Your comment is erased" in answer.text
    with app.app_context():
        assert db.session.query(Comment).count() == 0
    assert number_of_comments(app, post) == 0
    assert client.get(f"/receipts/{token}").status_code == 404
    assert "No comments yet" in client.get(post.path).text


def test_erased_comment_with_replies_leaves_a_stub(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, token: str
) -> None:
    root = stored(app).id
    make.comment(post, "An answer.", parent=root, name="Cyn Reply")
    client.post(f"/receipts/{token}/erase")
    page = client.get(post.path).text
    assert "This comment was removed." in page and "An answer." in page
    assert "Ada Reader" not in page
    comment = stored(app)
    assert (comment.body, comment.name, comment.email, comment.html) == ("", "", "", "")
    assert number_of_comments(app, post) == 1
    assert client.get(f"/receipts/{token}").status_code == 404


def test_nothing_of_the_writers_stays_in_a_stub(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, token: str
) -> None:
    root = stored(app).id
    with app.app_context():
        said = ["3 links", "the writer says it is no patient: it is my aunt Ada"]
        db.session.execute(db.update(Comment).where(Comment.id == root).values(state=State.HELD, reasons=said))
        db.session.commit()
    make.comment(post, "An answer.", parent=root)
    client.post(f"/receipts/{token}/erase")
    assert stored(app).reasons == []


def test_no_cache_keeps_a_receipt(client: FlaskClient, token: str) -> None:
    for path in ("", "?done=edit"):
        assert client.get(f"/receipts/{token}{path}").headers["Cache-Control"] == "private, no-store"


def test_too_late_by_a_moment_keeps_the_words(
    app: Flask, client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "edit", lambda *_arguments: False)  # as when an editor removed it meanwhile
    answer = client.post(f"/receipts/{token}/edit", data={"body": "What I meant."})
    assert answer.status_code == 409
    assert "Too late to change it." in answer.text and "What I meant." in answer.text


@pytest.mark.parametrize("token", ["x", "MQ.forged", "é", "x" * 3000])
def test_forged_receipt_says_what_to_do(client: FlaskClient, token: str) -> None:
    for path in ("", "/edit", "/erase", "/answers"):
        answer = client.post(f"/receipts/{token}{path}") if path else client.get(f"/receipts/{token}")
        assert answer.status_code == 404
        assert "This receipt opens nothing" in answer.text


def test_old_receipt_opens_nothing(client: FlaskClient, token: str, travel: Travel) -> None:
    travel(366 * 86400)
    assert client.get(f"/receipts/{token}").status_code == 404


def test_members_receipt_is_the_members(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, sign_in: Callable[[MadeAccount], FlaskClient]
) -> None:
    member = make.account()
    number = make.comment(post, account_id=member.id, at=clock.now())
    with app.app_context():
        token = receipts.issue(number)
    assert client.get(f"/receipts/{token}").status_code == 404
    assert sign_in(make.account()).get(f"/receipts/{token}").status_code == 404
    browser = sign_in(member)
    make.comment(post, "Somebody else's.")
    assert browser.get(post.path).text.count(f'<a href="/receipts/{token}">Change or erase</a>') == 1
    assert "Change or erase" not in client.get(post.path).text
    page = browser.get(f"/receipts/{token}")
    assert page.status_code == 200
    assert browser.post(f"/receipts/{token}/erase").status_code == 400  # the session's token is missing
    data = {"csrf_token": hidden(page.text, "csrf_token")}
    assert browser.post(f"/receipts/{token}/erase", data=data).status_code == 200


def test_answers_by_mail_are_asked_for_once_and_confirmed(
    app: Flask, client: FlaskClient, post: MadePost, token: str
) -> None:
    for _ in range(2):
        client.post(f"/receipts/{token}/answers", data={"email": "ada@example.org"})
    with app.app_context():
        [wish] = db.session.scalars(db.select(Subscription))
        assert wish.comment_id is not None
        assert (wish.email, wish.post_id, wish.blog_id, wish.confirmed_at) == ("ada@example.org", post.id, None, None)
        [message] = db.session.scalars(db.select(Message))
        assert message.to == "ada@example.org" and "Potassium" not in message.text
        link = message.text.split("http://localhost")[1].split()[0]
    assert "Is this your address?" in client.get(link).text
    with app.app_context():
        assert db.session.scalars(db.select(Subscription)).one().confirmed_at is None  # a scanner followed the link
    assert "Your address is confirmed" in client.post(link, follow_redirects=True).text
    with app.app_context():
        assert db.session.scalars(db.select(Subscription)).one().confirmed_at is not None
    assert client.get("/updates/forged").status_code == 404
    bad = client.post(f"/receipts/{token}/answers", data={"email": "nobody"})
    assert bad.status_code == 422 and "does not look like" in bad.text
    # With scripts off the page begins at its top, far from the field.
    assert 'aria-describedby="answers-hint answers-error" aria-invalid="true" autofocus' in bad.text


def test_permalink_leads_to_the_comment(client: FlaskClient, make: Make, post: MadePost) -> None:
    ids = [make.comment(post, f"Number {number}.") for number in range(101)]
    assert client.get(f"/comments/{ids[0]}/").headers["Location"] == f"{post.path}#comment-{ids[0]}"
    assert f"?after={ids[99]}#comment-{ids[100]}" in client.get(f"/comments/{ids[100]}/").headers["Location"]
    held = make.comment(post, state=State.HELD)
    for number in (held, 10**8, 10**30):
        assert client.get(f"/comments/{number}/").status_code == 404


def test_report(app: Flask, client: FlaskClient, make: Make, post: MadePost) -> None:
    number = make.comment(post, "Call me.")
    page = client.get(f"/comments/{number}/report")
    assert page.status_code == 200 and "Call me." in page.text
    assert client.post(f"/comments/{number}/report", data={"reason": " "}).status_code == 422
    for _ in range(2):
        assert "Thank you" in client.post(f"/comments/{number}/report", data={"reason": "An advertisement"}).text
    with app.app_context():
        [report] = db.session.scalars(db.select(Report))
        assert report.reason == "An advertisement"
    assert client.post("/comments/99999/report", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize(("state", "status"), [("withdrawn", 410), ("draft", 404)])
def test_nothing_is_shown_of_a_post_that_is_not_public(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, state: str, status: int
) -> None:
    number = make.comment(post, "Call me.")
    with app.app_context():
        db.session.get_one(Post, post.id).state = state
        db.session.commit()
    for answer in (
        client.get(f"/comments/{number}/"),
        client.get(f"/comments/{number}/report"),
        client.post(f"/comments/{number}/report", data={"reason": "x"}),
    ):
        assert answer.status_code == status
        assert "Call me." not in answer.text


def test_networks_are_forgotten_after_thirty_days(app: Flask, make: Make, post: MadePost, travel: Travel) -> None:
    numbers = [make.comment(post, network="n" * 64, at=clock.now()) for _ in range(2)]
    with app.app_context():
        for number in numbers:
            actions.report(db.session.get_one(Comment, number), "it insults somebody", "n" * 64)
        assert actions.forget_networks() == 0
        travel(31 * 86400)
        assert (actions.forget_networks(), actions.forget_networks()) == (4, 0)
        assert set(db.session.scalars(db.select(Comment.network))) == {None}
        assert len({*db.session.scalars(db.select(Report.network))} - {"n" * 64}) == 2
