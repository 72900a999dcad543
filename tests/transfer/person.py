"""Somebody with something in every table that can hold something of a person, and where else to look for it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.auth import letters
from hcpov.auth.models import EMAIL_LENGTH, Account, Credential, Passkey
from hcpov.blog.models import Draft, Earlier, Post, Revision, State
from hcpov.comments.models import Decision, Report
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.mail import refusals
from hcpov.mail.actions import enqueue
from hcpov.media.models import Picture
from hcpov.updates.models import Subscription
from tests.forms import hidden
from tests.make import MadeAccount, MadePost, Make

NAME, EMAIL, WORD = "Zelda Quillington", "Zelda.Quill@Example.org", "xylophonic"
TRACES = ("zelda", "quill", WORD, "galoshes")
CODES = ["0" * 64, "1" * 64]
SECRETS = ("$argon2id", "totp-seed", *CODES, "credential-id", "public-key", "handle-of-passkeys", "a-reset-token")

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Person:
    """What a test needs to know. `browser` is signed in, from before there was a second factor."""

    browser: FlaskClient
    account: MadeAccount
    other: MadeAccount
    post: MadePost
    answered: int
    plain: int
    held: int
    guest: int
    others: int


def person(app: Flask, make: Make, times: int = 1) -> Person:
    """Makes a member with rows in every table, and somebody else beside."""
    account = make.account(
        NAME, ("moderator",), email=EMAIL, title="Galoshes nurse", place="Quillville", handle="zelda-quillington"
    )
    other = make.account("Otto Else", email="otto@example.org")
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": EMAIL, "password": account.password}).status_code == 302
    post = make.post("By somebody else", author_id=other.id)
    answered = make.comment(
        post,
        f"First {WORD} words.",
        **_by(account),
        disclosure=f"{WORD} shares",
        network="n" * 64,
        reasons=[f"{WORD}?"],
    )
    make.comment(post, "An answer of Otto's.", parent=answered, account_id=other.id, name="Otto Else")
    plain = make.comment(post, f"Second {WORD} words.", **_by(account))
    held = make.comment(post, f"Held {WORD}.", state=CommentState.HELD, reasons=[f"said: {WORD}"], **_by(account))
    guest = make.comment(post, f"A guest's {WORD} words.", name=NAME, title="Galoshes nurse", email=EMAIL.lower())
    others = make.comment(post, "Otto's own.", account_id=other.id, name="Otto Else")
    for _ in range(times):
        make.comment(post, f"More {WORD} words.", **_by(account))
        make.post("Hers", author_id=account.id, body="Public words.")
        make.post("Draft", author_id=account.id, body=f"A {WORD} draft.", state=State.DRAFT)
        make.post("A guest's", author_id=account.id, byline_name="Gwen Guest", byline_title="Surgeon")
    make.post("A guest's draft", author_id=account.id, byline_name="Gwen Guest", state=State.DRAFT)
    make.editor(account.id, post.blog_id)
    with app.app_context():
        for number in range(times):
            _rows(account.id, other.id, post.id, answered, number)
        db.session.commit()
    return Person(browser, account, other, post, answered, plain, held, guest, others)


def _by(account: MadeAccount) -> dict[str, Any]:
    return {"account_id": account.id, "name": NAME, "title": "Galoshes nurse", "place": "Quillville"}


def _rows(mine: int, others: int, post: int, comment: int, number: int) -> None:
    """Adds what has no maker of its own."""
    account = db.session.get_one(Account, mine)
    account.about, account.new_email = f"About {WORD}.", "zelda.new@example.org"
    account.tf_primary_method, account.tf_totp_secret = "authenticator", "totp-seed"
    account.mf_recovery_codes, account.fs_webauthn_user_handle = CODES, "handle-of-passkeys"
    now = clock.now()
    db.session.add(
        Passkey(
            user_id=mine,
            credential_id=f"credential-id {number} {secrets.token_hex(4)}".encode(),
            public_key=b"public-key",
            name=f"Zelda's key {number}",
            usage="first",
            lastuse_datetime=now,
        )
    )
    said = {"profession": "Nurse", "region": "Quillshire", "body": "The Board", "number": f"quill-{number}"}
    credential = Credential(account_id=mine, decided_by=others, reason=f"{WORD} checked", **said)
    db.session.add_all(
        [credential, Credential(account_id=others, decided_by=mine, **(said | {"region": "R", "number": "1"}))]
    )
    for account_id, before in ((mine, {}), (others, {"body": f"older {WORD} words", "state": "held"})):
        db.session.add(
            Decision(
                comment_id=comment, post_id=post, account_id=account_id, what="edited", reason="A rule.", before=before
            )
        )
    text = {"post_id": post, "account_id": mine}
    db.session.add(Draft(**text, tab=str(number), base=1, fields={"title": f"{WORD} typed"}))
    db.session.add(Earlier(**text, version=number + 1, fields={"title": "Saved over"}))
    db.session.add(Revision(**text, number=number + 1, kind="correction", title="Public words"))
    db.session.add(Picture(digest=secrets.token_hex(32), name=f"{WORD}.jpg", width=640, height=480, account_id=mine))
    db.session.add(Report(comment_id=comment, reason=f"{WORD} again", network=f"network {number}"))
    db.session.flush()
    note(mine, "role given", f"account {others}", role="editor")
    note(others, "role given", f"account {mine}", f"Trusts {WORD}", role="moderator")
    note(others, "badge granted", f"account {mine}", f"{WORD} was checked", badge=credential.id)
    wish = {"email": EMAIL.casefold(), "confirmed_at": now}
    db.session.add(
        Subscription(**wish) if number == 0 else Subscription(**wish, post_id=db.session.scalar(_free_post()))
    )
    enqueue(EMAIL, "A new password", "https://localhost/reset/a-reset-token", f"reset {number}")
    enqueue(
        "zelda.new@example.org", "Please confirm", "a-reset-token", f"new email {mine} {letters.mark('x')} {number}"
    )
    refusals.remember(EMAIL, "550 5.1.1")
    enqueue("otto@example.org", "For Otto", "Words.", f"otto {number}")


def _free_post() -> sa.Select[int]:
    """Selects a post that nobody asked for yet."""
    asked = sa.select(Subscription.post_id).where(Subscription.post_id.is_not(None))
    return sa.select(Post.id).where(Post.id.not_in(asked)).order_by(Post.id).limit(1)


def columns() -> Iterator[sa.Column[Any]]:
    """Yields every column that names an account, or holds an e-mail address."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            names_one = any(key.column.table.name == "account" for key in column.foreign_keys)
            length = getattr(column.type, "length", None)
            if names_one or "mail" in column.name or length == EMAIL_LENGTH:
                yield column


def read(app: Flask) -> Rows:
    """Returns every row of every table, parents before their children."""
    with app.app_context():
        return {
            table.name: [
                dict(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in db.metadata.sorted_tables
        }


def restore(app: Flask, rows: Rows) -> None:
    """Puts every table back as it was."""
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        for table in db.metadata.sorted_tables:
            if rows[table.name]:
                db.session.execute(table.insert(), rows[table.name])
        db.session.commit()


def traces(rows: Rows, words: tuple[str, ...] = TRACES) -> list[str]:
    """Returns where in the database something of the person is left."""
    return [
        f"{table}.{name}: {value}"
        for table, found in rows.items()
        for row in found
        for name, value in row.items()
        if any(word in repr(value).casefold() for word in words)
    ]


def send(browser: FlaskClient, path: str, **fields: str) -> Any:
    """Posts a form with the session's token."""
    token = hidden(browser.get("/account/").text, "csrf_token")
    return browser.post(path, data={"csrf_token": token} | fields)


SignIn = Callable[[MadeAccount], FlaskClient]
