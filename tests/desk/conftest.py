"""A desk with work on it: two blogs, their editors, a moderator, and comments that wait."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.comments import actions
from hcpov.comments.models import Comment, Decision, Report, State
from hcpov.extensions import db
from tests.forms import HTMX, hidden
from tests.make import MadeAccount, MadePost, Make

HELD = "/desk/held"
BODY = "We had one last week, DOB 4/12/1961, where the card would have helped."


NAMES = {"member": "Mia Member", "editor": "Edda Editor", "other": "Otto Editor", "moderator": "Mo Derator"}


class Browsers(dict[str, FlaskClient]):
    """A browser for each of the desk's people, made when it is first asked for: hashing passwords takes time."""

    def __init__(
        self, app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient], edited: dict[str, MadePost]
    ) -> None:
        self.app, self.make, self.sign_in, self.edited = app, make, sign_in, edited

    def __missing__(self, who: str) -> FlaskClient:
        if who == "stranger":
            return self.setdefault(who, self.app.test_client())
        account = self.make.account(NAMES.get(who, who.title()), roles=(who,) if who in {"moderator", "admin"} else ())
        if who in self.edited:
            self.make.editor(account.id, self.edited[who].blog_id)
        return self.setdefault(who, self.sign_in(account))


@dataclass
class Desk:
    """Who works at the desk, and on what."""

    app: Flask
    make: Make
    post: MadePost
    elsewhere: MadePost
    browsers: Browsers

    def hold(self, body: str = BODY, post: MadePost | None = None, **columns: Any) -> int:
        """Makes a held comment."""
        columns.setdefault("reasons", ["may identify a patient: a date in someone's care or life"])
        return self.make.comment(post or self.post, body, state=State.HELD, **columns)

    def report(self, post: MadePost | None = None, reason: str = "it insults somebody") -> int:
        """Makes a published comment that a reader reported."""
        number = self.make.comment(post or self.post, "Nonsense.", name="Bo Loud")
        with self.app.app_context():
            actions.report(db.session.get_one(Comment, number), reason, "a network")
        return number

    def send(self, who: str, path: str, htmx: bool = False, **fields: Any) -> TestResponse:
        """Posts a form of the desk, with the session's token."""
        browser = self.browsers[who]
        token = hidden(browser.get("/sign-in/none" if who == "stranger" else "/").text, "csrf_token")
        return browser.post(path, data={"csrf_token": token} | fields, headers=HTMX if htmx else {})

    def state(self, number: int) -> str:
        """Returns where a comment stands."""
        with self.app.app_context():
            return db.session.get_one(Comment, number).state

    def comment(self, number: int) -> Comment:
        """Returns a comment as it is stored."""
        with self.app.app_context():
            found = db.session.get_one(Comment, number)
            db.session.expunge(found)
            return found

    def decisions(self) -> list[tuple[str, str, bool]]:
        """Returns what was decided, why, and whether it was undone; oldest first."""
        with self.app.app_context():
            wanted = db.select(Decision.what, Decision.reason, Decision.undone).order_by(Decision.id)
            return [(what, reason, undone) for what, reason, undone in db.session.execute(wanted)]

    def last(self) -> int:
        """Returns the number of the newest decision."""
        with self.app.app_context():
            return db.session.scalar(db.select(db.func.max(Decision.id))) or 0

    def reports(self) -> int:
        """Counts the reports."""
        with self.app.app_context():
            return db.session.scalar(db.select(db.func.count()).select_from(Report)) or 0


@pytest.fixture
def desk(app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> Desk:
    """The desk, with everybody who may try to open it."""
    post = make.post("The hand-off that fits on a card")
    elsewhere = make.post("Reading a rule", blog="night-shift")
    return Desk(app, make, post, elsewhere, Browsers(app, make, sign_in, {"editor": post, "other": elsewhere}))
