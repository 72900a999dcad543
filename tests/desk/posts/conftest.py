"""A newsroom: two blogs, an author, editors, and somebody for every wrong role."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.audit.models import Audit
from hcpov.blog import texts
from hcpov.blog.models import Draft, Post
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.forms import HTMX, hidden
from tests.make import MadeAccount, Make

POSTS = "/desk/posts"
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = "We stopped talking for ninety days.\n\nThree habits stayed."


class People(dict[str, FlaskClient]):
    """A browser for each, made when it is first asked for: hashing passwords takes time."""

    def __init__(self, app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> None:
        self.app, self.make, self.sign_in = app, make, sign_in
        self.accounts: dict[str, MadeAccount] = {}

    def account(self, who: str) -> MadeAccount:
        """Returns somebody's account."""
        if who not in self.accounts:
            roles = (who,) if who in {"moderator", "admin"} else ()
            made = self.make.account({"author": "Ada Author", "editor": "Edda Editor"}.get(who, who.title()), roles)
            self.accounts[who] = made
            blog = self.make.blog("night-shift" if who == "other" else "boardroom-buzz")
            if who in {"author", "colleague"}:
                self.make.editor(made.id, blog, "author")
            if who in {"editor", "second", "other"}:
                self.make.editor(made.id, blog)
        return self.accounts[who]

    def __missing__(self, who: str) -> FlaskClient:
        if who == "stranger":
            return self.setdefault(who, self.app.test_client())
        return self.setdefault(who, self.sign_in(self.account(who)))


@dataclass
class Newsroom:
    """Who writes here, and what tests ask of them."""

    app: Flask
    make: Make
    people: People

    def begin(self, who: str = "author", **fields: str) -> int:
        """Makes a draft of somebody's."""
        return self.make.draft(
            author_id=self.people.account(who).id, **({"title": "Ninety days", "body": BODY} | fields)
        )

    def read(self, who: str, number: int, query: str = "") -> str:
        """Returns the editor's page."""
        return self.people[who].get(f"{POSTS}/{number}{query}").text

    def send(self, who: str, path: str, htmx: bool = False, page: str = "/", **fields: Any) -> TestResponse:
        """Posts a form of the desk, with the session's token."""
        browser = self.people[who]
        token = hidden(browser.get("/sign-in/none" if who == "stranger" else page).text, "csrf_token")
        return browser.post(path, data={"csrf_token": token} | fields, headers=HTMX if htmx else {})

    def act(self, who: str, number: int, do: str = "save", base: int | None = None, **fields: Any) -> TestResponse:
        """Presses a button of the editor, with what the form holds and what was typed since."""
        version = self.post(number).version if base is None else base
        return self.send(who, f"{POSTS}/{number}", do=do, base=str(version), tab=f"tab-{who}", **fields)

    def keep(self, who: str, number: int, base: int = 2, tab: str = "", **fields: Any) -> TestResponse:
        """Keeps what is typed, as the editor's script does."""
        path = f"{POSTS}/{number}/draft"
        return self.send(who, path, True, base=str(base), tab=tab or f"tab-{who}", **fields)

    def post(self, number: int) -> Post:
        """Returns a post as it is stored, with its tags."""
        with self.app.app_context():
            found = db.session.get_one(Post, number)
            assert found.tags is not None
            db.session.expunge(found)
            return found

    def fields(self, number: int) -> dict[str, str]:
        """Returns the words of a post as they are stored."""
        with self.app.app_context():
            return texts.fields_of(db.session.get_one(Post, number))

    def drafts(self) -> list[tuple[str, str]]:
        """Returns tab and text of what was not saved."""
        with self.app.app_context():
            return [(each.tab, each.fields["body"]) for each in db.session.scalars(db.select(Draft).order_by(Draft.id))]

    def log(self) -> list[tuple[str, str]]:
        """Returns what was done and why, oldest first."""
        with self.app.app_context():
            wanted = db.select(Audit.what, Audit.reason).where(Audit.about.startswith("post ")).order_by(Audit.id)
            return [(what, why) for what, why in db.session.execute(wanted)]

    def letters(self) -> list[tuple[str, str]]:
        """Returns to whom something was written, and what."""
        with self.app.app_context():
            wanted = db.select(Message).order_by(Message.id)
            return [(each.to, f"{each.subject}\n{each.text}") for each in db.session.scalars(wanted)]


def value(page: str, name: str) -> str:
    """Returns what a field of the editor holds."""
    if area := re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        return unescape(area[1])
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert found, name
    text = re.search(r' value="([^"]*)"', found[0])
    return unescape(text[1]) if text else ""


def beside(page: str, name: str) -> str:
    """Returns what is said beside a field; empty when nothing is wrong with it."""
    found = re.search(rf'id="{name}-error">(.*?)</span>', page)
    return unescape(found[1]) if found else ""


@pytest.fixture
def room(app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> Iterator[Newsroom]:
    """The newsroom, on a day before those that its tests plan for."""
    make.blog()
    make.blog("night-shift", "Night Shift")
    with time_machine.travel(TODAY, tick=True):
        yield Newsroom(app, make, People(app, make, sign_in))
