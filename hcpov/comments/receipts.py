"""Receipts: the writer's own key to a comment. Signed, names no address, shown once after posting."""

from datetime import timedelta
from functools import cache

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from hcpov import clock, config
from hcpov.comments.models import Comment, State

LIFE = timedelta(days=365)
TOKEN_LENGTH = 200


def issue(comment_id: int) -> str:
    """Returns the receipt of a comment; always the same for the same comment."""
    token = _serializer(_secret()).dumps(comment_id)
    assert isinstance(token, str)
    return token


def read(token: str) -> int | None:
    """Returns the number of the comment in a receipt; None when it was not signed here."""
    if len(token) > TOKEN_LENGTH:
        return None
    try:
        number = _serializer(_secret()).loads(token)
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


def is_old(comment: Comment) -> bool:
    """Says whether a receipt is too old to be used: after a year an editor must be asked."""
    return clock.now() > comment.created_at + LIFE


def may_edit(comment: Comment) -> bool:
    """Says whether the writer may change the words now: within the window, or when an editor returned them."""
    if comment.state == State.RETURNED:
        return True
    window = timedelta(minutes=config.current().edit_minutes)
    return comment.state in {State.PUBLISHED, State.HELD} and clock.now() <= comment.created_at + window


def _secret() -> str:
    secret = current_app.secret_key
    assert isinstance(secret, str)
    return secret


@cache
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="comment receipt")
