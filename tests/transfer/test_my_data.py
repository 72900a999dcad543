"""What is held about a guest: behind a link to the mailbox, the same answer for every address."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.auth.models import Account, Tombstone
from hcpov.comments import receipts
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.mail import sending
from hcpov.mail.models import Message
from hcpov.transfer import tokens
from hcpov.updates import actions as updates
from hcpov.updates import tokens as wishes
from tests.forms import hidden
from tests.house.markup import problems_of
from tests.make import MadePost, Make
from tests.transfer.person import EMAIL, WORD, SignIn, person, read, traces

GUEST = "Ada@example.org"
Travel = Callable[[float], None]


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post."""
    return make.post()


@pytest.fixture
def guest(app: Flask, make: Make, post: MadePost) -> int:
    """A comment of a guest, with a wish and somebody else's comment beside it; its number."""
    number = make.comment(post, f"My {WORD} words.", email=GUEST, title="Galoshes nurse", name="Zelda Quill")
    make.comment(post, f"Held {WORD}.", email=GUEST.lower(), name="Zelda Quill", state="held")
    make.comment(post, "Bo's words.", name="Bo", email="bo@example.org")
    make.comment(post, "Nobody's words.", name="Cy")
    with app.app_context():
        updates.ask(GUEST, None)
        updates.ask("bo@example.org", None)
    return number


def link(app: Flask, client: FlaskClient, email: str = GUEST) -> str:
    """Asks for the link and returns its path, as the letter has it."""
    assert client.post("/my-data", data={"email": email}).headers["Location"] == "/my-data/sent"
    found = re.search(r"http://localhost(/my-data/\S+)", letter(app, email).text)
    assert found
    return found[1]


def letter(app: Flask, email: str) -> Message:
    """Returns the letter with the link."""
    with app.app_context():
        wanted = db.select(Message).where(Message.to == email, Message.subject == "What we hold about you")
        message: Message = db.session.scalars(wanted).one()
        return message


def test_the_answer_is_the_same_for_every_address(
    app: Flask, client: FlaskClient, guest: int, make: Make, queries: Callable[[], Any]
) -> None:
    make.account(email="member@example.org")
    answers, numbers = set(), set()
    for email in (GUEST, "member@example.org", "nobody@example.org"):
        with queries() as said:
            answer = client.post("/my-data", data={"email": email})
        answers.add((answer.status_code, answer.headers["Location"], answer.text))
        numbers.add(len([each for each in said if "role" not in each]))  # an account's roles come with it
    assert len(answers) == len(numbers) == 1
    assert problems_of(client.get("/my-data/sent").text) == []
    assert "/account/data" in letter(app, "member@example.org").text
    assert "/account/data" not in letter(app, GUEST).text
    assert "/my-data/" in letter(app, "nobody@example.org").text


def test_one_letter_in_five_minutes(app: Flask, client: FlaskClient, travel: Travel) -> None:
    for email in (GUEST, GUEST, GUEST.upper()):
        client.post("/my-data", data={"email": email})
    letter(app, GUEST)
    travel(301)
    client.post("/my-data", data={"email": GUEST})
    with app.app_context():
        assert db.session.query(Message).count() == 2


def test_one_letter_also_where_the_five_minutes_of_the_clock_change(
    app: Flask, client: FlaskClient, travel: Travel
) -> None:
    travel(299 - clock.now().timestamp() % 300)
    for _time in range(2):
        client.post("/my-data", data={"email": GUEST})
        travel(2)
    letter(app, GUEST)
    travel(290)
    client.post("/my-data", data={"email": GUEST})
    letter(app, GUEST)
    travel(8)
    client.post("/my-data", data={"email": GUEST})
    with app.app_context():
        assert db.session.query(Message).count() == 2


@pytest.mark.parametrize(
    "email", ["", "ada", "a@b", "x" * 5000 + "@example.org", "a@example.org\r\nBcc: b@example.org"]
)
def test_what_is_no_address_is_named(app: Flask, client: FlaskClient, email: str) -> None:
    answer = client.post("/my-data", data={"email": email})
    assert answer.status_code == 422 and 'id="email-error"' in answer.text
    assert problems_of(answer.text) == []
    with app.app_context():
        assert db.session.query(Message).count() == 0


def test_the_link_names_no_address_and_the_outbox_forgets_it(app: Flask, client: FlaskClient) -> None:
    path = link(app, client)
    assert "ada" not in path.casefold()
    with app.app_context():
        assert sending.send_due() == 1
        [sent] = db.session.scalars(db.select(Message))
        assert (sent.to, sent.text) == ("", "")
    page = client.get(path)
    assert GUEST in page.text and page.text.count(">Nothing.<") == 5


def test_the_page_shows_what_is_held_and_nothing_else(app: Flask, client: FlaskClient, guest: int) -> None:
    path, before = link(app, client), read(app)
    page = client.get(path)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert problems_of(page.text) == []
    assert f"My {WORD} words." in page.text and f"Held {WORD}." in page.text and "Zelda Quill" in page.text
    assert "Bo&#39;s" not in page.text and "Nobody" not in page.text and "bo@" not in page.text
    assert "<dt>E-mail</dt><dd>ada@example.org</dd>" in page.text  # the wish, and the letter
    assert "/updates/" not in page.text  # no key of a letter that was not sent yet
    assert read(app) == before


