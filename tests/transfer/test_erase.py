"""Erasing an account: all of the person goes but what they chose to leave, once and for good."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, LoginSession, Tombstone
from hcpov.blog.models import Post, State
from hcpov.comments.models import Comment, Decision, Report
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.mail import actions as outbox
from hcpov.mail import sending
from hcpov.mail.models import Message
from hcpov.transfer import actions
from hcpov.updates import actions as updates
from hcpov.updates.models import Subscription
from tests.house.markup import problems_of
from tests.make import MadeAccount, Make
from tests.transfer.person import EMAIL, NAME, WORD, Person, SignIn, columns, person, read, send, traces
from tests.transfer.test_export import SHOWN

REMOVE = {"comments": "removed", "email": EMAIL}
LEAVE = {"comments": "anonymous", "email": EMAIL}


def erase(made: Person, **fields: str) -> Any:
    """Erases the person."""
    return send(made.browser, "/account/erase", **fields)


def comment(app: Flask, number: int) -> Comment | None:
    """Returns a comment as it is stored."""
    with app.app_context():
        return db.session.get(Comment, number)


def test_every_column_about_people_is_emptied(app: Flask, make: Make) -> None:
    made = person(app, make)
    before = read(app)
    for column in columns():
        assert str(column) in SHOWN
        assert of_person(before, column, made), f"{column}: give the person of tests/transfer/person.py one"
    assert erase(made, **REMOVE).status_code == 303
    after = read(app)
    assert [str(column) for column in columns() if of_person(after, column, made)] == ["message.to"]  # the last letter


def of_person(rows: Any, column: Any, made: Person) -> list[Any]:
    """Returns the values of a column that name the person or hold their address."""
    values = [row[column.name] for row in rows[column.table.name]]
    return [value for value in values if value == made.account.id or "zelda" in str(value).casefold()]


def test_nothing_of_the_person_is_left(app: Flask, make: Make) -> None:
    made = person(app, make)
    assert erase(made, **REMOVE).headers["Location"] == "/account/erased"
    left = traces(read(app))
    assert [trace.partition(":")[0] for trace in left] == ["message.to"] and EMAIL in left[0]
    with app.app_context():
        assert sending.send_due() > 0
        [last] = db.session.scalars(db.select(Message).where(Message.dedupe_key.startswith("erased ")))
        assert (last.to, last.text, last.subject) == ("", "", "Your data was erased") and last.sent_at
    assert traces(read(app)) == []


def test_comments_are_removed_with_stubs_where_somebody_answered(app: Flask, make: Make) -> None:
    made = person(app, make)
    erase(made, **REMOVE)
    stub = comment(app, made.answered)
    assert stub and (stub.state, stub.name, stub.body, stub.html, stub.reasons) == ("removed", "", "", "", [])
    assert (stub.account_id, stub.network, stub.disclosure, stub.body_mark) == (None, None, "", "")
    assert [comment(app, number) for number in (made.plain, made.held, made.guest)] == [None] * 3
    assert comment(app, made.others) is not None
    with app.app_context():
        post = db.session.get_one(Post, made.post.id)
        newest = db.session.get_one(Comment, made.others)
        assert (post.comment_count, post.last_comment_at) == (2, newest.created_at)
        assert db.session.query(Report).count() == 0
    page = app.test_client().get(made.post.path).text
    assert "This comment was removed." in page and "An answer of Otto's." in page and "2 comments" in page


def test_comments_stay_and_are_nobodys(app: Flask, make: Make) -> None:
    made = person(app, make)
    erase(made, **LEAVE)
    kept = comment(app, made.answered)
    assert kept and (kept.name, kept.title, kept.place, kept.email) == ("A former member", "", "", "")
    assert (kept.account_id, kept.network, kept.disclosure) == (None, None, "")
    assert kept.body == f"First {WORD} words." and kept.state == CommentState.PUBLISHED
    guest = comment(app, made.guest)
    assert guest and (guest.name, guest.email) == ("A former member", "")
    assert comment(app, made.held) is None  # what was never public does not stay
    assert [trace for trace in traces(read(app)) if WORD not in trace and "message.to" not in trace] == []
    with app.app_context():
        assert db.session.get_one(Post, made.post.id).comment_count == 6
        assert [done.before for done in db.session.scalars(db.select(Decision))] == [{}, {}]
        assert db.session.query(Report).count() == 1  # what is still public can still be reported
    assert "A former member" in app.test_client().get(made.post.path).text


def test_a_whole_thread_of_ones_own_leaves_nothing(app: Flask, make: Make) -> None:
    member, post = make.account(email=EMAIL), make.post()
    root = make.comment(post, account_id=member.id)
    make.comment(post, parent=root, account_id=member.id)
    other = make.comment(post, name="Bo")
    spam = make.comment(post, parent=root, name="Spam", state=CommentState.SPAM)
    imported = make.comment(post, account_id=member.id, origin="wp:7")
    with app.app_context():
        assert actions.erase_account(member.id, "removed")
        left = {each.id: each.state for each in db.session.scalars(db.select(Comment))}
        assert left == {other: "published", imported: "removed"}, spam  # an import would bring that one back
        assert db.session.get_one(Post, post.id).comment_count == 1


@pytest.mark.parametrize(("keep", "name", "title"), [("y", NAME, "Galoshes nurse"), ("", "A former member", "")])
def test_posts_stay_and_drafts_go(app: Flask, make: Make, keep: str, name: str, title: str) -> None:
    made = person(app, make)
    with app.app_context():
        [public] = db.session.scalars(db.select(Post).where(Post.title == "Hers"))
        number, path = public.id, f"/boardroom-buzz/2013/01/{public.slug}/"
    scheduled = make.post("Later", author_id=made.account.id, state=State.SCHEDULED)
    withdrawn = make.post("Taken back", author_id=made.account.id, state=State.WITHDRAWN, byline_name=NAME.upper())
    erase(made, **REMOVE, keep_name=keep)
    with app.app_context():
        posts = {post.title: post for post in db.session.scalars(db.select(Post))}
        assert set(posts) == {"By somebody else", "Hers", "Taken back", "A guest's", "A guest's draft"}, scheduled
        assert {post.author_id for post in posts.values()} == {None, made.other.id}
        assert [posts[each].byline_name for each in ("Hers", "Taken back")] == [name, name], withdrawn
        assert (posts["Hers"].byline_title, posts["Hers"].body) == (title, "Public words.")
        assert (posts["A guest's"].byline_name, posts["A guest's"].byline_title) == ("Gwen Guest", "Surgeon")
        tombstones = {(each.kind, each.number): each.how for each in db.session.scalars(db.select(Tombstone))}
        assert tombstones["account", made.account.id] == ("removed named" if keep else "removed")
    assert f"Written by <b>{name}</b>" in app.test_client().get(path).text, number


@pytest.mark.parametrize("keep", ["y", ""])
def test_a_reviewer_is_named_no_more(app: Flask, make: Make, keep: str) -> None:
    made = person(app, make)
    said: dict[str, Any] = {
        "reviewer_title": "Galoshes nurse",
        "reviewer_place": "Quillville",
        "reviewed_on": date(2026, 3, 3),
    }
    hers = make.post("Reviewed", author_id=made.other.id, reviewer_name=NAME.upper(), **said)
    make.post("Her draft's", author_id=made.other.id, reviewer_name=NAME, state=State.WITHDRAWN, **said)
    others = make.post("Reviewed by another", reviewer_name="Zelda Quill", **said)
    assert NAME.upper() in app.test_client().get(hers.path).text
    erase(made, **REMOVE, keep_name=keep)
    with app.app_context():
        found = {post.title: post for post in db.session.scalars(db.select(Post).where(Post.reviewer_name != ""))}
        for title in ("Reviewed", "Her draft's"):
            post = found[title]
            assert (post.reviewer_name, post.reviewer_title, post.reviewer_place) == ("A former member", "", "")
            assert post.reviewed_on == said["reviewed_on"]  # that it was reviewed stays
        assert found["Reviewed by another"].reviewer_name == "Zelda Quill"
    page = app.test_client().get(hers.path).text
    assert "Reviewed by <b>A former member</b>" in page and "quill" not in page.casefold()
    assert "Zelda Quill" in app.test_client().get(others.path).text


def test_the_log_keeps_what_was_done_and_no_name(app: Flask, make: Make) -> None:
    made = person(app, make)
    before = {row["id"]: (row["what"], row["about"], row["at"]) for row in read(app)["audit"]}
    erase(made, **REMOVE)
    rows = read(app)["audit"]
    assert {row["id"]: (row["what"], row["about"], row["at"]) for row in rows[:-1]} == before
    assert [(row["account_id"], row["reason"]) for row in rows] == [
        (None, ""), (made.other.id, ""), (made.other.id, ""), (None, ""),
    ]  # fmt: skip
    assert (rows[-1]["what"], rows[-1]["about"]) == ("account erased", f"account {made.account.id}")
    assert rows[0]["details"] == {"role": "editor"} and rows[1]["details"] == {}


def test_others_keep_what_is_theirs(app: Flask, make: Make) -> None:
    made = person(app, make)
    erase(made, **REMOVE)
    with app.app_context():
        assert db.session.get_one(Account, made.other.id).name == "Otto Else"
        [credential] = db.session.execute(db.text("SELECT account_id, decided_by FROM credential")).all()
        assert tuple(credential) == (made.other.id, None)
        assert set(db.session.scalars(db.select(Message.to))) == {"otto@example.org", EMAIL}


def test_it_is_one_transaction(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = person(app, make)
    before = read(app)

    def broken(*_arguments: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(updates, "forget", broken)
    assert erase(made, **REMOVE).status_code == 500
    after = read(app)
    for rows in (before, after):  # the session was used in between
        rows.pop("login_session")
    assert after == before


def test_whoever_is_erased_is_signed_out_everywhere(app: Flask, make: Make) -> None:
    made = person(app, make)
    made.browser.set_cookie("remembered", "x")
    answer = erase(made, **REMOVE)
    assert "remembered=;" in " ".join(answer.headers.getlist("Set-Cookie"))
    page = made.browser.get("/account/erased")
    assert problems_of(page.text) == [] and "Signed in" not in page.text
    assert made.browser.get("/account/").headers["Location"].startswith("/sign-in")
    with app.app_context():
        assert db.session.query(LoginSession).count() == 0
    again = app.test_client().post("/sign-in", data={"email": EMAIL, "password": made.account.password})
    assert "do not belong together" in again.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": EMAIL}, "choose what becomes of your comments"),
        ({"email": EMAIL, "comments": "both"}, "choose what becomes of your comments"),
        ({"comments": "removed"}, "Please type your e-mail address."),
        ({"comments": "removed", "email": "otto@example.org"}, "not the address of this account"),
        ({"comments": "removed", "email": "x" * 5000}, "not the address of this account"),
    ],
)
def test_a_form_that_is_not_filled_in_erases_nothing(
    app: Flask, make: Make, fields: dict[str, str], words: str
) -> None:
    made = person(app, make)
    answer = erase(made, **fields)
    assert answer.status_code == 422 and words in answer.text
    assert problems_of(answer.text) == []
    with app.app_context():
        assert db.session.get(Account, made.account.id) is not None


def test_looking_changes_nothing_and_the_token_is_asked_for(app: Flask, client: FlaskClient, make: Make) -> None:
    made = person(app, make)
    before = {name: len(rows) for name, rows in read(app).items()}
    page = made.browser.get("/account/erase").text
    assert problems_of(page) == []
    assert "“A former member”" in page and EMAIL in page and " checked" not in page
    assert made.browser.post("/account/erase", data=REMOVE).status_code == 400
    assert client.post("/account/erase", data=REMOVE).headers["Location"].startswith("/sign-in")
    foreign = {"Origin": "https://elsewhere.example"}
    assert made.browser.post("/account/erase", data=REMOVE, headers=foreign).status_code == 403
    assert {name: len(rows) for name, rows in read(app).items()} == before


def test_the_last_administrator_stays(app: Flask, make: Make, sign_in: SignIn) -> None:
    admin = make.account("Ad Min", ("admin",), email="admin@example.org")
    make.account("Off", ("admin",), active=False)
    make.account("Unconfirmed", ("admin",), confirmed_at=None)
    browser = sign_in(admin)
    answer = send(browser, "/account/erase", comments="removed", email="ADMIN@example.org")
    assert answer.status_code == 409 and "You are the only administrator" in answer.text
    assert problems_of(answer.text) == []
    make.account("Second", ("admin",))
    assert send(browser, "/account/erase", comments="removed", email="ADMIN@example.org").status_code == 303
    with app.app_context():
        assert db.session.get(Account, admin.id) is None


def test_twice_is_once(app: Flask, make: Make) -> None:
    made = person(app, make)
    with app.app_context():
        assert actions.erase_account(made.account.id, "removed")
        tombstones = db.session.query(Tombstone).count()
        assert actions.erase_account(made.account.id, "removed")
        assert db.session.query(Tombstone).count() == tombstones
        assert db.session.query(Audit).filter_by(what="account erased").count() == 1
        assert len(list(db.session.scalars(db.select(Message).where(Message.subject == "Your data was erased")))) == 1


def test_the_number_of_statements_stays(app: Flask, make: Make, queries: Callable[[], Any]) -> None:
    numbers = []
    for times in (1, 10):
        made = person(app, make, times)
        with app.app_context(), queries() as said:
            actions.erase_account(made.account.id, "anonymous")
        numbers.append(len(said))
        with app.app_context():
            for table in reversed(db.metadata.sorted_tables):
                if table.name != "feed_name":
                    db.session.execute(table.delete())
            db.session.commit()
    assert numbers == [numbers[0]] * 2, numbers


def test_a_subscription_of_somebody_else_stays(app: Flask, make: Make) -> None:
    made = person(app, make)
    with app.app_context():
        db.session.add(Subscription(email="otto@example.org"))
        db.session.commit()
    erase(made, **REMOVE)
    with app.app_context():
        assert list(db.session.scalars(db.select(Subscription.email))) == ["otto@example.org"]


def test_a_letter_on_its_way_is_no_stumbling_block(app: Flask, make: Make) -> None:
    """The worker holds a message whose owner is erased meanwhile."""
    made: MadeAccount = make.account(email=EMAIL)
    with app.app_context():
        db.session.add(Message(to=EMAIL, subject="A", text="B", dedupe_key="c"))
        db.session.commit()
        message = outbox.claim()
        assert message is not None
        with app.app_context():
            actions.erase_account(made.id, "removed")
        outbox.mark_sent(message)
        # The last letter may have the number of the one that went.
        assert list(db.session.execute(db.select(Message.to, Message.sent_at))) == [(EMAIL, None)]
