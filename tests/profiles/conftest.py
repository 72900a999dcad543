"""A member at home."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, Credential
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.forms import hidden
from tests.make import MadeAccount, Make


@dataclass
class Member:
    """A member with a browser."""

    app: Flask
    account: MadeAccount
    browser: FlaskClient

    def send(self, path: str, **fields: str) -> TestResponse:
        """Posts a form with the session's token."""
        token = hidden(self.browser.get("/").text, "csrf_token")
        return self.browser.post(path, data={"csrf_token": token} | fields)

    def stored(self) -> Account:
        """Returns the account as it is stored."""
        with self.app.app_context():
            found = db.session.get_one(Account, self.account.id)
            db.session.expunge(found)
            return found

    def badges(self) -> list[Credential]:
        """Returns the member's badges as they are stored, oldest first."""
        with self.app.app_context():
            wanted = db.select(Credential).where(Credential.account_id == self.account.id).order_by(Credential.id)
            found = list(db.session.scalars(wanted))
            db.session.expunge_all()
            return found

    def noted(self) -> list[tuple[str, str]]:
        """Returns what the audit log says: what, about what; oldest first."""
        with self.app.app_context():
            return [(line.what, line.about) for line in db.session.scalars(db.select(Audit).order_by(Audit.id))]

    def mails(self) -> list[Message]:
        """Returns what lies in the outbox, oldest first."""
        with self.app.app_context():
            found = list(db.session.scalars(db.select(Message).order_by(Message.id)))
            db.session.expunge_all()
            return found


@pytest.fixture
def member(app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> Member:
    """Maeve, who is signed in and has a badge of no kind."""
    account = make.account("Maeve O'Neil", handle="maeve-oneil")
    return Member(app, account, sign_in(account))
