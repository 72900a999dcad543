"""The token that confirms a new address: signed, good for a while, names no address."""

import hashlib
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from hcpov.auth.models import Account
from hcpov.extensions import db


def for_new_email(account: Account) -> str:
    """Returns the token that puts `new_email` in the place of `email`."""
    token = _serializer().dumps([account.id, _mark(account)])
    assert isinstance(token, str)
    return token


def account_of(token: str, within: timedelta) -> Account | None:
    """Returns the account that waits for this very address; None for a token that is foreign, old, or used."""
    try:
        number, mark = _serializer().loads(token[:300], max_age=int(within.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    account = db.session.get(Account, number)
    return account if account and account.new_email and mark == _mark(account) else None


def _mark(account: Account) -> str:
    """A password or an address that changed in between ends the token."""
    said = f"{account.fs_uniquifier} {account.email} {account.new_email}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _serializer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]
    return URLSafeTimedSerializer(keys, salt="new email")  # the last key signs
