"""Reads about challenges."""

from datetime import timedelta

from sqlalchemy import bindparam, func, select

from hcpov import clock
from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db

GUESSES, GUESS_SECONDS = 3, 60

# Made once: to put a statement together takes longer than to have it answered.
_challenge = Challenge.__table__.c
_USED = select(_challenge.nonce).where(_challenge.nonce == bindparam("nonce"))
_WRONG = select(func.count()).where(
    _challenge.network == bindparam("network"), _challenge.used_at > bindparam("since"), _challenge.right.is_(False)
)


def was_used(challenge: challenges.Challenge) -> bool:
    """Says whether a challenge had its one try. One query."""
    return db.session.scalar(_USED, {"nonce": challenge.nonce}) is not None


def guesses_too_often(network: str | None) -> bool:
    """Says whether a network gave three wrong answers within a minute. One query; none for an unknown network."""
    if network is None:
        return False
    since = clock.now() - timedelta(seconds=GUESS_SECONDS)
    return (db.session.scalar(_WRONG, {"network": network, "since": since}) or 0) >= GUESSES
