"""The token in letters: signed, and made of a wish's key, so that it names neither an address nor a number.

It is good for as long as the wish is there: a letter may be years old when somebody wants to leave.
"""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from hcpov import config
from hcpov.updates.models import KEY_LENGTH

LONGEST = 200


def issue(key: str) -> str:
    """Returns the token of a wish."""
    token = _serializer().dumps(key)
    assert isinstance(token, str)
    return token


def address(key: str) -> str:
    """Returns the whole address that a letter holds. Made from HCPOV_SITE_URL, never from a request."""
    return f"{config.current().site_url}/updates/{issue(key)}"


def read(token: str) -> str | None:
    """Returns the key of a token; None when it was not signed here."""
    if len(token) > LONGEST:
        return None
    try:
        key = _serializer().loads(token)
    except BadSignature:
        return None
    return key if isinstance(key, str) and len(key) <= KEY_LENGTH else None


def _serializer() -> URLSafeSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]
    return URLSafeSerializer(keys, salt="subscription")  # the last key signs
