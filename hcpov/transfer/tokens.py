"""The token in a letter to a guest: sealed, good for a while, shows no address to whoever sees the link."""

import base64
import hashlib
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

from hcpov import clock

TOKEN_LENGTH = 1000


def issue(email: str) -> str:
    """Returns the token that opens what is held under an address."""
    sealed = _seal().encrypt_at_time(email.encode(), int(clock.now().timestamp()))
    return sealed.decode("ascii").rstrip("=")  # mail programs cut links at strange places; this is one less


def read(token: str, within: timedelta) -> str | None:
    """Returns the address in a token; None for one that is forged, cut short or old."""
    if len(token) > TOKEN_LENGTH or not token.isascii():
        return None
    whole = token + "=" * (-len(token) % 4)
    now = int(clock.now().timestamp())
    try:
        return _seal().decrypt_at_time(whole, int(within.total_seconds()), now).decode()
    except (InvalidToken, ValueError):
        return None


def _seal() -> MultiFernet:
    """The first key seals; those of replaced secrets still open."""
    keys = [current_app.secret_key, *current_app.config["SECRET_KEY_FALLBACKS"]]
    digests = [hashlib.sha256(f"my data {key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
