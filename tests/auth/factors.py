"""An authenticator and a browser's passkeys, made by hand, and what tests ask about an account."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from hcpov import clock
from hcpov.audit.models import Audit
from hcpov.auth.models import Account
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.forms import hidden
from tests.make import MadeAccount

SETUP, CODE, RECOVERY = "/account/second-factor", "/sign-in/code", "/sign-in/recovery"
CODES = "/account/recovery-codes"


def post(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Posts a form with the session's token."""
    return browser.post(path, data={"csrf_token": hidden(browser.get("/account/").text, "csrf_token")} | fields)


def key_in(page: str) -> str:
    """Returns the authenticator's key that a page shows as text."""
    found = re.search(r'<code class="key">([^<]+)</code>', page)
    assert found, page
    return found[1].replace(" ", "")


def code_for(key: str, later: int = 0) -> str:
    """Returns the digits that an authenticator shows, so many seconds later than now."""
    return str(TOTP(key=key).generate(time=clock.now().timestamp() + later).token)


def set_up(browser: FlaskClient) -> str:
    """Sets an authenticator up and returns its key."""
    page = post(browser, SETUP, setup="authenticator").text
    key = key_in(page)
    action = re.search(rf'action="({SETUP}/[^"]+)"', page)
    assert action
    assert post(browser, action[1], code=code_for(key)).headers["Location"] in {CODES, SETUP}
    return key


def change_password(browser: FlaskClient, account: MadeAccount, new: str) -> None:
    """Gives an account another password."""
    fields = {"password": account.password, "new_password": new, "new_password_confirm": new}
    assert post(browser, "/account/password", **fields).status_code in {302, 303}


def make_codes(browser: FlaskClient) -> list[str]:
    """Makes recovery codes and returns them."""
    return re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){5})</li>", post(browser, CODES).text)


def password(browser: FlaskClient, account: MadeAccount, **fields: str) -> TestResponse:
    """Gives the password at sign-in."""
    return browser.post("/sign-in", data={"email": account.email, "password": account.password} | fields)


def is_in(browser: FlaskClient) -> bool:
    """Says whether a browser is signed in."""
    return browser.get("/account/").status_code == 200


@contextmanager
def stored(app: Flask, account: MadeAccount) -> Iterator[Account]:
    """Yields an account as it is in the database; what is changed is kept."""
    with app.app_context():
        yield db.session.get_one(Account, account.id)
        db.session.commit()


def noted(app: Flask) -> list[str]:
    """Returns what the audit log says, oldest first."""
    with app.app_context():
        return list(db.session.scalars(db.select(Audit.what).order_by(Audit.id)))


def mailed(app: Flask) -> list[Message]:
    """Returns the letters, oldest first."""
    with app.app_context():
        found = list(db.session.scalars(db.select(Message).order_by(Message.id)))
        db.session.expunge_all()
        return found


@contextmanager
def setting(app: Flask, **changed: Any) -> Iterator[None]:
    """Changes settings of the running application for a while."""
    before: Settings = app.config["HCPOV"]
    app.config["HCPOV"] = Settings(**(vars(before) | changed))
    try:
        yield
    finally:
        app.config["HCPOV"] = before


def words(answer: TestResponse) -> str:
    """Returns a page's text without its markup."""
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))