def test_the_file_is_the_same(app: Flask, client: FlaskClient, guest: int) -> None:
    path = link(app, client)
    answer = client.post(f"{path}/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    file = json.loads(answer.data)
    assert (file["version"], file["held_under"]) == (1, GUEST)
    assert list(file["parts"]) == ["comments", "decisions_about_you", "subscriptions", "messages", "refusals"]
    assert [row["state"] for row in file["parts"]["comments"]["rows"]] == ["published", "held"]
    assert client.get(f"{path}/file").status_code in {404, 405}


def test_the_number_of_queries_stays(
    app: Flask, client: FlaskClient, make: Make, post: MadePost, guest: int, queries: Callable[[], Any]
) -> None:
    path = link(app, client)
    for _ in range(2):
        with queries() as said:
            client.get(path)
        assert len(said) == 6
        with queries() as said:
            client.post(f"{path}/file")
        assert len(said) == 5
        for _ in range(20):
            make.comment(post, "More.", email=GUEST)


@pytest.mark.parametrize("how", ["removed", "anonymous"])
def test_all_of_it_is_erased(app: Flask, client: FlaskClient, guest: int, post: MadePost, how: str) -> None:
    path = link(app, client)
    answer = client.post(f"{path}/erase", data={"comments": how})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my-data/erased")
    assert problems_of(client.get("/my-data/erased").text) == []
    with app.app_context():
        assert sending.send_due() >= 1
        kept = db.session.get(Comment, guest)
        assert [kept.name, kept.body] == ["A former reader", f"My {WORD} words."] if kept else how == "removed"
        assert db.session.query(Tombstone).count() == 2 + 1 + 2  # comments, wish, letters
        comments = db.session.scalars(db.select(Comment.name).order_by(Comment.id))
        assert list(comments)[-2:] == ["Bo", "Cy"]
    left = traces(read(app), ("ada", "zelda", "quill", "galoshes") + ((WORD,) if how == "removed" else ()))
    assert left == []
    assert "bo@example.org" in repr(read(app))


def test_twice_is_once_and_writes_one_letter(app: Flask, client: FlaskClient, guest: int) -> None:
    path = link(app, client)
    for _ in range(2):
        assert client.post(f"{path}/erase", data={"comments": "removed"}).status_code == 303
        with app.app_context():
            sending.send_due()
    with app.app_context():
        assert db.session.query(Message).filter_by(subject="Your data was erased").count() == 1
    assert client.get(path).text.count(">Nothing.<") == 5


def test_an_empty_address_gets_no_farewell(app: Flask, client: FlaskClient) -> None:
    client.post(f"{link(app, client)}/erase", data={"comments": "removed"})
    with app.app_context():
        assert db.session.query(Message).count() == 0


@pytest.mark.parametrize("choice", ["", "both"])
def test_nothing_is_chosen_beforehand(app: Flask, client: FlaskClient, guest: int, choice: str) -> None:
    path = link(app, client)
    assert " checked" not in client.get(path).text
    answer = client.post(f"{path}/erase", data={"comments": choice})
    assert answer.status_code == 422 and "choose what becomes of your comments" in answer.text
    assert problems_of(answer.text) == []
    with app.app_context():
        assert db.session.get(Comment, guest) is not None


def test_stale_and_forged_links_open_nothing(app: Flask, client: FlaskClient, guest: int, travel: Travel) -> None:
    path = link(app, client)
    forged = ["x", "é", "x" * 5000, "a b", path[9:-3], path[9:] + "x", path[9:].swapcase()]
    with app.app_context():
        plain = wishes.issue("a key of a wish")  # another feature's token, signed with the same secret
    for token in [*forged, plain]:
        for answer in (
            client.get(f"/my-data/{token}"),
            client.post(f"/my-data/{token}/file"),
            client.post(f"/my-data/{token}/erase", data={"comments": "removed"}),
        ):
            assert answer.status_code == 404 and "This link opens nothing" in answer.text, token
            assert problems_of(answer.text) == []
    travel(24 * 3600 - 60)
    assert client.get(path).status_code == 200
    travel(120)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/erase", data={"comments": "removed"}).status_code == 404
    with app.app_context():
        assert db.session.get(Comment, guest) is not None


def test_a_replaced_secret_still_opens(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link(app, client)
    old = app.secret_key
    monkeypatch.setattr(app, "secret_key", "another secret, of which nobody knows")
    assert client.get(path).status_code == 404
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old])
    assert client.get(path).status_code == 200


def test_a_members_part_is_not_in_it(app: Flask, client: FlaskClient, make: Make) -> None:
    made = person(app, make)
    with app.app_context():
        path = f"/my-data/{tokens.issue(EMAIL)}"
    page = client.get(path).text
    assert "A guest&#39;s xylophonic words." in page and "First" not in page and "About xylo" not in page
    client.post(f"{path}/erase", data={"comments": "removed"})
    with app.app_context():
        assert db.session.get(Comment, made.guest) is None
        assert db.session.get_one(Comment, made.plain).account_id == made.account.id
        assert db.session.get(Account, made.account.id) is not None


def test_whoever_is_signed_in_needs_the_token_of_the_session(
    app: Flask, client: FlaskClient, guest: int, make: Make, sign_in: SignIn
) -> None:
    path, browser = link(app, client), sign_in(make.account())
    token = hidden(browser.get(path).text, "csrf_token")
    assert browser.post(f"{path}/erase", data={"comments": "removed"}).status_code == 400
    assert browser.post(f"{path}/file").status_code == 400
    foreign = {"Origin": "https://elsewhere.example"}
    assert client.post(f"{path}/erase", data={"comments": "removed"}, headers=foreign).status_code == 403
    assert browser.post(f"{path}/erase", data={"comments": "removed", "csrf_token": token}).status_code == 303


def test_the_policy_and_receipts_lead_there(client: FlaskClient, app: Flask, make: Make, post: MadePost) -> None:
    number = make.comment(post, at=clock.now())
    with app.app_context():
        receipt = receipts.issue(number)
    for path in ("/pages/comment-policy/", f"/receipts/{receipt}"):
        assert 'href="/my-data"' in client.get(path).text
