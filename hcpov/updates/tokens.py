"""The token in a confirmation mail: signed, names a subscription, no address."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def issue(subscription_id: int) -> str:
    """Returns the token of a subscription."""
    token = _serializer().dumps(subscription_id)
    assert isinstance(token, str)
    return token


def read(token: str) -> int | None:
    """Returns the subscription a token names; None when it was not signed here."""
    try:
        number = _serializer().loads(token[:200])
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


def _serializer() -> URLSafeSerializer:
    secret = current_app.secret_key
    assert isinstance(secret, str)
    return URLSafeSerializer(secret, salt="subscription")
