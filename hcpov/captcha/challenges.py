"""Challenges: signed, stateless, bound to one post, good for one try.

The digits derive from the nonce and the secret by HMAC, so that issuing writes nothing and nothing readable holds the
answer. Three kinds share the form: `code` asks for the digits; `pass` is a code that was answered rightly in a form
that must be sent again for another reason; `member` is the form key of somebody who is signed in.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cache

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from hcpov import clock, config

DIGITS = 5
# A turned 1 reads as 7. Of eight digits there are 32,768 codes: with one try each, guessing is not what gets through.
ALPHABET = "02345689"
MEMBER_KEY_SECONDS = 7 * 24 * 3600
TOKEN_LENGTH = 200

CODE, PASS, MEMBER = "code", "pass", "member"


@dataclass(frozen=True)
class Challenge:
    """What a token says once its signature was checked: `seconds` is its age.

    `old` tokens still name their comment, but open nothing.
    """

    token: str
    nonce: str
    post_id: int
    kind: str
    account_id: int | None = None
    old: bool = False
    seconds: float = 0.0


def issue(post_id: int) -> Challenge:
    """Returns a new challenge for a post."""
    return _sign(CODE, secrets.token_hex(12), post_id)


def accept(challenge: Challenge) -> Challenge:
    """Returns the pass for a challenge that was answered rightly; it keeps the nonce, so it is still one comment."""
    return _sign(PASS, challenge.nonce, challenge.post_id)


def member_key(post_id: int, account_id: int) -> Challenge:
    """Returns the form key of a member: no code to answer, the same one comment."""
    return _sign(MEMBER, secrets.token_hex(12), post_id, account_id)


def read(token: str | None) -> Challenge | None:
    """Returns the challenge in `token`; None when it is forged or broken. It may be for any post."""
    if not token or len(token) > TOKEN_LENGTH:
        return None
    try:
        payload, issued_at = _serializer(_secret()).loads(token, return_timestamp=True)
    except BadSignature:
        return None
    kind, nonce, its_post, account_id = payload
    life = MEMBER_KEY_SECONDS if kind == MEMBER else config.current().code_minutes * 60
    seconds = (clock.now() - issued_at).total_seconds()
    return Challenge(token, nonce, its_post, kind, account_id, seconds > life, seconds)


def digits(nonce: str) -> str:
    """Returns the answer to the challenge with this nonce."""
    # 256 is a multiple of eight: every digit is as likely as the others.
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in _drawn("digits", nonce)[:DIGITS])


def seed(nonce: str) -> bytes:
    """Returns what decides how the challenge with this nonce sounds: the same each time, foreseen by nobody."""
    return _drawn("sound", nonce)


def answers(challenge: Challenge, code: str) -> bool:
    """Says whether `code` is the challenge's answer, in constant time. Blanks between digits are forgiven."""
    typed = "".join(code.split())
    return typed.isascii() and hmac.compare_digest(typed, digits(challenge.nonce))


def _drawn(what: str, nonce: str) -> bytes:
    return hmac.new(_secret().encode(), f"captcha {what} {nonce}".encode(), hashlib.sha256).digest()


def _sign(kind: str, nonce: str, post_id: int, account_id: int | None = None) -> Challenge:
    token = _serializer(_secret()).dumps([kind, nonce, post_id, account_id])
    assert isinstance(token, str)
    return Challenge(token, nonce, post_id, kind, account_id)


def _secret() -> str:
    secret = current_app.secret_key
    assert isinstance(secret, str)
    return secret


@cache
def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="captcha challenge")
