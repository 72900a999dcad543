"""Letters about accounts, read as text: a greeting, and paragraphs with an empty line between them."""

import pytest
from flask import Flask

from hcpov.auth import letters
from hcpov.auth.models import Account
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.make import MadeAccount, Make

CHANGES = ["authenticator set up", "authenticator removed", "passkey added", "passkey removed", "recovery codes made"]


@pytest.fixture
def member(make: Make) -> MadeAccount:
    """Whom the letters are for."""
    return make.account()


@pytest.fixture
def paragraphs(app: Flask, member: MadeAccount) -> dict[str, list[str]]:
    """The paragraphs of each letter that says one of several things."""
    with app.app_context():
        account = db.session.get_one(Account, member.id)
        for what in [*CHANGES, "recovery code used"]:
            letters.factor_changed(account, what)
        for yes, reason in ((True, ""), (True, "She asked."), (False, ""), (False, "He left.")):
            letters.role(account, "a moderator", yes, reason)
            letters.switched(account, yes, reason)
        found = [each.text for each in db.session.scalars(db.select(Message).order_by(Message.id))]
        db.session.rollback()
    return {text: text.rstrip("\n").split("\n\n") for text in found}


def test_nothing_sticks_together_and_nothing_gapes(paragraphs: dict[str, list[str]], member: MadeAccount) -> None:
    assert len(paragraphs) == len(CHANGES) + 1 + 8
    for text, parts in paragraphs.items():
        assert parts[0] == f"Hello {member.name},", text
        assert not [part for part in parts if "\n" in part], text
